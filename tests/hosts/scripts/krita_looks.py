"""Every page of the docker as a picture, and whatever is too narrow for its words."""

from pathlib import Path

from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtWidgets import QAbstractButton, QDockWidget, QLabel

from velatura_krita.model.choices import StyleChoice

WIDTH, HEIGHT = 330, 860


def main(stage):
    into = Path(stage.arguments["into"])
    document = yield from stage.open(stage.arguments["photo"])
    docker = stage.window.qwindow().findChild(QDockWidget, "velatura_docker")
    panel, controller = docker.panel, docker.controller
    docker.setVisible(True)
    docker.setFloating(True)
    docker.setGeometry(20, 20, WIDTH, HEIGHT)
    yield lambda: controller.state.offer.value.manifest
    yield 0.5
    clipped = []

    def look(name):
        docker.grab().save(str(into / f"{name}.png"))
        clipped.extend(f"{name}: {each}" for each in too_narrow(docker))

    look("0-no-style")
    choices = controller.state.choices.value
    controller.change(choices.with_styles((StyleChoice(name="great-wave"),)))
    yield lambda: panel.view.after is not None
    yield 0.5
    look("1-styles")
    controller.change(
        controller.state.choices.value.with_styles(
            (StyleChoice(name="great-wave"), StyleChoice(name="starry-night"))
        )
    )
    panel.view.look_at(1.0, (800, 500))
    yield lambda: panel.view.part is not None
    yield 1.0
    look("2-own-size")
    panel.view.look_at(None)
    panel.pages.setCurrentIndex(1)
    panel.engine_panel._fine.fold_out()
    yield 0.3
    look("3-settings")
    panel.pages.setCurrentIndex(2)
    yield 0.3
    look("4-parts")
    controller.add_region_layer()
    yield 0.5
    look("5-a-part")
    regions = controller.state.choices.value.regions
    controller.change(
        controller.state.choices.value.__class__(mixture=controller.state.choices.value.mixture)
    )
    assert regions
    panel.pages.setCurrentIndex(3)
    yield 0.3
    look("6-no-results")
    panel.results.make.click()
    yield lambda: all(panel.results.strip.pictures)
    controller.apply()
    yield lambda: not controller.busy and controller.state.history.value
    yield 0.5
    look("7-results")
    panel.results.compare.click()
    panel.results.strip.buttons[0].click()
    panel.results.strip.buttons[1].click()
    yield 0.3
    look("8-compared")
    panel.results.compare.click()
    controller._complain("Nothing is selected.", "Select an area first.")
    yield 0.5
    look("9-message")
    panel.status.menu.popup(panel.status.mapToGlobal(QPoint(0, 0)))
    yield 0.3
    panel.status.menu.grab().save(str(into / "a-menu.png"))
    panel.status.menu.close()
    for name in ("help", "about"):
        panel.status.menu.show_page(name)
        yield 0.3
        panel.status.menu.window_shown.grab().save(str(into / f"b-{name}.png"))
    panel.status.menu.window_shown.close()
    document.setModified(False)
    return clipped


def too_narrow(docker):
    """Buttons and labels whose words do not fit, as what they say."""
    found = []
    for widget in docker.findChildren((QAbstractButton, QLabel)):
        words = widget.text() if widget.isVisible() else ""
        if not words or (isinstance(widget, QLabel) and (widget.wordWrap() or "<" in words)):
            continue
        if widget.fontMetrics().horizontalAdvance(words.replace("&", "")) > widget.width() + 1:
            found.append(words)
    inside = QRect(0, 0, docker.width(), docker.height())
    for widget in docker.findChildren(QAbstractButton):
        if widget.isVisible() and not inside.contains(
            QRect(widget.mapTo(docker, QPoint(0, 0)), widget.size())
        ):
            visible = widget.visibleRegion().boundingRect()
            if not visible.isEmpty() and visible.width() < widget.width():
                found.append(f"beyond the edge: {widget.text()}")
    return found
