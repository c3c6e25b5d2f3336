"""The docker's upper half: the preview, and how one looks at it."""

from __future__ import annotations

from typing import Any

from velatura_link.engines import is_instant

from ..controller import Controller
from ..document.detail import Detail
from ..document.live_preview import PreviewPair
from ..document.preview_control import PreviewedLayer
from ..model import request_builder
from ..model.choices import Choices
from ..model.progress import Shown
from ..model.state import State
from ..model.style_kinds import enough_styles
from ..model.thumbnails import Thumbnail
from ..model.viewport import Window
from ..qt import QtCore, QtGui, QtWidgets
from ..texts import tr
from .split_view import SplitView

_LOOK_MS = 500
_APPEARS_MS = 100
_SETTLE_MS = 30
_ROOM_MS = 300


class PreviewPanel(QtWidgets.QWidget):
    """Follows the layer in front and the choices while it is shown."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._seen: tuple[object, ...] = ()
        self._settling = False
        self.comparing = False
        """Whether two results are beside each other: then nothing else is shown."""
        self.shown: PreviewPair | None = None
        self.view = SplitView()
        self.whole, self.own = _choice(tr("Whole picture")), _choice(tr("1:1"))
        self.whole.setToolTip(tr("See the whole layer, reduced"))
        self.own.setObjectName("velatura_own_size")
        self.own.setToolTip(
            tr(
                "See a part of the result at actual size: drag to move, + and − or the wheel to zoom"
            )
        )
        self.live = QtWidgets.QCheckBox(tr("Follow every change"))
        self.live.setObjectName("velatura_live")
        self.live.setToolTip(tr("Repaints the preview whenever something changes"))
        self.again = QtWidgets.QToolButton()
        self.again.setText("⟳")
        self.again.setAutoRaise(True)
        self.again.setToolTip(tr("Paint the preview now"))
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        sizes = QtWidgets.QButtonGroup(self)
        row = QtWidgets.QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self.whole, self.own):
            sizes.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.again)
        row.addWidget(self.live)
        self.whole.setChecked(True)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def _connect(self) -> None:
        controller, state = self._controller, self._controller.state
        self._looker = QtCore.QTimer(self)
        self._looker.timeout.connect(self._look)
        # While it starts, Krita shows every docker for a moment, and hides what nobody opened.
        self._appears = QtCore.QTimer(self)
        self._appears.setSingleShot(True)
        self._appears.timeout.connect(lambda: controller.be_seen(True))
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: controller.preview.show(self.view.side))
        self.live.toggled.connect(controller.set_live)
        self.again.clicked.connect(lambda: controller.preview.paint())
        self.whole.clicked.connect(lambda: self.view.look_at(None))
        self.own.clicked.connect(lambda: self.view.look_at(1.0))
        self.view.looked.connect(self._looked)
        controller.preview.layer_changed.connect(self._meet)
        controller.preview.previewed.connect(self._previewed)
        controller.preview.detailed.connect(self._detailed)
        controller.intermediate.connect(self._show_intermediate)
        controller.painted.connect(self._painted)
        state.shown.watch(self._end_draft)
        state.live.watch(self._show_live)
        state.link.watch(lambda link: self._wait())
        state.offer.watch(lambda offer: self._wait())
        state.choices.watch(self._changed)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._looker.start(_LOOK_MS)
        self._appears.start(_APPEARS_MS)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._looker.stop()
        self._appears.stop()
        self._controller.be_seen(False)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._soon.start(_ROOM_MS)

    def compare(self, first: Any, second: Any, names: tuple[str, str]) -> None:
        """Show two pictures beside each other until :meth:`end_comparing`."""
        self.comparing = True
        self.view.compare(first, second, names)

    def end_comparing(self) -> None:
        """Show the layer and its preview again."""
        if self.comparing:
            self.comparing = False
            self._controller.preview.show_again()

    def _look(self) -> None:
        """Krita tells nobody of another active layer or selection, or of a stroke, so this looks now and then."""
        self._controller.applying.look()
        seen = self._controller.preview.looked_at()
        # What is being painted on is previewed when the brush rests.
        rests, self._settling = seen == self._seen and self._settling, seen != self._seen
        if rests or seen[:-1] != self._seen[:-1]:
            self._soon.start(_SETTLE_MS)
        self._seen = seen

    def _looked(self, window: Window | None) -> None:
        (self.whole if window is None else self.own).setChecked(True)
        zoom = self.view.zoom
        self.own.setText(tr("1:1") if zoom in (None, 1.0) else f"{round(100 * (zoom or 1))} %")
        if not self.comparing:
            self._controller.preview.look_at(window)

    def _meet(self, layer: PreviewedLayer) -> None:
        if not self.comparing:
            self.view.show_layer(layer.size, layer.before, layer.why)
            self._wait()

    def _changed(self, choices: Choices) -> None:
        if not self._can_preview and not self.comparing:
            self.view.take_after()
        self._wait()

    def _wait(self) -> None:
        """Say what there is to wait for, while there is nothing to see."""
        if self.view.after is None and not self.comparing:
            self.view.say(waiting_words(self._controller.state))

    def _previewed(self, pair: PreviewPair) -> None:
        self.shown = pair
        if self.comparing:
            return
        caption = tr("Draft") if self._controller.busy else self._sketch_words()
        self.view.show_after(pair.after, caption)

    def _detailed(self, detail: Detail) -> None:
        if self.comparing:
            return
        caption = self.view.caption
        if detail.after is not None:
            caption = self._sketch_words() if detail.seconds else ""
        elif self._controller.state.live.value and self._can_preview:
            caption = tr("Painting at actual size …")
        self.view.show_part(detail.window, detail.before, detail.after, caption)

    @property
    def _can_preview(self) -> bool:
        state = self._controller.state
        manifest, choices = state.offer.value.manifest, state.choices.value
        return request_builder.previewing_engine(manifest, choices) is not None

    def _sketch_words(self) -> str:
        state = self._controller.state
        quick = is_instant(state.offer.value.manifest, state.choices.value.engine)
        return "" if quick else tr("Sketch by the fast engine")

    def _show_intermediate(self, thumbnail: Thumbnail) -> None:
        row = 3 * thumbnail.width
        kind = QtGui.QImage.Format.Format_RGB888
        image = QtGui.QImage(thumbnail.data, thumbnail.width, thumbnail.height, row, kind).copy()
        if not self.comparing:
            self.view.show_after(image, tr("So far"))

    def _painted(self, image: Any) -> None:
        if not self.comparing:
            self.view.show_after(image)

    def _end_draft(self, shown: Shown | None) -> None:
        if shown is None:
            self.view.say("")
            self._wait()

    def _show_live(self, on: bool) -> None:
        blocker = QtCore.QSignalBlocker(self.live)
        self.live.setChecked(on)
        blocker.unblock()
        self.again.setVisible(not on)


def waiting_words(state: State) -> str:
    """What stands upon the layer while there is no painting of it."""
    manifest, choices = state.offer.value.manifest, state.choices.value
    if not enough_styles(manifest, choices):
        return tr("Choose a style")
    if state.link.value.kind == "starting":
        return tr("Velatura's painter is starting …")
    if manifest and request_builder.previewing_engine(manifest, choices) is None:
        return tr("No preview: Apply paints it")
    if manifest and state.live.value:
        return tr("Painting …")
    return ""


def _choice(text: str) -> Any:
    button = QtWidgets.QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAutoRaise(True)
    return button
