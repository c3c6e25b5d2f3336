"""The docker under Qt 6, which Krita 6 has: ``qt6_docker.py PLUGINS HOME SHOT`` prints what was seen as JSON.

Enums of Qt 6 have to be named in full, and some functions of Qt 5 are gone: every panel is shown and used. ``PLUGINS``
is the checkout's folder of plugins, ``HOME`` a folder with a picture ``style.png``; a picture of the docker is left at
``SHOT``.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEvent, QLocale, QPointF, Qt
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QFileDialog, QInputDialog

PATIENCE = 60.0
WIDTH, HEIGHT = 120, 80


def main(plugins: Path, home: Path, shot: Path) -> dict[str, Any]:
    sys.path[:0] = [str(Path(__file__).parent), str(plugins / "krita"), str(plugins / "link")]
    troubles: list[str] = []
    # What a slot raises comes here, and would end the program otherwise.
    sys.excepthook = lambda *error: troubles.append("".join(traceback.format_exception(*error)))
    app = QApplication(["krita"])
    import stand_in

    stand_in.stand_in()
    import velatura_krita.qt
    from velatura_krita.extension import DOCKER
    from velatura_krita.model.choices import StyleChoice
    from velatura_krita.ui.value_slider import ValueSlider

    def said() -> str:
        return str(controller.state.message.value)

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE
        while not (found := condition()):
            if troubles or time.monotonic() > deadline:
                raise AssertionError("\n".join(troubles) or f"It never came true: {said()}")
            app.processEvents()
            time.sleep(0.005)
        return found

    krita = stand_in.Krita.instance()
    document = krita.document
    layer = document.createNode("photo", "paintlayer")
    pixels = bytes(
        value for y in range(HEIGHT) for x in range(WIDTH) for value in (2 * x, 3 * y, x + y, 255)
    )
    layer.setPixelData(pixels, 0, 0, WIDTH, HEIGHT)
    document.rootNode().addChildNode(layer, None)
    document.setActiveNode(layer)
    (factory,) = krita.factories
    docker = factory.made()
    docker.setObjectName(DOCKER)
    docker.resize(420, 1000)
    docker.show()
    docker.canvasChanged(None)
    controller, panel = docker.controller, docker.panel
    seen: dict[str, Any] = {"qt": velatura_krita.qt.QtCore.QT_VERSION_STR}
    # Nothing of the daemon's has come to this thread yet.
    assert not controller.state.offer.value.styles
    seen["styles at first sight"] = panel.library.grid.count()

    wait(lambda: controller.state.offer.value.manifest)
    seen["engines"] = panel.engine_panel._engines.count()
    controller.styles.add_file(str(home / "style.png"))
    wait(lambda: any(style.name for style in controller.state.choices.value.styles))
    grid = panel.library.grid
    for place in range(grid.count()):
        style = grid.item(place).data(Qt.ItemDataRole.UserRole).style
        if style == StyleChoice(name="great-wave"):
            grid.item(place).setSelected(True)
    drag(panel.mixture.rows[0].share, (0.5, 0.5), (0.75, 0.5))
    seen["shares"] = [row.share.value for row in panel.mixture.rows]
    panel.live.setChecked(True)
    wait(lambda: panel.preview_panel.shown)
    panel.mixture.rows[0].view.click()
    editor = panel.views.editor
    wait(lambda: editor.isVisible() and editor._picture.width() > 160)
    drag(editor.canvas, (0.3, 0.3), (0.7, 0.7))
    editor.quarters[90].click()
    drag(editor.scale, (0.5, 0.5), (0.6, 0.5))
    seen["turned"] = controller.state.choices.value.mixture[0].view.rotation
    editor.close()
    key(panel.strength, Qt.Key.Key_Left)
    seen["strength"] = controller.state.choices.value.strength
    seen["in German"] = typed_in_german(ValueSlider("Grain", 0.0, 9.0, step=0.1))
    drag(panel.view, (0.5, 0.5), (0.7, 0.5))
    panel.view.look_at(1.0)
    wait(lambda: panel.view.part is not None)
    drag(panel.view, (0.2, 0.5), (0.1, 0.4))
    key(panel.view, Qt.Key.Key_Plus)
    panel.view.look_at(None)
    panel.results.make.click()
    wait(lambda: all(panel.results.strip.pictures))
    panel.results.compare.click()
    for button in panel.results.strip.buttons[:2]:
        button.click()
    app.processEvents()
    panel.results.compare.click()
    for page in ("help", "about"):
        panel.status.menu.show_page(page)
    panel.status.menu.window_shown.close()
    panel.engine_panel._fine.fold_out()
    panel.engine_panel.seed.dice.click()
    seen["seed"] = controller.state.choices.value.seed
    presets = panel.engine_panel.presets
    presets.save.trigger()
    typed = presets.findChild(QInputDialog)
    typed.setTextValue("An Evening")
    typed.accept()
    wait(lambda: controller.state.offer.value.presets)
    seen["preset"] = [presets._box.currentText()]
    panel.engine_panel._reset.click()
    key(panel.strength, Qt.Key.Key_Left)
    seen["preset"].append(presets._box.currentText())
    seen["reset"] = controller.state.choices.value.seed
    panel.library._from_clipboard()
    seen["pasted"] = said()
    controller.state.message.set(None)
    grid.starred.emit(StyleChoice(name="great-wave"), True)
    wait(lambda: any(tile.favourite for tile in controller.state.tiles.value))
    panel.library._rest(controller.state.tiles.value[1], grid.rect())
    seen["popup"] = panel.library._popup.isVisible()
    panel.library._rest(None, None)
    controller.add_region_layer()
    controller.add_region_selection()
    seen["said"] = controller.state.message.value.text
    controller.state.message.set(None)
    panel.apply_bar.apply.click()
    wait(lambda: not controller.busy)
    wait(lambda: controller.state.history.value)
    children = document.rootNode().childNodes()
    made = children[-1]
    seen["layers"] = [each.name() for each in children]
    seen["bounds"] = list(made.bounds().getRect())
    seen["changed"] = bytes(made.pixelData(0, 0, WIDTH, HEIGHT)) != pixels
    seen["kept"] = bytes(layer.pixelData(0, 0, WIDTH, HEIGHT)) == pixels
    seen["in the document"] = document.annotationTypes()
    panel.library._from_file()
    files = panel.library.findChild(QFileDialog)
    files.currentChanged.emit(str(home / "style.png"))
    seen["file is shown"] = not files._seen.pixmap().isNull()
    files.filesSelected.emit([str(home / "style.png")])
    files.close()
    seen["folder"] = controller.settings.text("folder") == str(home)
    app.processEvents()
    docker.grab().save(str(shot))
    controller.close()
    assert not troubles, "\n".join(troubles)
    return seen


def drag(widget: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    steps = (
        (QEvent.Type.MouseButtonPress, start, left, left),
        (QEvent.Type.MouseMove, end, none, left),
        (QEvent.Type.MouseButtonRelease, end, left, none),
    )
    for kind, (x, y), button, held in steps:
        place = QPointF(x * widget.width(), y * widget.height())
        everywhere = QPointF(widget.mapToGlobal(place))
        event = QMouseEvent(kind, place, everywhere, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, event)


def typed_in_german(slider: Any) -> list[Any]:
    """How a value is written, and what is made of one that is typed."""
    slider.setLocale(QLocale("de_DE"))
    slider.set(1.25)
    key(slider, Qt.Key.Key_Return)
    written = slider._edit.text()
    slider._edit.setText("0,75")
    key(slider._edit, Qt.Key.Key_Return)
    return [written, slider.value]


def key(widget: Any, code: Any) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier))


if __name__ == "__main__":
    try:
        print(json.dumps(main(*(Path(each) for each in sys.argv[1:]))))
    except Exception:
        sys.exit(traceback.format_exc())
