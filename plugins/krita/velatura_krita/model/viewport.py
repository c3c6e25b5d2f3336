"""How a picture is looked at in a small window: where, and how large. No Qt here."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

Size = tuple[float, float]
Window = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels of the layer."""

ZOOMS = (0.5, 1.0, 2.0, 4.0)
"""Screen pixels for a pixel of the layer."""


@dataclass(frozen=True)
class Viewport:
    """``x`` and ``y`` are the layer's pixel in the middle of the window, ``zoom`` is one of :data:`ZOOMS`."""

    x: float
    y: float
    zoom: float = 1.0

    def held(self, size: Size, room: Size) -> Viewport:
        """The same, so that no more of what lies beyond a layer of ``size`` is seen than has to be."""
        places = []
        for centre, length, space in zip((self.x, self.y), size, room, strict=True):
            half = space / self.zoom / 2
            places.append(
                length / 2 if 2 * half >= length else min(max(centre, half), length - half)
            )
        return replace(self, x=places[0], y=places[1])

    def dragged(self, dx: float, dy: float) -> Viewport:
        """The same after the picture was dragged by so many screen pixels."""
        return replace(self, x=self.x - dx / self.zoom, y=self.y - dy / self.zoom)

    def zoomed(self, steps: int, at: Size, room: Size) -> Viewport | None:
        """So many steps nearer; what lies at the place ``at`` of the window stays there. None: farther than all."""
        place = ZOOMS.index(self.zoom) + steps
        if place < 0:
            return None
        zoom = ZOOMS[min(place, len(ZOOMS) - 1)]
        x, y = self.spot(at, room)
        return Viewport(x - (at[0] - room[0] / 2) / zoom, y - (at[1] - room[1] / 2) / zoom, zoom)

    def spot(self, at: Size, room: Size) -> Size:
        """The layer's pixel at a place of the window."""
        return (
            self.x + (at[0] - room[0] / 2) / self.zoom,
            self.y + (at[1] - room[1] / 2) / self.zoom,
        )

    def window(self, size: Size, room: Size) -> Window | None:
        """The layer's pixels that are seen, those that are seen in part among them; None when there are none."""
        edges = []
        for centre, length, space in zip((self.x, self.y), size, room, strict=True):
            half = space / self.zoom / 2
            edges.append((math.floor(max(centre - half, 0)), math.ceil(min(centre + half, length))))
        (left, right), (top, bottom) = edges
        return (left, top, right, bottom) if left < right and top < bottom else None
