"""What was chosen for an image, as the bytes of a parasite in it. Knows nothing of GIMP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def settings_of(data: bytes, procedure: str) -> dict[str, Any]:
    """The values that ``procedure`` had; none when another hand wrote something else there."""
    found = _settings(data).get(procedure)
    return found if isinstance(found, dict) else {}


def with_settings(data: bytes, procedure: str, values: Mapping[str, Any]) -> bytes:
    """``data`` with ``values`` for ``procedure``."""
    return json.dumps({**_settings(data), procedure: dict(values)}).encode()


def _settings(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.rstrip(b"\0"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
