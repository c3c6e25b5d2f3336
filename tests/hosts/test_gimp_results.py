"""What is painted of which layers in the real GIMP, and results that are made again."""

from __future__ import annotations

from typing import Any

import pytest

from . import gimp_plugin
from .harness import SCRIPTS, Gimp

installed, schema = gimp_plugin.installed, gimp_plugin.schema

GLAZED = "Great Wave — Glaze"


@pytest.mark.usefixtures("installed")
def test_layers_what_is_visible_and_results(gimp: Gimp) -> None:
    """In one GIMP, since starting one takes longer than all of this."""
    seen: dict[str, Any] = gimp.play(SCRIPTS / "gimp_results.py", timeout=240).value
    assert seen["_several"] == {
        "layers": [f"{GLAZED} #1", "Layer 1", GLAZED, "Layer 0"],
        "chosen": [f"{GLAZED} #1", GLAZED],
    }
    assert seen["_visible"] == {
        "same": True,
        "layers": [GLAZED, "Layer 1", "Layer 0"],
        "source": None,
    }
    assert seen["_effects"] == {"seen": True, "raw": False, "effects": 1}
    edited = seen["_edited"]
    assert edited["recipe"]["engine"] == "glaze"
    assert edited["choices"]["values"]["stroke"] == 6.0
    assert edited["layers"] == [GLAZED, "Renamed"]
    assert edited["same"]
    assert edited["made"]
    assert edited["multiplied"]
    assert edited["opacity"] == pytest.approx(60, abs=0.5)
    assert seen["_edited_visible"] == {"same": True, "layers": [GLAZED, "Layer 0"]}
    assert seen["_edited_below"] == {"same": True, "layers": 3}
    in_place = seen["_in_place"]
    assert (in_place["engine"], in_place["same"]) == ("glaze", True)
    assert "painted in place" in in_place["said"]
    assert "painted in place" in in_place["said of a copy"]
    assert "Velatura did not make this layer" in seen["_refused"]["foreign"]
    assert "no longer in the image" in seen["_refused"]["gone"]
