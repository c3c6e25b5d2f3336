"""The styles that are built in, from files beside the plugin: there before any daemon is.

They lie in a plugin's own folder, where installing and packaging put them; in an installed wheel and in the repository
they are the daemon's.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from .styles import CODE, PICTURE

FOLDER = "builtin_styles"
"""In a plugin's copy of this package: what :func:`folder` describes, without the codes."""

_HERE = Path(__file__).resolve().parent
_PLACES = (
    _HERE / FOLDER,
    _HERE.parent / "velatura" / "assets" / "styles",
    _HERE / ".." / ".." / ".." / "daemon" / "velatura" / "assets" / "styles",
)
SHOWN = (".json", ".jpg")
"""How the files end that a plugin needs; what the daemon paints with lies between them."""
_INDEX = "index.json"
_PICTURES = "pictures"


def folder() -> Path | None:
    """The folder of ``index.json``, thumbnails ``NAME.jpg`` and pictures ``pictures/NAME.jpg``; None without one."""
    return next((place for place in _PLACES if (place / _INDEX).is_file()), None)


def builtin_styles() -> list[dict[str, Any]]:
    """The built-in styles, sorted by name, as the daemon lists them (``styles`` in docs/reference/protocol.md, section
    6).

    Each is name, title, kind (``picture`` where its painting is there, else ``code``), builtin (True) and thumbnail, a
    JPEG file's bytes of at most 160 pixels or None. Empty where the files are not there. Read once, in some
    milliseconds.
    """
    return [dict(style) for style in _read()]


def builtin_picture(name: str) -> bytes | None:
    """The painting of the built-in style ``name``, a JPEG file's bytes of some 320 to 640 pixels, as
    ``styles.picture`` gives it; None where there is none.
    """
    known = {style["name"] for style in _read() if style["kind"] == PICTURE}
    place = folder()
    if name not in known or place is None:
        return None
    return _bytes(place / _PICTURES / f"{name}.jpg")


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Any], ...]:
    place = folder()
    if place is None:
        return ()
    try:
        index = json.loads((place / _INDEX).read_text(encoding="utf-8"))
        named = sorted((entry["name"], entry["title"]) for entry in index)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(
        {
            "name": name,
            "title": title,
            "kind": PICTURE if (place / _PICTURES / f"{name}.jpg").is_file() else CODE,
            "builtin": True,
            "thumbnail": _bytes(place / f"{name}.jpg"),
        }
        for name, title in named
    )


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
