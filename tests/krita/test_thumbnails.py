"""A window of a result."""

from __future__ import annotations

from velatura_krita.model.thumbnails import cropped
from velatura_link.request import Pixels


def test_a_window_is_cut_from_the_whole_that_an_older_daemon_gives() -> None:
    whole = Pixels(bytes(range(4 * 3)), 4, 3, 1, "u8")
    assert bytes(cropped(whole, (1, 1, 3, 3)).view) == bytes([5, 6, 9, 10])


def test_a_window_that_is_one_already_stays_as_it_is() -> None:
    part = Pixels(bytes(2 * 2 * 8), 2, 2, 4, "u16")
    assert cropped(part, (7, 7, 9, 9)) is part
