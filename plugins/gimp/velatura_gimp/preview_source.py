"""What the preview shows of a layer: all of it, small, or a part in its real size; and the requests for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gi.repository import Gimp

from velatura_link.request import Request

from .arguments import NEW_LAYER, OUTPUT, PREVIEW_ENGINE, Argument, Manifest
from .layer_jobs import spec_for_layer
from .layers import RGBA8, extent
from .library import Style, require_fitting
from .pixels import Box
from .preview import HEIGHT, WIDTH
from .preview_requests import can_preview, preview_spec
from .request_builder import build_request
from .sources import LayerSource


class PreviewSource:
    """The layer of a preview. :meth:`look` chooses what of it is seen."""

    def __init__(self, layer: Gimp.Layer) -> None:
        self._layer = layer
        whole = extent(layer)
        scale = min(WIDTH / whole.width, HEIGHT / whole.height, 1.0)
        self.small = LayerSource(layer, RGBA8, _quietly, scale)
        """The whole layer, as large as the preview."""
        self._whole = LayerSource(layer, RGBA8, _quietly)
        self.current = self.small
        """What is seen now."""
        width, height = min(WIDTH, whole.width), min(HEIGHT, whole.height)
        self._window = Box((whole.width - width) // 2, (whole.height - height) // 2, width, height)

    def look(self, part: bool, dx: float, dy: float) -> None:
        """See a part, so many pixels to the right and below the last one; or all of it."""
        whole, window = extent(self._layer), self._window
        x = min(max(window.x + round(dx), 0), whole.width - window.width)
        y = min(max(window.y + round(dy), 0), whole.height - window.height)
        self._window = Box(x, y, window.width, window.height)
        self.current = (
            LayerSource(self._layer, RGBA8, _quietly, window=self._window) if part else self.small
        )

    def exact(self, engine: str, manifest: Manifest) -> bool:
        """Whether the layer will look like what is seen."""
        return engine == PREVIEW_ENGINE or self._by_itself(engine, manifest)

    def request(
        self,
        engine: str,
        arguments: Sequence[Argument],
        values: Mapping[str, Any],
        manifest: Manifest,
        styles: Callable[[], Iterable[Style]],
    ) -> Request | None:
        """What has to be painted to see this; None when no quick engine can. Raises :class:`LinkError`."""
        # A preview shows what GIMP will do with a selection, too.
        above = {**values, OUTPUT.name: NEW_LAYER}
        spec = spec_for_layer(engine, arguments, above, self._layer, in_place=False)
        require_fitting(spec, manifest[engine]["descriptor"], styles)
        part = self.current is not self.small
        source = self._whole if part else self.small
        request = build_request(spec, manifest, source)
        if not self._by_itself(engine, manifest):
            if not can_preview(spec, manifest):
                return None
            request = build_request(preview_spec(spec, source.scale, manifest), manifest, source)
        return replace(request, window=self._seen_edges()) if part else request

    def _seen_edges(self) -> tuple[int, int, int, int]:
        """The part that is seen: left, top, right, bottom."""
        seen = self._window
        return seen.x, seen.y, seen.x + seen.width, seen.y + seen.height

    def _by_itself(self, engine: str, manifest: Manifest) -> bool:
        """Whether the engine is quick enough to paint what is seen."""
        slow = manifest[engine]["descriptor"].get("interruptible")
        return self.current is not self.small and not slow


def _quietly(done: int, total: int) -> None:
    """Nobody waits for so few pixels."""
