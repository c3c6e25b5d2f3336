"""How long Krita's event loop stands still while a layer is painted, and what the way there and back costs."""

import os
import socket
import threading
import time

from PyQt5.QtCore import Qt, QTimer
from velatura_krita.choices import Choices, StyleChoice

from velatura_link.jobs import Result

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
        self.last, self.longest, self.late = time.perf_counter(), 0.0, 0

    def beat(self):
        now = time.perf_counter()
        gap = (now - self.last) * 1000 - BEAT_MS
        self.longest = max(self.longest, gap)
        self.late += gap > 50
        self.last = now


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    studio = docker.studio
    studio.start_daemon()
    yield lambda: studio.state.offer.value.manifest
    heart = Heart()
    report = {}
    for side in stage.arguments["sides"]:
        document, layer = yield from picture(stage, side)
        heart.rest()
        yield 2.0
        idle = heart.longest
        times = []
        for _ in range(stage.arguments["rounds"]):
            report[f"bare {side}"] = bare = bare_cost(document, layer, side)
            yield 0.5
            heart.rest()
            seconds, running = yield from applied(studio, Choices(engine="identity"))
            yield 1.5
            times.append({"bare": bare, "ours": seconds - running, "engine": running})
            times[-1]["longest"] = heart.longest
        report[side] = {"idle": idle, "rounds": times}
        if side in stage.arguments["painted"]:
            heart.rest()
            choices = Choices(styles=(StyleChoice(name="starry-night"),))
            seconds, running = yield from applied(studio, choices)
            yield 1.5
            glaze = {"seconds": seconds, "engine": running, "longest": heart.longest}
            report[side]["glaze"] = {**glaze, "late": heart.late}
        document.setModified(False)
        document.close()
        yield 1.0
    report["preview"] = yield from preview(stage, docker)
    return {str(key): value for key, value in report.items()}


def applied(studio, choices):
    """Seconds from the click until the layer is there, and those that the engine had."""
    running = []
    submit = studio.link.submit

    def listening(request, on_event, **options):
        def heard(event):
            if isinstance(event, Result):
                running.append(event.seconds["running"])
            on_event(event)

        return submit(request, heard, **options)

    studio.link.submit = listening
    studio.change(choices)
    began = time.perf_counter()
    studio.apply()
    while studio.busy:
        yield 0.005
    studio.link.submit = submit
    return time.perf_counter() - began, running[0]


def bare_cost(document, layer, side):
    """Seconds to read a layer, send it to and fro, and write it to another, with nothing else."""
    began = time.perf_counter()
    data = bytes(layer.pixelData(0, 0, side, side))
    here, there = socket.socketpair()
    echo = threading.Thread(target=echoed, args=(there, len(data)))
    echo.start()
    feeder = threading.Thread(target=here.sendall, args=(data,))
    feeder.start()
    back = received(here, len(data))
    feeder.join()
    echo.join()
    node = document.createNode("bare", "paintlayer")
    node.setPixelData(back, 0, 0, side, side)
    return time.perf_counter() - began


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
    row = os.urandom(side * 4 * 64)
    layer.setPixelData(row * (side // 64), 0, 0, side, side)
    document.rootNode().addChildNode(layer, None)
    yield 1.0
    document.waitForDone()
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    return document, layer


def preview(stage, docker):
    """Seconds from a slider's move to the new preview, in a document of 1024²."""
    studio, panel = docker.studio, docker.panel
    yield from picture(stage, 1024)
    studio.change(Choices(styles=(StyleChoice(name="starry-night"),)))
    panel.live.setChecked(True)
    yield lambda: panel._glance is not None
    found = {}
    for side in (panel.view.side, 1024):
        studio.show_live(side)
        yield 3.0
        times = []
        for step in range(8):
            seen = panel._glance
            panel.strength._put(0.9 - step * 0.05)
            while panel._glance is seen:
                yield 0.005
            times.append(panel._glance.seconds)
            yield 0.2
        found[str(side)] = sorted(times)
    return found
