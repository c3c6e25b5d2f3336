"""What the library offers to an engine that paints from pictures alone, and what Apply says of a code."""

from dataclasses import replace

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel

from velatura_krita.model.choices import Choices, StyleChoice


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    docker.setFloating(True)
    docker.resize(420, 900)
    controller, panel = docker.controller, docker.panel
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    document = yield from stage.open(stage.arguments["given"])
    grid = panel.library.grid
    note = panel.library.findChild(QLabel, "velatura_style_note")
    report = {"at first": [able(grid), note.isVisible()]}
    controller.change(Choices().with_styles((StyleChoice(name="numbers"),)))
    controller.change(replace(controller.state.choices.value, engine="gatys"))
    report["for gatys"] = [able(grid), note.isVisible()]
    yield 0.3
    controller.apply()
    message = controller.state.message.value
    report["said"] = [message.text, message.hint, controller.busy]
    report["layers"] = len(document.rootNode().childNodes())
    controller.change(replace(controller.state.choices.value, engine="glaze"))
    wave = controller.state.choices.value.with_styles((StyleChoice(name="great-wave"),))
    controller.change(replace(wave, engine="glaze"))
    report["larger"] = ["larger" in note.text()]
    controller.change(replace(wave, engine="gatys"))
    report["larger"].append("larger" in note.text())
    controller.change(replace(controller.state.choices.value, engine="glaze"))
    report["again"] = [able(grid), note.isVisible()]
    return report


def able(grid):
    """How many styles can be chosen, and whether that is all of them."""
    flags = [grid.item(place).flags() for place in range(grid.count())]
    count = sum(bool(each & Qt.ItemIsSelectable) for each in flags)
    return "all" if count == len(flags) else count
