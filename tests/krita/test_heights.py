"""The preview and the styles share the docker's height."""

from __future__ import annotations

import pytest

from velatura_krita.model.heights import kept_height, preview_height


def test_a_high_docker_has_a_large_preview() -> None:
    assert preview_height(800, 118, None) == 300


def test_a_low_docker_keeps_two_rows_of_styles() -> None:
    assert 500 - preview_height(500, 118, None) >= 2 * 118


def test_the_lowest_docker_still_has_a_preview() -> None:
    assert preview_height(100, 118, None) >= 1


def test_where_the_person_dragged_it_stays() -> None:
    assert preview_height(500, 118, kept_height("340 160")) == 340


@pytest.mark.parametrize("text", ["", "300", "0 0", "wide 300", "1 2 3", "²  3"])
def test_nonsense_that_was_kept_is_passed_over(text: str) -> None:
    assert kept_height(text) is None
