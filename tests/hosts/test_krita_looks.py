"""The docker in both themes, at both sizes and in both languages: nothing is too narrow for its words.

``VELATURA_SHOTS`` names a folder that the pictures are left in, to be looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile

THEMES = {"dark": "Krita dark", "light": "Krita bright"}
ALL = [
    (theme, factor, language) for theme in THEMES for factor in (1, 2) for language in ("en", "de")
]
LOOKS = ALL if "VELATURA_SHOTS" in os.environ else [ALL[0], ALL[-1]]


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "factor", "language"), LOOKS)
def test_every_word_has_room(
    krita: Krita,
    profile: Profile,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
    theme: str,
    factor: int,
    language: str,
) -> None:
    with profile.kritarc.open("a") as settings:
        settings.write(f"[theme]\nTheme={THEMES[theme]}\n")
    profile.variables |= {"LANGUAGE": language, "QT_SCALE_FACTOR": str(factor)}
    photo = tmp_path / "photo.png"
    Image.fromarray(skimage.data.coffee()).resize((1600, 1066)).save(photo)
    into = Path(os.environ.get("VELATURA_SHOTS", tmp_path)) / f"{theme}-{factor}-{language}"
    into.mkdir(parents=True)
    seen = krita.play(SCRIPTS / "krita_looks.py", photo=str(photo), into=str(into), timeout=400)
    assert seen.value == []
