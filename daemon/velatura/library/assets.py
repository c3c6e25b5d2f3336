"""What is shipped with Velatura: weights of its own, and codes of well-known styles."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "assets"


def weights(name: str) -> Path:
    """The shipped weights ``name``."""
    return FOLDER / f"{name}.safetensors"


def codes() -> tuple[Path, ...]:
    """Files of the built-in styles, sorted by name."""
    from velatura.library.codes import SUFFIX

    return tuple(sorted((FOLDER / "styles").glob(f"*{SUFFIX}")))
