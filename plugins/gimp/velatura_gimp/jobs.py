"""What is to be painted, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gi.repository import Gimp

from velatura_link.jobs import Result
from velatura_link.request import Pixels

from .arguments import IN_PLACE, NEW_IMAGE
from .canvas import Canvas
from .request_spec import RequestSpec
from .result_record import ResultRecord
from .sources import PixelSource


@dataclass(frozen=True)
class LayerJob:
    """What is to be painted: ``layer``, with ``visible`` all that is seen, or without one a new picture on ``canvas``;
    and where the painting goes.

    It takes the place of the layer ``replaces``; with ``refines`` it goes on from that one, behind everything that
    somebody waits for. ``record`` is what it will be known by, without its recipe. ``extras`` are the outputs beside
    the picture that are wanted: the path of a file, ``""`` for a layer.
    """

    layer: Gimp.Layer | None
    spec: RequestSpec
    output: str
    visible: bool = False
    replaces: Gimp.Layer | None = None
    record: ResultRecord | None = None
    refines: bool = False
    canvas: Canvas | None = None
    extras: Mapping[str, str] = field(default_factory=dict)

    @property
    def image(self) -> Gimp.Image | None:
        """The image that it is about; None for a new one."""
        if self.layer is not None:
            return self.layer.get_image()
        return self.canvas.image if self.canvas is not None and not self.is_new_image else None

    @property
    def in_place(self) -> bool:
        """Whether the layer itself is painted over."""
        return self.output == IN_PLACE and not self.visible and self.replaces is None

    @property
    def is_new_image(self) -> bool:
        """Whether the painting becomes an image of its own."""
        return self.output == NEW_IMAGE and self.replaces is None


@dataclass(frozen=True)
class PaintedJob:
    """A job and its result. ``source`` is what was read for it, ``name`` what the new layer is called, ``at`` where in
    the image it lies; ``start`` is what it went on from. ``titles`` are those of its outputs."""

    job: LayerJob
    source: PixelSource
    at: tuple[int, int]
    result: Result
    name: str
    record: ResultRecord | None
    titles: Mapping[str, str]
    start: Pixels | None = None
