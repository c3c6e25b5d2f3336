"""Tiles cover a picture once and look as far as they must."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura.imaging.tiles import Box, Tile, plan

SIDES = st.integers(1, 700)


@settings(max_examples=200)
@given(
    width=SIDES,
    height=SIDES,
    core=st.integers(16, 300),
    halo=st.integers(0, 90),
    multiple=st.sampled_from([1, 2, 4, 8, 32]),
    least=st.sampled_from([1, 64]),
)
def test_cores_cover_every_pixel_once(
    width: int, height: int, core: int, halo: int, multiple: int, least: int
) -> None:
    tiles = plan(width, height, core=core, halo=halo, multiple=multiple, least=least)
    painted = np.zeros((height, width), int)
    for tile in tiles:
        inner, outer = tile.core, tile.outer
        painted[inner.y0 : inner.y1, inner.x0 : inner.x1] += 1
        for start, inner0, inner1, outer0, outer1, side in (
            ("x", inner.x0, inner.x1, outer.x0, outer.x1, width),
            ("y", inner.y0, inner.y1, outer.y0, outer.y1, height),
        ):
            assert inner0 % multiple == outer0 % multiple == 0, start
            assert 0 <= outer0 <= max(0, inner0 - halo)
            assert min(side, inner1 + halo) <= outer1 <= side
            assert 0 < inner1 - inner0 <= core + multiple - 1
            assert outer1 - outer0 >= min(least, side)
        rows, columns = tile.inner
        assert rows.stop - rows.start == inner.height
        assert columns.start + outer.x0 == inner.x0
    assert (painted == 1).all()


def test_tiles_come_row_by_row() -> None:
    tiles = plan(300, 200, core=100, halo=8, multiple=4)
    assert [(tile.core.x0, tile.core.y0) for tile in tiles] == [
        (x, y) for y in (0, 100) for x in (0, 100, 200)
    ]


def test_a_picture_barely_too_large_is_halved_instead_of_leaving_a_sliver() -> None:
    tiles = plan(1025, 10, core=1024, halo=0, multiple=1)
    assert [tile.core.width for tile in tiles] == [512, 513]


def test_a_small_picture_is_one_tile_without_halo() -> None:
    (tile,) = plan(37, 21, core=1024, halo=100, multiple=8)
    assert tile.core == tile.outer
    assert (tile.core.width, tile.core.height) == (37, 21)


def test_a_trimmed_tile_keeps_its_phase_and_its_surroundings() -> None:
    tile = Tile(Box(96, 96, 192, 192), Box(64, 64, 224, 224))
    trimmed = tile.trimmed(Box(0, 110, 121, 130), halo=10, multiple=8)
    assert trimmed == Tile(Box(96, 104, 128, 136), Box(80, 88, 144, 152))
    assert tile.trimmed(Box(0, 0, 500, 500), halo=100, multiple=8) == tile


def test_boxes_that_are_apart_have_nothing_in_common() -> None:
    assert Box(0, 0, 4, 4).common(Box(2, 1, 9, 3)) == Box(2, 1, 4, 3)
    assert Box(0, 0, 4, 4).common(Box(4, 0, 9, 3)) is None
