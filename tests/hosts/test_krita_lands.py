"""A large painting is on Krita's canvas as soon as Krita has composited it. How soon: `python -m benchmarks.hosts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401

SIDE = 2048


@pytest.mark.slow
def test_what_lands_is_what_the_canvas_shows(krita: Krita, plugin: Path) -> None:  # noqa: F811
    script = SCRIPTS / "krita_measures.py"
    seen = krita.play(script, sides=[SIDE], rounds=2, timeout=240).value
    for each in seen[str(SIDE)]:
        assert each["right"], "not even a layer that Krita inserts by itself is seen"
        assert each["seen"]
