"""The Python of docs/reference/python.md and docs/how-to/headless.md, run with a real daemon."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..daemons import Daemon, start_daemon

DOCS = Path(__file__).resolve().parents[2] / "docs"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    started = start_daemon(
        tmp_path_factory.mktemp("daemon") / "home", "--engines", "glaze,glaze-live"
    )
    started.connection()
    yield started
    started.process.terminate()
    started.process.wait(30)


@pytest.fixture
def place(daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, from which the daemon is found."""
    monkeypatch.setenv("VELATURA_RUNTIME", str(daemon.runtime))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def photo() -> Image.Image:
    """96 × 64 pixels in RGB with something in them: a sun over a slope."""
    rows, columns = np.mgrid[0:64, 0:96]
    slope = np.stack([columns * 2, rows * 3, 255 - columns * 2], axis=-1)
    slope[(rows - 16) ** 2 + (columns - 64) ** 2 < 100] = (255, 240, 180)
    return Image.fromarray(slope.astype(np.uint8))


@pytest.mark.slow
def test_the_examples_of_the_reference_do_what_they_say(place: Path) -> None:
    photo().save(place / "photo.png")
    page = DOCS / "reference" / "python.md"
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=OPTIONS)
    assert tried > 20
    assert failed == 0


@pytest.mark.slow
def test_the_script_of_the_guide_paints_a_folder(place: Path) -> None:
    (place / "photos").mkdir()
    for name in ("one.jpg", "two.jpg"):
        photo().save(place / "photos" / name)
    page = (DOCS / "how-to" / "headless.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(script, "headless.md", "exec"), {})
    painted = sorted((place / "photos").glob("*.painted.png"))
    assert [Image.open(each).size for each in painted] == [(96, 64), (96, 64)]
