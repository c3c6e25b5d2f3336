"""Palettes: colours go out and in again, and are those of whoever gave them."""

from __future__ import annotations

import torch
from torch import Tensor

from velatura.networks.palette import FLOOR, NUMBERS, Palette


def pictures(count: int = 2, seed: int = 0) -> Tensor:
    """Pictures with channels that hang together."""
    dice = torch.Generator().manual_seed(seed)
    mixing = torch.rand(count, 3, 3, generator=dice)
    noise = torch.rand(count, 3, 24 * 30, generator=dice)
    return (mixing @ noise / 3).view(count, 3, 24, 30)


def covariance(picture: Tensor) -> Tensor:
    rows = picture.flatten(2).double()
    centred = rows - rows.mean(2, keepdim=True)
    return (centred @ centred.transpose(1, 2) / rows.shape[2]).float()


def test_a_palette_is_mean_and_root_of_the_covariance() -> None:
    picture = pictures()
    palette = Palette.of(picture)
    torch.testing.assert_close(palette.mean, picture.mean((2, 3)))
    expected = covariance(picture) + FLOOR * torch.eye(3)
    torch.testing.assert_close(palette.root @ palette.root, expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(palette.root, palette.root.transpose(1, 2))


def test_colours_come_out_and_go_in_again() -> None:
    picture = pictures()
    palette = Palette.of(picture)
    canonical = palette.removed(picture)
    torch.testing.assert_close(canonical.mean((2, 3)), torch.zeros(2, 3), rtol=0, atol=1e-4)
    # The floor leaves a little less than 1 where there was little.
    assert float(torch.linalg.eigvalsh(covariance(canonical)).max()) <= 1
    torch.testing.assert_close(palette.given(canonical), picture, rtol=0, atol=1e-5)


def test_another_palette_gives_its_colours() -> None:
    picture, other = pictures(), pictures(seed=1) * 0.5
    wanted = Palette.of(other)
    found = wanted.given(Palette.of(picture).removed(picture))
    torch.testing.assert_close(found.mean((2, 3)), other.mean((2, 3)), rtol=0, atol=1e-4)
    torch.testing.assert_close(covariance(found), covariance(other), rtol=0.2, atol=1e-3)


def test_a_flat_picture_is_not_stretched() -> None:
    flat = torch.full((1, 3, 8, 8), 0.5)
    flat[..., 0, 0] += 0.01
    assert float(Palette.of(flat).removed(flat).abs().max()) < 0.5


def test_pixels_that_do_not_count_have_no_colours() -> None:
    picture = pictures()
    weights = torch.zeros(2, 1, 24, 30)
    weights[..., :10] = 2
    part, alone = Palette.of(picture, weights), Palette.of(picture[..., :10])
    torch.testing.assert_close(part.numbers, alone.numbers)


def test_a_palette_is_its_numbers() -> None:
    palette = Palette.of(pictures())
    assert palette.numbers.shape == (2, NUMBERS)
    again = Palette.from_numbers(palette.numbers)
    assert torch.equal(again.mean, palette.mean)
    assert torch.equal(again.root, palette.root)
