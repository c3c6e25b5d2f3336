"""What the preview shows, and when it is painted anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError

from ..daemon.link import Link
from ..model import request_builder
from ..model.state import Message, State
from ..model.viewport import Window
from ..qt import QtCore, Signal
from ..texts import tr
from .channel_order import bytes_of
from .cooperative_tasks import CooperativeTasks
from .detail import Detail, DetailPainter, DetailView, placed
from .formats import Bounds
from .images import node_image, region_image
from .layer_reader import bounds_of, source_of
from .live_preview import LivePreview, PreviewPair, PreviewTarget, area_of
from .sources import layer_of

_SIDE = 320
_SETTLE_MS = 150
_MOMENT = 2.0
"""Seconds for which a result may be the active layer before its source is again: nobody chose it."""
_FINGERPRINT_SIDE = 24
"""Side of the picture that tells whether a layer was painted on."""


@dataclass(frozen=True)
class PreviewedLayer:
    """The layer that is previewed: its size, and a small picture of it. Without one ``why`` says what is missing."""

    size: tuple[int, int] = (0, 0)
    before: Any = None
    why: str = ""


class PreviewControl(QtCore.QObject):
    """``layer_changed`` tells of another layer, or of changes in it, ``previewed`` of its small picture after,
    ``detailed`` of a window at the layer's own size.
    """

    layer_changed = Signal(object)
    previewed = Signal(object)
    detailed = Signal(object)

    def __init__(
        self,
        krita: Any,
        state: State,
        link: Link,
        tasks: CooperativeTasks,
        find: request_builder.FindStyle,
        busy: Callable[[], bool],
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._krita = krita
        self._state = state
        self._find = find
        self._busy = busy
        self._side = _SIDE
        self._visible = False
        self._window: Window | None = None
        self._key = ""
        self._shown: tuple[Any, Any] = (None, None)
        """The document and the layer with that key: what is active may be another already."""
        self._fingerprint = b""
        self._result: Any = None
        self._result_at = 0.0
        self._link, self._warmed = link, False
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._paint_detail)
        self._live = LivePreview(link, tasks, self._previewed, self._failed)
        self._detail = DetailPainter(link, tasks, self._detailed, self._failed)

    def source(self) -> tuple[Any, Any]:
        """The document in front and the layer that is previewed, the one that a mask belongs to; None without one.

        The root stands for everything that is visible, where that is what Apply paints.
        """
        document = self._krita.activeDocument()
        if document is not None and self._choices.source == "visible":
            return document, document.rootNode()
        node = document.activeNode() if document is not None else None
        return document, layer_of(node) if node is not None else None

    def looked_at(self) -> tuple[object, ...]:
        """What tells the layer, its pixels and the selection from others; nothing without a layer."""
        document, node = self.source()
        if node is None:
            return ()
        return (_id(node), bounds_of(node), area_of(document.selection()), _fingerprint(node))

    def be_seen(self, visible: bool) -> None:
        """Whether anybody can see the preview; nothing is painted while nobody does."""
        self._visible = visible
        if visible:
            self.show()
        else:
            self.stop()

    def show(self, side: int | None = None) -> None:
        """Show the layer in front, at most ``side`` pixels long from now on, and paint it if that is wanted."""
        self._side = side or self._side
        if not self._visible:
            return
        document, node = self.source()
        self._meet(document, node)
        if self._key and self._state.live.value and not self._busy():
            self._paint(document, node)
        self._warm()

    def paint(self) -> None:
        """Paint it once, wanted at every change or not."""
        document, node = self.source()
        self._meet(document, node)
        if self._key:
            self._paint(document, node)

    def look_at(self, window: Window | None) -> None:
        """Show that window of the layer at its own size, too; None for the whole alone."""
        self._window = window
        if window is None:
            self._detail.forget()
            return
        look = self._look()
        if look is None:
            return
        if self._result is not None:
            self._show_result()
            return
        self._detail.before(look)
        self._soon.start(_SETTLE_MS)

    def show_again(self) -> None:
        """Tell of the layer as of a new one: something else was shown in its place."""
        self._key, self._fingerprint = "", b""
        self.show()

    def draft(self, document: Any, node: Any, selection: Any) -> None:
        """What the quick painter makes of it, while the painting itself takes its time."""
        view = PreviewTarget(document, node, selection, self._side)
        self._live.request(view, self._choices, self._manifest, self._find)

    def stop(self) -> None:
        """Paint no more."""
        self._live.stop()
        self._detail.stop()

    def show_result(self, node: Any) -> None:
        """``node`` is what Apply gave: its pixels are shown until something is changed."""
        self._result, self._result_at = node, time.monotonic()
        self._show_result()

    def changed(self) -> None:
        """The choices are others: what was painted is not what they give."""
        self._result = None
        if not self._can_paint():
            self.stop()
        self.show()

    @property
    def key(self) -> str:
        """The layer that is shown; empty without one."""
        return self._key

    @property
    def _choices(self) -> Any:
        return self._state.choices.value

    @property
    def _manifest(self) -> Manifest:
        return self._state.offer.value.manifest

    def _can_paint(self) -> bool:
        quick = request_builder.previewing_engine(self._manifest, self._choices)
        return bool(self._manifest) and quick is not None

    def _meet(self, document: Any, node: Any) -> None:
        """Tell of the layer, if it is another one or looks different."""
        bounds = bounds_of(node) if node is not None else Bounds(0, 0, 0, 0)
        if node is None or bounds.empty:
            self._leave(
                tr("The layer is empty.") if node is not None else tr("No picture is open.")
            )
            return
        key, fingerprint = _id(node), _fingerprint(node)
        just_inserted = time.monotonic() < self._result_at + _MOMENT
        if just_inserted and self._result is not None and key == _id(self._result):
            return
        if (key, fingerprint) == (self._key, self._fingerprint):
            return
        if key != self._key:
            self.stop()
            self._detail.forget()
            self._result = None
        self._key, self._fingerprint, self._shown = key, fingerprint, (document, node)
        self.layer_changed.emit(
            PreviewedLayer((bounds.width, bounds.height), node_image(node, self._side))
        )

    def _leave(self, why: str) -> None:
        self.stop()
        self._detail.forget()
        self._key, self._fingerprint, self._result = "", b"", None
        self._shown = (None, None)
        self.layer_changed.emit(PreviewedLayer(why=why))

    def _paint(self, document: Any, node: Any) -> None:
        if not self._can_paint():
            return
        view = PreviewTarget(document, node, document.selection(), self._side)
        self._live.request(view, self._choices, self._manifest, self._find)
        self._request_detail()

    def _warm(self) -> None:
        """Have the networks loaded while nobody has chosen a style yet: then the first preview is there at once."""
        offer = self._state.offer.value
        if self._warmed or not self._manifest or not self._state.live.value:
            return
        self._warmed = True
        if not self._can_paint() and offer.styles:
            request = request_builder.warming(self._manifest, str(offer.styles[0]["name"]))
            if request is not None:
                self._link.submit(request, lambda event: None)

    def _paint_detail(self) -> None:
        """What is seen at its own size is another part now."""
        wanted = self._visible and self._state.live.value and not self._busy()
        if wanted and self._result is None and self._can_paint():
            self._request_detail()

    def _request_detail(self) -> None:
        if self._window is not None and (look := self._look()) is not None:
            self._detail.request(look, self._choices, self._manifest, self._find)

    def _look(self) -> DetailView | None:
        document, node = self._shown
        if node is None or self._window is None:
            return None
        choices, selection = self._choices, document.selection()
        source = source_of(document, node, in_place=choices.output == "in-place")
        _, _, right, bottom = self._window
        if right > source.bounds.width or bottom > source.bounds.height:
            return None
        regions = tuple(
            (each.node, each.bounds, each.kept, each.view.before) for each in choices.regions
        )
        befores = tuple(each.view.before for each in choices.mixture)
        key = (
            self._key,
            source.bounds,
            self._fingerprint,
            regions,
            befores,
            choices.engine,
            area_of(selection),
        )
        return DetailView(source, self._window, selection, key)

    def _show_result(self) -> None:
        look, node = self._look(), self._result
        if look is None:
            return
        document, bounds = look.source.document, placed(look)
        before = region_image(document, look.source.node, bounds)
        self.detailed.emit(Detail(look.window, before, region_image(document, node, bounds)))

    def _previewed(self, pair: PreviewPair) -> None:
        if pair.key == self._key:
            self.previewed.emit(pair)

    def _detailed(self, detail: Detail) -> None:
        if detail.window == self._window:
            self.detailed.emit(detail)

    def _failed(self, error: LinkError) -> None:
        self._state.message.set(Message(error.message, error.hint, bad=True))


def _id(node: Any) -> str:
    return str(node.uniqueId().toString())


def _fingerprint(node: Any) -> bytes:
    """A few of the layer's pixels: others when somebody painted on it."""
    image = node.thumbnail(_FINGERPRINT_SIDE, _FINGERPRINT_SIDE)
    return bytes_of(image, image.bytesPerLine() * image.height())
