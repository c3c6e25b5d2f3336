"""The engines glaze and glaze-live with the weights that are shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Origin, Region, Scene, Style
from velatura.engines.glaze import engine as glaze
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box
from velatura.library import codes, styles
from velatura.library.codes import CodeFacts
from velatura.networks.glaze import CODE, Painter
from velatura.pipeline.recipe import recipe_of
from velatura.pipeline.render import render
from velatura.pipeline.sampling import THIN, USUAL, Sample, Spread, fair_sample
from velatura.runtime.model_cache import WarmModels

ENGINES = ("glaze", "glaze-live")


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return WarmModels(torch.device("cpu"), torch.float32)


def picture(width: int, height: int, channels: int = 3, seed: int = 0) -> Raster:
    """Waves of all lengths with a little noise."""
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = np.stack(
        [
            np.sin(x / length + phase) * np.cos(y / other)
            for length, other, phase in dice.uniform(4, 60, (channels, 3))
        ],
        axis=-1,
    )
    noisy = 128 + 80 * waves + dice.normal(0, 12, waves.shape)
    return Raster(noisy.clip(0, 255).astype(np.uint8))


def painted(
    models: WarmModels,
    content: Raster,
    *given: Style,
    engine: str = "glaze",
    tile: int = 1024,
    **knobs: object,
) -> Raster:
    chosen = registry.load(engine)
    scene = Scene(content, (Region(given or (Style(picture(96, 80, seed=1)),)),))
    found = render(chosen, scene, registry.validate(chosen, knobs), Run(models), tile=tile)
    result = found["picture"]
    assert isinstance(result, Raster)
    return result


def difference(one: Raster, other: Raster) -> int:
    return int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 9), (64, 64), (257, 120)])
def test_a_picture_of_any_size_is_painted(
    models: WarmModels, engine: str, size: tuple[int, int]
) -> None:
    content = picture(*size)
    result = painted(models, content, engine=engine)
    assert (result.width, result.height) == size
    if min(size) > 1:
        assert difference(result, content) > 8


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("size", "dtype"),
    # The last is over a megapixel, so its statistics are those of a sample.
    [((700, 500), torch.float32), ((700, 500), torch.bfloat16), ((1200, 900), torch.float32)],
    ids=str,
)
def test_tiles_are_the_whole(engine: str, size: tuple[int, int], dtype: torch.dtype) -> None:
    content = picture(*size)
    models = WarmModels(torch.device("cpu"), dtype)
    whole = painted(models, content, engine=engine, tile=2048)
    assert difference(painted(models, content, engine=engine, tile=256), whole) <= 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("channels", [3, 4], ids=["opaque", "transparent"])
def test_a_small_picture_is_painted_once(
    monkeypatch: pytest.MonkeyPatch, engine: str, dtype: torch.dtype, channels: int
) -> None:
    content = picture(96, 80, channels)
    models = WarmModels(torch.device("cpu"), dtype)
    in_tiles = painted(models, content, engine=engine, tile=256)

    def again(*_: object) -> None:
        raise AssertionError("it was painted while it was measured")

    monkeypatch.setattr(Painter, "paint", again)
    assert difference(painted(models, content, engine=engine), in_tiles) <= 1


@pytest.mark.parametrize(
    ("size", "tile"),
    [((300, 260), 96), ((540, 520), 1024), ((700, 640), 160)],
    ids=["enlarged", "one tile", "levels"],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_is_painted_as_in_the_whole_picture(
    models: WarmModels, engine: str, size: tuple[int, int], tile: int
) -> None:
    content, style = picture(*size), (Region((Style(picture(96, 80, seed=1)),)),)
    chosen = registry.load(engine)
    params = registry.validate(chosen, {})

    def of(window: Box | None) -> Raster:
        scene = Scene(content, style, window=window)
        found = render(chosen, scene, params, Run(models), tile=tile)["picture"]
        assert isinstance(found, Raster)
        return found

    part = of(Box(120, 70, 250, 180))
    assert difference(part, of(None).crop(120, 70, 250, 180)) <= 1


def drawing(side: int) -> Raster:
    """Flat fills, as artists of comics make them: a disc before a sky."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    pixels = np.full((side, side, 3), (120, 190, 235), np.uint8)
    pixels[x**2 + y**2 < 0.04] = (90, 60, 40)
    return Raster(pixels)


@pytest.mark.parametrize("engine", ENGINES)
def test_flat_fills_take_strokes_unless_grain_is_not_wished(
    models: WarmModels, engine: str
) -> None:
    content = drawing(448)
    corner = np.s_[:80, :80]
    deviations = {
        grain: float(
            painted(models, content, engine=engine, grain=grain).pixels[corner].std((0, 1)).mean()
        )
        for grain in (0.0, 1.0)
    }
    assert deviations[1.0] > 3 * deviations[0.0]
    assert deviations[1.0] > 8


@pytest.mark.parametrize("tile", [1024, 128])
def test_fewer_spots_of_strong_colour_line_the_upper_edge(
    models: WarmModels, monkeypatch: pytest.MonkeyPatch, tile: int
) -> None:
    content = Raster(np.ascontiguousarray(skimage.data.astronaut()[::2, ::2]))
    style = Style(code=styles.show("moscow").path)

    def colour_at_the_edge() -> float:
        """How far the channels of the first rows lie apart, in mean levels of 255."""
        rows = painted(models, content, style, tile=tile).pixels[:6].astype(float)
        return float((rows.max(-1) - rows.min(-1)).mean())

    with_margin = colour_at_the_edge()
    monkeypatch.setattr(glaze, "MARGIN", 0)
    assert with_margin < 0.8 * colour_at_the_edge()


def test_a_built_in_style_is_painted_with_its_code_and_its_parts_with_its_picture(
    models: WarmModels,
) -> None:
    content = picture(64, 48)
    seen, code = styles.opened(styles.show("udnie").path)
    assert seen is not None
    both, code_alone = Style(seen, code=code), Style(code=code)
    whole = painted(models, content, both)
    assert np.array_equal(whole.pixels, painted(models, content, code_alone).pixels)
    for view in ({"crop": (0.0, 0.0, 0.5, 0.5)}, {"rotation": 90.0}, {"scale": 0.5}):
        part = painted(models, content, replace(both, **view))
        assert np.array_equal(part.pixels, painted(models, content, Style(seen, **view)).pixels)
        assert not np.array_equal(part.pixels, whole.pixels)


@pytest.mark.parametrize(
    ("engine", "view", "kind", "digest"),
    [
        ("glaze", {}, "code", "of the code"),
        ("glaze", {"rotation": 90.0}, "picture", "of the picture"),
        ("adain", {}, "picture", "of the picture"),
    ],
)
def test_a_recipe_names_what_of_a_built_in_style_was_painted_with(
    models: WarmModels, engine: str, view: dict[str, float], kind: str, digest: str
) -> None:
    seen, code = styles.opened(styles.show("udnie").path)
    origin = Origin("of the code", "udnie", "Udnie", "of the picture")
    scene = Scene(picture(8, 8), (Region((Style(seen, code=code, origin=origin, **view),)),))
    chosen = registry.load(engine)
    [said] = recipe_of(chosen, scene, registry.validate(chosen, {}), Run(models)).styles
    assert (said.kind, said.source.digest, said.source.name) == (kind, digest, "udnie")


def test_codes_are_made_for_the_picture_as_it_is(
    models: WarmModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A polished code is remembered for a picture, whatever grain it is painted with.
    looked_at: list[torch.Tensor] = []
    plainly = glaze.Glaze.codes

    def watched(
        self: glaze.Glaze, scene: Scene, sample: Sample, params: glaze.GlazeParams, run: Run
    ) -> torch.Tensor:
        looked_at.append(sample.seen)
        return plainly(self, scene, sample, params, run)

    monkeypatch.setattr(glaze.Glaze, "codes", watched)
    for grain in (0.0, 8.0):
        painted(models, drawing(64), grain=grain)
    assert torch.equal(*looked_at)


@pytest.mark.parametrize("engine", ENGINES)
def test_flat_fills_have_no_seams_where_tiles_meet(models: WarmModels, engine: str) -> None:
    content = drawing(600)
    whole = painted(models, content, engine=engine, tile=1024)
    assert difference(painted(models, content, engine=engine, tile=256), whole) <= 2


@pytest.mark.parametrize("spread", [USUAL, THIN])
def test_a_small_picture_stands_for_itself_and_a_large_one_is_sampled(
    models: WarmModels, spread: Spread
) -> None:
    run, descriptor = Run(models), registry.load("glaze").descriptor
    small = fair_sample(Scene(picture(300, 200)), run, descriptor, spread)
    assert small.seen.shape == (1, 3, 200, 304)
    assert small.weights is None
    for size in ((2000, 1500), (9000, 200), (130, 20_000)):
        large = fair_sample(Scene(picture(*size, channels=4)), run, descriptor, spread)
        assert 4 <= len(large.seen) <= spread.parts
        assert max(large.seen.shape[2:]) <= max(spread.side, descriptor.least)
        assert large.weights is not None
        assert large.weights.shape == (len(large.seen), 1, *large.seen.shape[2:])
        assert large.shares is None


@pytest.mark.parametrize(("spread", "least"), [(USUAL, 9_999), (THIN, 5_000)])
def test_every_region_is_in_the_sample_of_a_large_picture(
    models: WarmModels, spread: Spread, least: int
) -> None:
    content = picture(2600, 2600)
    spot = np.zeros((2600, 2600, 1), np.uint8)
    spot[2000:2100, 700:800] = 255
    scene = Scene(content, (Region((), Raster(spot)), Region(())))
    sample = fair_sample(scene, Run(models), registry.load("glaze").descriptor, spread)
    assert sample.weights is not None
    assert sample.shares is not None
    assert len(sample.seen) <= spread.parts
    in_spot, elsewhere = sample.weights.sum((0, 2, 3)).tolist()
    # Cells may overlap at the edge.
    assert least <= in_spot <= 11_000
    assert elsewhere > 100_000
    torch.testing.assert_close(sample.shares.sum(1), torch.ones_like(sample.shares[:, 0]))


def test_a_samples_parts_are_pieces_of_the_picture_far_apart(models: WarmModels) -> None:
    ramp = np.zeros((1600, 1600, 3), np.uint8)
    ramp[:, :, 0] = np.linspace(0, 255, 1600)[:, None]
    ramp[:, :, 1] = np.linspace(0, 255, 1600)[None]
    sample = fair_sample(Scene(Raster(ramp)), Run(models), registry.load("glaze").descriptor)
    middles = sample.seen.mean((2, 3))
    for channel in (0, 1):
        assert len(set(middles[:, channel].mul(100).round().tolist())) == 4
        assert float(middles[:, channel].mean()) == pytest.approx(0.5, abs=0.01)


def test_what_is_hidden_does_not_change_what_is_seen(models: WarmModels) -> None:
    content = picture(160, 160, channels=4)
    content.pixels[:, :, 3] = 255
    content.pixels[:, 96:, 3] = 0
    other = Raster(content.pixels.copy())
    other.pixels[:, 96:, :3] = 0
    one, same = painted(models, content), painted(models, other)
    assert np.array_equal(one.pixels[:, :, 3], content.pixels[:, :, 3])
    assert difference(Raster(one.pixels[:, :96, :3]), Raster(same.pixels[:, :96, :3])) <= 1


def test_a_code_paints_as_its_picture_does(models: WarmModels, tmp_path: Path) -> None:
    style, content = picture(120, 90, seed=3), picture(64, 64)
    code = glaze.encode(Style(style), 512, Run(models))
    file = tmp_path / "waves.code"
    codes.write(file, code, CodeFacts("glaze", glaze.encoder_identity(), "Waves"))
    assert file.stat().st_size < 2048
    for engine in ENGINES:
        from_code = painted(models, content, Style(code=file), engine=engine)
        assert difference(from_code, painted(models, content, Style(style), engine=engine)) <= 3


def test_styles_are_mixed_by_weight(models: WarmModels) -> None:
    one, other = Style(picture(90, 90, seed=4)), Style(picture(90, 90, seed=5))
    content = picture(96, 96)
    ends = [painted(models, content, each) for each in (one, other)]
    nearly = painted(models, content, replace(one, weight=99.0), replace(other, weight=0.01))
    assert difference(nearly, ends[0]) <= 3
    between = painted(models, content, one, other).pixels.astype(float)
    for end in ends:
        assert (
            np.abs(between - end.pixels).mean()
            < 0.9 * np.abs(ends[0].pixels.astype(float) - ends[1].pixels).mean()
        )


def test_a_style_is_looked_at_once(models: WarmModels) -> None:
    style = Style(picture(70, 70, seed=6))
    painted(models, picture(32, 32), style)
    made = models.counters["style_codes_made"]
    painted(models, picture(40, 40), style, engine="glaze-live")
    assert models.counters["style_codes_made"] == made


def test_a_mask_limits_what_is_seen_of_a_style(models: WarmModels) -> None:
    style = picture(128, 128, seed=7)
    changed = Raster(style.pixels.copy())
    changed.pixels[:, 64:] = 0
    mask = np.zeros((128, 128, 1), np.uint8)
    mask[:, :32] = 255
    content = picture(48, 48)
    one, same = (
        painted(models, content, Style(each, mask=Raster(mask))) for each in (style, changed)
    )
    assert difference(one, same) <= 4
    assert difference(one, painted(models, content, Style(style))) > 8


def test_a_style_without_anything_to_see_is_refused(models: WarmModels) -> None:
    with pytest.raises(BadPicture, match="Nothing of the style's picture is visible"):
        painted(models, picture(32, 32), Style(Raster(np.zeros((40, 40, 4), np.uint8))))


def test_the_code_of_another_encoder_is_refused(models: WarmModels, tmp_path: Path) -> None:
    file = tmp_path / "old.code"
    codes.write(file, torch.zeros(1, CODE), CodeFacts("glaze", "0" * 64, "Old"))
    with pytest.raises(BadRequest, match="“Old” was made by another encoder"):
        painted(models, picture(32, 32), Style(code=file))


@pytest.mark.parametrize("entry", [entry.name for entry in styles.entries() if entry.builtin])
def test_every_built_in_style_paints(models: WarmModels, entry: str) -> None:
    content = picture(64, 64)
    result = painted(models, content, Style(code=styles.show(entry).path))
    assert difference(result, content) > 16


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_a_deep_gradient_keeps_its_levels(models: WarmModels, strength: float) -> None:
    ramp = np.linspace(0, 65535, 8192).round().astype(np.uint16)
    content = Raster(np.broadcast_to(ramp[None, :, None], (32, 8192, 3)).copy())
    scene = Scene(content, (Region((Style(picture(96, 80, seed=1)),)),), strength=strength)
    engine = registry.load("glaze")
    found = render(engine, scene, registry.validate(engine, {}), Run(models))["picture"]
    assert isinstance(found, Raster)
    assert found.depth == "u16"
    for channel in range(3):
        assert len(np.unique(found.pixels[16, :, channel])) >= 4096
