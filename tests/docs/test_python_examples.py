"""The examples of docs/reference/python.md, run one after the other with a real daemon."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..daemons import start_daemon

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "python.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def photo() -> Image.Image:
    """96 × 64 pixels in RGB with something in them: a sun over a slope."""
    rows, columns = np.mgrid[0:64, 0:96]
    slope = np.stack([columns * 2, rows * 3, 255 - columns * 2], axis=-1)
    slope[(rows - 16) ** 2 + (columns - 64) ** 2 < 100] = (255, 240, 180)
    return Image.fromarray(slope.astype(np.uint8))


@pytest.mark.slow
def test_the_examples_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = start_daemon(tmp_path / "home", "--engines", "glaze,glaze-live")
    try:
        daemon.connection()
        monkeypatch.setenv("VELATURA_RUNTIME", str(daemon.runtime))
        monkeypatch.chdir(tmp_path)
        photo().save("photo.png")
        failed, tried = doctest.testfile(str(PAGE), module_relative=False, optionflags=OPTIONS)
        assert tried > 20
        assert failed == 0
    finally:
        daemon.process.terminate()
        daemon.process.wait(30)
