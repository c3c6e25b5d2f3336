"""A network that looks at pictures without having learnt to, and pictures for it to look at."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageFilter
from tests.perception.test_vgg import random_convolutions

from velatura.perception import calibration
from velatura.perception.vgg import VGG19
from velatura.pipeline.vgg_features import Network
from velatura.runtime.model_cache import WarmModels


def spots(count: int, seed: int) -> list[Image.Image]:
    """``count`` pictures of soft spots, no two of a size."""
    dice = np.random.default_rng(seed)
    found = []
    for number in range(count):
        size = (40 + 3 * number, 56 - number)
        noise = Image.fromarray(dice.integers(0, 256, (*size, 3), np.uint8))
        found.append(noise.filter(ImageFilter.GaussianBlur(2)))
    return found


def seeing() -> VGG19:
    """A random VGG-19 to relu4_1, always the same."""
    convolutions = calibration.normalised(random_convolutions(9))
    return VGG19(convolutions, padding="reflect", ceil=True)


def models_that_see() -> WarmModels:
    """Nothing warm but a random VGG-19 to relu4_1 under the name of the trained one."""
    models = WarmModels(torch.device("cpu"), torch.float32)
    models.get("eyes vgg19-gatys max", lambda: Network(seeing(), "random"))
    return models
