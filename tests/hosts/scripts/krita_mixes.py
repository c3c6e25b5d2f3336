"""Mixes two styles in the docker with the mouse, takes a part of one's picture, paints, and comes back to it."""

from pathlib import Path

from PyQt5.QtCore import QEvent, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QApplication, QMenu

from velatura_krita.model import choices as chosen
from velatura_krita.model.choices import StyleChoice
from velatura_krita.model.style_view import said
from velatura_krita.ui.view_button import ViewButton


def main(stage):
    docker = yield from stage.docker("velatura_docker")
    docker.setFloating(True)
    docker.resize(420, 900)
    controller, panel = docker.controller, docker.panel
    controller.start_daemon()
    yield lambda: controller.state.offer.value.manifest
    document = yield from stage.open(stage.arguments["given"])
    report = {}

    controller.styles.add_file(stage.arguments["style"])
    # It is the daemon's before anything is done with it.
    yield lambda: any(style.name for style in controller.state.choices.value.styles)
    own = controller.state.choices.value.styles
    report["alone"] = [row.share is None for row in panel.mixture.rows]
    select(panel.library.grid, StyleChoice(name="great-wave"))
    report["styles"] = [style == own[0] for style in controller.state.choices.value.styles]
    rows = panel.mixture.rows
    report["equal"] = [row.share.value for row in rows]
    yield 0.3
    share = rows[0].share
    drag(share, (0.5, 0.5), (0.75, 0.5))
    report["shares"] = [row.share.value for row in rows]
    report["weights"] = [each.weight for each in controller.state.choices.value.mixture]
    report["of a built-in style"] = rows[1].view.isEnabled()

    panel.live.setChecked(True)
    before = yield lambda: panel.preview_panel.shown
    rows[0].view.click()
    editor = panel.views.editor
    yield lambda: editor.isVisible()
    # The daemon has more of the picture than the thumbnail that is seen at first.
    yield lambda: editor._picture.width() > 160
    report["seen of it"] = [editor._picture.width(), editor._picture.height()]
    drag(editor.canvas, (0.25, 0.2), (0.8, 0.7))
    drag(editor.canvas, (0.5, 0.5), (0.55, 0.55))
    editor.quarters[90].click()
    drag(editor.scale, (0.5, 0.5), (0.6, 0.5))
    yield lambda: panel.preview_panel.shown.after != before.after
    view = controller.state.choices.value.mixture[0].view
    report["view"] = said(view)
    editor.close()
    panel.live.setChecked(False)

    controller.apply()
    yield lambda: not controller.busy
    yield 0.6
    message = controller.state.message.value
    report["message"] = None if message is None else message.text
    layer = document.rootNode().childNodes()[-1]
    report["name"] = layer.name()
    pixels = layer.pixelData(0, 0, document.width(), document.height())
    Path(stage.arguments["into"]).write_bytes(bytes(pixels))

    mixture = controller.state.choices.value.mixture
    kept = bytes(document.annotation("velatura/choices")).decode()
    report["in the document"] = chosen.from_json(kept).mixture == mixture
    select(panel.library.grid, StyleChoice(name="great-wave"), only=True)
    report["one left"] = len(controller.state.choices.value.mixture)
    report["offered"] = choose_from_menu(panel.library.grid, own[0])
    again = {each.style: each.view for each in controller.state.choices.value.mixture}
    report["view came back"] = again[own[0]] == view
    controller.choosing.entry(controller.state.history.value[0])
    report["from history"] = controller.state.choices.value.mixture == mixture
    rows = panel.mixture.rows
    report["shown"] = [row.share.value for row in rows]
    controller.add_region_layer()
    report["region's first view"] = controller.state.choices.value.regions[0].view == view
    region = panel.regions.findChild(ViewButton)
    region.click()
    yield lambda: editor.isVisible()
    editor.quarters[180].click()
    views = [each.view.rotation for each in controller.state.choices.value.regions]
    report["of a region"] = [*views, controller.state.choices.value.mixture == mixture]
    region.click()
    report["put away"] = not editor.isVisible()
    rows[0].view.click()
    yield lambda: editor.isVisible()
    rows[0].removed.emit()
    report["removed"] = [style.name for style in controller.state.choices.value.styles]
    report["closed"] = not editor.isVisible()
    return report


def select(grid, style, *, only=False):
    """As a click does, or one with Ctrl."""
    if only:
        grid.clearSelection()
    for item in items(grid):
        if item.data(Qt.UserRole).style == style:
            item.setSelected(True)


def choose_from_menu(grid, style):
    """Right-click a style and take the first that is offered; what that was, and what was chosen at that moment."""
    item = next(each for each in items(grid) if each.data(Qt.UserRole).style == style)
    grid.scrollToItem(item)
    place = grid.visualItemRect(item).center()
    press = QMouseEvent(
        QEvent.MouseButtonPress, QPointF(place), Qt.RightButton, Qt.RightButton, Qt.NoModifier
    )
    QApplication.sendEvent(grid.viewport(), press)
    chosen_now = len(grid.selectedItems())
    grid.customContextMenuRequested.emit(place)
    menu = grid.findChildren(QMenu, options=Qt.FindDirectChildrenOnly)[-1]
    first = menu.actions()[0]
    first.trigger()
    menu.close()
    return [chosen_now, first.text()]


def items(grid):
    return [grid.item(place) for place in range(grid.count())]


def drag(widget, start, end):
    """Press, move and release; points are parts of the widget's sides."""
    left, none = Qt.LeftButton, Qt.NoButton
    middle = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
    send(widget, QEvent.MouseButtonPress, start, left, left)
    for point in (middle, end):
        send(widget, QEvent.MouseMove, point, none, left)
    send(widget, QEvent.MouseButtonRelease, end, left, none)


def send(widget, kind, point, button, buttons):
    place = QPointF(point[0] * (widget.width() - 1), point[1] * (widget.height() - 1))
    QApplication.sendEvent(widget, QMouseEvent(kind, place, button, buttons, Qt.NoModifier))
