"""A polished code: better for its style, and otherwise a code like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.observers import Watcher
from tests.untrained import models_that_see, spots
from torch import Tensor

from velatura.contract import registry
from velatura.contract.engine import EngineParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.glaze import code_optimisation
from velatura.engines.glaze import engine as glaze
from velatura.engines.glaze.code_optimisation import Part, distance
from velatura.errors import BadPicture, Cancelled
from velatura.imaging.raster import Raster
from velatura.library import codes
from velatura.networks.glaze import LEARNT
from velatura.networks.glaze_encoder import LARGEST
from velatura.perception.relative_losses import CONTENT, LAYERS, look, normalised
from velatura.perception.statistics import PLAIN
from velatura.pipeline import vgg_features
from velatura.pipeline.render import render
from velatura.pipeline.style_input import style_tensor
from velatura.pipeline.tensors import picture_tensor
from velatura.runtime.model_cache import WarmModels

SIZE = 64


def raster(picture: Image.Image, times: int = 1) -> Raster:
    size = (picture.width * times, picture.height * times)
    return Raster(np.asarray(picture.resize(size, Image.Resampling.BICUBIC)).copy())


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_optimisation, "STEPS", 12)
    monkeypatch.setattr(glaze, "USUAL_SIDE", SIZE)
    monkeypatch.setattr(code_optimisation, "SIDE", 48)


@pytest.fixture(scope="module")
def models() -> WarmModels:
    return models_that_see()


@pytest.fixture
def run(models: WarmModels) -> Run:
    return Run(models)


@pytest.fixture
def style() -> Style:
    return Style(picture=raster(spots(1, seed=2)[0]))


@pytest.fixture
def photos() -> list[Raster]:
    return [raster(picture) for picture in spots(2, seed=1)]


@pytest.fixture
def off(style: Style, run: Run) -> Callable[[Tensor, Raster], float]:
    """How far off a code is on a photo."""
    vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
    wanted = look(vgg(style_tensor(style, SIZE, run)[0], LAYERS), {})
    painter = glaze.load("glaze", run)

    def measured(code: Tensor, photo: Raster) -> float:
        picture = picture_tensor(photo, run, size=(48, 48))
        part = Part(picture, normalised(vgg(picture, (CONTENT,))[CONTENT]))
        return float(distance(painter(picture, code), vgg, wanted, part))

    return measured


def painted(run: Run, scene: Scene, **knobs: object) -> Raster:
    engine = registry.load("glaze")
    params: EngineParams = registry.validate(engine, knobs)
    found = render(engine, scene, params, run)["picture"]
    assert isinstance(found, Raster)
    return found


def test_a_polished_code_is_better_on_other_photos(
    style: Style, photos: list[Raster], run: Run, off: Callable[[Tensor, Raster], float]
) -> None:
    other = raster(spots(5, seed=1)[4])
    plain, polished = (
        glaze.encode(style, SIZE, run),
        glaze.encode_polished(style, SIZE, photos, run),
    )
    assert off(polished, other) < off(plain, other) - 0.1


def test_a_polished_code_is_a_code(style: Style, photos: list[Raster], run: Run) -> None:
    plain, polished = (
        glaze.encode(style, SIZE, run),
        glaze.encode_polished(style, SIZE, photos, run),
    )
    assert polished.shape == plain.shape
    assert not polished.requires_grad
    assert float(polished[:, :LEARNT].abs().max()) <= LARGEST
    assert torch.equal(polished[:, LEARNT:], plain[:, LEARNT:]), "the palette is the style's"
    assert torch.equal(polished, glaze.encode_polished(style, SIZE, photos, run))


def test_a_style_in_which_nothing_is_seen_is_refused(photos: list[Raster], run: Run) -> None:
    hidden = Style(picture=Raster(np.zeros((20, 20, 4), np.uint8)))
    with pytest.raises(BadPicture, match="Nothing of the style's picture"):
        glaze.encode_polished(hidden, SIZE, photos, run)


def polishing(watcher: Watcher) -> list[tuple[int, int]]:
    """Step and steps of every report of polishing."""
    return [(each.step, each.steps) for each in watcher.seen if each.phase == "polish"]


def test_it_tells_how_far_it_is_and_can_be_ended(
    style: Style, photos: list[Raster], models: WarmModels
) -> None:
    watching = Watcher(cancel_at=3)
    with pytest.raises(Cancelled):
        glaze.encode_polished(style, SIZE, photos, Run(models, watching))
    assert polishing(watching) == [(1, 12), (2, 12), (3, 12)]


def test_a_picture_is_painted_nearer_to_its_style(
    style: Style, photos: list[Raster], run: Run
) -> None:
    scene = Scene(raster(spots(1, seed=1)[0], times=2), (Region((style,)),))
    vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
    wanted = look(vgg(style_tensor(style, SIZE, run)[0], LAYERS), {})
    content = scene.content
    assert content is not None
    tensor = picture_tensor(content, run)
    part = Part(tensor, normalised(vgg(tensor, (CONTENT,))[CONTENT]))
    plain, better = (
        float(distance(picture_tensor(painted(run, scene, polish=steps), run), vgg, wanted, part))
        for steps in (0, 12)
    )
    assert better < plain - 0.1


def test_a_picture_is_polished_for_once(style: Style, models: WarmModels) -> None:
    first, second = raster(spots(1, seed=3)[0]), raster(spots(1, seed=4)[0])
    told = []
    for content in (first, first, second):
        watching = Watcher()
        painted(Run(models, watching), Scene(content, (Region((style,)),)), polish=2)
        told.append(len(polishing(watching)))
    assert told == [2, 0, 2]


def test_each_region_is_polished_for_what_it_shows(style: Style, models: WarmModels) -> None:
    """Two regions of one style on different halves get codes of their own; one alone gets one."""
    content = raster(spots(1, seed=5)[0], times=3)
    left = np.zeros((content.height, content.width, 1), np.uint8)
    left[:, : content.width // 2] = 255
    other = Style(picture=raster(spots(2, seed=6)[1]))
    watching = Watcher()
    painted(
        Run(models, watching),
        Scene(content, (Region((style,), Raster(left)), Region((style, other)))),
        polish=3,
    )
    assert polishing(watching) == 2 * [(1, 3), (2, 3), (3, 3)]


def test_what_is_practised_on_is_where_the_region_is() -> None:
    picture = torch.rand(1, 3, 300, 300)
    counts = torch.zeros(1, 1, 300, 300)
    counts[..., 150:] = 1
    picture[..., :150] *= 0.5
    found = code_optimisation.parts([picture], [counts])
    assert len(found) == code_optimisation.PARTS
    assert all(
        part.shape == (1, 3, code_optimisation.SIDE, code_optimisation.SIDE) for part in found
    )
    assert all(float(part.mean()) > 0.45 for part in found), "parts of the other half are darker"


def test_plain_parts_are_practised_on_only_where_all_are_plain() -> None:
    sky = torch.full((1, 3, 300, 300), 0.7)
    assert len(code_optimisation.parts([sky], [None])) == code_optimisation.PARTS
    sky[..., 100:, :] = torch.rand(1, 3, 200, 300)
    found = code_optimisation.parts([sky], [None])
    assert all(float(part.std()) > PLAIN for part in found)


def test_without_a_region_parts_are_spread(run: Run) -> None:
    down = torch.linspace(0, 1, 400)[:, None].expand(400, 400)
    ramps = torch.stack([down, down.T, torch.rand(400, 400)])[None]
    found = code_optimisation.parts([ramps], [None])
    for channel in (0, 1):
        middles = sorted(float(part[:, channel].mean()) for part in found)
        assert middles[0] < 0.3
        assert middles[-1] > 0.7


@pytest.mark.parametrize("count", [2, 6, 16])
def test_of_many_pictures_those_that_are_far_apart_are_seen(count: int) -> None:
    noise = torch.rand(1, 3, 60, 60)
    found = code_optimisation.parts([number + noise for number in range(count)], [None] * count)
    seen = sorted({int(part.mean()) for part in found})
    assert len(seen) == min(count, code_optimisation.PARTS)
    assert seen[0] <= count // 4
    assert seen[-1] >= count - 1 - count // 4


def test_a_code_is_painted_as_it_is_and_that_is_said(
    style: Style, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "spots.code"
    facts = codes.CodeFacts("glaze", glaze.encoder_identity(), "Spots")
    codes.write(path, glaze.encode(style, SIZE, run), facts)
    scene = Scene(raster(spots(1, seed=1)[0]), (Region((Style(code=path),)),))
    polished, plain = painted(run, scene, polish=5), painted(run, scene)
    assert np.array_equal(polished.pixels, plain.pixels)
    assert run.notes == [
        "A style code cannot be polished: it does not contain the style's picture."
    ]
