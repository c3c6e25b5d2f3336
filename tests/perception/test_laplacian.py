"""Laplacian pyramids."""

from __future__ import annotations

import pytest
import torch

from velatura.perception.laplacian import compose, decompose, levels_for


@pytest.mark.parametrize("size", [(64, 48), (37, 53), (1, 1), (16, 3)])
def test_a_pyramid_gives_its_picture_back(size: tuple[int, int]) -> None:
    picture = torch.rand(1, 3, *size, dtype=torch.float64)
    pyramid = decompose(picture, 3)
    assert len(pyramid) == 4
    assert torch.allclose(compose(pyramid), picture, atol=1e-12)


def test_a_flat_picture_has_no_differences() -> None:
    *differences, rest = decompose(torch.full((1, 3, 32, 32), 0.3), 2)
    assert all(float(each.abs().max()) < 1e-6 for each in differences)
    assert rest.shape == (1, 3, 8, 8)


def test_the_smallest_size_of_a_pyramid_has_the_least_short_side() -> None:
    assert levels_for(512, 700) == 5
    assert levels_for(16, 700) == 0
    assert levels_for(31, 31) == 0
