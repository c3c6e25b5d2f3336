"""The live preview: what the choices would give, at the size of the view, while they change."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import JobFailed, LinkError
from velatura_link.jobs import Event, Failed, Result
from velatura_link.request import Pixels

from ..daemon.link import JobHandle, Link
from ..model import request_builder
from ..model.choices import Choices
from ..model.thumbnails import downsampled_mask
from ..qt import QtGui
from .channel_order import bytes_of
from .cooperative_tasks import CooperativeTasks, Steps
from .input_reading import read_befores
from .layer_reader import bounds_of, read_region, read_selection

REPLACES = "live"
_LOOK_AGAIN = 1.0
"""Seconds after which the layer is looked at again."""
LONGEST = 1024


@dataclass(frozen=True)
class PreviewPair:
    """Before and after of the layer with that ``key``; ``seconds`` from the request to the picture."""

    before: Any
    after: Any
    seconds: float
    key: str = ""


@dataclass(frozen=True)
class PreviewTarget:
    """What is looked at: a layer of a document, at most ``side`` pixels long."""

    document: Any
    node: Any
    selection: Any
    side: int


class LivePreview:
    """Newest wins: a request that comes while another is painted replaces it."""

    def __init__(
        self,
        link: Link,
        tasks: CooperativeTasks,
        on_preview: Callable[[PreviewPair], object],
        on_error: Callable[[LinkError], object],
        replaces: str = REPLACES,
    ) -> None:
        self._link = link
        self._tasks = tasks
        self._on_glance = on_preview
        self._on_error = on_error
        self._replaces = replaces
        self._scene: request_builder.Scene | None = None
        self._before: Any = None
        self._seen: tuple[object, ...] = ()
        self._looked = 0.0
        self._ticket: JobHandle | None = None
        # Requests are numbered: the newest, the newest that was submitted, the newest that was stopped.
        self._newest = self._submitted = self._stopped = 0

    def stop(self) -> None:
        """Paint no more, nor what is only being looked at yet; show nothing of what is on its way."""
        self._stopped = self._newest
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def request(
        self,
        view: PreviewTarget,
        choices: Choices,
        manifest: Manifest,
        find: request_builder.FindStyle,
    ) -> None:
        """Show what ``choices`` give."""
        began = time.monotonic()
        self._newest += 1
        number = self._newest
        regions = [(region.node, region.bounds, region.kept) for region in choices.regions]
        views = [each.view for each in choices.mixture] + [each.view for each in choices.regions]
        befores = [each.before for each in views]
        seen = (view.node.uniqueId().toString(), view.side, regions, area_of(view.selection))
        about = (*seen, choices.engine, befores)
        if self._scene is not None and about == self._seen and began < self._looked + _LOOK_AGAIN:
            self._submit(number, self._scene, choices, manifest, find, began)
            return

        def looked(found: tuple[request_builder.Scene, Any]) -> None:
            # A newer one may have had less to look at.
            if number <= max(self._stopped, self._submitted):
                return
            scene, self._before = found
            self._seen, self._looked = about, time.monotonic()
            self._scene = self._same(scene)
            self._submit(number, self._scene, choices, manifest, find, began)

        self._tasks.begin(self._look(view, choices, manifest), looked, lambda error: None)

    def _look(
        self, view: PreviewTarget, choices: Choices, manifest: Manifest
    ) -> Steps[tuple[request_builder.Scene, Any]]:
        bounds = bounds_of(view.node)
        scale = min(view.side / max(bounds.width, bounds.height), 1.0)
        width, height = max(round(bounds.width * scale), 1), max(round(bounds.height * scale), 1)
        before = view.node.thumbnail(width, height)
        content = _pixels(before)
        yield
        masks = []
        for region in choices.regions:
            mask = yield from read_region(view.document, region, bounds)
            masks.append(None if mask is None else downsampled_mask(mask, width, height))
        selection = None
        if view.selection is not None:
            whole = yield from read_selection(view.selection, bounds)
            selection = downsampled_mask(whole, width, height)
        befores = yield from read_befores(view.document, manifest, choices)
        return request_builder.Scene(content, masks, selection, scale, befores=befores), before

    def _same(self, scene: request_builder.Scene) -> request_builder.Scene:
        """``scene``, or the one before when its picture is the same: pixels are sent only once."""
        last = self._scene
        if last is None or last.masks or scene.masks or last.selection or scene.selection:
            return scene
        if last.content is None or scene.content is None or scene.befores:
            return scene
        return last if last.content.view == scene.content.view else scene

    def _submit(
        self,
        number: int,
        scene: request_builder.Scene,
        choices: Choices,
        manifest: Manifest,
        find: request_builder.FindStyle,
        began: float,
    ) -> None:
        before, key = self._before, str(self._seen[0])
        self._submitted = number

        def happened(event: Event) -> None:
            if number <= self._stopped:
                return
            if isinstance(event, Result):
                after = image_of(event.picture)
                self._on_glance(PreviewPair(before, after, time.monotonic() - began, key))
            elif isinstance(event, Failed) and not given_up(event.error):
                self._on_error(event.error)

        try:
            request = request_builder.live(manifest, choices, scene, find)
        except OSError:
            return
        self._ticket = self._link.submit(request, happened, replaces=self._replaces)


def image_of(pixels: Pixels) -> Any:
    """8-bit RGBA ``pixels`` as a QImage of its own."""
    formats = QtGui.QImage.Format
    kind = formats.Format_RGBA8888 if pixels.channels == 4 else formats.Format_RGB888
    row = pixels.width * pixels.channels
    return QtGui.QImage(bytes(pixels.view), pixels.width, pixels.height, row, kind).copy()


def _pixels(image: Any) -> Pixels:
    rgba = image.convertToFormat(QtGui.QImage.Format.Format_RGBA8888)
    width, height = rgba.width(), rgba.height()
    return Pixels(bytes_of(rgba, 4 * width * height), width, height, 4, "u8")


def area_of(selection: Any) -> tuple[int, int, int, int] | None:
    """Where a selection lies: x, y, width, height."""
    if selection is None:
        return None
    return (selection.x(), selection.y(), selection.width(), selection.height())


def given_up(error: LinkError) -> bool:
    """Whether a job ended because nobody wants it any more."""
    return isinstance(error, JobFailed) and error.code in ("cancelled", "replaced")
