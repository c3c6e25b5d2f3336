"""How the docker's height is shared between the preview and the pages below it. No Qt here."""

from __future__ import annotations

_PREVIEW = 300
"""What the preview gets where there is enough room, with its buttons and the strength."""
_ROWS = 2
_AROUND = 112
"""The tabs, the search, the chosen style and what is between them."""


def preview_height(room: int, row: int, kept: int | None) -> int:
    """The preview's share of ``room``, in pixels, when one row of styles is ``row`` high.

    What the person dragged it to is ``kept``. Without that, it leaves room for two rows of styles, if need be for
    nothing but its own least height.
    """
    return kept if kept else max(min(_PREVIEW, room - _ROWS * row - _AROUND), 1)


def kept_height(text: str) -> int | None:
    """The preview's height out of the two heights that were kept; None for anything else."""
    sizes = [int(each) for each in text.split() if each.isdecimal()]
    return sizes[0] if len(sizes) == 2 and all(sizes) else None
