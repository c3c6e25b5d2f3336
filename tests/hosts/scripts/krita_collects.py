"""Styles come into the library by the mouse and by the clipboard, a preset by keys; each is painted with."""

import json
from pathlib import Path

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QComboBox, QListWidget, QPushButton


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    docker.setFloating(True)
    docker.setGeometry(1100, 20, 420, 900)
    controller = docker.controller
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    document = yield from stage.open(stage.arguments["content"])
    content = document.activeNode()
    grid = docker.findChild(QListWidget, "velatura_styles")
    report = {"before": labels(grid)}

    # The test drags a file here, from another program's window.
    middle = grid.viewport().mapToGlobal(QPoint(grid.viewport().width() // 2, 40))
    here = Path(stage.arguments["here"])
    here.with_suffix(".draft").write_text(json.dumps([middle.x(), middle.y()]))
    here.with_suffix(".draft").rename(here)
    yield lambda: len(grid.selectedItems()) == 1 and selected(grid)[0] not in report["before"]
    report["dropped"] = selected(grid)
    report["of the dropped"] = yield from painted(stage, docker, document, content, "dropped")

    before = labels(grid)
    [paste] = [each for each in docker.findChildren(QAction) if each.text() == "From the clipboard"]
    paste.trigger()
    yield lambda: set(labels(grid)) - set(before) and selected(grid)[0] not in before
    report["pasted"] = selected(grid)
    report["of the pasted"] = yield from painted(stage, docker, document, content, "pasted")

    presets = docker.findChild(QComboBox, "velatura_presets")
    presets.setFocus()
    while presets.currentText() != "Rough":
        QTest.keyClick(presets, Qt.Key_Down)
        yield 0.1
    yield 0.3
    report["chosen"] = selected(grid)
    report["of the preset"] = yield from painted(stage, docker, document, content, "preset")
    return report


def painted(stage, docker, document, content, name):
    """Apply, as a click does it; the new layer's name, and its pixels in a file."""
    document.setActiveNode(content)
    yield lambda: document.activeNode() == content
    yield 0.3
    before = len(document.rootNode().childNodes())
    QTest.mouseClick(docker.findChild(QPushButton, "velatura_apply"), Qt.LeftButton)
    yield lambda: not docker.controller.busy and len(document.rootNode().childNodes()) > before
    yield 0.6
    layer = document.rootNode().childNodes()[before]
    message = docker.controller.state.message.value
    width, height = document.width(), document.height()
    into = Path(stage.arguments["into"]) / f"{name}.raw"
    into.write_bytes(bytes(layer.pixelData(0, 0, width, height)))
    return [layer.name(), message.text if message is not None else ""]


def labels(grid):
    return [grid.item(place).text() for place in range(grid.count())]


def selected(grid):
    return [item.text() for item in grid.selectedItems()]
