"""A part of a picture at its own size."""

from __future__ import annotations

import pytest

from velatura_krita.model.viewport import ZOOMS, Viewport

SIZE, ROOM = (1000.0, 800.0), (300.0, 200.0)


def test_a_window_is_as_large_as_the_room() -> None:
    assert Viewport(500, 400).window(SIZE, ROOM) == (350, 300, 650, 500)
    assert Viewport(500, 400, 2.0).window(SIZE, ROOM) == (425, 350, 575, 450)


def test_pixels_that_are_seen_in_part_belong_to_it() -> None:
    assert Viewport(500.4, 400).window(SIZE, ROOM) == (350, 300, 651, 500)


def test_no_more_is_seen_of_what_lies_beyond_than_has_to_be() -> None:
    assert Viewport(0, 900).held(SIZE, ROOM) == Viewport(150, 700)
    assert Viewport(0, 0).held((100.0, 800.0), ROOM) == Viewport(50, 100)
    assert Viewport(50, 400).held((100.0, 800.0), ROOM).window((100.0, 800.0), ROOM) == (
        0,
        300,
        100,
        500,
    )


def test_a_picture_follows_the_hand() -> None:
    assert Viewport(500, 400, 2.0).dragged(40, -20) == Viewport(480, 410, 2.0)


@pytest.mark.parametrize("at", [(0.0, 0.0), (150.0, 100.0), (299.0, 7.0)])
@pytest.mark.parametrize("zoom", ZOOMS)
def test_what_lies_under_the_pointer_stays_there(zoom: float, at: tuple[float, float]) -> None:
    viewport = Viewport(500, 400, zoom)
    nearer = viewport.zoomed(1, at, ROOM)
    assert nearer is not None
    assert nearer.spot(at, ROOM) == pytest.approx(viewport.spot(at, ROOM))
    assert nearer.zoom == ZOOMS[min(ZOOMS.index(zoom) + 1, len(ZOOMS) - 1)]


def test_farther_than_the_farthest_is_all_of_it() -> None:
    assert Viewport(500, 400, ZOOMS[0]).zoomed(-1, (0, 0), ROOM) is None


def test_a_layer_beside_the_room_has_no_window() -> None:
    assert Viewport(-900, 400).window(SIZE, ROOM) is None
