"""Engines that need pictures are offered no codes, in the real Krita."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from velatura.library import assets

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401


def test_gatys_is_offered_pictures_alone(
    krita: Krita,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    given = tmp_path / "given.png"
    Image.new("RGBA", (60, 40), (90, 120, 30, 255)).save(given)
    code = assets.STYLES / "scream.code"
    assert krita.profile.shell("styles", "add", code, "--name", "numbers").code == 0
    files = {"given": str(given), "into": str(tmp_path)}
    seen = krita.play(SCRIPTS / "krita_fits.py", timeout=180, **files).value
    assert seen["at first"] == ["all", False]
    # The built-in styles, whose pictures are shipped, and not the code.
    assert seen["for gatys"] == [25, True]
    text, hint, busy = seen["said"]
    assert "is a code" in text
    assert hint
    assert not busy
    assert seen["layers"] == 1
    # Before anything is painted: of what is built in, a larger picture would do better there.
    assert seen["larger"] == [False, True]
    assert seen["again"] == ["all", False]
