"""The preview's picture of the layer: there without a daemon, of the document in front alone, and after a stroke."""

import os
from pathlib import Path

SIDE = 200


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    view = docker.panel.view
    report = {"without a picture": [view.before is None, view._why]}
    first = yield from picture(stage, b"\x20\x40\xe0\xff")
    yield lambda: view.before is not None
    report["first"] = colour(view)
    report["caption"] = view.caption
    second = yield from picture(stage, b"\xd0\x50\x10\xff")
    yield lambda: colour(view) != report["first"]
    report["second"] = colour(view)
    layer = second.activeNode()
    layer.setPixelData(b"\x00\xff\x00\xff" * SIDE * SIDE, 0, 0, SIDE, SIDE)
    yield lambda: colour(view) != report["second"]
    report["after a stroke"] = colour(view)
    second.setModified(False)
    second.close()
    yield lambda: colour(view) != report["after a stroke"]
    report["another"] = colour(view) in (None, report["first"])
    first.setModified(False)
    first.close()
    yield lambda: view.before is None
    report["closed"] = view._why
    report["daemon"] = Path(os.environ["VELATURA_RUNTIME"], "connection.json").exists()
    return report


def picture(stage, pixel):
    document = stage.krita.createDocument(SIDE, SIDE, "p", "RGBA", "U8", "", 100.0)
    yield from stage.show(document)
    layer = document.createNode("colour", "paintlayer")
    layer.setPixelData(pixel * SIDE * SIDE, 0, 0, SIDE, SIDE)
    document.rootNode().addChildNode(layer, None)
    yield 0.3
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    return document


def colour(view):
    """Of the middle of the half that shows the layer."""
    if view.before is None:
        return None
    pixel = view.before.pixelColor(view.before.width() // 2, view.before.height() // 2)
    return [pixel.red(), pixel.green(), pixel.blue()]
