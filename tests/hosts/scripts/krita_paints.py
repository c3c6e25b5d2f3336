"""Paints the layers of ``cases`` through the docker, one document after another; pixels travel as files."""

from dataclasses import replace
from pathlib import Path

from krita import Selection
from velatura_krita.document.formats import Bounds
from velatura_krita.document.layer_reader import bounds_of, space_of
from velatura_krita.model import choices as chosen


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller = docker.controller
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    results = []
    for case in stage.arguments["cases"]:
        results += [(yield from perform(stage, controller, case))]
    return results


def perform(stage, controller, case):
    document = yield from made(stage, case)
    layer = [add(document, facts) for facts in case["layers"]][-1]
    yield lambda: layer.parentNode() is not None
    # A group's extent is known when its projection is.
    document.refreshProjection()
    yield 0.2
    document.waitForDone()
    document.setActiveNode(layer)
    yield lambda: document.activeNode() == layer
    if "selection" in case:
        selection = Selection()
        put(selection, case["selection"])
        document.setSelection(selection)
        yield 0.3
    choices = chosen.from_json(case["choices"])
    controller.change(replace(choices, regions=regions(document, choices, case)))
    before = names(document)
    pixels = read(layer)
    seen, shown = layer.visible(), canvas(document)
    controller.apply()
    yield lambda: not controller.busy
    # The layer that was painted is made the active one again.
    yield 0.6
    message = controller.state.message.value
    report = {
        "version": stage.krita.version(),
        "message": None if message is None else message.text,
        "bad": message is not None and message.bad,
        "before": before,
        "after": names(document),
        "hidden": seen and not layer.visible(),
        "kept": read(layer) == pixels,
        "annotated": "velatura/choices" in document.annotationTypes(),
    }
    if report["after"] != before:
        after, right = composited(document)
        report.update(painted(document, case), shown=after != shown, composited=right)
        Path(case["into"] + ".canvas").write_bytes(after)
        stage.krita.action("edit_undo").trigger()
        yield 0.8
        undone, right = composited(document)
        report["undone"] = names(document)
        report["undone on the canvas"] = right and undone == shown
        report["restored"] = read(layer) == pixels and layer.visible() == seen
        stage.krita.action("edit_redo").trigger()
        yield 0.8
        redone, right = composited(document)
        report["redone"] = names(document)
        report["redone on the canvas"] = right and redone == after
    document.setModified(False)
    document.close()
    yield 0.2
    return report


def made(stage, case):
    width, height = case["size"]
    space = case["space"]
    document = stage.krita.createDocument(width, height, "case", *space, 100.0)
    stage.window.addView(document)
    stage.krita.setActiveDocument(document)
    yield 0.4
    return document


def add(document, facts):
    if facts.get("kind") == "group":
        group = document.createGroupLayer(facts["name"])
        for child in facts["children"]:
            node = document.createNode(child["name"], "paintlayer")
            put(node, child)
            group.addChildNode(node, None)
        document.rootNode().addChildNode(group, None)
        return group
    node = document.createNode(facts["name"], "paintlayer")
    put(node, facts)
    document.rootNode().addChildNode(node, None)
    return node


def put(node, facts):
    x, y, width, height = facts["bounds"]
    node.setPixelData(Path(facts["pixels"]).read_bytes(), x, y, width, height)


def regions(document, choices, case):
    """The case's regions name their layers; documents know them by id."""
    made = []
    for region, name in zip(choices.regions, case.get("region_layers", ()), strict=True):
        node = document.nodeByName(name)
        made.append(replace(region, node=node.uniqueId().toString()))
    return tuple(made)


def canvas(document):
    """What the person sees, and what is exported."""
    document.waitForDone()
    return bytes(document.pixelData(0, 0, document.width(), document.height()))


def composited(document):
    """What the person sees, and whether that is what Krita composites when it is made to do so."""
    seen = canvas(document)
    document.refreshProjection()
    return seen, seen == canvas(document)


def names(document):
    return [[node.name(), node.type()] for node in layers(document)]


def layers(document):
    """From below; the selection is a node of the document, too."""
    return [each for each in document.rootNode().childNodes() if each.type() != "selectionmask"]


def read(node):
    bounds = bounds_of(node)
    whole = node.type() == "grouplayer"
    pixels = node.projectionPixelData if whole else node.pixelData
    return bytes(pixels(bounds.x, bounds.y, bounds.width, bounds.height))


def painted(document, case):
    node = layers(document)[-1]
    inner = node.childNodes()[0] if node.type() == "grouplayer" else node
    bounds = bounds_of(inner)
    wanted = Bounds(*case["layers"][-1]["bounds"])
    data = inner.pixelData(wanted.x, wanted.y, wanted.width, wanted.height)
    Path(case["into"]).write_bytes(bytes(data))
    report = {
        "bounds": [bounds.x, bounds.y, bounds.width, bounds.height],
        "space": [space_of(inner).model, space_of(inner).depth, space_of(inner).profile],
        "masks": [child.type() for child in inner.childNodes()],
    }
    if inner is not node:
        mask = inner.childNodes()[0]
        veil = mask.pixelData(wanted.x, wanted.y, wanted.width, wanted.height)
        Path(case["into"] + ".mask").write_bytes(bytes(veil))
    return report
