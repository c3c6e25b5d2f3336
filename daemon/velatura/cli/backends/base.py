"""Where a request is carried out: by the daemon, or in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from velatura.cli.display import Bar
    from velatura.cli.preview import PreviewFile
    from velatura.imaging.raster import Raster
    from velatura_link.recipe import Recipe
    from velatura_link.request import EncodedFile, Request

KEEP = "Enter keeps what is there"
"""What a bar offers while an interruptible engine paints."""

Priority = Literal["interactive", "batch"]


@dataclass(frozen=True)
class Painted:
    """What came back, by whichever way; an older daemon tells no recipe."""

    raster: Raster
    notes: Sequence[str] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    recipe: Recipe | None = None
    outputs: Mapping[str, Raster | EncodedFile] = field(default_factory=dict)
    """What the engine gave beside the picture, by name."""


class Backend(Protocol):
    """Carries out requests, and stays warm in between."""

    parallel: int
    """How many it can have in work at once."""

    def paint(
        self,
        request: Request,
        bar: Bar,
        preview: PreviewFile | None = None,
        priority: Priority = "interactive",
    ) -> Painted:
        """The picture; ``preview`` shows how it grows. Raises what went wrong."""

    def finish(self) -> None:
        """Have the engine stop after its present step, if it can, and keep what is there; from any thread."""

    def cancel(self) -> None:
        """Let go of every picture in work, and take no more; from any thread."""
