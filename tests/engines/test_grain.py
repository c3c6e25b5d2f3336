"""Grain for what shows nothing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from velatura.engines.glaze.grain import CELL, LEVEL, PERIODS, grained
from velatura.imaging.tiles import Box

SIDE = 12 * CELL


def flat(height: int = SIDE, width: int = SIDE) -> Tensor:
    colour = torch.tensor([0.2, 0.7, 0.4])[None, :, None, None]
    return colour.expand(1, 3, height, width).contiguous()


def at(left: int, top: int, picture: Tensor) -> Box:
    return Box(left, top, left + picture.shape[3], top + picture.shape[2])


@pytest.mark.parametrize("levels", [0.5, 1.0, 4.0])
def test_a_flat_fill_gets_grey_grain_of_the_strength_that_is_wished(levels: float) -> None:
    picture = flat(256, 256)
    added = grained(picture, [at(0, 0, picture)], levels) - picture
    torch.testing.assert_close(added[:, 0], added[:, 2], rtol=0, atol=1e-6)
    assert float(added.std()) == pytest.approx(levels * LEVEL, rel=0.05)
    assert abs(float(added.mean())) < 0.1 * levels * LEVEL


def test_what_shows_something_stays_as_it_is_and_zero_changes_nothing() -> None:
    noisy = flat() + 0.02 * torch.randn(
        1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)
    )
    noisy[..., :CELL, :CELL] = 0.5
    result = grained(noisy, [at(0, 0, noisy)], 1.0)
    changed = (result != noisy).any(1)[0]
    assert bool(changed[:CELL, :CELL].all())
    changed[:CELL, :CELL] = False
    assert not bool(changed.any())
    assert grained(noisy, [at(0, 0, noisy)], 0.0) is noisy


def test_what_deviates_a_little_gets_what_is_missing() -> None:
    fine = torch.randn(1, 1, 512, 512, generator=torch.Generator().manual_seed(1)) * 0.6 * LEVEL
    picture = flat(512, 512) + fine
    together = grained(picture, [at(0, 0, picture)], 1.0)
    assert float((together - flat(512, 512)).std()) == pytest.approx(LEVEL, rel=0.05)


def test_a_place_has_the_same_grain_whatever_is_cut_around_it() -> None:
    whole = flat(6 * CELL, 2000)
    expected = grained(whole, [at(0, 0, whole)], 1.0)
    # Across where either field begins anew.
    for left in (0, PERIODS[0] // CELL * CELL, 2 * PERIODS[1] // CELL * CELL):
        part = flat(2 * CELL, 5 * CELL)
        found = grained(part, [at(left, 3 * CELL, part)], 1.0)
        torch.testing.assert_close(
            found, expected[..., 3 * CELL : 5 * CELL, left : left + 5 * CELL], rtol=0, atol=0
        )


def test_each_of_several_parts_has_the_grain_of_its_place_and_places_differ() -> None:
    part = flat()
    boxes = [at(left, 0, part) for left in (0, 2 * SIDE, PERIODS[0], PERIODS[1])]
    together = grained(part.expand(len(boxes), -1, -1, -1), boxes, 1.0)
    for number, box in enumerate(boxes):
        torch.testing.assert_close(together[[number]], grained(part, [box], 1.0), rtol=0, atol=0)
        for other in range(number):
            assert float((together[number] - together[other]).abs().max()) > LEVEL
