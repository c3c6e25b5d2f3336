"""What the docker shows of a painting that takes its time, until it lies in the document."""

import os

from velatura_krita.model.choices import Choices, StyleChoice, WeightedStyle

SIDE = 1400


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, view = docker.controller, docker.panel.view
    controller.set_live(False)
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    document = stage.krita.createDocument(SIDE, SIDE, "large", "RGBA", "U8", "", 100.0)
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 0.5
    layer = document.createNode("content", "paintlayer")
    layer.setPixelData(os.urandom(SIDE * 4) * SIDE, 0, 0, SIDE, SIDE)
    document.rootNode().addChildNode(layer, None)
    yield 0.5
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    controller.change(Choices(mixture=(WeightedStyle(StyleChoice(name="starry-night")),)))
    controller.apply()
    yield lambda: view.caption
    drafted = {"caption": view.caption, "busy": controller.busy, "layers": len(nodes(document))}
    draft = view.after
    yield lambda: not controller.busy
    seen = view.after
    facts = {
        "draft": drafted,
        "another picture": seen != draft,
        "proportions": seen.width() / seen.height(),
        "caption": view.caption,
        "layers": len(nodes(document)),
    }
    document.setModified(False)
    document.close()
    return facts


def nodes(document):
    return document.rootNode().childNodes()
