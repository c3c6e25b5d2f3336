"""An engine's words in other languages lie beside it, whether it is a file or a folder, and whoever's it is."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from velatura.contract.phases import phase_title
from velatura.contract.translations import catalogues_of, translations_of

GERMAN = 'msgid "Bristles"\nmsgstr "Borsten"\n'


def module_at(path: Path) -> ModuleType:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    module = ModuleType("of_somebody")
    module.__file__ = str(path)
    return module


@pytest.mark.parametrize(
    ("source", "catalogue"),
    [("oil.py", "oil.de.po"), ("oil/__init__.py", "oil/de.po")],
)
def test_a_catalogue_lies_beside_its_engine(tmp_path: Path, source: str, catalogue: str) -> None:
    module = module_at(tmp_path / source)
    (tmp_path / catalogue).write_text(GERMAN, "utf-8")
    (tmp_path / "tempera.de.po").write_text("", "utf-8")
    assert catalogues_of(module) == {"de": tmp_path / catalogue}
    assert translations_of(module) == {"de": {"Bristles": "Borsten"}}


def test_an_engine_without_a_catalogue_speaks_english(tmp_path: Path) -> None:
    assert translations_of(module_at(tmp_path / "oil.py")) == {}


@pytest.mark.parametrize(
    ("phase", "title"),
    [
        ("paint", "Painting"),
        ("dry", "Letting it dry"),
        ("soak", "Soak"),
        ("download vgg19", "Downloading vgg19"),
    ],
)
def test_every_phase_has_a_title(phase: str, title: str) -> None:
    assert phase_title(phase, {"dry": "Letting it dry"}) == title
