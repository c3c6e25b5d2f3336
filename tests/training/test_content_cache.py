"""Content caches, and the batches drawn from them and from style caches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from velatura.contract.run import Run
from velatura.networks.palette import Palette
from velatura.perception.relative_losses import CONTENT, content_distance, normalised
from velatura.perception.statistics import PLAIN
from velatura.perception.vgg import VGG19
from velatura.pipeline import vgg_features
from velatura.training.content_cache import ContentCache, fill
from velatura.training.glaze_losses import Batch
from velatura.training.pictures import Pack, pack
from velatura.training.style_cache import Plan, StyleCache, hang

PLAN = Plan(count=7, side=16, closest=0.75, farthest=2.0, variety=0, uses=3, directions=4, seed=5)


@pytest.fixture
def vgg(run: Run) -> VGG19:
    return vgg_features.load("vgg19-gatys", "max", run).vgg


@pytest.fixture
def packed(photos: Path, tmp_path: Path, run: Run) -> Pack:
    return pack([photos], 32, tmp_path / "packs", run)


@pytest.fixture
def content_cache(packed: Pack, vgg: VGG19, run: Run) -> ContentCache:
    return fill(packed, PLAN, 0, vgg, run)


@pytest.fixture
def style_cache(paintings: Path, tmp_path: Path, vgg: VGG19, run: Run) -> StyleCache:
    return hang(pack([paintings], 32, tmp_path / "packs", run), PLAN, 0, vgg, run)


def test_an_album_is_the_same_whenever_it_is_filled(
    packed: Pack, vgg: VGG19, run: Run, content_cache: ContentCache
) -> None:
    again, other = (fill(packed, PLAN, number, vgg, run) for number in (0, 1))
    assert torch.equal(content_cache.pictures, again.pictures)
    assert torch.equal(content_cache.order.places, again.order.places)
    assert not torch.equal(content_cache.pictures, other.pictures)
    assert set(content_cache.order.places.bincount().tolist()) == {PLAN.uses}


def test_parts_in_which_nothing_is_to_be_seen_are_exchanged(
    tmp_path: Path, vgg: VGG19, run: Run
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    dice = np.random.default_rng(0)
    for number in range(4):
        # White above, noise below: about every third part of 16² of such a photo is plain.
        pixels = np.full((64, 32, 3), 255, np.uint8)
        pixels[32:] = dice.integers(0, 256, (32, 32, 3))
        Image.fromarray(pixels).save(folder / f"{number}.png")
    packed = pack([folder], 32, tmp_path / "packs", run)
    plan = replace(PLAN, count=60, closest=0.5, farthest=1.0)
    assert float(fill(packed, plan, 0, vgg, run).pictures.std((2, 3)).amax(1).min()) > PLAIN


def test_an_album_of_nothing_but_plain_photos_is_plain(
    tmp_path: Path, vgg: VGG19, run: Run
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (40, 40), "grey").save(folder / "grey.png")
    packed = pack([folder], 32, tmp_path / "packs", run)
    assert float(fill(packed, PLAN, 0, vgg, run).pictures.std()) < 1e-6


def test_what_an_album_shows_is_what_its_pictures_show(
    content_cache: ContentCache, vgg: VGG19
) -> None:
    seen = normalised(vgg(content_cache.pictures, (CONTENT,))[CONTENT])
    distance = content_distance(content_cache.shows.float(), seen)
    torch.testing.assert_close(distance, torch.zeros(7), rtol=0, atol=1e-5)


def test_a_batch_is_of_the_places_that_are_named(
    content_cache: ContentCache, style_cache: StyleCache
) -> None:
    batch = Batch.of(torch.tensor([2, 0, 2]), torch.tensor([3, 5, 6]), content_cache, style_cache)
    assert torch.equal(batch.contents, content_cache.pictures[[2, 0, 2]])
    assert torch.equal(batch.shows, content_cache.shows[[2, 0, 2]].float())
    assert torch.equal(batch.styles, style_cache.pictures[[3, 5, 6]])
    assert torch.equal(batch.wanted.means["relu4_1"], style_cache.looks.means["relu4_1"][[3, 5, 6]])
    painted_in = torch.cat([style_cache.pictures[[3, 5, 6]], content_cache.pictures[2:3]])
    torch.testing.assert_close(batch.palettes, Palette.of(painted_in).numbers)
