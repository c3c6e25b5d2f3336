"""Which engine refines, and how it goes on from a picture, is read from the manifest."""

from __future__ import annotations

from typing import Any

from velatura_link.refining import Refining, refining_by, refining_in

START = {"name": "start", "kind": "raster", "when": {"init": "picture"}}


def entry(**descriptor: Any) -> dict[str, Any]:
    return {"descriptor": descriptor}


def test_the_first_engine_that_refines_and_is_shown_is_offered() -> None:
    manifest = {
        "quick": entry(inputs=[START]),
        "for-tests": entry(inputs=[START], refines="start", hidden=True),
        "slow": entry(inputs=[START], refines="start"),
        "slower": entry(inputs=[START], refines="start"),
    }
    assert refining_in(manifest) == Refining("slow", "start", {"init": "picture"})
    assert refining_in({"quick": manifest["quick"]}) is None


def test_an_input_that_is_no_picture_or_not_there_refines_nothing() -> None:
    assert refining_by("odd", {"refines": "start", "inputs": []}) is None
    text = {"name": "start", "kind": "text"}
    assert refining_by("odd", {"refines": "start", "inputs": [text]}) is None


def test_an_older_daemon_that_says_nothing_of_it_refines_nothing() -> None:
    assert refining_by("gatys", {"inputs": [START]}) is None
