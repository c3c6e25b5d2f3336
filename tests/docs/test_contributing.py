"""The engines of CONTRIBUTING.md and of engines.md work as they are printed there."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.raster import Raster
from velatura.pipeline.render import render
from velatura.runtime.model_cache import WarmModels

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
ENGINES = ROOT / "docs" / "explanation" / "engines.md"
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


def test_the_filter_paints_a_relief(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = re.findall(
        r"```python\n(\"\"\"Light from.*?)```", ENGINES.read_text(encoding="utf-8"), re.DOTALL
    )
    engine = module("emboss", tmp_path / "emboss.py", text, monkeypatch).ENGINE()
    # Black above, white below: a bright ridge as high as the distance lies between the two.
    step = np.zeros((70, 90, 3), np.uint8)
    step[35:] = 255
    params = engine.Params(distance=3, depth=0.25)
    run = Run(WarmModels(torch.device("cpu"), torch.float32))
    for tile in (32, 512):
        relief = render(engine, Scene(Raster(step)), params, run, tile=tile)["picture"]
        assert isinstance(relief, Raster)
        rows = relief.pixels[:, 45, 0].astype(int)
        assert set(rows[[*range(35), *range(38, 70)]]) <= {127, 128}
        assert set(rows[35:38]) == {191}
