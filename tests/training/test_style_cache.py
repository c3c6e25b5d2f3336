"""Galleries: the same for the same number, and every painting has its turn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from velatura.contract.run import Run
from velatura.perception.relative_losses import LAYERS, deviations, look
from velatura.pipeline import vgg_features
from velatura.training.auxiliary_head import AuxiliaryHead
from velatura.training.pictures import Pack, pack
from velatura.training.style_cache import Plan, StyleCache, hang, summary

PLAN = Plan(count=7, side=16, closest=0.75, farthest=2.0, variety=0, uses=3, directions=4, seed=5)


@pytest.fixture
def packed(paintings: Path, tmp_path: Path, run: Run) -> Pack:
    return pack([paintings], 32, tmp_path / "packs", run)


def hung(packed: Pack, run: Run, number: int = 0, plan: Plan = PLAN) -> StyleCache:
    return hang(packed, plan, number, vgg_features.load("vgg19-gatys", "max", run).vgg, run)


def test_a_gallery_is_the_same_whenever_it_is_hung(packed: Pack, run: Run) -> None:
    one, again, other = (hung(packed, run, number) for number in (3, 3, 4))
    assert torch.equal(one.pictures, again.pictures)
    assert torch.equal(one.order.places, again.order.places)
    for layer in LAYERS:
        assert torch.equal(one.looks.grams[layer], again.looks.grams[layer])
    assert not torch.equal(one.pictures, other.pictures)
    elsewhere = hung(packed, run, 3, replace(PLAN, seed=6))
    assert not torch.equal(one.pictures, elsewhere.pictures)


def test_every_part_is_visited_as_often_as_the_others(packed: Pack, run: Run) -> None:
    style_cache = hung(packed, run)
    assert len(style_cache.order.places) == PLAN.visits
    assert set(style_cache.order.places.bincount().tolist()) == {PLAN.uses}


def test_looks_are_those_of_the_pictures(packed: Pack, run: Run) -> None:
    style_cache = hung(packed, run)
    vgg = vgg_features.load("vgg19-gatys", "max", run).vgg
    seen, kept = (
        look(vgg(style_cache.pictures, LAYERS), style_cache.directions),
        style_cache.looks.of(slice(None)),
    )
    for layer in LAYERS:
        torch.testing.assert_close(kept.grams[layer], seen.grams[layer], rtol=2e-3, atol=1e-3)
        torch.testing.assert_close(kept.means[layer], seen.means[layer])
    for layer, slices in seen.slices.items():
        torch.testing.assert_close(kept.slices[layer], slices, rtol=2e-3, atol=5e-3)


def test_a_summary_holds_means_and_deviations_of_all_layers(packed: Pack, run: Run) -> None:
    style_cache = hung(packed, run)
    facts = summary(style_cache.looks.of(torch.tensor([2, 4])))
    assert facts.shape == (2, 2 * 960)
    kept = style_cache.looks.of(torch.tensor([2]))
    torch.testing.assert_close(facts[:1, :64].square(), kept.means["relu1_1"])
    torch.testing.assert_close(facts[:1, -512:].square(), deviations(kept, "relu4_1"))


def test_who_knows_nothing_is_no_more_than_a_deviation_off(packed: Pack, run: Run) -> None:
    style_cache = hung(packed, run)
    summaries = summary(style_cache.looks.of(slice(None)))
    auxiliary = AuxiliaryHead(summaries.shape[1])
    auxiliary.calibrate(summaries)
    loss = auxiliary(torch.zeros(7, auxiliary.says.in_features), summaries).detach()
    # Six sevenths for the sample's deviation; less for filters that are the same in all styles.
    assert 0.4 < float(loss) <= 6 / 7 + 1e-3
