"""Forms of pixels, and rectangles of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from velatura_gimp.pixels import Box, Form, fitting_scale, form_of


@pytest.mark.parametrize(
    ("precision", "babl"),
    [
        ("u8-non-linear", "R'G'B'A u8"),
        ("u8-linear", "RGBA u8"),
        ("u8-perceptual", "R'G'B'A u8"),
        ("u16-linear", "RGBA u16"),
        ("u32-non-linear", "R'G'B'A float"),
        ("half-linear", "RGBA half"),
        ("float-perceptual", "R'G'B'A float"),
        ("double-linear", "RGBA float"),
    ],
)
def test_every_precision_has_a_form_that_keeps_it(precision: str, babl: str) -> None:
    assert form_of(precision, grey=False, alpha=True, managed=False).babl == babl


def test_grey_and_alpha_are_kept_and_profiles_need_floats() -> None:
    assert form_of("u8-non-linear", grey=True, alpha=False, managed=False).babl == "Y' u8"
    assert form_of("u8-non-linear", grey=True, alpha=True, managed=False).babl == "Y'A u8"
    assert form_of("u16-linear", grey=False, alpha=False, managed=False).babl == "RGB u16"
    assert form_of("u8-non-linear", grey=False, alpha=False, managed=True).babl == "R'G'B' float"


def test_masks_are_as_exact_as_pixels_and_not_bent() -> None:
    assert Form(4, "u8", "srgb").mask.babl == "Y u8"
    assert Form(4, "u16", "srgb").mask.babl == "Y u16"
    assert Form(4, "f16", "linear").mask.babl == "Y float"


def test_strips_cover_a_box_once() -> None:
    box = Box(-3, 5, 40, 600)
    strips = list(box.strips(256))
    assert [strip.height for strip in strips] == [256, 256, 88]
    assert strips[0].y == 5
    assert all(a.y + a.height == b.y for a, b in pairwise(strips))
    assert {(strip.x, strip.width) for strip in strips} == {(-3, 40)}


def test_a_box_moves_and_shrinks() -> None:
    assert Box(0, 0, 40, 30).moved(-20, 10) == Box(-20, 10, 40, 30)
    assert Box(-20, 10, 40, 30).scaled(0.5) == Box(-10, 5, 20, 15)
    assert Box(0, 0, 4000, 3).scaled(0.1).height == 1


def test_a_preview_is_never_larger_than_the_layer() -> None:
    assert fitting_scale(Box(0, 0, 4000, 1000), 400) == 0.1
    assert fitting_scale(Box(0, 0, 40, 30), 400) == 1.0
