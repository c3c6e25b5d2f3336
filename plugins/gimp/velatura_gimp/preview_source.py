"""What the preview shows: all that is painted, small, or a part in its real size; and the requests for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gi.repository import Gimp

from velatura_link.engines import Manifest, is_slow, preview_engine
from velatura_link.request import Request

from .arguments import NEW_LAYER, OUTPUT, Argument
from .canvas import Canvas
from .job_builder import spec_for_canvas, spec_for_layer
from .layers import RGBA8, extent
from .library import Style, require_fitting
from .pixels import Box
from .preview import HEIGHT, WIDTH
from .preview_requests import can_preview, preview_spec
from .request_builder import build_request
from .request_spec import RequestSpec
from .sources import CanvasSource, LayerSource, PixelSource


class PreviewSource:
    """The layer of a preview, or the place of a new picture. :meth:`look` chooses what of it is seen."""

    def __init__(self, painted: Gimp.Layer | Canvas) -> None:
        self._painted = painted
        whole = painted.box if isinstance(painted, Canvas) else extent(painted)
        self._whole = whole
        self.small = self._source(min(WIDTH / whole.width, HEIGHT / whole.height, 1.0))
        """All of it, as large as the preview."""
        self._large = self._source(1.0)
        self.current: PixelSource = self.small
        """What is seen now."""
        width, height = min(WIDTH, whole.width), min(HEIGHT, whole.height)
        self._window = Box((whole.width - width) // 2, (whole.height - height) // 2, width, height)

    @property
    def has_parts(self) -> bool:
        """Whether a part of it can be seen in its real size: a new picture is made as a whole."""
        return not isinstance(self._painted, Canvas)

    def look(self, part: bool, dx: float, dy: float) -> None:
        """See a part, so many pixels to the right and below the last one; or all of it."""
        whole, window = self._whole, self._window
        x = min(max(window.x + round(dx), 0), whole.width - window.width)
        y = min(max(window.y + round(dy), 0), whole.height - window.height)
        self._window = Box(x, y, window.width, window.height)
        if part and not isinstance(self._painted, Canvas):
            self.current = LayerSource(RGBA8, _quietly, layer=self._painted, window=self._window)
        else:
            self.current = self.small

    def exact(self, engine: str, manifest: Manifest) -> bool:
        """Whether the result will look like what is seen."""
        return engine == preview_engine(manifest, engine) or self._by_itself(engine, manifest)

    def request(
        self,
        engine: str,
        arguments: Sequence[Argument],
        values: Mapping[str, Any],
        manifest: Manifest,
        styles: Callable[[], Iterable[Style]],
    ) -> Request | None:
        """What has to be painted to see this; None when no quick engine can. Raises :class:`LinkError`."""
        spec = self._spec(engine, arguments, values)
        require_fitting(spec, manifest[engine]["descriptor"], styles)
        part = self.current is not self.small
        source = self._large if part else self.small
        request = build_request(spec, manifest, source)
        if not self._by_itself(engine, manifest):
            if not can_preview(spec, manifest):
                return None
            request = build_request(preview_spec(spec, source.scale, manifest), manifest, source)
        return replace(request, window=self._seen_edges()) if part else request

    def _source(self, scale: float) -> PixelSource:
        if isinstance(self._painted, Canvas):
            return CanvasSource(RGBA8, _quietly, scale, canvas=self._painted)
        return LayerSource(RGBA8, _quietly, scale, layer=self._painted)

    def _spec(
        self, engine: str, arguments: Sequence[Argument], values: Mapping[str, Any]
    ) -> RequestSpec:
        if isinstance(self._painted, Canvas):
            return spec_for_canvas(engine, arguments, values, self._painted)
        # A preview shows what GIMP will do with a selection, too.
        above = {**values, OUTPUT.name: NEW_LAYER}
        return spec_for_layer(engine, arguments, above, self._painted, in_place=False)

    def _seen_edges(self) -> tuple[int, int, int, int]:
        """The part that is seen: left, top, right, bottom."""
        seen = self._window
        return seen.x, seen.y, seen.x + seen.width, seen.y + seen.height

    def _by_itself(self, engine: str, manifest: Manifest) -> bool:
        """Whether the engine is quick enough to paint what is seen."""
        return self.current is not self.small and not is_slow(manifest, engine)


def _quietly(done: int, total: int) -> None:
    """Nobody waits for so few pixels."""
