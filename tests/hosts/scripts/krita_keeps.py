"""Adds styles in the docker, one before a daemon is there and one after, paints with them, and removes one."""

from pathlib import Path

from PyQt5.QtCore import Qt

from velatura_krita.model.settings import document_choices, keep_in_document


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, grid = docker.controller, docker.panel.library.grid
    state = controller.state
    yield lambda: state.link.value.kind == "absent"
    document = yield from stage.open(stage.arguments["given"])
    report = {}

    grid.dropped_file.emit(stage.arguments["first"])
    report["waiting"] = [[style.name, style.file] for style in state.choices.value.styles]
    keep_in_document(document, state.choices.value)
    report["shown"] = own(grid)

    controller.start_daemon()
    yield lambda: state.choices.value.styles[0].name
    report["moved"] = [[style.name, style.file] for style in state.choices.value.styles]
    report["chosen"] = [tile(item).style.name for item in grid.selectedItems()]
    report["of the document"] = [
        style.name for style in controller.styles.settled(document_choices(document)).styles
    ]

    grid.dropped_file.emit(stage.arguments["second"])
    yield lambda: state.choices.value.styles[0].name == "rings-2"
    report["own"] = own(grid)
    # Styles are kept before the daemon knows its engines.
    yield lambda: state.offer.value.manifest
    controller.apply()
    yield lambda: not controller.busy
    yield 0.6
    message = state.message.value
    report["message"] = None if message is None else message.text
    layer = document.rootNode().childNodes()[-1]
    report["name"] = layer.name()
    pixels = layer.pixelData(0, 0, document.width(), document.height())
    Path(stage.arguments["into"]).write_bytes(bytes(pixels))

    grid.removed.emit(next(tile(item).style for item in items(grid) if tile(item).label == "Rings"))
    yield lambda: own(grid) == ["Rings 2"]
    report["still chosen"] = [style.name for style in state.choices.value.styles]
    return report


def items(grid):
    return [grid.item(place) for place in range(grid.count())]


def tile(item):
    return item.data(Qt.UserRole)


def own(grid):
    """Labels of what can be removed; it must come before everything else."""
    tiles = [tile(item) for item in items(grid)]
    first = [each.label for each in tiles if each.own]
    assert [each.label for each in tiles[: len(first)]] == first
    return first
