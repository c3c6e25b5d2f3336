"""Gatys' optimisation as an engine; its losses and its descent have tests of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.perception.test_vgg import random_convolutions
from torch import Tensor

from velatura.contract import registry
from velatura.contract.run import Progress, Run, Silent
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.gatys.engine import Gatys
from velatura.engines.identity import Identity
from velatura.errors import BadParams, BadPicture, BadRequest, Cancelled, EngineFailed
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.perception import calibration
from velatura.perception.losses import luminance
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes
from velatura.perception.vgg import VGG19
from velatura.pipeline.optimizer import Descended, descend
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor
from velatura.pipeline.vgg_features import Brightness, Look, Network, load, styles_seen
from velatura.runtime.model_cache import WarmModels

CPU = torch.device("cpu")


class Watching(Silent):
    """Remembers what it is told; cancels, or asks to stop and keep, once so many steps were told; always wants a
    preview.
    """

    def __init__(self, cancel_after: int | None = None, finish_after: int | None = None) -> None:
        self.heard: list[Progress] = []
        self.previews: list[Tensor] = []
        self.cancel_after = cancel_after
        self.finish_after = finish_after

    def progressed(self, progress: Progress) -> None:
        self.heard.append(progress)

    def cancelled(self) -> bool:
        return self.cancel_after is not None and len(self.heard) >= self.cancel_after

    def finishing(self) -> bool:
        return self.finish_after is not None and len(self.heard) >= self.finish_after

    def wants_preview(self) -> bool:
        return True

    def preview(self, picture: Tensor) -> None:
        self.previews.append(picture)


def models_with(count: int) -> WarmModels:
    """Nothing warm but a random VGG-19 of ``count`` convolutions; filters are as active as Gatys'."""
    models = WarmModels(CPU, torch.float32)
    for pooling in ("max", "avg"):
        vgg = VGG19(
            calibration.normalised(random_convolutions(count)),
            pooling=pooling,
            padding="reflect",
            ceil=True,
        )
        models.get(f"eyes vgg19-gatys {pooling}", lambda vgg=vgg: Network(vgg, "random"))
    return models


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return models_with(13)


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)


def picture(height: int = 40, width: int = 48, seed: int = 0, channels: int = 3) -> Raster:
    dice = np.random.default_rng(seed)
    slope = np.linspace(0, 120, width)[None, :, None] + np.linspace(0, 60, height)[:, None, None]
    pixels = (slope + dice.uniform(0, 75, (height, width, channels))).astype(np.uint8)
    return Raster(pixels)


def stripes() -> Raster:
    """A style: orange and blue, six pixels wide."""
    colours = np.array([[230, 140, 20], [20, 60, 170]], np.uint8)
    return Raster(np.broadcast_to(colours[np.arange(48) // 6 % 2], (40, 48, 3)).copy())


def scene(content: Raster | None = None, *styles: Style) -> Scene:
    return Scene(
        content=content or picture(), regions=(Region(styles or (Style(picture=stripes()),)),)
    )


def painted(what: Scene, run: Run, **knobs: object) -> Raster:
    params = registry.validate(Gatys(), {"steps": 3, "init": "content", **knobs})
    given = render(Gatys(), what, params, run)["picture"]
    assert isinstance(given, Raster)
    return given


def difference(one: Raster, other: Raster) -> float:
    return float(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).mean())


def test_steps_bring_the_picture_nearer_to_the_style(run: Run) -> None:
    what = scene()
    network = load("vgg19-gatys", "max", run)
    looked_at = [(style, 40) for style in what.styles]
    style = styles_seen(looked_at, network, Look(("relu1_1", "relu2_1")), run)

    def loss(raster: Raster) -> float:
        of = Objective(
            Eyes(network.vgg),
            Balance(),
            content={},
            content_layers={},
            parts=[Part(style)],
            style_layers={"relu1_1": 1.0, "relu2_1": 1.0},
        )
        return float(of(picture_tensor(raster, run)).style)

    layers = {"style_layers": "relu1_1, relu2_1"}
    few, more = (painted(what, run, steps=steps, **layers) for steps in (3, 20))
    assert loss(more) < loss(few) < loss(picture())
    lbfgs = painted(what, run, steps=20, optimiser="lbfgs", **layers)
    assert loss(lbfgs) < loss(picture())


def test_without_style_weight_the_content_stays(run: Run) -> None:
    assert difference(painted(scene(), run, beta=0, histogram=0), picture()) == 0


def test_a_seed_gives_the_same_picture_and_another_seed_another(run: Run) -> None:
    what = scene()
    first = painted(what, run, init="noise")
    assert np.array_equal(first.pixels, painted(what, run, init="noise").pixels)
    assert difference(first, painted(replace(what, seed=1), run, init="noise")) > 5


def test_a_picture_to_start_from_is_started_from(run: Run) -> None:
    start = picture(seed=9)
    what = replace(scene(), inputs={"start": start})
    resumed = painted(what, run, init="picture", steps=1, rate=0.01)
    assert difference(resumed, start) < 4 < difference(resumed, picture())


def test_init_picture_without_a_picture_is_one_clear_sentence(run: Run) -> None:
    with pytest.raises(BadRequest, match="no picture to start from"):
        painted(scene(), run, init="picture")


def test_another_engines_result_is_started_from(run: Run) -> None:
    started = painted(scene(), run, init="engine", init_engine="identity", rate=0.1)
    assert np.array_equal(started.pixels, painted(scene(), run, rate=0.1).pixels)


def test_the_engine_to_start_from_paints_once_for_all_sizes(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    painting: list[Raster] = []

    def render(self: Identity, band: Raster, *_: object) -> Raster:
        painting.append(band)
        return band

    monkeypatch.setattr(Identity, "render", render)
    painted(scene(), run, init="engine", init_engine="identity", sizes=2)
    assert len(painting) == 1


def test_the_contents_shapes_in_the_styles_colours_are_started_from(run: Run) -> None:
    given = painted(scene(), run, init="colours", steps=1, rate=1e-3)
    own = given.pixels.reshape(-1, 3) / 255.0
    wanted = stripes().pixels.reshape(-1, 3) / 255.0
    # Stripes of two colours ask for more than 0..1 holds of a smooth slope: clipping costs a little.
    assert own.mean(0) == pytest.approx(wanted.mean(0), abs=0.05)
    assert np.cov(own.T) == pytest.approx(np.cov(wanted.T), abs=0.06)
    brightness = picture().pixels.mean(2).ravel()
    assert abs(np.corrcoef(brightness, own[:, 0])[0, 1]) > 0.6


def test_what_was_painted_gives_brightness_alone_where_hues_stay(run: Run) -> None:
    content = Raster((picture().pixels // 3 + 80).astype(np.uint8))
    given = painted(scene(content), run, init="colours", texture="luminance", steps=1, rate=1e-3)
    change = given.pixels.astype(int) - content.pixels
    assert np.abs(change).mean() > 3
    assert np.ptp(change, axis=2).mean() < 1.5


def test_an_engine_does_not_start_from_itself(run: Run) -> None:
    with pytest.raises(BadParams, match="init_engine cannot be gatys"):
        painted(scene(), run, init="engine", init_engine="gatys")


def test_coarse_to_fine_tells_one_way_and_its_true_share(models: WarmModels) -> None:
    watching = Watching()
    painted(scene(picture(64, 96)), Run(models, watching), sizes=2, steps=4)
    heard = [each for each in watching.heard if each.phase == "stylise"]
    assert [(each.step, each.steps) for each in heard] == [(n, 8) for n in range(1, 9)]
    assert heard[-1].seconds_left == 0
    assert all(each.seconds_left is not None for each in heard)


def test_a_size_beyond_the_usual_one_only_adds_detail(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura.pipeline.style_input.USUAL_SIDE", 40)
    monkeypatch.setattr("velatura.engines.gatys.engine.COARSEST", 20)
    # Mid tones alone: what goes beyond black and white is clipped, at whatever size.
    content, style = (
        Raster((each.pixels // 3 + 80).astype(np.uint8))
        for each in (picture(80, 96), resized(stripes(), (192, 160)))
    )
    what = scene(content, Style(style))
    found: list[Tensor] = []

    def remembering(*given: Any, **named: Any) -> Descended:
        descended = descend(*given, **named)
        found.append(descended.picture)
        return descended

    monkeypatch.setattr("velatura.engines.gatys.engine.descend", remembering)

    def added() -> tuple[float, float]:
        """How much the last size changed of what the one before shows, and how much it has beside that."""
        found.clear()
        painted(what, run, steps=6)
        assert [min(each.shape[2:]) for each in found] == [20, 40, 80]
        reduced = F.interpolate(found[2], (40, 48), mode="area")
        detail = found[2] - F.interpolate(reduced, (80, 96), mode="bilinear")
        return float((reduced - found[1]).abs().mean()), float(detail.abs().mean())

    changed, detail = added()
    assert changed < detail / 2
    monkeypatch.setattr("velatura.engines.gatys.engine._held", lambda *_: None)
    assert changed < added()[0] / 2


def test_quality_decides_the_steps_unless_they_are_given(models: WarmModels) -> None:
    by_quality = {
        quality: registry.validate(Gatys(), {"quality": quality}).steps_at(3)
        for quality in ("draft", "good", "best")
    }
    assert by_quality == {"draft": [16, 4, 4], "good": [40, 10, 8], "best": [160, 40, 40]}
    assert registry.validate(Gatys(), {"steps": 7}).steps_at(3) == [7, 7, 7]
    watching = Watching()
    painted(scene(picture(64, 96)), Run(models, watching), sizes=2, steps=0, quality="draft")
    heard = [each for each in watching.heard if each.phase == "stylise"]
    assert [(each.step, each.steps) for each in heard] == [(n, 20) for n in range(1, 21)]
    assert heard[-1].seconds_left == 0


def test_glaze_is_started_from_unless_another_is_chosen() -> None:
    params = registry.validate(Gatys(), {})
    assert (params.init, params.init_engine) == ("engine", "glaze")


def test_histograms_are_matched_where_grams_are_off(run: Run) -> None:
    """Nothing but histograms: the picture's values spread as the style's do."""
    ramp = np.linspace(90, 160, 48).astype(np.uint8)
    content = Raster(np.broadcast_to(ramp[None, :, None], (40, 48, 3)).copy())

    def off(raster: Raster) -> float:
        shares = np.linspace(0, 1, 200)
        one, other = (np.quantile(each.pixels, shares, (0, 1)) for each in (raster, stripes()))
        return float(np.abs(one - other).mean())

    given = painted(
        scene(content), run, beta=0, alpha=0.01, histogram_layers="relu1_1", steps=40, sizes=1
    )
    assert off(given) < off(content) / 2


def test_cancel_is_heard_within_one_step(models: WarmModels) -> None:
    watching = Watching(cancel_after=3)
    with pytest.raises(Cancelled):
        painted(scene(), Run(models, watching), steps=50)
    assert len(watching.heard) == 3


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_what_is_stopped_after_a_step_is_as_if_there_were_no_more(
    optimiser: str, models: WarmModels
) -> None:
    """Adam's steps grow smaller over all that were asked for, L-BFGS' do not."""
    stopped = Run(models, Watching(finish_after=2))
    kept = painted(scene(), stopped, steps=9, sizes=1, optimiser=optimiser)
    assert stopped.notes == ["Stopped after 2 of 9 steps."]
    assert stopped.stopped_after == 2
    if optimiser == "lbfgs":
        assert (
            kept.pixels.tobytes()
            == painted(scene(), Run(models), steps=2, sizes=1, optimiser=optimiser).pixels.tobytes()
        )
    again = Run(models, stop_after=2)
    repeated = painted(scene(), again, steps=9, sizes=1, optimiser=optimiser)
    assert repeated.pixels.tobytes() == kept.pixels.tobytes()
    assert again.notes == stopped.notes


@pytest.mark.parametrize("init", ["content", "noise", "colours"])
def test_what_is_stopped_at_a_coarse_size_is_brought_to_the_pictures_own(
    init: str, models: WarmModels
) -> None:
    content = picture(160, 192)
    stopped = Run(models, Watching(finish_after=4))
    kept = painted(scene(content), stopped, steps=6, sizes=3, init=init)
    assert (kept.width, kept.height) == (192, 160)
    assert "Stopped after 4 of 18 steps." in stopped.notes
    whole = painted(scene(content), Run(models), steps=6, sizes=3, init=init)
    if init == "noise":
        # Nothing of the content has come into it but what the steps found.
        assert difference(kept, whole) > 1
    else:
        untouched = painted(scene(content), Run(models), steps=1, sizes=1, init=init, rate=1e-4)
        assert difference(kept, untouched) > 0.5
        # The content's own detail, which a coarse size cannot have found, is there.
        fine = np.abs(np.diff(kept.pixels.astype(int), axis=1)).mean()
        own = np.abs(np.diff(content.pixels.astype(int), axis=1)).mean()
        assert fine > 0.7 * own


def test_one_that_is_asked_to_stop_at_its_last_step_was_not_stopped(models: WarmModels) -> None:
    run = Run(models, Watching(finish_after=3))
    painted(scene(), run, steps=3, sizes=1)
    assert run.notes == []
    assert run.stopped_after is None


def test_previews_are_shown_every_so_many_steps(models: WarmModels) -> None:
    watching = Watching()
    given = painted(scene(), Run(models, watching), steps=7, preview_every=3)
    assert len(watching.previews) == 2
    for shown in watching.previews:
        assert shown.shape == (1, 3, 40, 48)
        assert float(shown.min()) >= 0 and float(shown.max()) <= 1
    last = (watching.previews[-1][0].permute(1, 2, 0) * 255).round().numpy()
    assert np.abs(last - given.pixels).mean() < 30


def test_layers_that_the_weights_lack_are_replaced_and_named() -> None:
    run = Run(models_with(9))
    painted(scene(), run)
    assert run.notes == [
        "These weights lack relu4_2; the content is compared in relu4_1.",
        "These weights lack relu5_1; the style is compared in relu1_1, relu2_1, relu3_1, relu4_1.",
    ]


def test_nothing_is_noted_where_nothing_is_missing(run: Run) -> None:
    painted(scene(), run)
    assert run.notes == []


def test_luminance_texture_leaves_the_hues(run: Run) -> None:
    # Mid tones alone, so that no step meets the end of the range.
    content = Raster((picture().pixels // 3 + 80).astype(np.uint8))
    given = painted(scene(content), run, texture="luminance", rate=0.02)
    change = given.pixels.astype(int) - content.pixels.astype(int)
    assert np.abs(change).mean() > 1
    coloured = painted(scene(content), run, rate=0.02).pixels.astype(int) - content.pixels
    spread = np.ptp(change, axis=2).mean() / np.abs(change).mean()
    assert spread < 0.1 < np.ptp(coloured, axis=2).mean() / np.abs(coloured).mean()


def test_brightness_is_given_to_a_style() -> None:
    style = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0)) * 0.4
    given = Brightness(0.5, 0.05).given_to(style)
    grey = luminance(given)
    assert float(grey.mean()) == pytest.approx(0.5, abs=1e-4)
    assert float(grey.std()) == pytest.approx(0.05, rel=0.01)
    assert torch.equal(given[:, 0], given[:, 2])


def test_colours_go_to_the_styles_by_themselves(run: Run) -> None:
    red = np.zeros((30, 30, 3), np.uint8) + np.array([200, 40, 40], np.uint8)
    what = scene(picture(), Style(picture=Raster(red)))
    given = painted(what, run, beta=0, histogram=0, colour=1e6, steps=40, rate=0.05)
    assert given.pixels.mean((0, 1)) == pytest.approx([200, 40, 40], abs=12)


def test_a_crop_of_a_style_is_that_part_of_it(run: Run) -> None:
    whole, look = picture(60, 80, seed=3), Look(("relu1_1",))
    network = load("vgg19-gatys", "max", run)
    styles = Style(picture=whole.crop(40, 0, 80, 60)), Style(picture=whole, crop=(0.5, 0, 1, 1))
    part, cropped = (styles_seen([(style, 40)], network, look, run) for style in styles)
    assert torch.equal(part.grams["relu1_1"], cropped.grams["relu1_1"])


def test_a_style_is_looked_at_once(run: Run) -> None:
    what = scene(picture(), Style(picture=picture(seed=77)))
    before = run.models.counters["style_codes_made"]
    painted(what, run)
    painted(what, run, alpha=2.0)
    assert run.models.counters["style_codes_made"] == before + 1
    painted(scene(picture(), replace(what.styles[0], scale=0.5)), run)
    assert run.models.counters["style_codes_made"] == before + 2


def test_colours_under_zero_alpha_do_not_matter(run: Run) -> None:
    content = picture(channels=4).pixels.copy()
    content[:, :, 3] = 255
    content[:, 24:, 3] = 0
    other = content.copy()
    other[:, 24:, :3] = 255 - other[:, 24:, :3]
    one, two = (painted(scene(Raster(each)), run) for each in (content, other))
    assert np.array_equal(one.pixels[:, :24], two.pixels[:, :24])
    assert np.array_equal(one.pixels[:, :, 3], content[:, :, 3])


def test_a_style_of_which_nothing_is_seen_is_one_clear_sentence(run: Run) -> None:
    style = picture(channels=4).pixels.copy()
    style[:, :, 3] = 0
    with pytest.raises(BadPicture, match="Nothing of the style's picture"):
        painted(scene(picture(), Style(picture=Raster(style))), run)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 90), (33, 7), (2, 2)])
def test_every_size_is_painted(height: int, width: int, run: Run) -> None:
    assert painted(scene(picture(height, width)), run, sizes=3).pixels.shape == (height, width, 3)


@pytest.mark.parametrize(
    "knobs",
    [
        {"average": 0.9},
        {"pooling": "avg"},
        {"variation": 1e5},
        {"histogram": 0},
        {"contours": 10.0},
        {"losses": "released"},
    ],
)
def test_each_knob_changes_the_picture(knobs: dict[str, object], run: Run) -> None:
    assert difference(painted(scene(), run, **knobs), painted(scene(), run)) > 0.2


def test_even_gradients_are_for_adam(run: Run) -> None:
    assert difference(painted(scene(), run, even_gradients=True), picture()) > 1
    with pytest.raises(BadParams, match="only with Adam"):
        painted(scene(), run, even_gradients=True, optimiser="lbfgs")


def test_nothing_to_paint_is_one_clear_sentence(run: Run) -> None:
    with pytest.raises(BadParams, match="all 0"):
        painted(scene(), run, alpha=0, beta=0, histogram=0)
    with pytest.raises(BadParams, match="no layer"):
        painted(scene(), run, style_layers="relu7_1")


def test_a_loss_that_is_no_number_is_told_at_once(models: WarmModels) -> None:
    watching = Watching()
    with pytest.raises(EngineFailed, match="diverged"):
        painted(scene(), Run(models, watching), optimiser="lbfgs", rate=10.0, beta=1e12, steps=200)
    assert len(watching.heard) < 200
