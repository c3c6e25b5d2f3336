"""Paints the frames of an animated layer in documents of several depths."""

import struct
from dataclasses import replace
from pathlib import Path

from velatura_krita.document.undo_history import UndoHistory
from velatura_krita.model.choices import Choices

WIDTH, HEIGHT = 48, 32
SRGB, LINEAR = "sRGB-elle-V2-srgbtrc.icc", "sRGB-elle-V2-g10.icc"
KEYS = (2, 5, 8)
LATER = 14
SHOWN = 6
SAME = Choices(engine="identity", source="frames")


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller = docker.controller
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    history = UndoHistory(stage.krita)
    report, said = {}, []
    controller.state.shown.watch(lambda shown: said.append(shown.text if shown else ""))
    for depth, profile, code in (("U8", SRGB, "B"), ("U16", LINEAR, "H"), ("F16", LINEAR, "e")):
        document, layer = yield from animation(stage, depth, profile, code)
        before = history.position(document)
        said.clear()
        controller.change(SAME)
        controller.apply()
        yield lambda: not controller.busy
        yield 0.5
        made = document.rootNode().childNodes()[-1]
        report[depth] = {
            "place": made.index() - layer.index(),
            "name": made.name(),
            "keys": [time for time in range(20) if made.hasKeyframeAtTime(time)],
            "same": [frame(made, time) == frame(layer, time) for time in (0, *KEYS)],
            "outside": frame(made, LATER) == frame(layer, LATER),
            "playhead": document.currentTime(),
            "steps": history.position(document).current - before.current,
            "counted": any(text.startswith("Frame 2 of 4") for text in said),
        }
        docker.panel.apply_bar.discard.click()
        yield 1.0
        report[depth]["undone"] = history.position(document).current == before.current
        if depth == "U8":
            controller.change(replace(SAME, params={"identity": {"steps": 100, "pause": 0.1}}))
            controller.apply()
            yield lambda: "Pretend" in controller.state.shown.value.text
            folder = Path(
                controller._runner._runs[next(iter(controller._runner._runs))].folder.name
            )
            report["was there"] = folder.is_dir()
            controller.stop()
            yield 0.3
            report["stopped"] = [len(document.rootNode().childNodes()), folder.exists()]
            document.setActiveNode(document.rootNode().childNodes()[0])
            yield 0.5
            controller.apply()
            report["still"] = controller.state.message.value.text
        document.setModified(False)
        document.close()
        yield 0.4
    return report


def animation(stage, depth, profile, code):
    """A layer whose frames differ, some of them in the playback range from 0 to 10."""
    document = stage.krita.createDocument(WIDTH, HEIGHT, "a", "RGBA", depth, profile, 100.0)
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 0.5
    layer = document.createNode("moving", "paintlayer")
    document.rootNode().addChildNode(layer, None)
    yield 0.3
    layer.enableAnimation()
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    for number, time in enumerate((*KEYS, LATER)):
        document.setCurrentTime(time)
        yield 0.3
        stage.krita.action("add_blank_frame").trigger()
        yield lambda at=time: layer.hasKeyframeAtTime(at)
        values = (0.25, 0.5, 0.125 * (number + 1), 1.0)
        scale = {"B": 255, "H": 65535}.get(code)
        pixel = values if scale is None else [round(each * scale) for each in values]
        layer.setPixelData(struct.pack(f"<4{code}", *pixel) * WIDTH * HEIGHT, 0, 0, WIDTH, HEIGHT)
    document.setCurrentTime(SHOWN)
    yield 1.0
    # A frame beyond the end moves the end, some time later.
    document.setFullClipRangeEndTime(10)
    yield lambda: document.playBackEndTime() == 10
    return document, layer


def frame(node, time):
    return bytes(node.pixelDataAtTime(0, 0, WIDTH, HEIGHT, time))
