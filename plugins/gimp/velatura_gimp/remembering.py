"""What was chosen for an image, kept in the image itself as a parasite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gi.repository import Gimp

from .settings import recalled, remembered

_NAME = "velatura-settings"
_PERSISTENT = 1
"""GIMP_PARASITE_PERSISTENT: it is saved with the image; not undoable, or it would be an undo step of its own."""


def recall(image: Gimp.Image, procedure: str) -> dict[str, Any]:
    """The values that ``procedure`` last had for ``image``; empty when there are none."""
    return recalled(_data(image), procedure)


def remember(image: Gimp.Image, procedure: str, values: Mapping[str, Any]) -> None:
    """Keep ``values`` of ``procedure`` in ``image``."""
    data = remembered(_data(image), procedure, values)
    image.attach_parasite(Gimp.Parasite.new(_NAME, _PERSISTENT, data))


def _data(image: Gimp.Image) -> bytes:
    parasite = image.get_parasite(_NAME)
    return bytes(parasite.get_data()) if parasite is not None else b""
