"""Turns knobs and uses the library with a real mouse and keys.

What xdotool is to do lies in numbered files, and the test does it.
"""

import json
import time
from html import unescape
from pathlib import Path

from PyQt5.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt5.QtWidgets import QApplication, QComboBox, QMenu, QScrollArea, QTabWidget

from velatura_krita.model.choices import StyleChoice
from velatura_krita.ui.inputs import SpinBox
from velatura_krita.ui.style_tile import star_of
from velatura_krita.ui.value_slider import ValueSlider

LAST = "Shift_R"
"""A key that does nothing. Events come in order: when it has come, so has all that was done before."""


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    controller, panel = docker.controller, docker.panel
    report = {}
    if not stage.arguments["first"]:
        # The styles are there, and the one of the last time is seen among them.
        yield lambda: any(tile.style.name for tile in controller.state.tiles.value)
        yield 0.5
        grid = panel.library.grid
        reveal(grid)
        yield from soon(grid.selectedItems)
        (item,) = grid.selectedItems()
        report["chosen"] = item.text()
        report["rows below"] = grid.verticalScrollBar().maximum() > 0
        report["seen"] = grid.viewport().rect().intersects(grid.visualItemRect(item))
        return report
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    hands = Hands(Path(stage.arguments["folder"]))
    # Without a window manager nobody gives the keys to Krita.
    yield from hands.do(["windowfocus", int(stage.window.qwindow().winId())])
    # A sentence of the link's must not move widgets while the mouse is on its way.
    yield 1.0

    engine = panel.findChild(QComboBox, "velatura_engine")
    reveal(engine)
    yield 0.3
    scrolled = scroll_of(engine)
    before = scrolled.verticalScrollBar().value() if scrolled else 0
    chosen = controller.state.choices.value.engine
    yield from hands.do(*at(engine), *wheel(3))
    report["engine stays"] = controller.state.choices.value.engine == chosen
    report["engine has no focus"] = not engine.hasFocus()
    bar = scrolled.verticalScrollBar() if scrolled else None
    report["scrolled"] = bar is None or bar.maximum() == 0 or bar.value() != before
    # It keeps the focus when its list was closed, and is not turned then either.
    reveal(engine)
    yield from hands.do(*at(engine), ["click", 1], ["sleep", 0.4], ["key", "Escape"])
    report["list is closed"] = not engine.view().isVisible()
    yield from hands.do(*at(engine), *wheel(3))
    report["engine still stays"] = controller.state.choices.value.engine == chosen

    panel.engine_panel._fine.fold_out()
    yield 0.3
    seed = panel.findChild(SpinBox, "velatura_seed")
    reveal(seed)
    yield 0.3
    yield from hands.do(*at(seed, 0.3), *wheel(2))
    report["seed in passing"] = controller.state.choices.value.seed
    reveal(seed)
    yield 0.3
    yield from hands.do(*at(seed, 0.3), ["click", 1], *wheel(2, up=True))
    report["seed after a click"] = controller.state.choices.value.seed

    stroke = panel.findChild(ValueSlider, "velatura_knob_stroke")
    reveal(stroke)
    yield 0.3
    told = []
    stroke.changed.connect(told.append)
    yield from hands.do(*at(stroke), ["click", "--repeat", 2, "--delay", 60, 1], ["sleep", 0.8])
    yield from soon(lambda: stroke._edit is not None)
    report["typing"] = stroke._edit is not None
    report["told at a double click"] = list(told)
    yield from hands.do(["type", "33"], ["key", "Escape"], ["sleep", 0.2])
    report["after Escape"] = [stroke._edit is None, stroke.value, list(told)]
    yield from hands.do(*at(stroke), ["click", "--repeat", 2, "--delay", 60, 1], ["sleep", 0.8])
    yield from soon(lambda: stroke._edit is not None)
    yield from hands.do(["type", "33"], ["key", "Return"], ["sleep", 0.2])
    report["after Return"] = [stroke._edit is None, stroke.value, list(told)]
    yield from hands.do(*at(stroke, 0.25), ["click", 1], ["sleep", 0.8])
    yield from soon(lambda: stroke.value != 33.0)
    report["after a click"] = stroke.value

    yield from use_library(controller, panel, hands, report)
    name = panel.library.grid.item(panel.library.grid.count() - 1).data(256).style.name
    controller.change(controller.state.choices.value.with_styles((StyleChoice(name=name),)))
    report["last"] = panel.library.grid.item(panel.library.grid.count() - 1).text()
    # Choices are written down some time after the last change, and on a busy machine later.
    yield 1.5
    return report


def use_library(controller, panel, hands, report):
    """Rest on a style, mark it as a favourite, and open its menu."""
    grid = panel.library.grid
    reveal(grid)
    yield 0.5
    item = grid.item(1)
    name = item.data(256).style.name
    tile = grid.visualItemRect(item)
    middle = grid.viewport().mapToGlobal(tile.center())
    popup = panel.library._popup
    over = ["mousemove", middle.x(), middle.y()]
    yield from hands.do(over, ["mousemove_relative", 1, 1], ["sleep", 1.5])
    yield from soon(popup.isVisible)
    report["popup"] = [popup.isVisible(), item.text() in unescape(popup._words.text())]
    report["popup's picture"] = popup._picture.pixmap().width()
    report["popup is beside"] = not popup.geometry().contains(middle)
    star = grid.viewport().mapToGlobal(star_of(tile).center())
    yield from hands.do(["mousemove", star.x(), star.y()], ["click", 1], ["sleep", 0.2])
    yield lambda: [each for each in controller.state.tiles.value if each.favourite]
    marked = [each.style.name for each in controller.state.tiles.value if each.favourite]
    report["starred"] = marked == [name]
    report["popup is gone"] = not popup.isVisible()
    report["nothing chosen"] = grid.selectedItems() == []
    yield from hands.do(over, ["click", 3], ["sleep", 0.5])
    yield from soon(lambda: grid.findChildren(QMenu, options=Qt.FindDirectChildrenOnly))
    menu = grid.findChildren(QMenu, options=Qt.FindDirectChildrenOnly)[-1]
    report["menu"] = [each.text() for each in menu.actions() if each.text()]
    yield from hands.do(["key", "Escape"])
    yield from soon(lambda: not menu.isVisible())
    report["menu is closed"] = not menu.isVisible()


class Hands(QObject):
    """Asks the test to move the mouse and press keys."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.asked, self.arrived = folder, 0, 0
        QApplication.instance().installEventFilter(self)

    def do(self, *actions):
        """Words of xdotool, one action after the other; they have arrived then, however busy the machine is."""
        self.asked += 1
        arrived = self.arrived
        draft, asked = (self.folder / f"{self.asked}.{end}" for end in ("draft", "ask"))
        draft.write_text(json.dumps([*actions, ["key", LAST]]))
        draft.rename(asked)
        yield lambda: not asked.exists()
        yield from soon(lambda: self.arrived > arrived)
        yield 0.3

    def eventFilter(self, watched, event):
        if event.type() == QEvent.KeyRelease and event.key() == Qt.Key_Shift:
            self.arrived += 1
        return False


def soon(condition, seconds=20.0):
    """Wait until ``condition`` holds, but not for ever: whether it does is reported then."""
    deadline = time.monotonic() + seconds
    yield lambda: condition() or time.monotonic() > deadline


def at(widget, share=0.5):
    """The mouse over ``widget``; ``share`` is how far from its left edge."""
    point = QPoint(int(share * widget.width()), widget.height() // 2)
    place = widget.mapToGlobal(point)
    return [["mousemove", place.x(), place.y()], ["sleep", 0.1]]


def wheel(turns, *, up=False):
    return [["click", "--repeat", turns, "--delay", 80, 4 if up else 5], ["sleep", 0.2]]


def scroll_of(widget):
    while widget is not None and not isinstance(widget, QScrollArea):
        widget = widget.parentWidget()
    return widget


def reveal(widget):
    """Have ``widget`` in sight, whatever it is in."""
    child = widget
    while (parent := child.parentWidget()) is not None:
        outer = parent.parentWidget()
        if isinstance(outer, QTabWidget) and outer.indexOf(child) >= 0:
            outer.setCurrentWidget(child)
        child = parent
    if (scroll := scroll_of(widget)) is not None:
        inside = scroll.widget()
        place = QRect(widget.mapTo(inside, QPoint(0, 0)), widget.size())
        scroll.ensureVisible(place.center().x(), place.center().y(), 0, 60)
