"""What a large layer costs on its way through GIMP, beside the same bytes without Velatura."""

from __future__ import annotations

from statistics import median

import pytest

from . import gimp_plugin
from .harness import SCRIPTS, Gimp

installed, schema = gimp_plugin.installed, gimp_plugin.schema
pytestmark = [pytest.mark.usefixtures("installed"), pytest.mark.slow]


def test_a_large_layer_costs_at_most_twice_its_bytes(gimp: Gimp) -> None:
    """4096² of 8 bits: read, sent, given back, written and inserted, the plug-in's start and the engine included."""
    measured = gimp.play(SCRIPTS / "gimp_measures.py", side=4096, times=5, timeout=240).value
    small, large, bare = (median(measured[name]) for name in ("small", "large", "bare"))
    print(f"small {small:.3f} s, large {large:.3f} s, bare {bare:.3f} s: {large / bare:.2f}×")
    assert large <= 2 * bare
