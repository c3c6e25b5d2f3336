"""The docker: every panel, and what happens around them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .apply_bar import ApplyBar
from .choices import Choices
from .fader import Fader
from .history import Entry
from .history_strip import HistoryStrip
from .library_panel import LibraryPanel
from .manner_panel import MannerPanel
from .message_bar import MessageBar
from .mixture_panel import MixturePanel
from .preview import Glance
from .progress import Shown
from .qt import QtCore, QtGui, QtWidgets
from .region_list import RegionList
from .section import Section
from .sketch import Sketch
from .split_view import SplitView
from .studio import Studio
from .texts import tr
from .view_desk import ViewDesk
from .viewing import Viewed, why_no_view

_LOOK_MS = 500
_SETTLE_MS = 30


class Panel(QtWidgets.QWidget):
    """All that the docker shows."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._seen: tuple[object, ...] = ()
        self._glance: Glance | None = None
        self.message = MessageBar()
        self.library = LibraryPanel(studio)
        self.mixture = MixturePanel(studio)
        self.views = ViewDesk(studio, self)
        self.strength = Fader(
            tr("Strength"), 0.0, 1.0, step=0.05, unit="%", decimals=0, shown=100.0
        )
        self.strength.setObjectName("velatura_strength")
        self.strength.setToolTip(tr("How much of the painting is laid over the layer"))
        self.manner = MannerPanel(studio)
        self.regions = RegionList(lambda style: why_no_view(style, studio.state.offer.value.styles))
        self.view = SplitView()
        self.live = QtWidgets.QCheckBox(tr("Follow every change"))
        self.live.setObjectName("velatura_live")
        self.live.setToolTip(
            tr(
                "Paints a small picture with the quick painter; strokes of large layers look coarser in it"
            )
        )
        self.history = HistoryStrip()
        self.foot = ApplyBar(studio)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        inside = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        column.addWidget(self.library, 1)
        column.addWidget(self.mixture)
        looking = Section(tr("Preview"), open_now=True)
        looking.body.addWidget(self.live)
        looking.body.addWidget(self.view)
        column.addWidget(looking)
        column.addWidget(self.strength)
        column.addWidget(self.manner)
        self._parts = Section(tr("Parts of the picture"), open_now=False)
        self._parts.body.addWidget(self.regions)
        column.addWidget(self._parts)
        self._before = Section(tr("Painted before"), open_now=False)
        self._before.body.addWidget(self.history)
        column.addWidget(self._before)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(6, 6, 6, 6)
        outer.addWidget(self.message)
        outer.addWidget(scroll, 1)
        outer.addWidget(self.foot)

    def _connect(self) -> None:
        studio, state = self._studio, self._studio.state
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: studio.show_live(self.view.side))
        self._looker = QtCore.QTimer(self)
        self._looker.timeout.connect(self._look)
        self.message.acted.connect(self._act)
        self.message.dismissed.connect(lambda: state.message.set(None))
        self.strength.changed.connect(
            lambda value: studio.change(replace(state.choices.value, strength=value))
        )
        self.regions.changed.connect(
            lambda regions: studio.change(replace(state.choices.value, regions=regions))
        )
        self.mixture.wants_view.connect(self._edit_view)
        self.regions.wants_view.connect(self._edit_view)
        self.regions.wants_layer.connect(lambda: studio.add_region_layer())
        self.regions.wants_selection.connect(lambda: studio.add_region_selection())
        self.live.toggled.connect(studio.set_live)
        self.history.chose.connect(studio.use_entry)
        self.history.again.connect(self._again_with)
        studio.glanced.connect(self._see)
        studio.sketched.connect(self._see_sketch)
        studio.painted.connect(lambda image: self.view.show_pictures(None, image))
        state.shown.watch(self._end_draft)
        state.message.watch(self.message.say)
        state.history.watch(self._remember)
        state.choices.watch(self._show)
        state.tiles.watch(lambda tiles: self._show(state.choices.value))
        state.live.watch(self._show_live)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._looker.start(_LOOK_MS)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._looker.stop()
        self.views.close()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._soon.start(10 * _SETTLE_MS)

    def _show(self, choices: Choices) -> None:
        self.strength.set(choices.strength)
        self.regions.show_regions(choices.regions, self._studio.state.tiles.value)
        count = f" ({len(choices.regions)})" if choices.regions else ""
        self._parts.title(tr("Parts of the picture") + count)
        if choices.regions:
            self._parts.fold_out()

    def _edit_view(self, viewed: Viewed) -> None:
        self.views.open(viewed, beside=self)

    def _show_live(self, on: bool) -> None:
        blocker = QtCore.QSignalBlocker(self.live)
        self.live.setChecked(on)
        blocker.unblock()

    def _look(self) -> None:
        """Krita tells nobody of another active layer or selection, so this looks now and then."""
        seen = self._studio.looked_at()
        if seen != self._seen:
            self._seen = seen
            self._soon.start(_SETTLE_MS)

    def _see(self, glance: Glance) -> None:
        self._glance = glance
        caption = tr("Draft") if self._studio.busy else ""
        self.view.show_pictures(glance.before, glance.after, caption)

    def _see_sketch(self, sketch: Sketch) -> None:
        row = 3 * sketch.width
        kind = QtGui.QImage.Format.Format_RGB888
        image = QtGui.QImage(sketch.data, sketch.width, sketch.height, row, kind).copy()
        self.view.show_pictures(None, image, tr("So far"))

    def _end_draft(self, shown: Shown | None) -> None:
        if shown is None:
            self.view.take_caption()

    def _remember(self, entries: tuple[Entry, ...]) -> None:
        self.history.show_entries(entries)
        self._before.setVisible(bool(entries))

    def _again_with(self, entry: Entry) -> None:
        self._studio.use_entry(entry)
        self._studio.apply()

    def _act(self, action: str) -> None:
        if action == "start":
            self._studio.start_daemon()
        elif action == "again":
            self._studio.apply()
        elif action in ("install", "upgrade"):
            self._studio.housing.install()
        elif action == "repair":
            self._studio.housing.repair()
        elif action == "cancel":
            self._studio.housing.cancel()
