"""What was chosen for an image, and how a layer was made, kept in the image itself as parasites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gi.repository import Gimp

from .result_record import ResultRecord, dump_record, parse_record
from .settings import settings_of, with_settings

_NAME = "velatura-settings"
_PERSISTENT = 1
"""GIMP_PARASITE_PERSISTENT: it is saved with the image; not undoable, or it would be an undo step of its own."""

_RESULT = "velatura-result"
_UNDOABLE = 2
"""GIMP_PARASITE_UNDOABLE."""


def load_settings(image: Gimp.Image, procedure: str) -> dict[str, Any]:
    """The values that ``procedure`` last had for ``image``; empty when there are none."""
    return settings_of(_data(image), procedure)


def save_settings(image: Gimp.Image, procedure: str, values: Mapping[str, Any]) -> None:
    """Keep ``values`` of ``procedure`` in ``image``."""
    data = with_settings(_data(image), procedure, values)
    image.attach_parasite(Gimp.Parasite.new(_NAME, _PERSISTENT, data))


def attach_record(layer: Gimp.Layer, record: ResultRecord, recipe: Mapping[str, Any]) -> None:
    """Write on ``layer`` how it was made."""
    data = dump_record(replace(record, recipe=recipe))
    layer.attach_parasite(Gimp.Parasite.new(_RESULT, _PERSISTENT | _UNDOABLE, data))


def record_of(layer: Gimp.Layer) -> ResultRecord | None:
    """How ``layer`` was made; None when Velatura did not make it."""
    parasite = layer.get_parasite(_RESULT)
    return parse_record(bytes(parasite.get_data())) if parasite is not None else None


def _data(image: Gimp.Image) -> bytes:
    parasite = image.get_parasite(_NAME)
    return bytes(parasite.get_data()) if parasite is not None else b""
