"""The engine of CONTRIBUTING.md and its test work as they are printed there."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"
ENGINE = "velatura.engines.reinhard"
TEST = "tests.engines.test_reinhard"


def blocks() -> list[str]:
    """The two blocks of Python: the engine and its test."""
    found = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 2
    return found


def module(name: str, path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, made)
    spec.loader.exec_module(made)
    return made


def test_the_engine_passes_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, test = blocks()
    made = module(ENGINE, tmp_path / "reinhard.py", engine, monkeypatch)
    assert made.ENGINE.descriptor.name == "reinhard"
    tests = module(TEST, tmp_path / "test_reinhard.py", test, monkeypatch)
    ran = [each() for name, each in vars(tests).items() if name.startswith("test_")]
    assert len(ran) == 3
