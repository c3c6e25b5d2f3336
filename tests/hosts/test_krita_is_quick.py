"""What the plugin costs Krita, always beside what Krita costs by itself. `pytest -s` prints the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import pytest

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401

STOPS = {"2048": 50.0, "4096": 120.0}
"""How long the event loop may stand still in any case, in milliseconds, by the layer's side."""
SLACK = 1.5
"""Of Krita's own insertion of a layer, during which it stands still, too, the longer the busier the machine is."""


@pytest.mark.slow
def test_the_interface_goes_on_and_pixels_are_quick(krita: Krita, plugin: Path) -> None:  # noqa: F811
    script = SCRIPTS / "krita_is_quick.py"
    seen = krita.play(script, sides=[2048, 4096], rounds=3, timeout=240).value
    print(json.dumps(seen, indent=1))
    for side, allowed in STOPS.items():
        rounds = seen[side]
        own = median(each["bare landing"] for each in rounds)
        assert median(each["running"] for each in rounds) <= max(allowed, own)
        assert median(each["landing"] for each in rounds) <= max(allowed, SLACK * own)
