"""What the plugin costs Krita, always beside what Krita costs by itself. `pytest -s` prints the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import pytest

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401

STOPS = {"2048": 50.0, "4096": 120.0}
"""How long the event loop may stand still, in milliseconds, by the layer's side."""
SLACK = 1.5
"""Of Krita's own insertion, which is as long as the machine is busy."""


@pytest.mark.slow
def test_the_interface_goes_on_and_pixels_are_quick(krita: Krita, plugin: Path) -> None:  # noqa: F811
    script = SCRIPTS / "krita_is_quick.py"
    seen = krita.play(script, sides=[2048, 4096], rounds=3, timeout=240).value
    print(json.dumps(seen, indent=1))
    for side, allowed in STOPS.items():
        rounds = seen[side]
        assert median(each["running"] for each in rounds) <= allowed
        own = median(each["bare landing"] for each in rounds)
        assert median(each["landing"] for each in rounds) <= max(allowed, SLACK * own)
