"""Painting in levels: what each adds, and that parts of it are as in the whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch

from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import Cancelled
from velatura.imaging.colour import Floats
from velatura.imaging.pyramid import Octave
from velatura.imaging.raster import Pixels, Raster
from velatura.imaging.resample import resize, resized
from velatura.imaging.tiles import Box
from velatura.pipeline.levels import KEPT
from velatura.pipeline.render import render
from velatura.runtime.model_cache import WarmModels

from ..observers import Watcher
from ..toys import TRANSFERS, Blur, Flat, Models, NoParams, Toy, described, new_run, noise, painted

NATIVE = 128


class Same(Toy):
    """Paints what it is shown."""

    descriptor = described("same", tiles=True, native_side=NATIVE)

    def paint(self, tile: torch.Tensor, prepared: Any, run: Run) -> torch.Tensor:
        return tile


class Blurs(Blur):
    descriptor = described("blurs", tiles=True, halo=2, multiple=4, native_side=NATIVE)


class Grey(Toy):
    """Paints a grey of its own: nothing is finer than anything else."""

    descriptor = described("grey", tiles=True, native_side=NATIVE)

    def paint(self, tile: torch.Tensor, prepared: Any, run: Run) -> torch.Tensor:
        return torch.full_like(tile, 0.3)


class FlatParts(Flat):
    descriptor = described("flat-parts", tiles=True, native_side=NATIVE)


def photo(width: int = 640, height: int = 512) -> Raster:
    picture = Raster(np.ascontiguousarray(skimage.data.astronaut()))
    return resized(picture, (width, height))


def scene_of(content: Raster, *regions: Region, **common: Any) -> Scene:
    return Scene(content, regions, common=CommonParams.model_validate(common))


def pixels_of(raster: Raster) -> Pixels:
    return raster.colours.astype(np.float32)


def test_with_all_detail_what_changes_nothing_gives_the_picture_back() -> None:
    out = painted(Same(), scene_of(photo(), detail=1))
    assert np.abs(pixels_of(out) - pixels_of(photo())).mean() < 1


def test_without_detail_only_what_the_first_level_saw_is_left() -> None:
    content = photo()
    kept = resized(resized(content, (160, 128)), (round(160 / KEPT), round(128 / KEPT)))
    expected = pixels_of(resized(kept, (640, 512)))
    out = pixels_of(painted(Same(), scene_of(content, detail=0)))
    assert np.abs(out - expected).mean() < 3
    half = pixels_of(painted(Same(), scene_of(content, detail=0.5)))
    assert np.abs(half - (out + pixels_of(content)) / 2).mean() < 1


def test_colours_come_from_the_first_level() -> None:
    out = painted(Grey(), scene_of(photo()))
    np.testing.assert_allclose(pixels_of(out), 0.3 * 255, atol=1)


@pytest.mark.parametrize("size", [(640, 512), (165, 700), (643, 230)])
def test_tiles_give_the_picture_painted_whole(size: tuple[int, int]) -> None:
    content = resized(photo(), size)
    whole = painted(Blurs(), scene_of(content), tile=1024)
    tiled = painted(Blurs(), scene_of(content), tile=32)
    assert np.abs(pixels_of(whole) - pixels_of(tiled)).max() <= 1


class Bends(Toy):
    """Paints each pixel by itself, and in no proportion to it."""

    descriptor = described("bends", tiles=True, native_side=NATIVE)

    def paint(self, tile: torch.Tensor, prepared: Any, run: Run) -> torch.Tensor:
        return 1 - tile**3


@pytest.mark.parametrize("detail", [0.0, 0.3, 1.0])
def test_levels_are_what_the_plain_loop_gives(detail: float) -> None:
    content = photo()
    below: tuple[Floats, Floats] | None = None
    for size in ((160, 128), (320, 256), (640, 512)):
        seen = pixels_of(resized(content, size)) / 255
        if below is None:
            laid = 1 - seen**3
        else:
            octave = Octave((below[0].shape[1], below[0].shape[0]), size)
            everything = Box(0, 0, *size)
            ground, known = (octave.enlarged(each, everything) for each in below)
            shown = np.clip(ground + detail * (seen - known), 0, 1)
            over = 1 - shown**3
            coarse = octave.enlarged(resize(over, octave.below), everything)
            laid = np.clip(ground + over - coarse, 0, 1)
        kept = (round(size[0] / KEPT), round(size[1] / KEPT))
        below = np.clip(resize(laid, kept), 0, 1), resize(seen, kept)
    out = painted(Bends(), scene_of(content, detail=detail), tile=96)
    assert np.abs(pixels_of(out) - 255 * laid).mean() < 0.5


def test_a_window_is_that_part_of_the_whole() -> None:
    content, window = photo(), Box(170, 133, 400, 340)
    whole = painted(Blurs(), scene_of(content), tile=64)
    scene = scene_of(content)
    out = painted(Blurs(), Scene(content, common=scene.common, window=window), tile=64)
    expected = pixels_of(whole)[window.y0 : window.y1, window.x0 : window.x1]
    assert pixels_of(out).shape == expected.shape
    assert np.abs(pixels_of(out) - expected).max() <= 1


def test_a_small_picture_is_painted_larger_and_reduced() -> None:
    content = photo(40, 32)
    out = painted(Same(), scene_of(content))
    assert (out.width, out.height) == (40, 32)
    assert np.abs(pixels_of(out) - pixels_of(content)).mean() < 4
    np.testing.assert_allclose(pixels_of(painted(Grey(), scene_of(content))), 0.3 * 255, atol=1)


def test_alpha_and_depth_are_kept_bit_for_bit() -> None:
    content = Raster(noise(300, 260, 4, "u16"))
    out = painted(Blurs(), scene_of(content))
    assert out.shape == content.shape
    assert content.alpha is not None
    assert out.alpha is not None
    assert out.alpha.tobytes() == content.alpha.tobytes()


def test_what_is_hidden_does_not_show() -> None:
    pixels = np.dstack([photo().pixels, np.full((512, 640, 1), 255, np.uint8)])
    pixels[200:300, 200:300, 3] = 0
    other = pixels.copy()
    other[200:300, 200:300, :3] = 255
    first, second = (painted(Blurs(), scene_of(Raster(each))) for each in (pixels, other))
    seen = pixels[:, :, 3] > 0
    assert np.array_equal(first.pixels[seen], second.pixels[seen])


def test_highlights_beyond_white_make_no_halos() -> None:
    pixels = photo().pixels.astype(np.float32) / 255
    plain = pixels_of(painted(Blurs(), scene_of(Raster(pixels))))
    glaring = pixels.copy()
    white = np.s_[250:260, 300:310]
    pixels[white], glaring[white] = 1.0, 20.0
    first, second = (
        pixels_of(painted(Blurs(), scene_of(Raster(each)))) for each in (pixels, glaring)
    )
    np.testing.assert_allclose(second, first, atol=0.02)
    assert np.abs(first - plain).max() > 0.02


def test_a_masks_transfer_says_nothing() -> None:
    weights = np.random.default_rng(2).integers(0, 256, (512, 640, 1), np.uint8)
    first, second = (
        painted(Blurs(), scene_of(photo(), Region(styles=(), mask=Raster(weights, transfer))))
        for transfer in TRANSFERS
    )
    assert first.pixels.tobytes() == second.pixels.tobytes()


def test_a_small_tileable_picture_is_enlarged_as_any_other() -> None:
    sizes: list[tuple[int, int]] = []

    class Sees(Same):
        def prepare(self, scene: Scene, params: NoParams, run: Run) -> None:
            assert scene.content is not None
            sizes.append((scene.content.width, scene.content.height))

    content = photo(64, 64)
    out = painted(Sees(), scene_of(content, tileable="both"))
    assert (out.width, out.height) == (64, 64)
    # Twice as large, and so are the 16 pixels of the other end on each side.
    assert sizes == [(2 * (64 + 2 * 16),) * 2]


def test_regions_keep_to_themselves() -> None:
    mask = np.zeros((512, 640, 1), np.uint8)
    mask[:, 320:] = 255
    tones = [np.full((4, 4, 3), tone, np.uint8) for tone in (40, 200)]
    styles = [(Style(Raster(tone)),) for tone in tones]
    scene = scene_of(photo(), Region(styles[0]), Region(styles[1], mask=Raster(mask)), feather=0)
    out = pixels_of(painted(FlatParts(), scene))
    np.testing.assert_allclose(out[:, :320], 40, atol=1)
    np.testing.assert_allclose(out[:, 320:], 200, atol=1)


def test_what_an_engine_does_before_a_finer_level_takes_nothing_back() -> None:
    class Looks(Same):
        def prepare(self, scene: Scene, params: NoParams, run: Run) -> None:
            run.step(1, 2, phase="look")
            run.step(2, 2, phase="look")

    watcher = Watcher()
    render(Looks(), scene_of(photo()), NoParams(), new_run(watcher), tile=64)
    phases = [each.phase for each in watcher.seen]
    assert phases == sorted(phases)
    assert phases.count("look") == 2
    steps = [each.step for each in watcher.seen if each.phase == "paint"]
    assert steps == sorted(steps)


def test_an_engine_is_told_what_it_knew_of_a_coarser_level() -> None:
    told: list[object] = []

    class Knows(Same):
        def prepare(self, scene: Scene, params: NoParams, run: Run) -> object:
            return "first"

        def handed_on(self, prepared: object) -> object:
            return f"{prepared}, handed on"

        def prepare_finer(
            self, scene: Scene, coarser: object, params: NoParams, run: Run
        ) -> object:
            told.append(coarser)
            return "second"

    painted(Knows(), scene_of(photo()))
    assert told == ["first, handed on", "second, handed on"]


def test_progress_tells_of_all_levels_and_painting_ends_when_told() -> None:
    watcher = Watcher()
    content = photo()
    render(Same(), scene_of(content), NoParams(), new_run(watcher), tile=64)
    seen = [(each.step, each.steps) for each in watcher.seen]
    assert seen == sorted(seen)
    assert {steps for _, steps in seen} == {seen[-1][0]}
    # Six tiles of 160 × 128, twenty of 320 × 256, eighty of 640 × 512.
    assert seen[-1][0] == 6 + 20 + 80
    with pytest.raises(Cancelled):
        run = Run(Models(), Watcher(cancel_at=5))  # type: ignore[arg-type]
        render(Same(), scene_of(content), NoParams(), run, tile=64)


class Counts(Blurs):
    """Knows how often it was asked to paint."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> None:
        assert scene.content is not None
        self.sizes.append(scene.content.width)
        run.note("Seen at {width} pixels.", width=scene.content.width)
        run.reads("weights", str(scene.content.width))


def test_what_was_painted_small_is_remembered_for_another_part_and_another_strength() -> None:
    engine, content, models = Counts(), photo(), WarmModels.on("cpu")

    def paint(scene: Scene) -> tuple[Raster, Run]:
        run = Run(models)
        return render(engine, scene, NoParams(), run)["picture"], run

    window = Box(170, 133, 400, 340)
    scene = scene_of(content, Region(()))
    _, first = paint(replace(scene, window=Box(0, 0, 64, 64)))
    assert engine.sizes == [160, 320, 640]
    engine.sizes.clear()
    seen, run = paint(replace(scene, window=window))
    assert engine.sizes == [640]
    assert (run.notes, run.weights) == (first.notes, first.weights)
    assert len(run.notes) == 3
    np.testing.assert_array_equal(
        pixels_of(seen), pixels_of(painted(Blurs(), replace(scene, window=window)))
    )
    for weaker in (
        replace(scene, strength=0.5),
        replace(scene, regions=(replace(scene.regions[0], strength=0.5),)),
    ):
        engine.sizes.clear()
        paint(weaker)
        assert engine.sizes == [640]


def test_time_left_is_told_of_what_is_still_to_be_painted() -> None:
    models, watcher = WarmModels.on("cpu"), Watcher()
    for observer in (Watcher(), watcher):
        render(Blurs(), scene_of(photo()), NoParams(), Run(models, observer), tile=64)
    # Eighty tiles of 640 × 512: the smaller levels are there.
    assert {each.steps for each in watcher.seen} == {80}
    assert watcher.seen[-1].step == 80


def test_a_file_that_is_not_there_is_for_the_engine_to_miss(tmp_path: Path) -> None:
    style = Style(picture=photo(32, 32), code=tmp_path / "missing.code")
    scene = scene_of(photo(), Region((style,)))
    out = render(Grey(), scene, NoParams(), Run(WarmModels.on("cpu")))["picture"]
    np.testing.assert_allclose(pixels_of(out), 0.3 * 255, atol=1)


@pytest.mark.parametrize("other", ["content", "detail", "style", "mask"])
def test_what_decides_a_painting_has_it_painted_anew(other: str) -> None:
    engine, models = Counts(), WarmModels.on("cpu")
    scene = scene_of(photo(), Region(()))
    mask = Raster(np.full((512, 640, 1), 255, np.uint8))
    changed = {
        "content": replace(scene, content=Raster(255 - photo().pixels)),
        "detail": scene_of(photo(), detail=0.25),
        "style": replace(scene, regions=(Region((Style(picture=photo(32, 32)),)),)),
        "mask": replace(scene, regions=(replace(scene.regions[0], mask=mask),)),
    }[other]
    for each in (scene, changed):
        engine.sizes.clear()
        render(engine, each, NoParams(), Run(models))
        assert engine.sizes[0] == 160
