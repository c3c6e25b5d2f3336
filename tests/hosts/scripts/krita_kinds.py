"""Paints with engines of every kind of style, content, output and frames, all of them by the docker's own widgets."""

from PyQt5.QtWidgets import QDockWidget, QListView

from krita import Selection

WIDTH, HEIGHT = 64, 48
KEYS = (2, 5, 8)


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, panel = docker.controller, docker.panel
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    painter = Painter(stage, docker)
    engines = [painter.engines.itemData(each) for each in range(painter.engines.count())]
    report = {"engines": engines}
    document, layer = yield from picture(stage)
    for name, paint in (
        ("checkpoint", with_a_checkpoint),
        ("pair", with_a_pair),
        ("texture", from_nothing),
        ("filter", without_a_style),
        ("output", with_an_output),
    ):
        document.setActiveNode(layer)
        yield 0.5
        report[name] = yield from paint(painter, document)
        docker.grab().save(f"{stage.arguments['shots']}/{name}.png")
    report["back"] = yield from and_back(painter, panel)
    document.setModified(False)
    document.close()
    yield 0.5
    report["frames"] = yield from in_order(painter)
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


def with_a_checkpoint(painter, document):
    seen = {"before": len(painter.shown())}
    painter.choose("toy-checkpoint")
    seen["no styles"] = [painter.shown(), painter.panel.library._none.text()]
    seen["said"] = painter.said()
    painter.panel.library.grid.dropped_file.emit(painter.stage.arguments["model"])
    seen["styles"] = painter.shown()
    (row,) = painter.panel.mixture.rows
    row.extra.box.setValue(2)
    # It is instant: its preview is painted from the model, too.
    yield lambda: painter.panel.preview_panel.shown
    made = yield from painter.apply(document)
    seen["name"], seen["pixel"] = made.name(), pixel(made, 5, 5)
    return seen


def with_a_pair(painter, document):
    seen = {}
    painter.choose("toy-pair")
    painter.panel.library.grid.dropped_file.emit(painter.stage.arguments["after"])
    yield lambda: painter.controller.state.choices.value.styles[0].name
    seen["styles"] = len(painter.shown())
    seen["said"] = painter.said()
    (row,) = painter.panel.mixture.rows
    row.extra.button._list_layers()
    titles = [each.text() for each in row.extra.button.layers.actions()]
    row.extra.button.layers.actions()[titles.index("content")].trigger()
    seen["given"] = row.extra.button.text()
    made = yield from painter.apply(document)
    seen["pixel"] = pixel(made, 5, 5)
    return seen


def from_nothing(painter, document):
    seen = {}
    # Whatever is on its way is a preview by another engine.
    painter.choose("toy-pair")
    yield lambda: painter.controller.preview._live._ticket
    painter.choose("toy-texture")
    bar = painter.panel.apply_bar
    seen["source"] = [bar._source.currentData(), bar._source.isEnabled()]
    yield 1.5
    seen["preview"] = painter.panel.view.caption
    made = yield from painter.apply(document)
    seen["whole"] = [made.type(), *bounds(made)]
    seen["opaque"] = [pixel(made, *at)[3] for at in ((0, 0), (WIDTH - 1, HEIGHT - 1))]
    selection = Selection()
    selection.select(8, 4, 20, 10, 255)
    selection.select(8, 4, 5, 5, 100)
    document.setSelection(selection)
    made = yield from painter.apply(document)
    (mask,) = made.childNodes()
    seen["selected"] = [mask.type(), *bounds(made)]
    seen["mask"] = [pixel(mask, 8, 4)[0], pixel(mask, 20, 10)[0]]
    document.setSelection(None)
    painter.panel.apply_bar.discard.click()
    yield 0.8
    return seen


def without_a_style(painter, document):
    painter.choose("toy-filter")
    words = [painter.shown(), painter.panel.library._none.text()]
    made = yield from painter.apply(document)
    return [words, pixel(made, 5, 5)]


def with_an_output(painter, document):
    painter.choose("toy-frames")
    painter.panel.engine_panel.outputs.boxes["amount"].click()
    made = yield from painter.apply(document)
    painting, extra = made.childNodes()
    painter.panel.engine_panel.outputs.boxes["amount"].click()
    return [made.type(), extra.name(), extra.visible(), pixel(painting, 5, 5), pixel(extra, 5, 5)]


def and_back(painter, panel):
    """What was chosen with another engine is chosen again."""
    state = painter.controller.state
    painter.choose("toy-checkpoint")
    yield 0.2
    chosen = [item.text() for item in panel.library.grid.selectedItems()]
    painter.choose("glaze")
    styles = [state.name_of(each) for each in state.choices.value.styles]
    return [chosen, styles, panel.apply_bar._source.currentData()]


def in_order(painter):
    stage = painter.stage
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
        layer.setPixelData(bytes((0, 0, 0, 255)) * WIDTH * HEIGHT, 0, 0, WIDTH, HEIGHT)
    document.setFullClipRangeStartTime(KEYS[0])
    document.setFullClipRangeEndTime(10)
    yield lambda: (document.playBackStartTime(), document.playBackEndTime()) == (KEYS[0], 10)
    painter.choose("toy-frames")
    source = painter.panel.apply_bar._source
    place = source.findData("frames")
    source.setCurrentIndex(place)
    source.activated.emit(place)
    # Krita notes some time later what was done.
    yield 1.0
    before = len(undo_steps(stage))
    made = yield from painter.apply(document)
    frames = [list(bytes(made.pixelDataAtTime(3, 3, 1, 1, time))) for time in KEYS]
    return [frames, undo_steps(stage)[before:]]


def undo_steps(stage):
    """Their names, up to where the history stands."""
    docker = stage.window.qwindow().findChild(QDockWidget, "History")
    view = docker.findChild(QListView)
    rows = range(view.currentIndex().row() + 1)
    return [view.model().index(row, 0).data() for row in rows]


def bounds(node):
    box = node.bounds()
    return [box.x(), box.y(), box.width(), box.height()]
