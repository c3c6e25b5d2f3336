"""A piece of the content, as engines that paint tiles are given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from velatura.imaging.colour import Floats
from velatura.imaging.tiles import Tile

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ContentTile:
    """A piece of the content as an engine sees it.

    ``tensor`` is (1, 3, h, w) sRGB 0..1 float32 on the run's device: the tile's core, its halo, and
    at the picture's right and bottom the repeated edge. ``core`` is (rows, columns) of the core
    inside it: the cores of all tiles hold every pixel of the content once, and start at multiples
    of ``descriptor.multiple`` inside the tensor.
    """

    tensor: Tensor
    core: tuple[slice, slice]
    tile: Tile
    blend: Callable[[], Tensor | None] = field(default=lambda: None, repr=False)

    @cached_property
    def shares(self) -> Tensor | None:
        """How much of each pixel each of a scene's regions has, (1, regions, h, w) in sum 1, for engines that blend
        them; None for a single one. Made when it is asked for.
        """
        return self.blend()


@dataclass(frozen=True)
class FilterTile:
    """A piece of the content as a filter sees it.

    ``pixels`` are (h, w, 3) sRGB 0..1 float32: the tile's core and its halo, the picture's edge repeated beyond it.
    ``core`` is (rows, columns) of the core inside it; ``tile`` says where in the picture it lies.
    """

    pixels: Floats
    core: tuple[slice, slice]
    tile: Tile
