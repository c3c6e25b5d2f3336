"""A polished code: better for its style on photos that it was not polished on, and otherwise a code like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from velatura.engines import eyes, glaze
from velatura.engines.models import WarmModels
from velatura.engines.run import Progress, Run, Silent
from velatura.engines.scene import Style
from velatura.engines.style_pictures import style_tensor
from velatura.engines.tensors import picture_tensor
from velatura.errors import BadPicture, Cancelled
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.networks.glaze import LEARNT
from velatura.networks.glaze_encoder import LARGEST
from velatura.training import polish as module
from velatura.training.objective import CONTENT, LAYERS, look, normalised
from velatura.training.polish import Part, distance, polish

SIZE = 64


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS", 12)
    monkeypatch.setattr(module, "SHORT", 64)
    monkeypatch.setattr(module, "SIDE", 48)


@pytest.fixture
def style(paintings: Path) -> Style:
    return Style(picture=read_picture(paintings / "0.png").raster)


@pytest.fixture
def some(photos: Path) -> list[Raster]:
    return [read_picture(photos / f"{number}.png").raster for number in range(2)]


@pytest.fixture
def off(photos: Path, style: Style, run: Run) -> Callable[[Tensor], float]:
    """How far off a code is on a photo that is not among ``some``."""
    vgg = eyes.load("vgg19-gatys", "max", run).vgg
    wanted = look(vgg(style_tensor(style, SIZE, run)[0], LAYERS), {})
    picture = picture_tensor(read_picture(photos / "4.png").raster, run, size=(48, 48))
    part = Part(picture, normalised(vgg(picture, (CONTENT,))[CONTENT]))
    painter = glaze.load("glaze", run)
    return lambda code: float(distance(painter(picture, code), vgg, wanted, part))


def test_a_polished_code_is_better_on_other_photos(
    style: Style, some: list[Raster], run: Run, off: Callable[[Tensor], float]
) -> None:
    plain, polished = glaze.encode(style, SIZE, run), polish(style, SIZE, some, run)
    assert off(polished) < off(plain) - 0.1


def test_a_polished_code_is_a_code(style: Style, some: list[Raster], run: Run) -> None:
    plain, polished = glaze.encode(style, SIZE, run), polish(style, SIZE, some, run)
    assert polished.shape == plain.shape
    assert not polished.requires_grad
    assert float(polished[:, :LEARNT].abs().max()) <= LARGEST
    assert torch.equal(polished[:, LEARNT:], plain[:, LEARNT:]), "the palette is the style's"
    assert torch.equal(polished, polish(style, SIZE, some, run))


def test_a_style_in_which_nothing_is_seen_is_refused(some: list[Raster], run: Run) -> None:
    hidden = Style(picture=Raster(np.zeros((20, 20, 4), np.uint8)))
    with pytest.raises(BadPicture, match="nothing to see"):
        polish(hidden, SIZE, some, run)


def test_it_tells_how_far_it_is_and_can_be_ended(
    style: Style, some: list[Raster], models: WarmModels
) -> None:
    heard: list[Progress] = []

    class Watching(Silent):
        def progressed(self, progress: Progress) -> None:
            heard.append(progress)

        def cancelled(self) -> bool:
            return len(heard) >= 3

    with pytest.raises(Cancelled):
        polish(style, SIZE, some, Run(models, Watching()))
    assert [(each.phase, each.step, each.steps) for each in heard] == [
        ("polish", step, 12) for step in (1, 2, 3)
    ]
