from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.perception.test_vgg import random_convolutions

from velatura.perception.geometry import Field, pieces, side_at, window
from velatura.perception.vgg import VGG19, convolutions_until


@pytest.mark.parametrize(
    ("layer", "stride", "seen"),
    [("relu1_1", 1, 3), ("relu2_1", 2, 10), ("relu3_1", 4, 24), ("relu4_1", 8, 68)],
)
def test_a_layer_sees_what_its_gradient_reaches(layer: str, stride: int, seen: int) -> None:
    network = VGG19(random_convolutions(convolutions_until(layer)), pooling="avg")
    picture = torch.rand(1, 3, 96, 96).requires_grad_()
    found = network(picture, [layer])[layer]
    middle = 48 // stride
    (gradient,) = torch.autograd.grad(found[0, :, middle, middle].sum(), picture)
    rows = gradient.abs().sum((0, 1, 3)).nonzero().flatten()
    field = Field.of((layer,))
    assert (field.stride, field.stride + 2 * field.reach) == (stride, seen)
    assert (int(rows.min()), int(rows.max())) == (48 - field.reach, 48 + stride - 1 + field.reach)


@given(
    some.integers(1, 400),
    some.integers(1, 400),
    some.integers(8, 200),
    some.sampled_from(["relu1_1", "relu2_1", "relu3_1", "relu4_1", "pool4"]),
    some.integers(0, 50),
)
@settings(max_examples=60)
def test_each_position_is_in_one_core_and_all_it_sees_in_that_piece(
    width: int, height: int, core: int, layer: str, turn: int
) -> None:
    field = Field.of((layer,))
    rows, columns = (side_at(layer, side, ceil=True) for side in (height, width))
    counted = torch.zeros(rows, columns)
    for tile in pieces(width, height, core=core, field=field, turn=turn):
        there, here = window(layer, tile, (height, width), ceil=True)
        counted[there] += 1
        outer = tile.outer
        inside = [side_at(layer, side, ceil=True) for side in (outer.height, outer.width)]
        assert [span.stop - span.start for span in here] == [
            span.stop - span.start for span in there
        ]
        for span, side in zip(here, inside, strict=True):
            assert 0 <= span.start < span.stop <= side
        for start, end, low, high, length in (
            (tile.core.y0, tile.core.y1, outer.y0, outer.y1, height),
            (tile.core.x0, tile.core.x1, outer.x0, outer.x1, width),
        ):
            assert start % field.stride == low % field.stride == 0
            assert low <= max(0, start - field.reach) and high >= min(length, end + field.reach)
            assert end - start <= max(core, field.stride) + field.stride
    assert bool((counted == 1).all())


def test_every_turn_cuts_elsewhere() -> None:
    cuts = [
        {tile.core.x0 for tile in pieces(4000, 100, core=1024, field=Field(16, 70), turn=turn)}
        for turn in range(8)
    ]
    assert len({frozenset(each) for each in cuts}) >= 5
    assert all(len(each) == 5 for each in cuts)
