"""A large layer: its draft is seen at once, the painting when it lies in the document; in the real Krita."""

from __future__ import annotations

from pathlib import Path

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401


def test_a_draft_is_seen_until_the_painting_is_there(krita: Krita, plugin: Path) -> None:  # noqa: F811
    seen = krita.play(SCRIPTS / "krita_drafts.py", timeout=240).value
    assert seen["draft"] == {"caption": "Draft", "busy": True, "layers": 2}
    assert seen["another picture"]
    assert seen["proportions"] == 1
    assert seen["caption"] == ""
    assert seen["layers"] == 3
