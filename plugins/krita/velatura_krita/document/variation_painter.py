"""Small pictures of several ways to paint the layer in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from velatura_link.engines import Manifest
from velatura_link.errors import LinkError

from ..daemon.link import Link
from ..model import request_builder
from ..model.variations import COUNT, Variation
from .cooperative_tasks import CooperativeTasks
from .live_preview import LivePreview, PreviewPair, PreviewTarget

SIDE = 480
"""Longest side of a picture: large enough to be compared with another in the docker."""


class VariationPainter:
    """Paints one after the other with the quick engine; newer ones replace those that are not done."""

    def __init__(
        self,
        link: Link,
        tasks: CooperativeTasks,
        on_picture: Callable[[int, Any], object],
        on_error: Callable[[LinkError], object],
    ) -> None:
        self._painters = [
            LivePreview(
                link,
                tasks,
                partial(self._previewed, place, on_picture),
                on_error,
                replaces=f"variation {place}",
            )
            for place in range(COUNT)
        ]

    def paint(
        self,
        document: Any,
        node: Any,
        variations: Sequence[Variation],
        manifest: Manifest,
        find: request_builder.FindStyle,
    ) -> None:
        """``on_picture`` is told the place and the QImage of each as it comes."""
        view = PreviewTarget(document, node, document.selection(), SIDE)
        for painter, variation in zip(self._painters, variations, strict=True):
            painter.request(view, variation.choices, manifest, find)

    def _previewed(
        self, place: int, on_picture: Callable[[int, Any], object], pair: PreviewPair
    ) -> None:
        on_picture(place, pair.after)
