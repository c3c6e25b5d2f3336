"""A quick result goes on through the slow engine in the real GIMP, and takes the quick one's place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from velatura_link.refining import refining_in

from . import gimp_plugin
from .harness import SCRIPTS, Gimp
from .profiles import Profile

schema = gimp_plugin.schema


@pytest.fixture
def quicker(profile: Profile, schema: dict[str, Any]) -> dict[str, Any]:
    """What the installed plug-in makes its procedures from: refining takes a few steps, since the engine's own are
    many.
    """
    changed = copy.deepcopy(schema)
    refining = refining_in(changed)
    assert refining is not None
    for each in changed[refining.engine]["descriptor"]["inputs"]:
        if each["name"] == refining.input:
            each["when"]["steps"] = 1
    gimp_plugin.install(profile, changed)
    return changed


@pytest.mark.slow
def test_results_are_refined(gimp: Gimp, quicker: dict[str, Any], shared: Path) -> None:
    refining = refining_in(quicker)
    assert refining is not None
    slow = f"Great Wave — {quicker[refining.engine]['descriptor']['title']}"
    gimp.profile.shell.variables["VELATURA_MODELS"] = str(shared / "weights")
    seen: dict[str, Any] = gimp.play(SCRIPTS / "gimp_refines.py", timeout=400).value
    refined = seen["_refined"]
    # Its pixels and its name are others; everything else of the layer is as it was.
    assert refined["layers"] == [slow, "photo"]
    assert refined["other pixels"]
    assert refined["same layer"] == [True, 60, 7, 4]
    assert refined["source"]
    recipe = refined["recipe"]
    assert recipe["engine"] == refining.engine
    assert recipe["params"].items() >= refining.params.items()
    assert recipe["strength"] == 0.8
    assert recipe["inputs"][refining.input]["width"] == 96
    assert "refined already" in refined["again"]
    assert refined["engine"] == refining.engine
    assert seen["_in_a_selection"] == {"outside": True, "inside": True, "limits": True}
    assert seen["_visible"] == [slow, "photo"]
    refused = seen["_refused"]
    assert "Velatura did not make this layer" in refused["foreign"]
    assert "not of the same size" in refused["resized"]
    assert "not in the image any more" in refused["gone"]
    assert len(refused["layers"]) == 1
