"""Which part of a style's picture is looked at, how it is turned, and at what size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import WHOLE, Crop, Region, Scene, Style
from velatura.errors import BadPicture
from velatura.imaging.raster import Raster
from velatura.pipeline.style_input import (
    shows_all_strokes,
    side_at,
    style_key,
    style_tensor,
    tell_enlarged,
)

RUN = Run(type("Models", (), {"device": torch.device("cpu"), "dtype": torch.float32})())


def stripes(width: int = 96, height: int = 64) -> Raster:
    """Lying stripes, eight pixels high."""
    rows = (np.arange(height) // 8 % 2 * 255).astype(np.uint8)
    return Raster(np.broadcast_to(rows[:, None, None], (height, width, 3)).copy())


def quarters() -> Raster:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, 32:] = 80
    pixels[32:, :32] = 160
    pixels[32:, 32:] = 240
    return Raster(pixels)


def test_a_crop_is_the_part_that_counts() -> None:
    tensor, weights = style_tensor(Style(quarters(), crop=(0.5, 0.5, 1, 1)), 32, RUN)
    assert weights is None
    assert tensor.shape == (1, 3, 32, 32)
    assert torch.all(tensor == 240 / 255)


@pytest.mark.parametrize("rotation", [-360, 0, 90, 180, 270, -90, 450])
def test_quarter_turns_are_exact(rotation: float) -> None:
    upright, _ = style_tensor(Style(quarters()), 64, RUN)
    turned, _ = style_tensor(Style(quarters(), rotation=rotation), 64, RUN)
    assert torch.equal(turned, torch.rot90(upright, round(rotation / 90), (2, 3)))


@pytest.mark.parametrize("rotation", [10, 45, 80, 100, 135, 260, 350])
@pytest.mark.parametrize("size", [(96, 64), (64, 96), (64, 64), (128, 32)])
def test_nothing_is_made_up_when_a_picture_is_turned(
    rotation: float, size: tuple[int, int]
) -> None:
    width, height = size
    grey = Style(Raster(np.full((height, width, 3), 128, np.uint8)), rotation=rotation)
    tensor, _ = style_tensor(grey, min(size), RUN)
    assert min(tensor.shape[2:]) > 8
    torch.testing.assert_close(tensor, torch.full_like(tensor, 128 / 255), rtol=0, atol=1e-3)


def test_stripes_are_turned_counter_clockwise() -> None:
    tensor, _ = style_tensor(Style(stripes(192, 192), rotation=30), 192, RUN)
    plane = tensor[0, 0]
    across, down = plane[:-1, 1:] - plane[:-1, :-1], plane[1:, :-1] - plane[:-1, :-1]
    # Lying lines that were turned counter-clockwise rise to the right: both gradients have one sign.
    slant = torch.sum(across * down) / torch.sum(down * down)
    assert float(slant) == pytest.approx(np.tan(np.radians(30)), abs=0.15)


def test_masks_and_hidden_pixels_are_cropped_and_turned_along() -> None:
    pixels = np.concatenate([quarters().pixels, np.full((64, 64, 1), 255, np.uint8)], axis=2)
    pixels[:, :32, 3] = 0
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[:32] = 255
    style = Style(Raster(pixels), mask=Raster(mask), rotation=90)
    tensor, weights = style_tensor(style, 64, RUN)
    assert weights is not None
    assert weights.shape == (1, 1, 64, 64)
    # The upper right quarter, turned by 90°, is the upper left one.
    assert torch.all(weights[..., 4:28, 4:28] == 1)
    assert float(weights[..., 36:, :].abs().max()) < 0.01
    assert torch.all(tensor[:, :, 4:28, 4:28] == 80 / 255)
    with pytest.raises(BadPicture, match="Nothing of the style's picture"):
        style_tensor(Style(Raster(pixels), mask=Raster(mask), crop=(0, 0, 0.4, 1)), 64, RUN)


def test_what_is_looked_at_differently_is_remembered_apart() -> None:
    plain = Style(quarters())
    other = [
        Style(quarters(), crop=(0, 0, 0.5, 1)),
        Style(quarters(), rotation=3),
        Style(stripes()),
    ]
    keys = {style_key(style, 64) for style in (plain, *other)} | {style_key(plain, 65)}
    assert len(keys) == 5
    assert style_key(plain, 64) == style_key(Style(quarters(), weight=3), 64)


@pytest.mark.parametrize(
    ("style", "short", "said"),
    [
        (Style(quarters()), 64, ""),
        (Style(quarters()), 80, ""),
        (Style(quarters()), 96, "A style's picture is 64 pixels on its short side"),
        (
            Style(quarters(), crop=(0, 0, 0.5, 1)),
            64,
            "The part of a style's picture that is used is 32",
        ),
        (Style(code=Path("code")), 512, ""),
    ],
)
def test_a_picture_that_is_too_small_for_its_engine_is_named(
    style: Style, short: int, said: str
) -> None:
    run = Run(RUN.models)
    tell_enlarged(style, short, run)
    assert len(run.notes) == bool(said)
    assert re.match(said, "".join(run.notes))


@pytest.mark.parametrize(
    ("seen", "common", "coded"),
    [
        ({}, {}, True),
        ({"weight": 3.0, "rotation": 360.0}, {}, True),
        ({}, {"stroke": 16.0, "colours": "match-style"}, True),
        ({}, {"stroke": 8.0}, False),
        ({"crop": (0.0, 0.0, 0.5, 1.0)}, {}, False),
        ({"rotation": 90.0}, {}, False),
        ({"scale": 2.0}, {}, False),
        ({"mask": Raster(np.full((64, 64, 1), 255, np.uint8))}, {}, False),
    ],
)
def test_the_code_is_used_where_the_picture_would_show_no_more(
    seen: dict[str, Any], common: dict[str, Any], coded: bool
) -> None:
    code = Path("waves.code")
    scene = Scene(stripes(), common=CommonParams(**common))
    assert scene.code_of(Style(quarters(), code=code, **seen), 512) == (code if coded else None)
    assert scene.code_of(Style(code=code, **{**seen, "mask": None}), 512) == code
    assert scene.code_of(Style(quarters(), **seen), 512) is None


def test_a_stroke_is_a_thirty_second_of_the_styles_short_side() -> None:
    style = Style(quarters())
    scene = Scene(stripes(), (Region((style,)),))
    assert scene.style_side(style, 512) == 512
    asked = Scene(stripes(), (Region((style,)),), common=CommonParams(stroke=10))
    assert asked.style_side(style, 512) == 320
    smaller = Scene(stripes(), common=CommonParams(stroke=10), reduction=0.5)
    assert smaller.style_side(style, 512) == 160
    assert asked.style_side(Style(quarters(), scale=2), 512) == 640
    assert Scene(stripes()).style_side(Style(quarters(), scale=0.001), 512) == 16


def blank(side: int) -> Raster:
    return Raster(np.zeros((side, side, 3), np.uint8))


@pytest.mark.parametrize(
    ("stroke", "scale", "crop", "expected"),
    [
        (0, 1.0, WHOLE, [128, 256, 512, 750, 750]),
        (64, 1.0, WHOLE, [128, 256, 512, 750, 750]),
        (16, 1.0, WHOLE, [32, 64, 128, 256, 512]),
        (0, 2.0, WHOLE, [256, 512, 750, 750, 750]),
        (0, 1.0, (0.0, 0.0, 0.5, 1.0), [128, 256, 375, 375, 375]),
    ],
)
def test_a_style_goes_along_with_the_size_as_far_as_it_has_pixels(
    stroke: float, scale: float, crop: Crop, expected: list[int]
) -> None:
    style = Style(blank(600), scale=scale, crop=crop)
    scene = Scene(blank(2048), (Region((style,)),), common=CommonParams(stroke=stroke))
    assert [side_at(scene, style, short) for short in (128, 256, 512, 1024, 2048)] == expected


def test_a_style_without_a_picture_has_no_end_of_pixels() -> None:
    style = Style(code=Path("waves.code"))
    assert side_at(Scene(blank(2048), (Region((style,)),)), style, 1024) == 1024


@pytest.mark.parametrize(
    ("short", "stroke", "side", "expected"),
    [
        (512, 0, 600, True),
        (256, 0, 600, False),
        # A small painting has no more to show there.
        (512, 0, 100, True),
        (256, 0, 100, False),
        # Fine strokes are only seen at large sizes.
        (512, 16, 600, False),
        (1024, 16, 600, False),
        (2048, 16, 600, True),
    ],
)
def test_all_strokes_are_seen_where_picture_and_styles_have_their_usual_size(
    short: int, stroke: float, side: int, expected: bool
) -> None:
    styles = Style(blank(side)), Style(blank(2000))
    scene = Scene(blank(2048), (Region(styles),), common=CommonParams(stroke=stroke))
    assert shows_all_strokes(scene, short) == expected
