"""Small folders of pictures, and a network that looks at them without trained weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from tests.perception.test_vgg import random_convolutions

from velatura.engines.eyes import Network
from velatura.engines.models import WarmModels
from velatura.engines.run import Run
from velatura.perception import calibration
from velatura.perception.vgg import VGG19


def save_pictures(folder: Path, count: int, seed: int) -> Path:
    """``count`` pictures of soft spots, no two of a size."""
    folder.mkdir()
    dice = np.random.default_rng(seed)
    for number in range(count):
        size = (40 + 3 * number, 56 - number)
        spots = Image.fromarray(dice.integers(0, 256, (*size, 3), np.uint8))
        spots.filter(ImageFilter.GaussianBlur(2)).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pictures(tmp_path_factory.mktemp("data") / "photos", 6, seed=1)


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_pictures(tmp_path_factory.mktemp("data") / "paintings", 5, seed=2)


def seeing() -> VGG19:
    """A random VGG-19 to relu4_1, always the same."""
    convolutions = calibration.normalised(random_convolutions(9))
    return VGG19(convolutions, padding="reflect", ceil=True)


@pytest.fixture(scope="session")
def models() -> WarmModels:
    """Nothing warm but a random VGG-19 to relu4_1 under the name of the trained one."""
    models = WarmModels(torch.device("cpu"), torch.float32)
    models.get("eyes vgg19-gatys max", lambda: Network(seeing(), "random"))
    return models


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)
