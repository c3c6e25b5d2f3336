"""What becomes of results: from masks, from several layers, from what is visible; discarded, edited, closed away."""

from dataclasses import replace

from velatura_krita.document.kept_result import kept_result
from velatura_krita.document.undo_history import UndoHistory
from velatura_krita.model.choices import Choices, StyleChoice

WIDTH, HEIGHT = 96, 64
GLAZE = Choices().with_styles((StyleChoice(name="great-wave"),))
BRIEF = Choices(engine="identity", params={"identity": {"steps": 10, "pause": 0.1}})
SLOW = Choices(engine="identity", params={"identity": {"steps": 5000, "pause": 0.1}})


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, foot = docker.controller, docker.panel.apply_bar
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    history = UndoHistory(stage.krita)
    report = {}

    document, layer = yield from picture(stage, "mask")
    mask = document.createTransparencyMask("half")
    layer.addChildNode(mask, None)
    mask.setPixelData(b"\xff" * (WIDTH * HEIGHT // 2), 0, 0, WIDTH, HEIGHT // 2)
    yield from activate(document, mask)
    yield from painted(controller, GLAZE)
    result = layers(document)[-1]
    report["of a mask"] = [result.name(), result.colorModel(), result.parentNode() is not None]
    report["lies above its layer"] = result.index() == layer.index() + 1
    yield from close(document)

    document, layer = yield from picture(stage, "discard")
    before, seen = history.position(document), canvas(document)
    yield from painted(controller, GLAZE)
    report["asks"] = foot.discard.isEnabled() and foot.keep.isEnabled()
    report["shown"] = canvas(document) != seen
    yield 0.5
    foot.discard.click()
    yield lambda: len(layers(document)) == 2
    yield 0.5
    report["discarded"] = canvas(document) == seen
    report["undo as before"] = history.position(document).current == before.current
    report["asks no more"] = not foot.discard.isEnabled()
    stage.krita.action("edit_redo").trigger()
    yield lambda: len(layers(document)) == 3

    stage.krita.action("edit_undo").trigger()
    yield lambda: len(layers(document)) == 2
    yield from activate(document, layer)
    yield from painted(controller, GLAZE)
    yield 0.5
    stage.krita.action("edit_undo").trigger()
    yield lambda: len(layers(document)) == 2
    undone = history.position(document)
    foot.discard.click()
    yield 0.5
    report["said after Undo"] = controller.state.message.value.text
    report["nothing was done"] = history.position(document) == undone
    stage.krita.action("edit_redo").trigger()
    yield lambda: len(layers(document)) == 3

    yield from activate(document, layer)
    yield from painted(controller, GLAZE)
    yield 0.5
    other = document.createNode("drawn since", "paintlayer")
    document.rootNode().addChildNode(other, None)
    yield 0.5
    foot.discard.click()
    yield 0.5
    report["after other steps"] = names(document)
    report["said"] = controller.state.message.value.text + " " + controller.state.message.value.hint
    yield from close(document)

    document, layer = yield from picture(stage, "in place")
    seen = canvas(document)
    yield from painted(controller, replace(GLAZE, output="in-place"))
    yield 0.5
    foot.discard.click()
    yield lambda: layer.visible()
    yield 0.5
    report["in place discarded"] = canvas(document) == seen
    yield from close(document)

    document, layer = yield from picture(stage, "edit")
    yield from painted(controller, GLAZE)
    result = layers(document)[-1]
    first = canvas(document)
    foot.keep.click()
    yield from activate(document, result)
    yield lambda: foot.edit.isVisible()
    controller.change(Choices())
    foot.edit.click()
    report["says so"] = foot.apply.text()
    report["settings came back"] = controller.state.choices.value.mixture == GLAZE.mixture
    yield from painted(controller, replace(controller.state.choices.value, strength=0.5))
    yield 0.5
    after = layers(document)
    report["replaced"] = [node.name() for node in after]
    report["another picture"] = canvas(document) != first
    kept = kept_result(document, after[-1])
    report["kept"] = [kept.choices.strength, kept.recipe.get("engine") and True]
    again = canvas(document)
    document.refreshProjection()
    report["edited on the canvas"] = canvas(document) == again
    foot.keep.click()
    yield from activate(document, after[-1])
    yield lambda: foot.edit.isVisible()
    layer.remove()
    yield 0.3
    foot.edit.click()
    controller.apply()
    report["its source is gone"] = [controller.busy, controller.state.message.value.text]
    yield from close(document)

    document, layer = yield from picture(stage, "edited in place")
    yield from painted(controller, replace(GLAZE, output="in-place"))
    foot.keep.click()
    yield from activate(document, layers(document)[-1])
    yield lambda: foot.edit.isVisible()
    foot.edit.click()
    yield from painted(controller, replace(controller.state.choices.value, strength=0.5))
    yield 0.5
    report["in place edited"] = [names(document), layer.visible()]
    yield from close(document)

    document, layer = yield from picture(stage, "visible")
    controller.change(replace(GLAZE, source="visible"))
    yield from painted(controller, replace(GLAZE, source="visible"))
    top = layers(document)[-1]
    report["visible"] = [top.name(), layers(document).index(top)]
    report["visible is on the canvas"] = bytes(top.pixelData(0, 0, WIDTH, HEIGHT)) == canvas(
        document
    )
    yield from close(document)

    document, layer = yield from picture(stage, "selected")
    second = document.createNode("second", "paintlayer")
    second.setPixelData(pixels(7), 0, 0, WIDTH, HEIGHT)
    document.rootNode().addChildNode(second, None)
    yield 0.3
    document.setActiveNode(second)
    yield 0.3
    stage.krita.action("select_all_layers").trigger()
    yield 0.5
    report["selected nodes"] = sorted(
        node.name() for node in stage.window.activeView().selectedNodes()
    )
    yield from painted(controller, replace(GLAZE, source="selected"))
    report["each above its own"] = names(document)
    yield 0.5
    foot.discard.click()
    yield lambda: len(layers(document)) == 3
    report["all discarded"] = names(document)
    yield from activate(document, second)
    stage.krita.action("select_all_layers").trigger()
    yield 0.5
    controller.change(replace(BRIEF, source="selected"))
    controller.apply()
    yield lambda: controller.state.shown.value.text.startswith("Layer 2")
    document.rootNode().addChildNode(document.createNode("drawn between", "paintlayer"), None)
    yield lambda: not controller.busy
    yield 0.5
    foot.discard.click()
    yield 0.5
    report["drawn meanwhile"] = names(document)
    yield from close(document)

    kinds = {}
    for kind in ("filllayer", "vectorlayer", "filterlayer"):
        document, layer = yield from picture(stage, kind)
        node = special(stage, document, kind)
        yield 0.3
        document.waitForDone()
        yield from activate(document, node)
        yield from painted(controller, GLAZE)
        kinds[kind] = names(document)[-1]
        yield from close(document)
    report["kinds"] = kinds

    document, layer = yield from picture(stage, "closed")
    controller.change(SLOW)
    controller.apply()
    yield lambda: controller.state.shown.value.text == "Pretend"
    document.setModified(False)
    document.close()
    yield lambda: controller.state.message.value and "closed" in controller.state.message.value.text
    report["closed"] = controller.state.message.value.text
    report["nothing goes on"] = not controller._runner._runs

    keys = {}
    for action in stage.krita.actions():
        for shortcut in action.shortcuts():
            keys.setdefault(shortcut.toString(), []).append(action.objectName())
    ours = [names for names in keys.values() if any(each.startswith("velatura") for each in names)]
    report["shortcuts"] = sorted(ours)
    return report


def picture(stage, name):
    document = stage.krita.createDocument(WIDTH, HEIGHT, name, "RGBA", "U8", "", 100.0)
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 0.5
    layer = document.createNode("photo", "paintlayer")
    layer.setPixelData(pixels(3), 0, 0, WIDTH, HEIGHT)
    document.rootNode().addChildNode(layer, None)
    yield 0.5
    yield from activate(document, layer)
    return document, layer


def pixels(step):
    return bytes(
        value
        for y in range(HEIGHT)
        for x in range(WIDTH)
        for value in ((step * x) % 256, (5 * y) % 256, (x * y // 9) % 256, 255)
    )


def special(stage, document, kind):
    from krita import InfoObject, Selection

    everywhere = Selection()
    everywhere.select(0, 0, WIDTH, HEIGHT, 255)
    if kind == "filllayer":
        colour = InfoObject()
        colour.setProperty("color", "#c08040")
        node = document.createFillLayer("fill", "color", colour, everywhere)
    elif kind == "vectorlayer":
        node = document.createVectorLayer("vector")
    else:
        node = document.createFilterLayer("filter", stage.krita.filter("invert"), everywhere)
    document.rootNode().addChildNode(node, None)
    if kind == "vectorlayer":
        node.addShapesFromSvg(
            '<svg width="90" height="60"><rect width="60" height="40" fill="#0a0"/></svg>'
        )
    return node


def activate(document, node):
    document.setActiveNode(node)
    yield lambda: document.activeNode() == node
    yield 0.4


def painted(controller, choices):
    controller.change(choices)
    controller.apply()
    yield lambda: not controller.busy
    yield 0.5


def layers(document):
    return [each for each in document.rootNode().childNodes() if each.type() != "selectionmask"]


def names(document):
    return [each.name() for each in layers(document)]


def canvas(document):
    document.waitForDone()
    return bytes(document.pixelData(0, 0, WIDTH, HEIGHT))


def close(document):
    document.setModified(False)
    document.close()
    yield 0.4
