"""A part of the layer at its own size, before and after: pixels of the result that Apply gives."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError
from velatura_link.jobs import Event, Failed, Result
from velatura_link.request import Pixels

from ..daemon.link import JobHandle, Link
from ..model import request_builder
from ..model.choices import Choices
from ..model.thumbnails import cropped
from ..model.viewport import Window
from .cooperative_tasks import CooperativeTasks, RunningTask, Steps
from .formats import Bounds
from .images import picture_image, region_image
from .input_reading import read_befores
from .layer_reader import Source, read_layer, read_region, read_selection
from .live_preview import given_up

REPLACES = "detail"
_LOOK_AGAIN = 3.0
"""Seconds after which the layer is read again."""


@dataclass(frozen=True)
class Detail:
    """``window`` is in pixels of the layer; ``after`` is None until it is painted."""

    window: Window
    before: Any
    after: Any = None
    seconds: float = 0.0


@dataclass(frozen=True)
class DetailView:
    """What is looked at. ``selection`` is the document's, None to paint all of the layer."""

    source: Source
    window: Window
    selection: Any
    key: tuple[object, ...]
    """What tells the layer, its regions and its selection from others."""


class DetailPainter:
    """Newest wins. The whole layer goes to the daemon once and stays there, a window of the result comes back."""

    def __init__(
        self,
        link: Link,
        tasks: CooperativeTasks,
        on_detail: Callable[[Detail], object],
        on_error: Callable[[LinkError], object],
    ) -> None:
        self._link = link
        self._tasks = tasks
        self._on_detail = on_detail
        self._on_error = on_error
        self._scene: request_builder.Scene | None = None
        self._key: tuple[object, ...] = ()
        self._read_at = 0.0
        self._wanted: DetailView | None = None
        self._piece: RunningTask | None = None
        self._ticket: JobHandle | None = None

    def stop(self) -> None:
        """Paint no more."""
        for under_way in (self._piece, self._ticket):
            if under_way is not None:
                under_way.cancel()
        self._wanted = self._piece = self._ticket = None

    def forget(self) -> None:
        """Paint no more, and let go of the layer's pixels."""
        self.stop()
        self._scene, self._key = None, ()

    def before(self, look: DetailView) -> None:
        """Show the layer as it is, at once."""
        self._on_detail(Detail(look.window, self._image(look)))

    def request(
        self,
        look: DetailView,
        choices: Choices,
        manifest: Manifest,
        find: request_builder.FindStyle,
    ) -> None:
        """Show what ``choices`` give there."""
        self.stop()
        self._wanted = look
        began = time.monotonic()
        if look.key == self._key and began < self._read_at + _LOOK_AGAIN:
            self._submit(look, choices, manifest, find, began)
            return

        def read(scene: request_builder.Scene) -> None:
            self._scene, self._key = self._same(scene), look.key
            self._read_at = time.monotonic()
            self._submit(look, choices, manifest, find, began)

        # Krita's objects are gone with their document; then there is nothing to show.
        self._piece = self._tasks.begin(_read(look, choices, manifest), read, lambda error: None)

    def _same(self, scene: request_builder.Scene) -> request_builder.Scene:
        """``scene``, with the pixels of the one before where they are the same: those are sent already."""
        last = self._scene
        if last is None or len(last.masks) != len(scene.masks):
            return scene
        masks = [_kept(*pair) for pair in zip(last.masks, scene.masks, strict=True)]
        selection = _kept(last.selection, scene.selection)
        content = _kept(last.content, scene.content)
        return replace(scene, content=content, masks=masks, selection=selection)

    def _submit(
        self,
        look: DetailView,
        choices: Choices,
        manifest: Manifest,
        find: request_builder.FindStyle,
        began: float,
    ) -> None:
        assert self._scene is not None
        space = look.source.space.sent_as

        def happened(event: Event) -> None:
            # A result may be on its way when its document is closed.
            if look is not self._wanted:
                return
            if isinstance(event, Result):
                picture = cropped(event.picture, look.window)
                after = picture_image(look.source.document, picture, space)
                seconds = time.monotonic() - began
                self._on_detail(Detail(look.window, self._image(look), after, seconds))
            elif isinstance(event, Failed) and not given_up(event.error):
                self._on_error(event.error)

        try:
            request = request_builder.detail(manifest, choices, self._scene, find, look.window)
        except OSError:
            return
        self._ticket = self._link.submit(request, happened, replaces=REPLACES)

    def _image(self, look: DetailView) -> Any:
        return region_image(look.source.document, look.source.node, placed(look))


def placed(look: DetailView) -> Bounds:
    """The window in pixels of the document."""
    left, top, right, bottom = look.window
    bounds = look.source.bounds
    return Bounds(bounds.x + left, bounds.y + top, right - left, bottom - top)


def _kept(last: Pixels | None, new: Pixels | None) -> Any:
    # Not the views of both: those are compared one by one.
    same = last is not None and new is not None and last.buffer == new.buffer
    return last if same else new


def _read(look: DetailView, choices: Choices, manifest: Manifest) -> Steps[request_builder.Scene]:
    source = look.source
    masks: list[Pixels | None] = []
    for region in choices.regions:
        masks += [(yield from read_region(source.document, region, source.bounds))]
    selection = None
    if look.selection is not None:
        selection = yield from read_selection(look.selection, source.bounds)
    befores = yield from read_befores(source.document, manifest, choices)
    content = yield from read_layer(source)
    return request_builder.Scene(content, masks, selection, befores=befores)
