"""What the manifest says of engines, as clients ask it."""

from __future__ import annotations

from velatura.contract.manifest import build
from velatura_link.engines import painting_phases


def test_a_picture_is_worth_keeping_in_an_engines_own_steps_only() -> None:
    manifest = build(["gatys", "glaze"])
    # Gatys may start from a painting of glaze, which is polished first.
    assert "polish" in painting_phases(manifest, "glaze")
    assert painting_phases(manifest, "gatys") == {"stylise"}


def test_an_engine_that_nobody_knows_paints_in_the_usual_phase() -> None:
    assert painting_phases({}, "unknown") == {"stylise"}
