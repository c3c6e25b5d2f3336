"""Paints with engines of every kind of style, content, output and frames, all of them by the docker's own widgets."""

import struct

from krita import Selection
from velatura_krita.document.undo_history import UndoHistory

WIDTH, HEIGHT = 64, 48
KEYS = (2, 5, 8)


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, panel = docker.controller, docker.panel
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    painter = Painter(stage, docker)
    report = {
        "engines": [painter.engines.itemData(each) for each in range(painter.engines.count())]
    }
    document, layer = yield from picture(stage)
    report["model"] = yield from with_a_model(stage, painter, document)
    docker.grab().save(stage.arguments["model.png"])
    report["pair"] = yield from with_a_pair(stage, painter, document, layer)
    docker.grab().save(stage.arguments["pair.png"])
    report["texture"] = yield from from_nothing(stage, painter, document)
    docker.grab().save(stage.arguments["texture.png"])
    report["back"] = yield from and_back(painter, panel)
    document.setModified(False)
    document.close()
    yield 0.5
    report["frames"] = yield from in_order(stage, painter)
    return report


class Painter:
    """What a person does in the docker."""

    def __init__(self, stage, docker):
        self.stage, self.controller, self.panel = stage, docker.controller, docker.panel
        self.engines = docker.panel.engine_panel._engines

    def choose(self, engine):
        place = self.engines.findData(engine)
        self.engines.setCurrentIndex(place)
        self.engines.activated.emit(place)

    def shown(self):
        """Labels of the styles that can be seen."""
        grid = self.panel.library.grid
        items = [grid.item(place) for place in range(grid.count())]
        return [item.text() for item in items if not item.isHidden()]

    def apply(self, document):
        before = [each.uniqueId() for each in document.rootNode().childNodes()]
        self.panel.apply_bar.apply.click()
        yield lambda: not self.controller.busy
        yield 0.6
        message = self.controller.state.message.value
        nodes = document.rootNode().childNodes()
        # What is selected lies in the document as a mask.
        new = [
            each for each in nodes if each.uniqueId() not in before and "mask" not in each.type()
        ]
        assert len(new) == 1, message
        return new[0]

    def said(self):
        """What an Apply that cannot be says."""
        self.panel.apply_bar.apply.click()
        return self.controller.state.message.value.text


def picture(stage):
    document = stage.krita.createDocument(
        WIDTH, HEIGHT, "a", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 100.0
    )
    yield from stage.show(document)
    layer = document.createNode("content", "paintlayer")
    layer.setPixelData(bytes((40, 60, 80, 255)) * WIDTH * HEIGHT, 0, 0, WIDTH, HEIGHT)
    document.rootNode().addChildNode(layer, None)
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    return document, layer


def pixel(node, x, y):
    return list(bytes(node.pixelData(x, y, 1, 1)))


def with_a_model(stage, painter, document):
    seen = {"before": len(painter.shown())}
    painter.choose("toy-model")
    seen["no styles"] = [painter.shown(), painter.panel.library._none.text()]
    seen["said"] = painter.said()
    painter.panel.library.grid.dropped_file.emit(stage.arguments["model"])
    seen["styles"] = painter.shown()
    (row,) = painter.panel.mixture.rows
    row.extra.box.setValue(3)
    yield lambda: painter.panel.preview_panel.shown
    made = yield from painter.apply(document)
    seen["name"], seen["pixel"] = made.name(), pixel(made, 5, 5)
    return seen


def with_a_pair(stage, painter, document, layer):
    seen = {}
    painter.choose("toy-pair")
    painter.panel.library.grid.dropped_file.emit(stage.arguments["after"])
    yield lambda: painter.controller.state.choices.value.styles[0].name
    seen["styles"] = len(painter.shown())
    seen["said"] = painter.said()
    (row,) = painter.panel.mixture.rows
    row.extra.button._list_layers()
    titles = [each.text() for each in row.extra.button.layers.actions()]
    row.extra.button.layers.actions()[titles.index("content")].trigger()
    seen["given"] = row.extra.button.text()
    document.setActiveNode(layer)
    yield 0.5
    made = yield from painter.apply(document)
    seen["pixel"] = pixel(made, 5, 5)
    return seen


def from_nothing(stage, painter, document):
    seen = {}
    painter.choose("toy-texture")
    foot, outputs = painter.panel.apply_bar, painter.panel.engine_panel.outputs
    seen["source"] = [foot._source.currentData(), foot._source.isEnabled()]
    seen["styles"] = [painter.shown(), painter.panel.library._none.text()]
    yield 0.3
    seen["preview"] = painter.panel.view.caption
    made = yield from painter.apply(document)
    box = made.bounds()
    seen["whole"] = [made.type(), box.x(), box.y(), box.width(), box.height()]
    seen["corners"] = [pixel(made, 0, 0), pixel(made, WIDTH - 1, HEIGHT - 1)]
    selection = Selection()
    selection.select(8, 4, 20, 10, 255)
    selection.select(8, 4, 5, 5, 100)
    document.setSelection(selection)
    outputs.boxes["map"].click()
    made = yield from painter.apply(document)
    painting, extra = made.childNodes()
    box = painting.bounds()
    seen["group"] = [made.type(), extra.name(), extra.visible(), len(painting.childNodes())]
    seen["bounds"] = [box.x(), box.y(), box.width(), box.height()]
    seen["extra"] = pixel(extra, 27, 13)
    (mask,) = painting.childNodes()
    seen["mask"] = [pixel(mask, 8, 4)[0], pixel(mask, 20, 10)[0]]
    document.setSelection(None)
    painter.panel.apply_bar.discard.click()
    yield 0.8
    return seen


def and_back(painter, panel):
    """What was chosen with another engine is chosen again; one style of those that it takes is left."""
    painter.choose("glaze")
    styles = [
        painter.controller.state.name_of(each)
        for each in painter.controller.state.choices.value.styles
    ]
    painter.choose("toy-model")
    grid = panel.library.grid
    yield 0.2
    chosen = [item.text() for item in grid.selectedItems()]
    return [styles, chosen, panel.apply_bar._source.currentData()]


def in_order(stage, painter):
    document = stage.krita.createDocument(
        WIDTH, HEIGHT, "b", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 100.0
    )
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 0.5
    layer = document.createNode("moving", "paintlayer")
    document.rootNode().addChildNode(layer, None)
    yield 0.3
    layer.enableAnimation()
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    for time in KEYS:
        document.setCurrentTime(time)
        yield 0.3
        stage.krita.action("add_blank_frame").trigger()
        yield lambda at=time: layer.hasKeyframeAtTime(at)
        layer.setPixelData(
            struct.pack("<4B", 9, 9, time, 255) * WIDTH * HEIGHT, 0, 0, WIDTH, HEIGHT
        )
    document.setFullClipRangeStartTime(KEYS[0])
    document.setFullClipRangeEndTime(10)
    yield lambda: (document.playBackStartTime(), document.playBackEndTime()) == (KEYS[0], 10)
    painter.choose("toy-frames")
    source = painter.panel.apply_bar._source
    place = source.findData("frames")
    source.setCurrentIndex(place)
    source.activated.emit(place)
    before = UndoHistory(stage.krita).position(document)
    made = yield from painter.apply(document)
    frames = [list(bytes(made.pixelDataAtTime(3, 3, 1, 1, time))) for time in KEYS]
    return [frames, UndoHistory(stage.krita).position(document).current - before.current]
