"""Filters of one scale: one α/β means the same with any weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library.weights import read_state
from velatura.perception import calibration, vgg_layouts
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, features, style_targets
from velatura.perception.vgg import VGG19, Convolution

from .test_vgg import random_convolutions

STYLE = dict.fromkeys(("relu1_1", "relu2_1", "relu3_1", "relu4_1"), 1.0)


def disguised(convolutions: list[Convolution], spread: float) -> list[Convolution]:
    """The same network with every filter's activation times some positive number around 20."""
    dice = torch.Generator().manual_seed(0)
    given: list[Convolution] = []
    before = torch.ones(3)
    for weight, bias in convolutions:
        scale = torch.exp(3 + spread * torch.randn(len(bias), generator=dice))
        given.append((weight * scale.view(-1, 1, 1, 1) / before.view(1, -1, 1, 1), bias * scale))
        before = scale
    return given


def test_however_a_network_is_scaled_all_filters_come_out_alike() -> None:
    convolutions = random_convolutions(5)
    scaled = calibration.normalised(disguised(convolutions, 0.0))
    for (weight, bias), (same, too) in zip(
        calibration.normalised(convolutions), scaled, strict=True
    ):
        assert torch.allclose(weight, same, rtol=1e-3, atol=1e-6)
        assert torch.allclose(bias, too, rtol=1e-3, atol=1e-6)


def test_each_layer_gets_the_activity_of_gatys() -> None:
    scaled = calibration.normalised(random_convolutions(7))
    for mean, typical in zip(
        calibration.mean_activations(scaled), calibration.ACTIVITY, strict=False
    ):
        assert calibration.level(mean) <= typical * 1.01
        assert float(mean.max()) <= typical * 1.01


def test_only_the_scale_of_features_changes() -> None:
    convolutions = random_convolutions(5)
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    before, after = (
        VGG19(each)(picture, ["relu3_1"])["relu3_1"]
        for each in (convolutions, calibration.normalised(convolutions))
    )
    ratio = after.sum((2, 3), keepdim=True) / before.sum((2, 3), keepdim=True).clamp_min(1e-12)
    # Activations go up to 20, and processors differ in what they round.
    assert torch.allclose(after, before * ratio, rtol=1e-3, atol=1e-4)


def test_a_dead_filter_does_no_harm() -> None:
    convolutions = random_convolutions(3)
    convolutions[1] = (convolutions[1][0] * 0, convolutions[1][1] * 0)
    weight, bias = calibration.normalised(convolutions)[2]
    assert bool(torch.isfinite(weight).all() and torch.isfinite(bias).all())


def test_the_calibration_set_is_always_the_same_and_like_photos() -> None:
    pictures = calibration.calibration_set()
    assert pictures.shape == (calibration.COUNT, 3, calibration.SIDE, calibration.SIDE)
    calibration.calibration_set.cache_clear()
    assert torch.equal(pictures, calibration.calibration_set())
    assert float(pictures.min()) >= 0 and float(pictures.max()) <= 1
    assert 0.3 < float(pictures.mean()) < 0.6
    assert 0.15 < float(pictures.std()) < 0.3


@pytest.fixture(scope="module")
def gatys(shared: Path) -> list[Convolution]:
    return vgg_layouts.load(read_state(shared / "weights" / "vgg19_relu4_1.safetensors"))


def test_the_table_of_activities_is_what_gatys_weights_give(gatys: list[Convolution]) -> None:
    means = calibration.mean_activations(gatys)
    assert [calibration.level(mean) for mean in means] == pytest.approx(
        list(calibration.ACTIVITY), rel=0.01
    )


def losses(convolutions: list[Convolution], content: Tensor, style: Tensor) -> list[float]:
    """Content loss and the style losses by layer of ``content`` as a picture, with ``style`` as both targets."""
    eyes = Eyes(VGG19(convolutions, padding="reflect", ceil=True))
    of = Objective(
        eyes,
        Balance(),
        content=features(eyes, style, ["relu4_1"]),
        content_layers={"relu4_1": 1.0},
        parts=[Part(style_targets(eyes, style, STYLE))],
        style_layers=STYLE,
    )
    with torch.no_grad():
        found = of(content)
    return [float(found.content), *map(float, found.by_layer.values())]


@pytest.mark.parametrize("spread", [0.5, 1.0])
def test_unknown_weights_give_losses_of_gatys_size(
    shared: Path, gatys: list[Convolution], spread: float
) -> None:
    """Within a factor of five, where they were a thousand to a million times as large before."""
    folder = shared / "data" / "classic"

    def tensor(path: Path) -> Tensor:
        raster = resized(read_picture(path).raster, (128, 128))
        assert isinstance(raster, Raster)
        return torch.from_numpy(raster.pixels[:, :, :3].copy()).permute(2, 0, 1)[None] / 255

    content = tensor(folder / "content" / "golden_gate.jpg")
    style = tensor(folder / "style" / "la_muse.jpg")
    strange = disguised(gatys, spread)
    known, raw, found = (
        losses(each, content, style) for each in (gatys, strange, calibration.normalised(strange))
    )
    for own, before, after in zip(known, raw, found, strict=True):
        assert before > 300 * own
        assert own / 5 < after < own * 5
