"""A quick result goes on through the slow engine in the real Krita, and takes the quick one's place."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..waiting import wait_until
from .display import Display
from .harness import SCRIPTS, Krita
from .inside import PATIENCE
from .krita_plugin import plugin  # noqa: F401

QUICK = "Great Wave — Glaze Live"
CANVAS = (450, 450)
"""Where Krita's window shows the middle of a small picture."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def play(krita: Krita, plugin: Path, shared: Path) -> Callable[[str], dict[str, Any]]:  # noqa: F811
    """Plays a part of the script, with real weights."""
    krita.profile.shell.variables["VELATURA_MODELS"] = str(shared / "weights")

    def play(part: str) -> dict[str, Any]:
        seen: dict[str, Any] = krita.play(
            SCRIPTS / "krita_refines.py", part=part, timeout=500
        ).value
        print(json.dumps(seen, indent=1))
        return seen

    return play


def test_a_result_is_refined_where_it_lies(play: Callable[[str], dict[str, Any]]) -> None:
    seen = play("replaced")
    slow = f"Great Wave — {seen['title']}"
    refined, before = (["Background", "photo", name, "drawn on"] for name in (slow, QUICK))
    assert not seen["nothing to refine"]
    # It takes the quick result's place, with what was done to that layer; whoever paints stays on their own.
    assert seen["offers to keep"]
    assert seen["names"] == refined
    assert seen["opacity"] == 230
    assert seen["still on"] == "drawn on"
    assert seen["seen"]
    assert seen["on the canvas"]
    assert seen["kept"] == [seen["engine"], seen["engine"], 0.8]
    # The same scene, begun with what is there.
    assert seen["begun from"]
    assert seen["content"]
    assert seen["asked"] == [seen["knobs"], 0.8]
    assert not seen["not again"]
    # One step back is the quick result, and one forward the refined one.
    assert seen["undone once"] == [before, True, True]
    assert seen["redone once"] == [refined, True]
    assert seen["discarded"] == [before, True]
    assert seen["discarded later"] == [*before, "drawn since"]
    assert seen["one step back"] == 6


def test_only_the_selection_is_refined_and_it_may_be_stopped(
    play: Callable[[str], dict[str, Any]],
) -> None:
    """Nothing is selected any more, and the layer is moved meanwhile."""
    seen = play("selected")
    assert seen["the selection's mask"]
    assert seen["outside is the photo"]
    assert seen["moved"] == [5, 3]
    assert len(seen["stopped"][0]) == 3
    assert seen["stopped"][1] > 0


def test_what_was_changed_meanwhile_is_not_replaced(
    play: Callable[[str], dict[str, Any]],
) -> None:
    seen = play("between")
    assert seen["given up"] == [["Background", "photo", QUICK], True]
    assert seen["group"] == ["grouplayer", "paintlayer", "transparencymask"]
    names, said = seen["painted on"]
    assert names[:-1] == ["Background", "photo", QUICK]
    assert len(names) == 4
    assert "was changed" in said


def test_what_is_removed_or_closed_meanwhile_loses_nothing(
    play: Callable[[str], dict[str, Any]],
) -> None:
    seen = play("gone")
    for which, left in (("result", ["Background", "photo"]), ("both", ["Background"])):
        names, said = seen[f"{which} gone"]
        assert names[:-1] == left
        assert QUICK not in names
        assert "was removed" in said
    names, said = seen["source gone"]
    assert names[:-1] == ["Background"]
    assert "was removed" not in said
    busy, said = seen["source gone before"]
    assert not busy
    assert "no longer exists" in said
    assert seen["closed"]


def test_no_brush_stroke_is_interrupted(
    krita: Krita,
    plugin: Path,  # noqa: F811
    shared: Path,
    display: Display,
    tmp_path: Path,
) -> None:
    krita.profile.shell.variables["VELATURA_MODELS"] = str(shared / "weights")
    places = {name: tmp_path / name for name in ("begun", "writing", "landed")}
    told = {name: str(place) for name, place in places.items()}
    with krita.start(script=SCRIPTS / "krita_refines.py", part="brushed", **told) as running:
        wait_until(places["begun"].exists, "the beginning", 3 * PATIENCE)
        display.xdotool("mousemove", *CANVAS, "mousedown", 1)
        display.xdotool("mousemove_relative", 9, 5)
        wait_until(places["writing"].exists, "the result", 2 * PATIENCE)
        time.sleep(3.0)
        assert not places["landed"].exists()
        display.xdotool("mousemove_relative", 9, 5)
        display.xdotool("mouseup", 1)
        seen = running.finish(2 * PATIENCE).value
    assert seen["names"][1] == "photo"
    assert QUICK not in seen["names"]
    assert seen["drawn"]
    assert seen["on"] == "drawn on"
