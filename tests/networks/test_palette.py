"""Palettes: colours are those of whoever gave them."""

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


def test_canonical_colours_become_those_of_the_palette() -> None:
    wanted = Palette.of(pictures())
    canonical = torch.randn(2, 3, 200, 200, generator=torch.Generator().manual_seed(1))
    found = Palette.of(wanted.given(canonical))
    torch.testing.assert_close(found.mean, wanted.mean, rtol=0, atol=5e-3)
    torch.testing.assert_close(found.root, wanted.root, rtol=0, atol=2e-2)


def test_even_a_flat_style_shows_something() -> None:
    black = Palette.of(torch.zeros(1, 3, 8, 8))
    shown = black.given(torch.ones(1, 3, 1, 1))
    torch.testing.assert_close(shown, torch.full_like(shown, FLOOR**0.5))


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
