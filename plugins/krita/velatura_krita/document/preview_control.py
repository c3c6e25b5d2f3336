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
from ..model.lens import Window
from ..model.state import Message, State
from ..qt import QtCore, Signal
from ..texts import tr
from .channel_order import bytes_of
from .cooperative_tasks import CooperativeTasks
from .detail import Detail, DetailPainter, Look, placed
from .formats import Bounds
from .images import node_image, region_image
from .layer_reader import bounds_of, source_of
from .live_preview import Glance, LivePreview, View, area_of
from .sources import layer_of

_SIDE = 320
_SETTLE_MS = 150
_MOMENT = 2.0
"""Seconds for which a result may be the active layer before its source is again: nobody chose it."""
_GLIMPSE = 24
"""Side of the picture that tells whether a layer was painted on."""


@dataclass(frozen=True)
class Scenery:
    """The layer that is previewed: its size, and a small picture of it. Without one ``why`` says what is missing."""

    size: tuple[int, int] = (0, 0)
    before: Any = None
    why: str = ""


class PreviewControl(QtCore.QObject):
    """``scenery`` tells of another layer, or of changes in it, ``glanced`` of its small picture after, ``detailed`` of
    a window at the layer's own size.
    """

    scenery = Signal(object)
    glanced = Signal(object)
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
        self._glimpse = b""
        self._landed: Any = None
        self._landed_at = 0.0
        self._link, self._warmed = link, False
        self._soon = QtCore.QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._paint_detail)
        self._live = LivePreview(link, tasks, self._glanced, self._failed)
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
        return (_id(node), bounds_of(node), area_of(document.selection()), _glimpse(node))

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
        if self._landed is not None:
            self._show_landed()
            return
        self._detail.before(look)
        self._soon.start(_SETTLE_MS)

    def show_again(self) -> None:
        """Tell of the layer as of a new one: something else was shown in its place."""
        self._key, self._glimpse = "", b""
        self.show()

    def draft(self, document: Any, node: Any, selection: Any) -> None:
        """What the quick painter makes of it, while the painting itself takes its time."""
        view = View(document, node, selection, self._side)
        self._live.wish(view, self._choices, self._manifest, self._find)

    def stop(self) -> None:
        """Paint no more."""
        self._live.stop()
        self._detail.stop()

    def landed(self, node: Any) -> None:
        """``node`` is what Apply gave: its pixels are shown until something is changed."""
        self._landed, self._landed_at = node, time.monotonic()
        self._show_landed()

    def changed(self) -> None:
        """The choices are others: what was painted is not what they give."""
        self._landed = None
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
        key, glimpse = _id(node), _glimpse(node)
        just_landed = time.monotonic() < self._landed_at + _MOMENT
        if just_landed and self._landed is not None and key == _id(self._landed):
            return
        if (key, glimpse) == (self._key, self._glimpse):
            return
        if key != self._key:
            self.stop()
            self._detail.forget()
            self._landed = None
        self._key, self._glimpse, self._shown = key, glimpse, (document, node)
        self.scenery.emit(Scenery((bounds.width, bounds.height), node_image(node, self._side)))

    def _leave(self, why: str) -> None:
        self.stop()
        self._detail.forget()
        self._key, self._glimpse, self._landed = "", b"", None
        self._shown = (None, None)
        self.scenery.emit(Scenery(why=why))

    def _paint(self, document: Any, node: Any) -> None:
        if not self._can_paint():
            return
        view = View(document, node, document.selection(), self._side)
        self._live.wish(view, self._choices, self._manifest, self._find)
        self._wish_detail()

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
        if wanted and self._landed is None and self._can_paint():
            self._wish_detail()

    def _wish_detail(self) -> None:
        if self._window is not None and (look := self._look()) is not None:
            self._detail.wish(look, self._choices, self._manifest, self._find)

    def _look(self) -> Look | None:
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
            self._glimpse,
            regions,
            befores,
            choices.engine,
            area_of(selection),
        )
        return Look(source, self._window, selection, key)

    def _show_landed(self) -> None:
        look, node = self._look(), self._landed
        if look is None:
            return
        document, bounds = look.source.document, placed(look)
        before = region_image(document, look.source.node, bounds)
        self.detailed.emit(Detail(look.window, before, region_image(document, node, bounds)))

    def _glanced(self, glance: Glance) -> None:
        if glance.key == self._key:
            self.glanced.emit(glance)

    def _detailed(self, detail: Detail) -> None:
        if detail.window == self._window:
            self.detailed.emit(detail)

    def _failed(self, error: LinkError) -> None:
        self._state.message.set(Message(error.message, error.hint, bad=True))


def _id(node: Any) -> str:
    return str(node.uniqueId().toString())


def _glimpse(node: Any) -> bytes:
    """A few of the layer's pixels: others when somebody painted on it."""
    image = node.thumbnail(_GLIMPSE, _GLIMPSE)
    return bytes_of(image, image.bytesPerLine() * image.height())
