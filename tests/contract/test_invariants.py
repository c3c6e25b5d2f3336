"""What holds for every depth, transparency, region, tile, strength and common knob, whatever engine paints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Descriptor, EngineParams, FeedForward, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.colour import from_unit_floats, to_float
from velatura.imaging.raster import Depth, Raster, Transfer
from velatura.imaging.tiles import Box
from velatura.pipeline.regions import counting
from velatura.pipeline.render import render
from velatura.pipeline.style_input import style_tensor
from velatura.pipeline.tensors import ContentTile, picture_tensor
from velatura.runtime.model_cache import WarmModels

from ..conftest import SHARED
from ..engines.conformance import Bench

RUN = Run(
    type("Models", (), {"device": torch.device("cpu"), "dtype": torch.float32, "free": None})()
)


class NoParams(EngineParams):
    pass


def described(name: str, regions: Literal["native", "composite"], **facts: Any) -> Descriptor:
    return Descriptor(name=name, title=name, summary=name, source="tests", regions=regions, **facts)


@dataclass(frozen=True)
class Colours:
    """The mean colour of each region's first style, (regions, 3), and of the content as each region sees it."""

    styles: Tensor
    contents: Tensor


class Tint(FeedForward[NoParams, Colours]):
    """Half the content, half its region's style, corrected by what the region shows of the content on average."""

    descriptor = described("tint", "native", tiles=True, halo=8, multiple=8, least=16)
    Params: ClassVar[type[EngineParams]] = NoParams

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> Colours:
        content = scene.content
        assert content is not None
        styles = []
        for region in scene.regions:
            seen, _ = style_tensor(region.styles[0], 16, run)
            styles.append(seen.mean((0, 2, 3)))
        whole = picture_tensor(content, run)
        size = (content.height, content.width)
        weights = counting(scene, Box(0, 0, content.width, content.height), size, run)
        if weights is None:
            weights = torch.ones_like(whole[:, :1])
        total = weights.sum((2, 3))[0].clamp_min(1e-6)
        contents = torch.einsum("nchw,nrhw->rc", whole, weights) / total[:, None]
        return Colours(torch.stack(styles), contents)

    def apply(self, tile: ContentTile, prepared: Colours, run: Run) -> Tensor:
        shift = (prepared.styles - 0.2 * prepared.contents)[:, :, None, None]
        if tile.shares is None:
            return 0.5 * tile.tensor + 0.5 * shift
        return 0.5 * tile.tensor + 0.5 * torch.einsum(
            "nrhw,rc->nchw", tile.shares, shift[..., 0, 0]
        )


class TintAlone(Tint):
    """The same, by an engine that knows of one region at a time."""

    descriptor = described("tint-alone", "composite", tiles=True, halo=8, multiple=8, least=16)


class TintWhole(Iterative[NoParams]):
    """The same, by an engine that works on the whole picture."""

    descriptor = described("tint-whole", "composite")
    Params: ClassVar[type[EngineParams]] = NoParams

    def stylize(self, scene: Scene, params: NoParams, run: Run) -> Tensor:
        assert scene.content is not None
        seen, _ = style_tensor(scene.styles[0], 16, run)
        return 0.5 * picture_tensor(scene.content, run) + 0.5 * seen.mean((2, 3), keepdim=True)


ENGINES = (Tint(), TintAlone(), TintWhole())


@dataclass(frozen=True)
class Case:
    """A scene, and how it is cut."""

    scene: Scene
    tile: int

    @property
    def content(self) -> Raster:
        assert self.scene.content is not None
        return self.scene.content


def raster(
    dice: np.random.Generator,
    size: tuple[int, int],
    channels: int,
    depth: Depth,
    transfer: Transfer,
) -> Raster:
    """Noise, some of it hidden where there is alpha, some above white where the depth can say that."""
    height, width = size
    values = dice.random((height, width, channels), np.float32)
    if depth in ("f16", "f32"):
        values[: height // 3] *= 3
    if channels in (2, 4):
        values[:, :, -1] = np.clip(values[:, :, -1] * 2 - 0.5, 0, 1)
    return Raster(from_unit_floats(values, depth), transfer)


def mask(dice: np.random.Generator, size: tuple[int, int]) -> Raster:
    """Soft, with places where it is 0 and where it is 1."""
    y, x = np.mgrid[: size[0], : size[1]]
    slope = dice.normal() * x + dice.normal() * y + dice.normal() * 8
    return Raster((np.clip(slope / 4 + 0.5, 0, 1) * 255).astype(np.uint8)[:, :, None])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = (draw(st.integers(1, 70)), draw(st.integers(1, 70)))
    depth = draw(st.sampled_from(("u8", "u16", "f16", "f32")))
    transfer = draw(st.sampled_from(("srgb", "linear")))
    content = raster(dice, size, draw(st.integers(1, 4)), depth, transfer)
    masked = draw(st.integers(0, 3))
    styles = [Style(raster(dice, (9, 12), 3, "u8", "srgb")) for _ in range(masked + 1)]
    regions = [
        Region((style,), mask(dice, size), draw(st.sampled_from((0.0, 0.4, 1.0))))
        for style in styles[:masked]
    ]
    if masked == 0 or draw(st.booleans()):
        regions.append(Region((styles[-1],)))
    common = CommonParams(
        finest=draw(st.sampled_from((0, 0, 24))),
        colours=draw(
            st.sampled_from(("none", "luminance", "lab-chroma", "histogram", "match-style"))
        ),
        feather=draw(st.sampled_from((0.0, 5.0))),
        tileable=draw(st.sampled_from(("none", "none", "x", "both"))),
    )
    strength = draw(st.sampled_from((0.0, 0.3, 1.0)))
    scene = Scene(content, tuple(regions), strength=strength, common=common)
    return Case(scene, draw(st.sampled_from((16, 40, 1024))))


def painted(engine: Any, case: Case, **changes: Any) -> Raster:
    scene = replace(case.scene, **changes)
    picture = render(engine, scene, NoParams(), RUN, tile=case.tile)["picture"]
    assert isinstance(picture, Raster)
    return picture


def covered(case: Case) -> np.ndarray[Any, Any]:
    """Where a region with any strength is, (h, w); a feather carries regions into each other."""
    there = np.zeros((case.content.height, case.content.width), bool)
    regions = case.scene.regions
    masks = [region.mask.pixels[:, :, 0] for region in regions if region.mask is not None]
    total = np.sum([mask.astype(int) for mask in masks], axis=0) if masks else 0
    soft = case.scene.common.feather > 0 and any(region.strength for region in regions)
    for region in regions:
        if not (region.strength or soft):
            continue
        if region.mask is not None:
            there |= region.mask.pixels[:, :, 0] > 0
        else:
            there |= np.broadcast_to(np.less(total, 255), there.shape)
    return there if case.scene.strength else np.zeros_like(there)


def visible_colours(picture: Raster) -> np.ndarray[Any, Any]:
    colours = picture.colours
    return np.repeat(colours, 3, axis=2) if colours.shape[2] == 1 else colours


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.descriptor.name)
@settings(max_examples=60)
@given(case=cases())
def test_what_is_not_painted_stays_bit_for_bit(engine: Any, case: Case) -> None:
    require_unpainted_kept(painted(engine, case), case)


def require_unpainted_kept(picture: Raster, case: Case) -> None:
    """``picture``, painted of ``case``, is as large and deep as the content, and the content where nobody paints."""
    content = case.content
    assert (picture.width, picture.height) == (content.width, content.height)
    assert (picture.depth, picture.transfer) == (content.depth, content.transfer)
    assert np.isfinite(picture.pixels.astype(np.float64)).all()
    if content.alpha is not None:
        assert picture.alpha is not None
        assert picture.alpha.tobytes() == content.alpha.tobytes()
    untouched = ~covered(case)
    assert np.array_equal(visible_colours(picture)[untouched], visible_colours(content)[untouched])


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.descriptor.name)
@settings(max_examples=40)
@given(case=cases())
def test_the_same_scene_gives_the_same_bytes_and_tiles_hardly_matter(
    engine: Any, case: Case
) -> None:
    picture = painted(engine, case)
    assert painted(engine, case).pixels.tobytes() == picture.pixels.tobytes()
    whole = to_float(painted(engine, Case(case.scene, 1024)))
    assert np.abs(to_float(picture) - whole).max() <= 1.5 / 255


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.descriptor.name)
@settings(max_examples=40)
@given(case=cases())
def test_more_strength_is_never_less_change(engine: Any, case: Case) -> None:
    content = to_float(case.content)
    end = to_float(painted(engine, case, strength=1.0))
    before = content
    for strength in (0.25, 0.5, 0.75, 1.0):
        now = to_float(painted(engine, case, strength=strength))
        onwards = np.sign(end - content) * (now - before)
        # Rounding to the depth, and the weight that a soft mask leaves at full strength.
        assert onwards.min() >= -1.1 / 255
        before = now


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.descriptor.name)
@settings(max_examples=40)
@given(case=cases())
def test_hidden_colours_change_nothing_that_is_seen(engine: Any, case: Case) -> None:
    other, seen = with_other_hidden_colours(case)
    before, after = painted(engine, case), painted(engine, case, content=other)
    assert np.array_equal(before.colours[seen], after.colours[seen])


def with_other_hidden_colours(case: Case) -> tuple[Raster, np.ndarray[Any, Any]]:
    """The content of ``case``, black where it is hidden, and where it is seen, (h, w)."""
    content = case.content
    if content.alpha is None:
        return content, np.ones((content.height, content.width), bool)
    seen = content.alpha[:, :, 0] > 0
    pixels = content.pixels.copy()
    pixels[~seen, : content.channels - 1] = 0
    return Raster(pixels, content.transfer), seen


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmModels]:
    """Networks that stay warm; weights are looked for in ../shared and nowhere fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VELATURA_MODELS", str(SHARED / "weights"))
        yield WarmModels(torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("name", registry.names())
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases())
def test_every_engine_keeps_all_of_it(warm: WarmModels, name: str, case: Case) -> None:
    bench = Bench(registry.load(name), warm, Path())
    bench.require_weights()
    common = case.scene.common.model_copy(update={"stroke": bench.stroke})
    regions = case.scene.regions
    if not bench.engine.descriptor.styles:
        regions = tuple(replace(region, styles=()) for region in regions)
    equal = {"bitwise": 0.0, "close": 2 / 255, "no": 1.0}[bench.engine.descriptor.deterministic]

    def paint(**changes: Any) -> Raster:
        scene = replace(case.scene, common=common, regions=regions, **changes)
        found = render(bench.engine, scene, bench.params, bench.run(), tile=max(case.tile, 40))
        assert isinstance(found["picture"], Raster)
        return found["picture"]

    picture = paint()
    require_unpainted_kept(picture, case)
    other, seen = with_other_hidden_colours(case)
    again = paint(content=other)
    assert np.abs(to_float(again)[seen] - to_float(picture)[seen]).max(initial=0) <= equal
    content, end, half = to_float(case.content), to_float(paint(strength=1.0)), paint(strength=0.5)
    onwards = np.sign(end - content) * (to_float(half) - content)
    beyond = np.sign(end - content) * (to_float(half) - end)
    assert onwards.min() >= -1.1 / 255 - equal
    assert beyond.max() <= 1.1 / 255 + equal
