"""The frames of an animated layer, painted in the real Krita."""

from __future__ import annotations

from pathlib import Path

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401


def test_frames_become_an_animated_layer_in_one_undo_step(
    krita: Krita,
    plugin: Path,  # noqa: F811
) -> None:
    seen = krita.play(SCRIPTS / "krita_animates.py", timeout=240).value
    for depth in ("U8", "U16", "F16"):
        made = seen[depth]
        assert made["name"] == "Identity"
        assert made["place"] == 1
        assert made["keys"] == [0, 2, 5, 8, 14]
        assert made["same"] == [True] * 4
        assert made["outside"]
        assert made["playhead"] == 6
        assert made["counted"]
        assert (made["steps"], made["undone"]) == (1, True)
    # Stopped: no layer, and nothing is left on the disk.
    assert seen["was there"]
    assert seen["stopped"] == [2, False]
    assert seen["still"] == "The layer has no frames in the playback range."
