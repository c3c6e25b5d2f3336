"""Hyper-columns: several layers at one place, whole or in pieces."""

from __future__ import annotations

import pytest
import torch

from velatura.perception.hypercolumns import CELL, Hypercolumns, in_pieces
from velatura.perception.vgg import VGG19

from .test_vgg import random_convolutions


@pytest.fixture(scope="module")
def vgg() -> VGG19:
    return VGG19(random_convolutions(9), padding="reflect", ceil=True)


def picture(height: int, width: int) -> torch.Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(("deepest", "width"), [("relu4_1", 1920), ("relu3_1", 640)])
def test_every_cell_has_all_layers(vgg: VGG19, deepest: str, width: int) -> None:
    columns = Hypercolumns(vgg, deepest)
    seen = columns(picture(32, 48))
    assert seen.shape == (8 * 12, width) == (8 * 12, columns.width)
    assert columns.slices[0] == slice(0, 64)
    assert columns.slices[-1].stop == width
    assert columns.layers[-1] == deepest


def test_a_cell_is_the_mean_of_what_finer_layers_see_there(vgg: VGG19) -> None:
    columns, shown = Hypercolumns(vgg), picture(32, 48)
    first = vgg(shown, ("relu1_1",))["relu1_1"]
    seen = columns(shown)[:, columns.slices[0]].view(8, 12, 64)
    assert torch.allclose(seen[2, 5], first[0, :, 8:12, 20:24].mean((1, 2)), atol=1e-5)


@pytest.mark.parametrize("deepest", ["relu4_1", "relu3_1"])
def test_pieces_see_what_the_whole_shows(vgg: VGG19, deepest: str) -> None:
    columns, shown = Hypercolumns(vgg, deepest), picture(160, 264)
    whole = columns(shown)
    found = torch.full_like(whole, torch.nan)
    pieces = list(in_pieces(160, 264, 64, deepest))
    for piece in pieces:
        assert bool(found[piece.cells].isnan().all()), "a cell was told of twice"
        found[piece.cells] = columns(shown[:, :, piece.outer[0], piece.outer[1]])[piece.inside]
    assert len(pieces) > 6
    assert len(found) == 160 * 264 // CELL**2
    assert torch.allclose(found, whole, atol=1e-4)
