"""Painting a smaller picture, or one that goes on beyond its edges, in a document's place."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import skimage.data
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Descriptor, EngineParams, Input, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.colour import Floats
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor
from velatura.runtime.model_cache import WarmModels


class NoParams(EngineParams):
    pass


class Witness(Iterative[NoParams]):
    """Remembers what it was given and paints a blur of it, which meets its edges with zeros."""

    descriptor = Descriptor(
        name="witness",
        title="Witness",
        summary="",
        source="a test",
        fewest_styles=0,
        inputs=tuple(Input(name=name, kind="raster", title=name) for name in ("start", "other")),
    )
    Params: ClassVar[type[EngineParams]] = NoParams

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def stylize(self, scene: Scene, params: NoParams, run: Run) -> Tensor:
        assert scene.content is not None
        self.scenes.append(scene)
        seen = picture_tensor(scene.content, run)
        return F.avg_pool2d(seen, 9, stride=1, padding=4)


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(WarmModels(torch.device("cpu"), torch.float32))


def photo(side: int = 240) -> Raster:
    return resized(Raster(np.ascontiguousarray(skimage.data.astronaut())), (side, side))


def waves(side: int = 120) -> Raster:
    """A picture that repeats without a seam."""
    y, x = np.mgrid[:side, :side] * (2 * np.pi / side)
    planes = [np.sin(3 * x + 2 * np.cos(2 * y)), np.cos(2 * x + y), np.sin(4 * y + np.sin(x))]
    return Raster((128 + 90 * np.stack(planes, axis=2)).astype(np.uint8))


def painted(engine: object, scene: Scene, run: Run) -> Raster:
    found = render(engine, scene, NoParams(), run)["picture"]  # type: ignore[arg-type]
    assert isinstance(found, Raster)
    return found


def seam(picture: Raster, axis: int) -> float:
    """How much larger the step across the edge is than steps inside."""
    planes = np.moveaxis(picture.pixels.astype(float), axis, 0)
    return float(np.abs(planes[0] - planes[-1]).mean() / steps(picture, axis).mean())


def steps(picture: Raster, axis: int) -> Floats:
    """Mean difference of each two rows, or columns, that lie side by side."""
    planes = np.moveaxis(picture.pixels.astype(np.float32), axis, 0)
    return np.abs(np.diff(planes, axis=0)).mean((1, 2))


def test_the_finest_size_is_the_long_side_of_what_is_painted(run: Run) -> None:
    witness, content = Witness(), photo()
    scene = Scene(content, (Region(()),), common=CommonParams(finest=80, stroke=8))
    found = painted(witness, scene, run)
    seen = witness.scenes[0]
    assert seen.content is not None
    assert (seen.content.width, seen.content.height) == (80, 80)
    assert seen.reduction == pytest.approx(1 / 3)
    assert (found.width, found.height) == (240, 240)
    for more in (240, 4000):
        painted(witness, Scene(content, common=CommonParams(finest=more)), run)
        assert witness.scenes[-1].content is content


def test_masks_and_pictures_go_along_to_the_smaller_size(run: Run) -> None:
    witness, content = Witness(), photo()
    mask = Raster(np.full((240, 240, 1), 255, np.uint8))
    other = Raster(np.zeros((7, 9, 3), np.uint8))
    scene = Scene(
        content,
        (Region((), mask),),
        inputs={"start": content, "other": other},
        common=CommonParams(finest=120),
    )
    painted(witness, scene, run)
    seen = witness.scenes[0]
    assert seen.regions[0].mask is not None
    assert seen.regions[0].mask.width == 120
    assert isinstance(seen.inputs["start"], Raster)
    assert seen.inputs["start"].width == 120
    assert seen.inputs["other"] is other


@pytest.mark.parametrize("tileable", ["x", "y", "both"])
def test_a_picture_that_repeats_is_painted_without_a_seam(run: Run, tileable: str) -> None:
    scene = Scene(waves(), (Region(()),))
    # A blur against zeros is darker along its edges.
    plain = painted(Witness(), scene, run)
    treated = Scene(waves(), (Region(()),), common=CommonParams(tileable=tileable))  # type: ignore[arg-type]
    found = painted(Witness(), treated, run)
    for axis, name in ((1, "x"), (0, "y")):
        if tileable in (name, "both"):
            assert seam(found, axis) < 1.3
            assert plain.pixels[60].mean() > 0
        else:
            assert seam(found, axis) == pytest.approx(seam(plain, axis), rel=0.3)


@pytest.mark.parametrize("side", [96, 101, 120])
@pytest.mark.parametrize("finest", [0, 64])
def test_glaze_wraps_without_a_seam(run: Run, side: int, finest: int) -> None:
    engine = registry.load("glaze")
    style = Style(picture=photo(96))
    scenes = [
        Scene(waves(side), (Region((style,)),), common=common)
        for common in (
            CommonParams(finest=finest),
            CommonParams(finest=finest, tileable="both"),
        )
    ]
    plain, found = (
        render(engine, scene, registry.validate(engine, {}), run)["picture"] for scene in scenes
    )
    assert isinstance(plain, Raster)
    assert isinstance(found, Raster)
    for axis in (0, 1):
        # What does not go on at the picture's edge is a contour there, as strong as others are; edges that were not
        # joined are several times as strong.
        inside = steps(found, axis)
        assert seam(found, axis) < 1.25 * float(inside.max() / inside.mean())
        assert seam(found, axis) < seam(plain, axis) / 3


def test_a_tiny_picture_can_be_repeated_too(run: Run) -> None:
    for size in ((1, 1), (3, 50)):
        content = Raster(np.full((*size, 3), 70, np.uint8))
        scene = Scene(content, (Region(()),), common=CommonParams(tileable="both"))
        assert painted(Witness(), scene, run).shape == content.shape
