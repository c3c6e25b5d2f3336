"""Gatys' optimisation with a style for each part of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.engines.test_gatys import difference, models_with, painted, picture, stripes

from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.gatys.regions import Regions
from velatura.engines.identity import Identity
from velatura.imaging.raster import Raster
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, style_targets
from velatura.pipeline.tensors import picture_tensor
from velatura.pipeline.vgg_features import load
from velatura.runtime.model_cache import WarmModels

STYLES = (Style(picture=stripes()), Style(picture=picture(seed=77)))
HEIGHT, WIDTH = 64, 96

LITTLE = 1e-3
"""A weight of the photo that lets styles be seen through: on so small a picture its layer sees across all regions."""


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return models_with(9)


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)


def mask(columns: slice, rows: slice = slice(None), channels: int = 1) -> Raster:
    pixels = np.zeros((HEIGHT, WIDTH, channels), np.uint8)
    pixels[rows, columns] = 255
    return Raster(pixels)


def parted(*regions: Region, channels: int = 3) -> Scene:
    return Scene(picture(HEIGHT, WIDTH, channels=channels), regions)


def halves(styles: Sequence[Style] = STYLES) -> Scene:
    return parted(Region((styles[0],), mask(slice(48))), Region((styles[1],)))


def narrow(run: Run) -> list[str]:
    return [note for note in run.notes if "narrow" in note]


def test_each_region_gets_its_own_style(run: Run) -> None:
    # Means for contours are taken over 16 pixels, which are many here.
    one = painted(halves(), run, contours=0).pixels.astype(int)
    other = painted(halves((STYLES[1], STYLES[1])), run, contours=0).pixels.astype(int)
    change = np.abs(one - other).mean(2)
    # Without content nothing but the network's view of the content joins the two.
    assert change[:, :40].mean() > 2
    assert change[:, 56:].mean() < change[:, :40].mean() / 50


def test_without_content_nothing_crosses_a_border(run: Run) -> None:
    one = painted(halves(), run, alpha=0, sizes=1).pixels
    other = painted(halves((STYLES[1], STYLES[1])), run, alpha=0, sizes=1).pixels
    assert np.array_equal(one[:, 48:], other[:, 48:])
    assert not np.array_equal(one[:, :48], other[:, :48])


def style_loss(raster: Raster, style: Raster, run: Run) -> float:
    """How far all of ``raster`` is from ``style``."""
    eyes = Eyes(load("vgg19-gatys", "max", run).vgg)
    layers = dict.fromkeys(("relu1_1", "relu2_1", "relu3_1"), 1.0)
    of = Objective(
        eyes,
        Balance(),
        content={},
        content_layers={},
        parts=[Part(style_targets(eyes, picture_tensor(style, run, short=HEIGHT), layers))],
        style_layers=layers,
    )
    return float(of(picture_tensor(raster, run)).style)


def test_regions_in_one_style_are_about_one_region(run: Run) -> None:
    knobs = {"steps": 20, "losses": "released", "beta": 6e5, "histogram": 0}
    whole = painted(parted(Region(STYLES[:1])), run, **knobs)
    two = painted(halves((STYLES[0], STYLES[0])), run, **knobs)
    before, once, twice = (
        style_loss(each, stripes(), run) for each in (picture(HEIGHT, WIDTH), whole, two)
    )
    assert once < before / 10 and twice < 1.5 * once


def test_a_region_alone_is_what_it_is_beside_another(run: Run) -> None:
    beside = painted(halves(), run, alpha=LITTLE)
    alone = painted(parted(Region(STYLES[:1], mask(slice(48)))), run, alpha=LITTLE)
    # Only the network's view of the content joins them.
    assert np.abs(beside.pixels[:, :40].astype(int) - alone.pixels[:, :40]).mean() < 0.1
    assert np.array_equal(alone.pixels[:, 48:], picture(HEIGHT, WIDTH).pixels[:, 48:])


def test_a_region_too_narrow_for_a_layer_says_so(run: Run) -> None:
    what = parted(Region(STYLES[:1], mask(slice(10))), Region(STYLES[1:]))
    given = painted(what, run)
    assert narrow(run) == [
        "Region 1 is too narrow for relu3_1, relu4_1; its style is matched only in relu1_1, relu2_1."
    ]
    assert np.abs(given.pixels[:, :10].astype(int) - what.content.pixels[:, :10]).mean() > 1


def test_a_region_too_narrow_for_all_layers_keeps_what_it_has(run: Run) -> None:
    what = parted(Region(STYLES[:1], mask(slice(20, 21))), Region(STYLES[1:]))
    given = painted(what, run, content_layers="relu1_1", alpha=0)
    assert narrow(run) == [
        "Region 1 is too narrow for any layer, so nothing pulls it towards its style."
    ]
    assert np.array_equal(given.pixels[:, 20], what.content.pixels[:, 20])


def test_where_no_region_is_anything_nothing_is_painted(run: Run) -> None:
    what = parted(Region(STYLES[:1], mask(slice(0))))
    assert difference(painted(what, run), what.content) == 0


def test_notes_are_about_the_pictures_own_size(run: Run) -> None:
    painted(halves(), run, sizes=3, style_layers="relu1_1, relu2_1, relu3_1")
    said = run.notes
    assert said == ["These weights lack relu4_2; the content is compared in relu4_1."]


def test_what_counts_of_a_style_may_be_too_small(run: Run) -> None:
    small = np.zeros((40, 48, 1), np.uint8)
    small[10:24, 10:24] = 255
    style = Style(picture=stripes(), mask=Raster(small))
    painted(parted(Region((style,))), run, style_layers="relu1_1, relu2_1, relu3_1, relu4_1")
    (note,) = [note for note in run.notes if "that is used" in note]
    assert note == "The part of the style that is used is too small for relu3_1, relu4_1."


def test_hidden_pixels_count_in_no_region(run: Run) -> None:
    one = picture(HEIGHT, WIDTH, channels=4).pixels.copy()
    one[:, :, 3] = 255
    one[:, 30:50, 3] = 0
    other = one.copy()
    other[:, 30:50, :3] = 255 - other[:, 30:50, :3]
    first, second = (painted(replace(halves(), content=Raster(each)), run) for each in (one, other))
    assert np.array_equal(first.pixels[:, 50:], second.pixels[:, 50:])
    assert np.array_equal(first.pixels[:, :30], second.pixels[:, :30])


def test_each_region_gives_its_own_brightness_to_its_style(run: Run) -> None:
    content = picture(HEIGHT, WIDTH).pixels // 4
    content[:, 48:] += 150
    what = replace(halves((STYLES[0], STYLES[0])), content=Raster(content))
    given = painted(
        what, run, texture="luminance", alpha=0, steps=10, rate=0.02, style_layers="relu1_1"
    )
    before, after = content.astype(float).mean(2), given.pixels.astype(float).mean(2)
    for half in (slice(48), slice(48, None)):
        assert after[:, half].mean() == pytest.approx(before[:, half].mean(), abs=12)


@pytest.mark.parametrize(
    "knobs",
    [{"init": "colours"}, {"optimiser": "lbfgs"}, {"colour": 1e5}, {"even_gradients": True}],
)
def test_regions_go_with_every_knob(knobs: dict[str, object], run: Run) -> None:
    given = painted(halves(), run, **knobs)
    assert difference(given, picture(HEIGHT, WIDTH)) > 1


def test_each_region_starts_in_its_own_colours(run: Run) -> None:
    red, blue = (
        np.zeros((30, 30, 3), np.uint8) + np.array(c, np.uint8)
        for c in ([200, 30, 30], [30, 30, 200])
    )
    what = halves((Style(picture=Raster(red)), Style(picture=Raster(blue))))
    given = painted(what, run, init="colours", steps=1, rate=1e-3).pixels
    assert given[:, :48].mean((0, 1)) == pytest.approx([200, 30, 30], abs=12)
    assert given[:, 48:].mean((0, 1)) == pytest.approx([30, 30, 200], abs=12)


def test_a_feather_lets_regions_overlap(run: Run) -> None:
    what = halves()
    soft = replace(what, common=CommonParams(feather=16))
    for scene, overlap in ((what, 0), (soft, 8)):
        shares = Regions.of(scene, run).shares
        assert shares is not None
        both = ((shares[0] > 0) & (shares[1] > 0))[0, 0, 0]
        assert int(both.sum()) >= overlap if overlap else not bool(both.any())
        torch.testing.assert_close(sum(shares), torch.ones(1, 1, HEIGHT, WIDTH))


def test_the_engine_to_start_from_paints_the_same_regions(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes: list[Scene] = []

    def render(self: Identity, band: Raster, scene: Scene, *_: object) -> Raster:
        scenes.append(scene)
        return band

    monkeypatch.setattr(Identity, "render", render)
    what = halves()
    faint = replace(what, regions=tuple(replace(each, strength=0.5) for each in what.regions))
    painted(faint, run, init="engine", init_engine="identity")
    assert {region.strength for scene in scenes for region in scene.regions} == {1.0}
    assert {region.mask for scene in scenes for region in scene.regions} == {
        region.mask for region in what.regions
    }


def test_a_single_region_without_a_mask_is_the_whole_picture(run: Run) -> None:
    assert Regions.of(parted(Region(STYLES[:1])), run).shares is None
