"""Treatments of styles: pictures all the same, each with what gives it its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from torch import Tensor

from velatura.contract.run import Run
from velatura.pipeline import vgg_features
from velatura.training import augmentation
from velatura.training.augmentation import TREATMENTS, Treatment, vary
from velatura.training.pictures import pack
from velatura.training.style_cache import Plan, hang

SEEDS = range(12)


def picture(side: int = 96) -> Tensor:
    pixels = np.ascontiguousarray(skimage.data.astronaut()[:side, 200 : 200 + side])
    return torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255


def colours(x: Tensor) -> int:
    return len(x[0].flatten(1).unique(dim=1).T)


@pytest.mark.parametrize("side", [16, 17, 96])
@pytest.mark.parametrize("treatment", dict.fromkeys(TREATMENTS), ids=lambda each: each.__name__)
def test_a_treated_picture_is_a_picture_and_another_one(treatment: Treatment, side: int) -> None:
    x = picture(side)
    kept = x.clone()
    for seed in SEEDS:
        y, again = (treatment(x, np.random.default_rng(seed)) for _ in range(2))
        assert y.shape == x.shape and y.dtype == x.dtype
        assert y.isfinite().all()
        assert torch.equal(y, again)
        assert not torch.equal(y, x)
    assert torch.equal(x, kept)


@pytest.mark.parametrize("treatment", dict.fromkeys(TREATMENTS), ids=lambda each: each.__name__)
def test_a_flat_picture_does_not_break_common_knobs(treatment: Treatment) -> None:
    for value in (0.0, 0.5, 1.0):
        for seed in SEEDS:
            assert (
                treatment(torch.full((1, 3, 32, 32), value), np.random.default_rng(seed))
                .isfinite()
                .all()
            )


def test_the_share_says_how_many_are_treated() -> None:
    pictures = picture().repeat(400, 1, 1, 1)[..., :24, :24]
    assert torch.equal(vary(pictures, 0, np.random.default_rng(0)), pictures)
    for share in (0.25, 1.0):
        varied = vary(pictures, share, np.random.default_rng(0))
        assert varied.min() >= 0 and varied.max() <= 1
        changed = (varied != pictures).flatten(1).any(1).float().mean()
        assert abs(float(changed) - share) < 0.08


def test_other_colours_keep_what_is_where() -> None:
    x = picture()
    for seed in SEEDS:
        y = augmentation.recoloured(x, np.random.default_rng(seed))
        # Each channel is a monotone function of one that was there.
        ranks = [[each.flatten().argsort().argsort().float() for each in one[0]] for one in (x, y)]
        for found in ranks[1]:
            correlations = [
                abs(float(torch.corrcoef(torch.stack([found, each]))[0, 1])) for each in ranks[0]
            ]
            assert max(correlations) > 0.97


def test_cells_are_flat_or_nearly() -> None:
    x = picture()
    still = (x[..., 1:] == x[..., :-1]).all(1).float().mean()
    flat = [augmentation.celled(x, np.random.default_rng(seed)) for seed in SEEDS]
    shares = [float((y[..., 1:] == y[..., :-1]).all(1).float().mean()) for y in flat]
    assert still < 0.2
    assert max(shares) > 0.8


def test_tones_are_few() -> None:
    for seed in SEEDS:
        assert colours(augmentation.posterised(picture(), np.random.default_rng(seed))) <= 5**3


def test_a_pattern_is_its_own_mirror_image() -> None:
    y = augmentation.mirrored(picture(), np.random.default_rng(3))
    shifts = [y[..., : 2 * half] for half in range(8, 48)]
    assert any(torch.equal(each, each.flip(3)) for each in shifts)


def test_ink_lies_along_contours() -> None:
    x = torch.zeros(1, 3, 64, 64)
    x[..., 32:] = 1
    for seed in SEEDS:
        y = augmentation.pencilled(x, np.random.default_rng(seed))
        changes = (y - y[..., :1]).abs().amax((0, 1, 2))
        assert changes[:8].max() < 0.05 and changes[-8:].max() < 0.05
        # On a paper and with an ink of one colour there is nothing to see.
        assert changes[24:40].max() > 0.2 or colours(y) == 1


def test_a_varied_gallery_is_looked_at_as_it_hangs(
    paintings: Path, tmp_path: Path, run: Run
) -> None:
    packed = pack([paintings], 32, tmp_path / "packs", run)
    vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
    plain = Plan(
        count=7, side=16, closest=0.75, farthest=2.0, variety=0, uses=3, directions=4, seed=5
    )
    hung = [hang(packed, replace(plain, variety=share), 0, vgg, run) for share in (0, 1, 1)]
    assert torch.equal(hung[1].pictures, hung[2].pictures)
    assert not torch.equal(hung[0].pictures, hung[1].pictures)
    assert not torch.equal(hung[0].looks.grams["relu1_1"], hung[1].looks.grams["relu1_1"])
    assert not torch.equal(hung[0].palettes, hung[1].palettes)
