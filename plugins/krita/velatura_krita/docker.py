"""The docker: every panel, and what happens around them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .controller import Controller
from .model.choices import Choices
from .model.heights import kept_height, preview_height
from .model.style_filter import is_taken
from .model.style_kinds import kinds_taken
from .model.viewed_style import ViewedStyle
from .qt import QtCore, QtWidgets
from .texts import tr
from .ui.apply_bar import ApplyBar
from .ui.engine_panel import EnginePanel
from .ui.library_panel import LibraryPanel
from .ui.message_bar import MessageBar
from .ui.mixture_panel import MixturePanel
from .ui.preview_panel import PreviewPanel
from .ui.region_list import RegionList
from .ui.results_panel import ResultsPanel
from .ui.status_line import StatusLine
from .ui.value_slider import ValueSlider
from .ui.view_editing import ViewEditing

_LEAST_STYLES = 96
_GOOD_HEIGHT = 560
_APPEARS_MS = 200


class Panel(QtWidgets.QWidget):
    """All that the docker shows: the preview, pages of what can be chosen, and what is done with it.

    Nothing that scrolls is inside of something that scrolls, and what comes and goes stands below the pages, so that
    nothing moves under the hand.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.message = MessageBar()
        self.library = LibraryPanel(controller)
        self.mixture = MixturePanel(controller)
        self.views = ViewEditing(controller, self)
        self.strength = ValueSlider(
            tr("Strength"), 0.0, 1.0, step=0.05, unit="%", decimals=0, shown=100.0
        )
        self.strength.setObjectName("velatura_strength")
        self.strength.setToolTip(tr("How much of the painting is laid over the layer"))
        self.engine_panel = EnginePanel(controller)
        self.regions = RegionList(controller)
        self.preview_panel = PreviewPanel(controller)
        self.view, self.live = self.preview_panel.view, self.preview_panel.live
        self.results = ResultsPanel(controller)
        self.history = self.results.history
        self.apply_bar = ApplyBar(controller)
        self.status = StatusLine(controller)
        self.pages = QtWidgets.QTabWidget()
        self.splitter = QtWidgets.QSplitter(QtCore.Qt.Orientation.Vertical)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        styles = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(styles)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.library.grid.setMinimumHeight(_LEAST_STYLES)
        column.addWidget(self.library, 1)
        column.addWidget(self.mixture)
        self.pages.setObjectName("velatura_pages")
        self.pages.setDocumentMode(True)
        self.pages.setUsesScrollButtons(False)
        self.pages.setElideMode(QtCore.Qt.TextElideMode.ElideRight)
        for page, title, tip in (
            (styles, tr("Styles"), tr("The styles to paint in")),
            (_scrolled(self.engine_panel), tr("Settings"), tr("How it is painted")),
            (_scrolled(self.regions), tr("Parts"), tr("Other styles for parts of the picture")),
            (_scrolled(self.results), tr("Results"), tr("Variations, and what was painted before")),
        ):
            place = self.pages.addTab(page, title)
            self.pages.setTabToolTip(place, tip)
        upper = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(4)
        column.addWidget(self.preview_panel, 1)
        column.addWidget(self.strength)
        self.splitter.addWidget(upper)
        self.splitter.addWidget(self.pages)
        self.splitter.setChildrenCollapsible(False)
        # What comes and goes below takes its room from the pages.
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        # More buttons make no docker wider, which would move the canvas.
        foot = self.apply_bar.sizePolicy()
        foot.setHorizontalPolicy(QtWidgets.QSizePolicy.Policy.Ignored)
        self.apply_bar.setSizePolicy(foot)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(6, 6, 6, 4)
        outer.setSpacing(4)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.message)
        outer.addWidget(self.apply_bar)
        outer.addWidget(self.status)

    def _connect(self) -> None:
        controller, state = self._controller, self._controller.state
        self.message.acted.connect(self._act)
        self.message.dismissed.connect(lambda: state.message.set(None))
        self.strength.changed.connect(
            lambda value: controller.change(replace(state.choices.value, strength=value))
        )
        self.regions.changed.connect(
            lambda regions: controller.change(replace(state.choices.value, regions=regions))
        )
        self.mixture.wants_view.connect(self._edit_view)
        self.regions.wants_view.connect(self._edit_view)
        self.regions.wants_layer.connect(lambda: controller.add_region_layer())
        self.regions.wants_selection.connect(lambda: controller.add_region_selection())
        self.results.compared.connect(self._compare)
        self.splitter.splitterMoved.connect(lambda *_: self._keep_heights())
        state.message.watch(self.message.say)
        state.choices.watch(self._show)
        state.tiles.watch(lambda tiles: self._show(state.choices.value))
        state.offer.watch(lambda offer: self._show(state.choices.value))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        # Krita shows every docker for a moment while it starts.
        QtCore.QTimer.singleShot(_APPEARS_MS, self._take_height)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self.views.close()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._share_height()

    def _take_height(self) -> None:
        """Once, when the docker is first opened, have room for two rows of styles, as far as the others leave it."""
        window, docker = self.window(), self.parentWidget()
        if not isinstance(window, QtWidgets.QMainWindow) or not isinstance(
            docker, QtWidgets.QDockWidget
        ):
            return
        if not self.isVisible() or self._controller.kept("placed"):
            return
        self._controller.keep("placed", "yes")
        if docker.height() < _GOOD_HEIGHT:
            window.resizeDocks([docker], [_GOOD_HEIGHT], QtCore.Qt.Orientation.Vertical)

    def _share_height(self) -> None:
        """Give preview and pages their heights; a message that comes later takes its room from the pages."""
        message = self.message.height() if self.message.isVisible() else 0
        room = self.splitter.height() - self.splitter.handleWidth()
        row = self.library.grid.gridSize().height()
        preview = preview_height(room + message, row, kept_height(self._controller.kept("heights")))
        self.splitter.setSizes([preview, max(room - preview, 1)])

    def _keep_heights(self) -> None:
        self._controller.keep("heights", " ".join(map(str, self.splitter.sizes())))

    def _show(self, choices: Choices) -> None:
        self.strength.set(choices.strength)
        state = self._controller.state
        taken = kinds_taken(state.offer.value.manifest, choices.engine)
        tiles = tuple(each for each in state.tiles.value if is_taken(each, taken))
        self.regions.show_regions(choices.regions, tiles)
        count = f" ({len(choices.regions)})" if choices.regions else ""
        self.pages.setTabText(self.pages.indexOf(_page_of(self.regions)), tr("Parts") + count)

    def _edit_view(self, viewed: ViewedStyle) -> None:
        self.views.open(viewed, beside=self)

    def _compare(self, two: Any) -> None:
        if two is None:
            self.preview_panel.end_comparing()
        else:
            self.preview_panel.compare(*two)

    def _act(self, action: str) -> None:
        if action == "start":
            self._controller.start_daemon()
        elif action == "again":
            self._controller.apply()
        elif action in ("install", "upgrade"):
            self._controller.installer.install()
        elif action == "repair":
            self._controller.installer.repair()
        elif action == "cancel":
            self._controller.installer.cancel()
        elif action == "new":
            self._controller.applying.stop_editing()


def _scrolled(inside: Any) -> Any:
    """A page that scrolls, with its content at its top."""
    scroll = QtWidgets.QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    page = QtWidgets.QWidget()
    column = QtWidgets.QVBoxLayout(page)
    column.setContentsMargins(0, 6, 4, 0)
    column.addWidget(inside)
    column.addStretch(1)
    scroll.setWidget(page)
    return scroll


def _page_of(inside: Any) -> Any:
    """The scroll area that :func:`_scrolled` put a widget into."""
    return inside.parentWidget().parentWidget().parentWidget()
