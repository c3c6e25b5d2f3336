"""Small folders of pictures, and a network that looks at them without trained weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.untrained import models_that_see, spots

from velatura.contract.run import Run
from velatura.runtime.model_cache import WarmModels


def save_pictures(folder: Path, count: int, seed: int) -> Path:
    """``count`` pictures of soft spots, no two of a size."""
    folder.mkdir()
    for number, picture in enumerate(spots(count, seed)):
        picture.save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pictures(tmp_path_factory.mktemp("data") / "photos", 6, seed=1)


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pictures(tmp_path_factory.mktemp("data") / "paintings", 5, seed=2)


@pytest.fixture(scope="session")
def models() -> WarmModels:
    return models_that_see()


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)
