"""How long Krita's event loop stands still while a layer is painted, and what the way there and back costs."""

import os
import socket
import threading
import time
from dataclasses import replace

from PyQt5.QtCore import Qt, QTimer

from velatura_krita.document import apply_controller, finished_results, layer_run, layer_writer
from velatura_krita.model.choices import Choices, StyleChoice
from velatura_link.jobs import Result
from velatura_link.refining import Refining

BEAT_MS = 5


class Heart:
    """Beats as often as the event loop lets it; ``longest`` is in milliseconds."""

    def __init__(self):
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.beat)
        self.rest()
        self.timer.start(BEAT_MS)

    def rest(self):
        self.last, self.longest = time.perf_counter(), 0.0

    def beat(self):
        now = time.perf_counter()
        gap = (now - self.last) * 1000 - BEAT_MS
        self.longest = max(self.longest, gap)
        self.last = now


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller = docker.controller
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    heart = Heart()
    report = {"refining": {}}
    for side in stage.arguments["sides"]:
        document, layer = yield from picture(stage, side)
        rounds = []
        for _ in range(stage.arguments["rounds"]):
            facts = yield from bare(document, layer, side, heart)
            facts.update((yield from applied(controller, heart, Choices(engine="identity"))))
            rounds.append(facts)
        report[str(side)] = rounds
        report["refining"][str(side)] = yield from refined(document, controller, heart)
        document.setModified(False)
        document.close()
        yield 1.0
    if stage.arguments.get("preview"):
        report["preview"] = yield from preview(stage, docker)
    return report


def applied(controller, heart, choices):
    """Seconds from the click until the result is seen, without those that the engine had, and the longest stops.

    ``running`` is the longest stop until the layer is inserted, ``placement`` how long that took with its compositing,
    both in milliseconds; ``seen`` whether the canvas showed it then.
    """
    engine, found = [], {}
    submit, insert = controller.link.submit, layer_writer.insert

    def listening(request, on_event, **options):
        def heard(event):
            if isinstance(event, Result):
                engine.append(event.seconds["running"])
            on_event(event)

        return submit(request, heard, **options)

    def inserting(made, about):
        document = about.source.document
        found["running"] = heart.longest
        landed = inserted(document, made, lambda: insert(made, about))
        found["node"] = made
        found["landing"], found["seen"] = landed["seen"], landed["right"]
        heart.rest()

    controller.link.submit, layer_writer.insert = listening, inserting
    controller.change(choices)
    heart.rest()
    began = time.perf_counter()
    controller.apply()
    while controller.busy:
        yield 0.005
    seconds = time.perf_counter() - began - engine[0]
    yield 1.5
    controller.link.submit, layer_writer.insert = submit, insert
    found.pop("node").remove()
    yield 0.5
    return {"ours": seconds, **found}


def refined(document, controller, heart):
    """Milliseconds: the longest stop while a result is refined for some seconds, and what it takes to replace it then.

    The engine that changes nothing stands for the slow one: what is measured is what Krita itself has to do.
    ``resting`` is the longest stop while nothing is done, for as long.
    """
    submit, by = controller.link.submit, Refining("identity", "start", {"steps": 40, "pause": 0.1})
    apply_controller.refining_in = lambda manifest: by
    controller.link.submit = lambda request, on_event, **options: submit(
        replace(request, inputs={}), on_event, **options
    )
    # What Krita does of a result of another engine is the same.
    apply_controller.can_refine = lambda manifest, refining, kept: True
    add, about_to = finished_results.FinishedResults.add, layer_run.LayerRun._placement
    found, moments = {}, []

    def inserting(run):
        found["refining"] = heart.longest
        moments.append(time.perf_counter())
        about_to(run)

    def replacing(results, key, run):
        document.waitForDone()
        moments.append(time.perf_counter())
        add(results, key, run)
        document.waitForDone()
        moments.append(time.perf_counter())

    controller.change(Choices(engine="identity"))
    controller.apply()
    yield lambda: not controller.busy
    yield 2.0
    heart.rest()
    yield 5.0
    found["resting"] = heart.longest
    finished_results.FinishedResults.add = replacing
    layer_run.LayerRun._placement = inserting
    heart.rest()
    controller.applying.refine()
    assert controller.busy, controller.state.message.value
    yield lambda: not controller.busy
    yield 1.0
    finished_results.FinishedResults.add, controller.link.submit = add, submit
    layer_run.LayerRun._placement = about_to
    first, second, third = moments
    found.update({"inserting": (second - first) * 1000, "taking out": (third - second) * 1000})
    assert len(document.rootNode().childNodes()) == 3
    return found


def inserted(document, node, insert):
    """Milliseconds of ``insert`` until Krita has composited everything, and whether that shows opaque ``node``."""
    bounds = node.bounds()
    rows = (0, bounds.height() // 2, bounds.height() - 1)
    wanted = [bytes(node.pixelData(0, row, bounds.width(), 1)) for row in rows]
    began = time.perf_counter()
    insert()
    document.waitForDone()
    seen = (time.perf_counter() - began) * 1000
    right = [bytes(document.pixelData(0, row, bounds.width(), 1)) for row in rows] == wanted
    return {"seen": seen, "right": right}


def bare(document, layer, side, heart):
    """The same without us: seconds to read a layer, send it to and fro and write it, and Krita's own insertion."""
    began = time.perf_counter()
    data = bytes(layer.pixelData(0, 0, side, side))
    here, there = socket.socketpair()
    echo = threading.Thread(target=echoed, args=(there, len(data)))
    feeder = threading.Thread(target=here.sendall, args=(data,))
    echo.start()
    feeder.start()
    back = received(here, len(data))
    feeder.join()
    echo.join()
    node = document.createNode("bare", "paintlayer")
    node.setPixelData(back, 0, 0, side, side)
    seconds = time.perf_counter() - began
    yield 0.5
    found = inserted(document, node, lambda: document.rootNode().addChildNode(node, layer))
    yield 0.5
    node.remove()
    yield 1.0
    document.setActiveNode(layer)
    yield 0.5
    return {"bare": seconds, "bare landing": found["seen"], "right": found["right"]}


def echoed(there, size):
    there.sendall(received(there, size))


def received(here, size):
    data = bytearray(size)
    view = memoryview(data)
    got = 0
    while got < size:
        got += here.recv_into(view[got:])
    return data


def picture(stage, side):
    document = stage.krita.createDocument(side, side, "p", "RGBA", "U8", "", 100.0)
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 1.0
    layer = document.createNode("content", "paintlayer")
    row = bytearray(os.urandom(side * 4 * 64))
    row[3::4] = b"\xff" * (len(row) // 4)
    row = bytes(row)
    layer.setPixelData(row * (side // 64), 0, 0, side, side)
    document.rootNode().addChildNode(layer, None)
    yield 1.0
    document.waitForDone()
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    return document, layer


def preview(stage, docker):
    """Seconds from a slider's move to the new preview, in a document of 1024²."""
    controller, panel = docker.controller, docker.panel
    yield from picture(stage, 1024)
    controller.change(Choices().with_styles((StyleChoice(name="starry-night"),)))
    panel.live.setChecked(True)
    yield lambda: panel.preview_panel.shown is not None
    found = {}
    for side in (panel.view.side, 1024):
        controller.preview.show(side)
        yield 3.0
        times = []
        for step in range(8):
            seen = panel.preview_panel.shown
            panel.strength._put(0.9 - step * 0.05)
            while panel.preview_panel.shown is seen:
                yield 0.005
            times.append(panel.preview_panel.shown.seconds)
            yield 0.2
        found[str(side)] = sorted(times)
    return found
