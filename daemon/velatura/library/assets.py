"""What is shipped with Velatura: weights of its own, and well-known styles, as codes and as pictures."""

from __future__ import annotations

import json
from pathlib import Path

from velatura.library.codes import SUFFIX

FOLDER = Path(__file__).resolve().parent.parent / "assets"

STYLES = FOLDER / "styles"
"""A built-in style ``NAME`` is ``NAME.code``, its thumbnail ``NAME.jpg``, and its picture ``pictures/NAME.jpg``."""

PICTURES = "pictures"

INDEX = STYLES / "index.json"
"""Names and titles, and whence a picture is and why it is free: a list of maps, for plugins, too."""


def weights(name: str) -> Path:
    """The shipped weights ``name``."""
    return FOLDER / f"{name}.safetensors"


def codes() -> tuple[Path, ...]:
    """Files of the built-in styles, sorted by name."""
    return tuple(sorted(STYLES.glob(f"*{SUFFIX}")))


def picture_of(code: Path) -> Path | None:
    """The picture that a built-in style's ``code`` was made from; None where it is not shipped, or not built in."""
    picture = STYLES / PICTURES / f"{code.stem}.jpg"
    return picture if code.parent == STYLES and picture.is_file() else None


def credit_of(name: str) -> tuple[str, str] | None:
    """Where the picture of the built-in style ``name`` is from, and why it is free; None where there is none."""
    for entry in json.loads(INDEX.read_text(encoding="utf-8")):
        if entry["name"] == name and "source" in entry:
            return entry["source"], entry["rights"]
    return None
