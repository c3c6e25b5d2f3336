"""What the plugin costs Krita, always beside what Krita costs by itself. `pytest -s` prints the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import pytest

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401

RUNNING_MS = 50.0
"""How long the event loop may stand still until the layer is inserted, or as long as Krita's own insertion takes, on a
machine that is busy with other things."""
LANDING, JITTER_MS = 2.0, 100.0
"""How long inserting a result may take, with its compositing, in times Krita's own insertion of the same pixels. On a
quiet machine it is to be 1.3; compositing everything once more than needed would show on a busy one, too.
"""


@pytest.mark.slow
def test_the_interface_goes_on_and_pixels_are_quick(krita: Krita, plugin: Path) -> None:  # noqa: F811
    script = SCRIPTS / "krita_is_quick.py"
    seen = krita.play(script, sides=[2048, 4096], rounds=5, timeout=400).value
    print(json.dumps(seen, indent=1))
    for side in ("2048", "4096"):
        rounds = seen[side]
        assert all(each["right"] and each["seen"] for each in rounds)
        own = median(each["bare landing"] for each in rounds)
        assert median(each["running"] for each in rounds) <= max(RUNNING_MS, own)
        refining = seen["refining"][side]
        print(f"{side}: longest stop while refining {refining['refining']:.0f} ms")
        assert refining["refining"] <= max(RUNNING_MS, refining["resting"], own)
        assert refining["inserting"] <= LANDING * own + JITTER_MS
        placement = median(each["landing"] for each in rounds)
        print(
            f"{side}: landing {placement:.0f} ms, Krita's own {own:.0f} ms, {placement / own:.2f} times"
        )
        assert placement <= LANDING * own + JITTER_MS
