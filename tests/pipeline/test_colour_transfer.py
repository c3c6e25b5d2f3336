"""Whose colours a painted picture has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data
import torch

from velatura.contract.common_params import Colours, CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.colour import Floats, luma
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box
from velatura.library import styles
from velatura.pipeline.colour_transfer import recolouring, with_lightness_of, with_luma_of

SIDE = 96
BOX = Box(0, 0, SIDE, SIDE)


def noise(seed: int, mean: tuple[float, float, float], spread: float) -> Floats:
    dice = np.random.default_rng(seed)
    mixed = dice.normal(0, spread, (SIDE, SIDE, 3)) @ dice.normal(0, 0.6, (3, 3))
    return np.clip(mean + mixed, 0, 1).astype(np.float32)


def photo() -> Floats:
    return skimage.data.astronaut()[100 : 100 + SIDE, 180 : 180 + SIDE].astype(np.float32) / 255


def raster(floats: Floats) -> Raster:
    return Raster(floats)


def new_run() -> Run:
    models = type("Models", (), {"device": torch.device("cpu"), "dtype": torch.float32})()
    return Run(models)


def recoloured(wish: Colours, content: Floats, painted: Floats, *regions: Region) -> Floats:
    scene = Scene(raster(content), regions, common=CommonParams(colours=wish))

    def sample() -> Iterator[tuple[Box, Floats]]:
        yield BOX, painted

    found = recolouring(scene, sample, new_run())
    assert found is not None
    return found(BOX, content, painted.copy())


def moments(picture: Floats) -> tuple[Floats, Floats]:
    rows = picture.reshape(-1, 3)
    return rows.mean(0), np.cov(rows.T)


def test_nothing_is_done_where_nothing_was_asked_for() -> None:
    scene = Scene(raster(photo()))
    assert recolouring(scene, lambda: iter(()), new_run()) is None


def test_luminance_keeps_the_contents_chroma_and_the_paints_brightness() -> None:
    content, painted = photo(), noise(1, (0.5, 0.5, 0.5), 0.15)
    found = with_luma_of(content, painted)
    np.testing.assert_allclose(luma(found), luma(painted), atol=1e-5)
    chroma, own = found - luma(found), content - luma(content)
    # Paler where there is no room, and never another hue.
    assert np.all(np.abs(chroma) <= np.abs(own) + 1e-5)
    assert np.all(chroma * own >= -1e-6)
    assert found.min() >= -1e-6
    assert found.max() <= 1 + 1e-6
    np.testing.assert_allclose(with_luma_of(content, content), content, atol=1e-6)


def test_lab_chroma_keeps_a_and_b() -> None:
    from skimage.color import rgb2lab

    content = noise(2, (0.45, 0.5, 0.5), 0.04)
    painted = noise(3, (0.5, 0.5, 0.5), 0.06)
    found = rgb2lab(with_lightness_of(content, painted))
    np.testing.assert_allclose(found[..., 0], rgb2lab(painted)[..., 0], atol=0.3)
    np.testing.assert_allclose(found[..., 1:], rgb2lab(content)[..., 1:], atol=0.6)


def test_histogram_gives_the_contents_range_of_colours() -> None:
    content, painted = photo(), noise(4, (0.3, 0.6, 0.4), 0.1)
    found = recoloured("histogram", content, painted)
    for channel in range(3):
        own, wanted = (np.sort(each[..., channel].ravel()) for each in (found, content))
        assert np.abs(own - wanted).mean() < 0.01
    np.testing.assert_allclose(moments(found)[1], moments(content)[1], atol=0.01)


def test_match_style_gives_the_styles_mean_and_covariance() -> None:
    style = noise(5, (0.6, 0.4, 0.3), 0.08)
    found = recoloured(
        "match-style", photo(), noise(6, (0.4, 0.5, 0.5), 0.05), Region((Style(raster(style)),))
    )
    (mean, spread), (wanted_mean, wanted_spread) = moments(found), moments(style)
    np.testing.assert_allclose(mean, wanted_mean, atol=0.01)
    np.testing.assert_allclose(spread, wanted_spread, atol=0.002)


def test_each_region_gets_the_colours_of_its_own_style() -> None:
    left = np.zeros((SIDE, SIDE, 1), np.uint8)
    left[:, : SIDE // 2] = 255
    red, blue = noise(7, (0.7, 0.3, 0.2), 0.03), noise(8, (0.2, 0.3, 0.7), 0.03)
    found = recoloured(
        "match-style",
        photo(),
        noise(9, (0.5, 0.5, 0.5), 0.06),
        Region((Style(raster(red)),), Raster(left)),
        Region((Style(raster(blue)),)),
    )
    halves = found[:, : SIDE // 2], found[:, SIDE // 2 :]
    for half, style in zip(halves, (red, blue), strict=True):
        np.testing.assert_allclose(half.mean((0, 1)), style.mean((0, 1)), atol=0.02)


def test_a_code_says_its_colours_too() -> None:
    names = [entry.name for entry in styles.entries() if entry.path.suffix == ".code"]
    means = []
    for name in names[:2]:
        code = styles.show(name).path
        found = recoloured(
            "match-style", photo(), noise(1, (0.5, 0.5, 0.5), 0.06), Region((Style(code=code),))
        )
        means.append(found.mean((0, 1)))
    assert np.abs(means[0] - means[1]).max() > 0.03


def test_a_flat_painting_can_be_given_any_colours() -> None:
    flat = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    for wish in ("histogram", "match-style"):
        found = recoloured(wish, photo(), flat, Region((Style(raster(photo())),)))  # type: ignore[arg-type]
        assert np.isfinite(found).all()
        assert found.mean() == pytest.approx(photo().mean(), abs=0.1)
