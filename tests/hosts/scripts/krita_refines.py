"""A result goes on through the engine that refines: replaced, undone, discarded, stopped, and what comes between."""

from dataclasses import replace
from pathlib import Path

from PyQt5.QtWidgets import QPushButton

from velatura_krita.document import apply_controller
from velatura_krita.document.kept_result import kept_result
from velatura_krita.document.undo_history import UndoHistory
from velatura_krita.model.choices import Choices, StyleChoice
from velatura_link.refining import refining_in

WIDTH, HEIGHT = 96, 64
QUICK = Choices(engine="glaze-live", strength=0.8).with_styles((StyleChoice(name="great-wave"),))
FEW, MANY = 1, 400


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    docker.controller.start_daemon()
    yield lambda: docker.controller.state.offer.value.manifest
    return (yield from PARTS[stage.arguments["part"]](stage, docker))


def refining(controller, steps):
    """How it refines; in so many steps from now on, since the engine's own are many."""
    found = refining_in(controller.state.offer.value.manifest)
    found = replace(found, params={**found.params, "steps": steps})
    apply_controller.refining_in = lambda manifest: found
    return found


def heard(controller):
    """Requests of batch priority, from now on."""
    sent, submit = [], controller.link.submit

    def listening(request, on_event, **options):
        if options.get("priority") == "batch":
            sent.append(request)
        return submit(request, on_event, **options)

    controller.link.submit = listening
    return sent


def replaced(stage, docker):
    """The result that waits, while somebody works on another layer."""
    controller, foot = docker.controller, docker.panel.apply_bar
    history, sent = UndoHistory(stage.krita), heard(controller)
    by = refining(controller, FEW)
    entry = controller.state.offer.value.manifest[by.engine]
    report = {"engine": by.engine, "title": entry["descriptor"]["title"], "knobs": by.params}
    document, layer = yield from picture(stage, "refine")
    report["nothing to refine"] = foot.refine.isVisible()
    yield from painted(controller, QUICK)
    yield lambda: foot.refine.isVisible()
    quick = layers(document)[-1]
    quick.setOpacity(230)
    other = document.createNode("drawn on", "paintlayer")
    document.rootNode().addChildNode(other, None)
    yield from activate(document, other)
    document.refreshProjection()
    before, position = canvas(document), history.position(document)
    button(docker, "velatura_refine").click()
    report["offers to keep"] = foot.finish.isEnabled()
    yield lambda: not controller.busy
    yield 1.0
    refined = layers(document)[2]
    report["names"] = names(document)
    report["opacity"] = refined.opacity()
    report["still on"] = document.activeNode().name()
    report["seen"] = canvas(document) != before
    again = canvas(document)
    document.refreshProjection()
    report["on the canvas"] = canvas(document) == again
    kept = kept_result(document, refined)
    report["kept"] = [kept.choices.engine, kept.recipe["engine"], kept.choices.strength]
    start, content = sent[0].inputs[by.input], sent[0].content
    report["begun from"] = bytes(start.view) == rgba(quick.pixelData(0, 0, WIDTH, HEIGHT))
    report["content"] = bytes(content.view) == rgba(layer.pixelData(0, 0, WIDTH, HEIGHT))
    report["asked"] = [dict(sent[0].params), sent[0].strength]
    report["not again"] = foot.refine.isVisible()
    for _ in range(2):
        stage.krita.action("edit_undo").trigger()
        yield 1.2
        back = history.position(document).current == position.current
        report["undone once"] = [names(document), canvas(document) == before, back]
        stage.krita.action("edit_redo").trigger()
        yield 1.2
        report["redone once"] = [names(document), canvas(document) == again]
    foot.discard.click()
    yield lambda: controller.state.message.value and "back" in controller.state.message.value.text
    yield 0.5
    report["discarded"] = [names(document), canvas(document) == before]
    # Something was done since.
    yield from activate(document, layers(document)[2])
    yield lambda: foot.refine.isVisible()
    foot.refine.click()
    yield lambda: not controller.busy
    yield 0.6
    document.rootNode().addChildNode(document.createNode("drawn since", "paintlayer"), None)
    yield 0.6
    foot.discard.click()
    yield 0.6
    report["discarded later"] = names(document)
    stage.krita.action("edit_undo").trigger()
    yield 0.6
    # What is taken back is one step of the discarding, not the replacement.
    report["one step back"] = len(layers(document))
    yield from close(document)
    return report


def selected(stage, docker):
    """In a selection that is gone by then, moved meanwhile, stopped and kept."""
    controller, foot, report = docker.controller, docker.panel.apply_bar, {}
    sent, sketches = heard(controller), []
    controller.intermediate.connect(sketches.append)
    refining(controller, MANY)
    document, layer = yield from picture(stage, "selection")
    half = selection(0, 0, WIDTH // 2, HEIGHT)
    document.setSelection(half)
    yield 0.5
    yield from painted(controller, QUICK)
    document.setSelection(None)
    yield 0.5
    quick = layers(document)[-1]
    yield from activate(document, quick)
    yield lambda: foot.refine.isVisible()
    foot.refine.click()
    yield lambda: sent
    report["the selection's mask"] = bytes(sent[0].regions[-1].mask.view) == bytes(
        half.pixelData(0, 0, WIDTH, HEIGHT)
    )
    quick.move(5, 3)
    # Pictures come on the way.
    yield lambda: sketches
    foot.finish.click()
    yield lambda: not controller.busy
    yield 0.6
    refined = layers(document)[-1]
    report["stopped"] = [names(document), kept_result(document, refined).recipe.get("stop_after")]
    place = refined.position()
    report["moved"] = [place.x(), place.y()]
    inside = (5 + WIDTH // 2, 3, WIDTH // 2, HEIGHT)
    report["outside is the photo"] = bytes(refined.pixelData(*inside)) == bytes(
        layer.pixelData(WIDTH // 2, 0, WIDTH // 2, HEIGHT)
    )
    yield from close(document)
    return report


def between(stage, docker):
    """Given up: nothing is changed. A group with a mask; painted on meanwhile."""
    controller, foot, report = docker.controller, docker.panel.apply_bar, {}
    refining(controller, MANY)
    document, _ = yield from picture(stage, "between")
    yield from painted(controller, replace(QUICK, output="group"))
    before = canvas(document)
    foot.refine.click()
    yield lambda: at_work(controller)
    foot.stop.click()
    yield lambda: not controller.busy
    report["given up"] = [names(document), canvas(document) == before]
    refining(controller, FEW)
    foot.refine.click()
    yield lambda: not controller.busy
    yield 0.6
    group = layers(document)[-1]
    inner = group.childNodes()[0]
    report["group"] = [each.type() for each in (group, inner, *inner.childNodes())]
    foot.discard.click()
    yield 0.6
    inner = layers(document)[-1].childNodes()[0]
    foot.keep.click()
    yield from activate(document, layers(document)[-1])
    yield lambda: foot.refine.isVisible()
    foot.refine.click()
    yield lambda: at_work(controller)
    inner.setPixelData(b"\x20\x90\xf0\xff" * 100, 4, 4, 10, 10)
    yield lambda: not controller.busy
    yield 0.6
    report["painted on"] = [names(document), controller.state.message.value.text]
    yield from close(document)
    return report


def gone(stage, docker):
    """Layers that are removed, and a document that is closed, while or before a result is refined."""
    controller, foot, report = docker.controller, docker.panel.apply_bar, {}
    refining(controller, FEW)
    for which in ("result", "source", "both"):
        document, layer = yield from picture(stage, which)
        yield from painted(controller, QUICK)
        yield lambda: foot.refine.isVisible()
        quick = layers(document)[-1]
        foot.refine.click()
        yield lambda: at_work(controller)
        if which != "source":
            quick.remove()
        if which != "result":
            layer.remove()
        yield lambda: not controller.busy
        yield 0.6
        said = controller.state.message.value
        report[f"{which} gone"] = [names(document), said.text if said else ""]
        yield from close(document)

    document, layer = yield from picture(stage, "source gone before")
    yield from painted(controller, QUICK)
    yield lambda: foot.refine.isVisible()
    layer.remove()
    yield 0.4
    foot.refine.click()
    report["source gone before"] = [controller.busy, controller.state.message.value.text]
    yield from close(document)

    refining(controller, MANY)
    document, layer = yield from picture(stage, "closed")
    yield from painted(controller, QUICK)
    yield lambda: foot.refine.isVisible()
    foot.refine.click()
    yield lambda: at_work(controller)
    document.setModified(False)
    document.close()
    yield lambda: controller.state.message.value and "closed" in controller.state.message.value.text
    report["closed"] = not controller._runner._runs
    return report


def brushed(stage, docker):
    """Somebody paints on another layer when the refined one could come."""
    controller, foot = docker.controller, docker.panel.apply_bar
    refining(controller, FEW)
    document, _ = yield from picture(stage, "brushed")
    yield from painted(controller, QUICK)
    other = document.createNode("drawn on", "paintlayer")
    document.rootNode().addChildNode(other, None)
    yield from activate(document, other)
    stage.krita.action("KritaShape/KisToolBrush").trigger()
    foot.refine.click()
    Path(stage.arguments["begun"]).touch()
    yield lambda: controller.state.shown.value.text == "Writing the layer"
    Path(stage.arguments["writing"]).touch()
    yield lambda: not controller.busy
    Path(stage.arguments["landed"]).touch()
    yield 1.0
    drawn = any(bytes(other.pixelData(0, 0, WIDTH, HEIGHT)))
    return {"names": names(document), "drawn": drawn, "on": document.activeNode().name()}


PARTS = {each.__name__: each for each in (replaced, selected, between, gone, brushed)}


def at_work(controller):
    """Whether the painter has begun; what is painted on from now on was read before."""
    shown = controller.state.shown.value
    return shown is not None and shown.text in ("Painting", "Preparing", "Looking at the picture")


def button(docker, name):
    return docker.findChild(QPushButton, name)


def selection(*area):
    from krita import Selection

    made = Selection()
    made.select(*area, 255)
    return made


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


def rgba(data):
    """Krita's blue, green, red as the wire has it."""
    swapped = bytearray(bytes(data))
    swapped[0::4], swapped[2::4] = swapped[2::4], swapped[0::4]
    return bytes(swapped)


def activate(document, node):
    document.setActiveNode(node)
    yield lambda: document.activeNode() == node
    yield 0.4


def painted(controller, choices):
    controller.change(choices)
    controller.apply()
    yield lambda: not controller.busy
    yield 0.6


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
