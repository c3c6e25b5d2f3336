"""A quick result goes on through the slow engine in the real GIMP, and takes the quick one's place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from velatura_link.refining import refining_in

from ..waiting import wait_until
from . import gimp_plugin
from .display import Display
from .harness import SCRIPTS, Gimp
from .inside import PATIENCE
from .profiles import Profile
from .test_gimp_window import painted_waves

schema = gimp_plugin.schema
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


Install = Callable[[int], dict[str, Any]]


@pytest.fixture
def refining_in_steps(profile: Profile, schema: dict[str, Any], shared: Path) -> Install:
    """Installs the plug-in so that it refines in so many steps, and says what procedures are made from then."""

    def install(steps: int) -> dict[str, Any]:
        changed = copy.deepcopy(schema)
        refining = refining_in(changed)
        assert refining is not None
        for each in changed[refining.engine]["descriptor"]["inputs"]:
            if each["name"] == refining.input:
                each["when"]["steps"] = steps
        profile.shell.variables["VELATURA_MODELS"] = str(shared / "weights")
        gimp_plugin.install(profile, changed)
        return changed

    return install


def test_results_are_refined(gimp: Gimp, refining_in_steps: Install) -> None:
    schema = refining_in_steps(1)
    refining = refining_in(schema)
    assert refining is not None
    slow = f"Great Wave — {schema[refining.engine]['descriptor']['title']}"
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
    assert "already been refined" in refined["again"]
    assert refined["engine"] == refining.engine
    assert seen["_in_a_selection"] == {"outside": True, "inside": True, "limits": True}
    assert seen["_visible"] == [slow, "photo"]
    refused = seen["_refused"]
    assert "Velatura did not make this layer" in refused["foreign"]
    assert "no longer have the same size" in refused["resized"]
    assert "no longer in the image" in refused["gone"]
    assert len(refused["layers"]) == 1


@pytest.mark.parametrize(("key", "kept"), [("alt+s", True), ("Escape", False)])
def test_it_is_watched_stopped_and_undone_in_one_step(
    gimp_window: Gimp,
    display: Display,
    refining_in_steps: Install,
    tmp_path: Path,
    key: str,
    kept: bool,
) -> None:
    """It would take minutes. What is there after some steps is kept, or nothing is changed."""
    refining_in_steps(400)
    picture, ready = painted_waves(tmp_path / "waves.png", 150, 110), tmp_path / "ready"
    running = gimp_window.start(
        picture, script=SCRIPTS / "gimp_refines_watched.py", ready=str(ready), undone=kept
    )
    with running:
        display.wait_for_window("^Velatura is painting$", 2 * PATIENCE)

        def ended() -> bool:
            # It can be stopped from the first step on.
            display.xdotool("key", key)
            return ready.exists()

        wait_until(ended, "the end of the painting", 2 * PATIENCE)
        if kept:
            display.wait_for_window("waves")
            # Alt+S opens a menu of GIMP's own where it comes after the window's end.
            display.xdotool("key", "--delay", "200", "Escape", "ctrl+z")
        seen = running.finish(2 * PATIENCE).value
    assert len(seen["layers"]) == 2
    assert seen["other"] == kept
    assert seen["in its place"]
    assert seen.get("undone", [True, True]) == [True, True]


def test_a_layer_that_is_deleted_meanwhile_loses_nothing(
    gimp_window: Gimp, display: Display, refining_in_steps: Install, tmp_path: Path
) -> None:
    """GIMP can be worked in while a result is refined."""
    refining_in_steps(400)
    picture, ready = painted_waves(tmp_path / "waves.png", 150, 110), tmp_path / "ready"
    running = gimp_window.start(
        picture, script=SCRIPTS / "gimp_refines_watched.py", ready=str(ready), undone=False
    )
    with running:
        display.wait_for_window("^Velatura is painting$", 2 * PATIENCE)
        display.wait_for_window("waves")
        display.xdotool("key", "slash")
        display.wait_for_window("Search Actions")
        display.xdotool("type", "--delay", "20", "delete layers")
        display.xdotool("key", "--delay", "300", "Down", "Return")
        wait_until(lambda: not display.windows("Search Actions"), "the deletion", PATIENCE)
        display.wait_for_window("^Velatura is painting$")

        def ended() -> bool:
            display.xdotool("key", "alt+s")
            return ready.exists()

        wait_until(ended, "the end of the painting", 2 * PATIENCE)
        seen = running.finish(2 * PATIENCE).value
    assert len(seen["layers"]) == 2
    assert seen["other"]
    assert not seen["in its place"]
