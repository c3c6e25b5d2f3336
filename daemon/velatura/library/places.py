"""Where a person's styles and model files lie."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """What must outlive an upgrade: ``VELATURA_DATA`` or the platform's folder for user data."""
    given = os.environ.get("VELATURA_DATA")
    return Path(given) if given else Path(platformdirs.user_data_path("velatura"))


def cache_dir() -> Path:
    """What can be made again: ``VELATURA_CACHE`` or the platform's cache folder."""
    given = os.environ.get("VELATURA_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_path("velatura"))


def models_dir() -> Path:
    """Where downloaded and added model files lie."""
    return data_dir() / "models"


def styles_dir() -> Path:
    """Where the style library's pictures lie."""
    return data_dir() / "styles"


def presets_dir() -> Path:
    """Where presets lie."""
    return data_dir() / "presets"


def given_folders() -> tuple[Path, ...]:
    """The folders of ``VELATURA_MODELS``, separated like ``PATH``; they are read, never written."""
    given = os.environ.get("VELATURA_MODELS", "")
    return tuple(Path(folder) for folder in given.split(os.pathsep) if folder)
