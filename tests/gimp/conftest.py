"""The plug-in's modules that know nothing of GIMP, as a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "gimp"
sys.path.append(str(PLUGIN))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    from velatura_gimp import texts

    yield
    texts.choose(["en"])
