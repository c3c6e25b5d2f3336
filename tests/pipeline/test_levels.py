"""Which sizes a picture is painted at, and how its styles are looked at there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Input
from velatura.contract.run import Run
from velatura.contract.scene import STROKES_ACROSS, Region, Scene, Style
from velatura.imaging.pyramid import Size
from velatura.imaging.raster import Raster
from velatura.pipeline.levels import (
    LEAST,
    MOST,
    ROUNDED,
    WIDEST,
    at_size,
    coarseness,
    levels_of,
    proportioned,
)
from velatura.pipeline.working_size import first_scene

from ..toys import Descends, Negative, NoParams, described, painted

NATIVE = 512


class Native(Negative):
    descriptor = described(
        "native",
        tiles=True,
        native_side=NATIVE,
        inputs=(Input(name="flow", kind="flow", title="Flow"),),
    )


def scene_of(width: int, height: int, reduction: float = 1.0, **common: object) -> Scene:
    pixels = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (height, width, 3))
    knobs = CommonParams.model_validate(common)
    return Scene(Raster(pixels), common=knobs, reduction=reduction)


def sizes_of(scene: Scene) -> tuple[Size, ...]:
    return levels_of(Native.descriptor, proportioned(Native(), scene)).sizes


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 512), [(512, 512)]),
        ((256, 256), [(512, 512)]),
        ((64, 96), [(512, 768)]),
        ((1024, 1024), [(512, 512), (1024, 1024)]),
        ((1536, 2000), [(512, 667), (1536, 2000)]),
        ((1536, 1536), [(512, 512), (1536, 1536)]),
        ((2048, 2048), [(512, 512), (1024, 1024), (2048, 2048)]),
        ((4000, 3000), [(683, 512), (1652, 1239), (4000, 3000)]),
    ],
)
def test_the_first_level_has_the_engines_own_short_side(size: Size, expected: list[Size]) -> None:
    scene = proportioned(Native(), scene_of(*size))
    levels = levels_of(Native.descriptor, scene)
    assert list(levels.sizes) == expected
    assert levels.side == NATIVE


@pytest.mark.parametrize("side", range(100, 9000, 389))
def test_levels_end_at_the_contents_size_in_equal_steps(side: int) -> None:
    for stroke in (0, 4, 30, 200, 512):
        scene = proportioned(Native(), scene_of(side, side + 57, stroke=stroke))
        levels = levels_of(Native.descriptor, scene)
        shorts = [min(size) for size in levels.sizes]
        if len(shorts) > 1:
            assert levels.sizes[-1] == (side, side + 57)
        assert shorts[0] >= min(LEAST, side)
        assert levels.sizes[0][0] * levels.sizes[0][1] <= max(MOST * 1.01, side * (side + 57))
        ratios = [large / small for small, large in pairwise(shorts)]
        assert all(1 < ratio <= WIDEST * (1 + ROUNDED) for ratio in ratios)
        assert max(ratios, default=1) - min(ratios, default=1) < 0.05
        assert sum(w * h for w, h in levels.sizes) <= 2 * levels.sizes[-1][0] * levels.sizes[-1][1]


def test_a_step_that_changes_next_to_nothing_is_spared() -> None:
    scene = proportioned(Native(), scene_of(540, 540))
    levels = levels_of(Native.descriptor, scene)
    assert levels.sizes == ((540, 540),)
    # Strokes are a twentieth finer than asked for, and the style's code is still the one to paint with.
    assert levels.side == NATIVE


def test_strokes_twice_as_wide_are_painted_half_as_large() -> None:
    for factor in (1, 2, 4):
        stroke = factor * 2048 / STROKES_ACROSS
        assert sizes_of(scene_of(2048, 2048, stroke=stroke))[0] == (NATIVE // factor,) * 2


def test_strokes_narrower_than_the_engines_come_of_a_smaller_style() -> None:
    scene = scene_of(1024, 1024, stroke=1024 / STROKES_ACROSS / 4)
    levels = levels_of(Native.descriptor, scene)
    assert levels.sizes == ((1024, 1024),)
    assert levels.side == NATIVE // 2
    assert levels.scene(0, scene, Native.descriptor).common.stroke == 256 / STROKES_ACROSS


def test_a_smaller_picture_in_its_place_has_the_same_first_level_and_steps_of_its_own() -> None:
    whole = proportioned(Native(), scene_of(4096, 4096))
    half = proportioned(Native(), scene_of(2048, 2048, reduction=0.5))
    assert whole.common.stroke == half.common.stroke == 4096 / STROKES_ACROSS
    assert levels_of(Native.descriptor, half).sizes == ((512, 512), (1024, 1024), (2048, 2048))


def test_automatic_strokes_are_in_proportion_for_engines_that_take_them() -> None:
    assert proportioned(Native(), scene_of(2048, 1024)).common.stroke == 1024 / STROKES_ACROSS
    assert proportioned(Native(), scene_of(2048, 1024, stroke=7)).common.stroke == 7
    optimised = proportioned(Descends(), scene_of(2048, 1024))
    assert optimised.common.stroke == 1024 / STROKES_ACROSS
    assert coarseness(Descends(), optimised) == 1
    scene = scene_of(2048, 1024)
    assert proportioned(Negative(), scene) is scene
    assert coarseness(Negative(), scene) == 1
    assert coarseness(Native(), proportioned(Native(), scene_of(4096, 4096))) == 8


def test_a_style_is_seen_as_ever_unless_strokes_of_another_kind_were_asked_for() -> None:
    assert first_scene(Native(), scene_of(4096, 4096)).common.stroke == 0
    assert first_scene(Native(), scene_of(4096, 4096, stroke=300)).common.stroke == 0
    fine = first_scene(Native(), scene_of(4096, 4096, stroke=4))
    assert fine.common.stroke == 4


@pytest.mark.parametrize(
    "scene",
    [
        scene_of(750, 499, finest=300),
        scene_of(750, 499, finest=75),
        scene_of(64, 64, tileable="both"),
        scene_of(1000, 20000, finest=1024),
        scene_of(400, 400, stroke=8),
        scene_of(200, 200, stroke=32),
        scene_of(2048, 1500),
    ],
    ids=lambda scene: f"{scene.content.width}x{scene.content.height}",
)
def test_styles_are_seen_first_as_is_foretold(scene: Scene) -> None:
    seen: list[int] = []

    class Sees(Native):
        def prepare(self, scene: Scene, params: NoParams, run: Run) -> None:
            seen.append(scene.style_side(Style(scale=2.0), NATIVE))

    painted(Sees(), scene)
    assert seen[0] == first_scene(Native(), scene).style_side(Style(scale=2.0), NATIVE)


def test_what_is_as_large_as_the_content_goes_along() -> None:
    scene = scene_of(64, 32)
    mask = Raster(np.full((32, 64, 1), 255, np.uint8))
    flow = np.full((32, 64, 3), (8, 4, 1), np.float32)
    other = Raster(np.zeros((5, 5, 3), np.uint8))
    scene = Scene(
        scene.content,
        (Region(styles=(), mask=mask), Region(styles=())),
        inputs={"flow": Raster(flow), "other": other, "number": 2.0},
    )
    small = at_size(scene, (32, 16), Native.descriptor)
    assert small.content is not None
    assert (small.content.width, small.content.height) == (32, 16)
    assert small.regions[0].mask is not None
    assert small.regions[0].mask.width == 32
    assert small.regions[1].mask is None
    halved = small.inputs["flow"]
    assert isinstance(halved, Raster)
    np.testing.assert_allclose(halved.pixels, np.broadcast_to(np.float32([4, 2, 1]), (16, 32, 3)))
    assert small.inputs["other"] is other
    assert small.reduction == 0.5
    assert at_size(small, (32, 16), Native.descriptor) is small
