"""What becomes of a result in the real Krita, from where it is taken to where it goes."""

from __future__ import annotations

from pathlib import Path

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401

WAVE = "Great Wave — Glaze"


def test_results_are_kept_discarded_and_edited(krita: Krita, plugin: Path) -> None:  # noqa: F811
    seen = krita.play(SCRIPTS / "krita_results.py", timeout=240).value
    # With a mask active its layer is painted, not the mask's greys.
    assert seen["of a mask"] == [WAVE, "RGBA", True]
    assert seen["lies above its layer"]
    # Discarding leaves document and undo history as they were.
    assert seen["asks"]
    assert seen["shown"]
    assert seen["discarded"]
    assert seen["undo as before"]
    assert seen["asks no more"]
    assert seen["in place discarded"]
    # Plain Undo takes it back, too; there is nothing left to discard then.
    assert seen["said after Undo"] == "The result was already gone."
    assert seen["nothing was done"]
    # When something was done since, the result alone goes, and it is said.
    assert seen["after other steps"] == ["Background", "photo", WAVE, "drawn since"]
    assert "one more" in seen["said"]
    # A result's settings come back, and Apply replaces it.
    assert seen["says so"] == "Replace"
    assert seen["settings came back"]
    assert seen["replaced"] == ["Background", "photo", WAVE]
    assert seen["another picture"]
    assert seen["kept"] == [0.5, True]
    assert seen["edited on the canvas"]
    busy, said = seen["its source is gone"]
    assert not busy
    assert "no longer exists" in said
    # The layer below stays hidden while another result stands for it.
    assert seen["in place edited"] == [["Background", "photo", "photo"], False]
    # Other sources than the active layer.
    assert seen["visible"] == [WAVE, 2]
    assert seen["visible is on the canvas"]
    assert seen["selected nodes"] == ["Background", "photo", "second"]
    assert seen["each above its own"] == ["Background", WAVE, "photo", WAVE, "second", WAVE]
    assert seen["all discarded"] == ["Background", "photo", "second"]
    # What was done while the layers were painted is not taken back with them.
    assert seen["drawn meanwhile"] == ["Background", "photo", "second", "drawn between"]
    assert seen["kinds"] == dict.fromkeys(("filllayer", "vectorlayer", "filterlayer"), WAVE)
    # A document that is closed meanwhile.
    assert "closed" in seen["closed"]
    assert seen["nothing goes on"]
    # An ambiguous shortcut fires nothing at all in Krita.
    assert seen["shortcuts"] == [["velatura_again"], ["velatura_selection"], ["velatura_stop"]]
