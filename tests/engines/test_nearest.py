"""Nearest-neighbour style transfer as an engine, on a random network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.engines.test_gatys import Watching, difference, picture, stripes
from tests.perception.test_vgg import random_convolutions

from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.nearest import styles as nearest_styles
from velatura.engines.nearest.engine import Nearest
from velatura.engines.nearest.scene import NearestScene
from velatura.errors import BadRequest, Cancelled
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.perception import calibration, matching
from velatura.perception.vgg import VGG19
from velatura.pipeline.render import Output, render
from velatura.pipeline.vgg_features import Network
from velatura.runtime.model_cache import WarmModels


@pytest.fixture(scope="module")
def models() -> WarmModels:
    models = WarmModels(torch.device("cpu"), torch.float32)
    convolutions = calibration.normalised(random_convolutions(9))
    vgg = VGG19(convolutions, padding="reflect", ceil=True)
    models.get("eyes vgg19-gatys max", lambda: Network(vgg, "random"))
    return models


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)


def scene(content: Raster | None = None, *styles: Style) -> Scene:
    return Scene(content or picture(), (Region(styles or (Style(stripes()),)),))


def all_of(what: Scene, run: Run, **knobs: object) -> dict[str, Output]:
    params = registry.validate(Nearest(), {"steps": 2, "marks": 16, **knobs})
    return render(Nearest(), what, params, run)


def painted(what: Scene, run: Run, **knobs: object) -> Raster:
    given = all_of(what, run, **knobs)["picture"]
    assert isinstance(given, Raster)
    return given


def provenance(what: Scene, run: Run, **knobs: object) -> np.ndarray:
    given = all_of(what, run, provenance=True, **knobs)["provenance"]
    assert isinstance(given, Raster)
    return given.pixels


def half(height: int, width: int) -> tuple[Raster, Raster]:
    """The left half and the right half of a picture."""
    left = np.zeros((height, width, 1), np.uint8)
    left[:, : width // 2] = 255
    return Raster(left), Raster(255 - left)


@pytest.mark.parametrize("size", [(1, 1), (5, 33), (70, 41)])
def test_pictures_of_any_size_are_painted(run: Run, size: tuple[int, int]) -> None:
    given = painted(scene(picture(*size)), run)
    assert (given.height, given.width) == size
    assert difference(given, picture(*size)) > 0


def test_each_place_comes_from_where_the_style_shows_the_same(run: Run) -> None:
    same = picture(64, 64)
    found = provenance(scene(same, Style(same)), run, palette=False)
    assert found.shape == (16, 16, 3)
    middle = (np.arange(16) + 0.5) / 16 * 65535
    assert np.abs(found[:, :, 0] - middle).max() < 1
    assert np.abs(found[:, :, 1] - middle[:, None]).max() < 1
    assert found[:, :, 2].max() == 0
    assert difference(painted(scene(same, Style(same)), run), same) < 2


def test_places_are_told_in_the_whole_of_a_cropped_and_turned_style(run: Run) -> None:
    same = picture(64, 64)
    right = Style(same, crop=(0.5, 0.0, 1.0, 1.0), rotation=90)
    found = provenance(scene(same, right), run)
    assert found[:, :, 0].min() > 65535 * 0.5
    assert found[:, :, 1].max() > 65535 * 0.5 > found[:, :, 1].min()


def test_no_place_crosses_a_mask_of_regions_or_styles(run: Run) -> None:
    left, right = half(48, 64)
    upper = np.zeros((64, 64, 1), np.uint8)
    upper[:32] = 255
    noise = picture(64, 64, seed=7)
    styles = Style(noise, mask=Raster(upper)), Style(stripes())
    what = Scene(
        picture(48, 64),
        (Region((styles[0],), left), Region((styles[1],), right)),
    )
    found = provenance(what, run)
    assert found[:, :8, 2].max() == 0
    assert found[:, 8:, 2].min() == 1
    assert found[:, :8, 1].max() <= 65535 * 0.5


def test_what_is_to_be_avoided_is_no_place(run: Run) -> None:
    shown = np.zeros((64, 64, 3), np.uint8)
    shown[:, :24] = 255
    what = replace(
        scene(picture(48, 64), Style(picture(64, 64, seed=7))), inputs={"avoid": Raster(shown)}
    )
    assert provenance(what, run)[:, :, 0].min() > 65535 * 24 / 64


def test_a_style_of_which_little_is_left_still_paints(run: Run) -> None:
    spot = np.zeros((40, 48, 1), np.uint8)
    spot[9, 9] = 255
    what = scene(picture(), Style(stripes(), mask=Raster(spot)))
    found = provenance(what, run)
    assert np.abs(found[:, :, 0] / 65535 - 10 / 48).max() < 2 * 4 / 48


def test_styles_share_places_by_their_weights(run: Run) -> None:
    styles = Style(stripes(), weight=3), Style(picture(seed=9), weight=1)
    found = provenance(scene(picture(64, 64), *styles), run)
    assert 0.65 < (found[:, :, 2] == 0).mean() < 0.85


def test_places_of_a_large_style_are_thinned_out_evenly(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest_styles, "MOST", 20)
    same = picture(64, 64)
    found = provenance(scene(same, Style(same)), run)
    assert len(np.unique(found[:, :, :2].reshape(-1, 2), axis=0)) <= 20
    assert found[:, :, 1].max() > 65535 * 0.8


def test_quarter_turns_give_more_to_choose_from(run: Run) -> None:
    lying = Raster(np.ascontiguousarray(np.rot90(stripes().pixels)))
    upright = painted(scene(lying), run, palette=False, steps=6)
    turned = painted(scene(lying), run, palette=False, steps=6, turned="quarters")
    assert difference(turned, lying) < difference(upright, lying)


def test_a_large_picture_is_the_small_one_with_detail(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura.pipeline.style_input.USUAL_SIDE", 64)
    monkeypatch.setattr("velatura.engines.nearest.params.FINE", 64)
    small = picture(64, 64)
    large = Raster(small.pixels.repeat(2, axis=0).repeat(2, axis=1))
    style = Style(resized(stripes(), (256, 256)))

    def apart() -> float:
        one, other = (
            painted(scene(each, style), run, steps=6, palette=False) for each in (small, large)
        )
        assert difference(other, resized(one, (128, 128))) > 1
        return difference(one, resized(other, (64, 64)))

    held = apart()
    monkeypatch.setattr("velatura.engines.nearest.engine.shows_all_strokes", lambda *_: False)
    assert held < apart() / 2


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 768), [(64, 96), (128, 192), (256, 384), (512, 768)]),
        ((600, 600), [(64, 64), (128, 128), (256, 256), (600, 600)]),
        ((768, 800), [(64, 72), (128, 136), (256, 272), (512, 536), (768, 800)]),
        ((80, 60), [(80, 64)]),
    ],
)
def test_every_picture_is_worked_on_at_the_same_sizes(
    run: Run, size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    params = registry.validate(Nearest(), {"palette": False})
    assert NearestScene.of(scene(picture(*size)), params, run).sizes == expected


def test_a_size_takes_as_many_steps_whatever_the_full_one_is() -> None:
    params = registry.validate(Nearest(), {"steps": 5})
    assert [params.steps_at(short) for short in (64, 128, 256, 512, 700, 2048)] == [
        20, 15, 10, 5, 5, 5,
    ]  # fmt: skip


def test_pieces_paint_what_the_whole_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    what = scene(picture(64, 136))
    whole = painted(what, run, marks=64)
    monkeypatch.setattr("velatura.engines.nearest.engine.WHOLE", 1)
    monkeypatch.setattr("velatura.engines.nearest.engine.PIECE", 64)
    # Adam's first steps are signs of the gradient: rounding turns a few of them.
    assert difference(painted(what, run, marks=64), whole) < 0.2


def test_keeping_everything_leaves_the_picture_in_the_styles_colours(run: Run) -> None:
    free, kept = (painted(scene(), run, keep=keep, steps=6, marks=64) for keep in (0.0, 1.0))
    none = painted(scene(), run, keep=1.0, steps=1, marks=64)
    assert difference(kept, none) < difference(free, none)


def test_what_is_painted_as_to_be_kept_is_kept_there_alone(run: Run) -> None:
    left, _ = half(40, 96)
    what = scene(picture(40, 96))
    knobs = {"marks": 64, "palette": False, "steps": 5}
    given = painted(replace(what, inputs={"keep": left}), run, keep=0.0, **knobs)
    kept, free = (painted(what, run, keep=keep, **knobs) for keep in (1.0, 0.0))
    pixels = [each.pixels.astype(int) for each in (given, kept, free)]
    near = np.abs(pixels[0] - pixels[1])[:, :32].mean()
    assert near < 0.7 * np.abs(pixels[0] - pixels[2])[:, :32].mean()
    assert (
        np.abs(pixels[0] - pixels[2])[:, 72:].mean() < np.abs(pixels[0] - pixels[1])[:, 72:].mean()
    )


def test_it_goes_on_from_what_was_painted(run: Run) -> None:
    done = picture(seed=4)
    what = replace(scene(), inputs={"start": done})
    given = painted(what, run, init="picture", steps=1, palette=False, alpha=0)
    assert difference(given, done) < difference(given, picture())
    with pytest.raises(BadRequest, match="no picture to start from"):
        painted(scene(), run, init="picture")


def test_hidden_pixels_have_no_say(run: Run) -> None:
    shown = picture(48, 48, channels=4)
    shown.pixels[:, 24:, 3] = 0
    shown.pixels[:, :24, 3] = 255
    other = Raster(shown.pixels.copy())
    other.pixels[:, 24:, :3] = 9
    one, two = (painted(scene(each), run).pixels[:, :24] for each in (shown, other))
    assert np.array_equal(one, two)


def test_a_style_is_needed(run: Run) -> None:
    with pytest.raises(BadRequest, match="needs a style"):
        all_of(Scene(picture(), (Region(()),)), run)


def test_the_same_scene_gives_the_same_picture(run: Run) -> None:
    assert np.array_equal(painted(scene(), run).pixels, painted(scene(), run).pixels)


def test_it_can_be_given_up_in_a_long_search(
    models: WarmModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "SCORES", 1)
    watching = Watching(cancel_after=3)
    with pytest.raises(Cancelled):
        painted(scene(), Run(models, watching))
    assert [each.step for each in watching.heard] == [0, 0, 0]


def test_stopped_early_it_keeps_what_it_has_at_full_size(models: WarmModels) -> None:
    watching = Watching(finish_after=4)
    run = Run(models, watching)
    given = painted(scene(picture(70, 80)), run, steps=3)
    assert (given.height, given.width) == (70, 80)
    assert [note for note in run.notes if note.startswith("Stopped after 3 of ")]
    assert run.stopped_after is not None
    again = painted(scene(picture(70, 80)), Run(models, stop_after=run.stopped_after), steps=3)
    assert np.array_equal(again.pixels, given.pixels)


def test_progress_grows_to_its_end_and_previews_have_the_pictures_shape(models: WarmModels) -> None:
    watching = Watching()
    painted(scene(picture(70, 80)), Run(models, watching), steps=4, preview_every=2)
    steps = [each.step for each in watching.heard]
    assert steps == sorted(steps)
    assert watching.heard[-1].step == watching.heard[-1].steps
    sizes = [tuple(each.shape[2:]) for each in watching.previews]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] == (70, 80)
