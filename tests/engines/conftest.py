"""Every engine there is, and the toys of another package, with what they need to paint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from velatura.contract import registry
from velatura.runtime.model_cache import WarmModels

from ..conftest import SHARED
from ..toy_package import toys_in_this_process
from .conformance import Bench


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the toys are installed; weights are looked for in ../shared and nowhere fetched."""
    folder = tmp_path_factory.mktemp("engines")
    with pytest.MonkeyPatch.context() as patch, toys_in_this_process(folder):
        given = os.environ.get("VELATURA_MODELS", "")
        patch.setenv("VELATURA_MODELS", os.pathsep.join([str(SHARED / "weights"), given]))
        patch.setenv("VELATURA_DATA", str(folder / "data"))
        yield folder


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return WarmModels(torch.device("cpu"), torch.float32)


@pytest.fixture
def bench(request: pytest.FixtureRequest, place: Path, models: WarmModels) -> Bench:
    """The engine that a test is about, with everything it needs."""
    return Bench(registry.load(request.param), models, place)
