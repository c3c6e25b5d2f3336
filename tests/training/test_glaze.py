"""The recipe glaze on tiny networks: what a run leaves, and that it can be stopped anywhere."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from velatura.contract.run import Progress, Run, Silent
from velatura.errors import BadParams, BadRequest, BadWeights, Cancelled, EngineFailed
from velatura.library.checksums import sha256_of
from velatura.networks import glaze, glaze_encoder, glaze_weights
from velatura.networks.glaze import Size
from velatura.runtime.model_cache import WarmModels
from velatura.training import collection
from velatura.training import glaze as recipe_file
from velatura.training import recipe as recipes
from velatura.training.glaze import GlazeRecipe
from velatura.training.glaze_losses import losses
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.recipe import Assignment, ModelCard

TINY = {
    "glaze": Size(near=8, near_blocks=1, far=8, far_blocks=1, tail=4),
    "glaze-live": Size(near=4, near_blocks=0, far=8, far_blocks=1, tail=4),
}

Train = Callable[..., ModelCard]


def trained(folder: Path) -> tuple[Path, Path]:
    """Encoder and painter that a run left."""
    return folder / "glaze-encoder.safetensors", folder / "glaze.safetensors"


class Watching(Silent):
    """Remembers what it is told of training; cancels once so many samples are done."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.heard: list[Progress] = []
        self.cancel_at = cancel_at

    def progressed(self, progress: Progress) -> None:
        if progress.phase == "train":
            self.heard.append(progress)

    def cancelled(self) -> bool:
        done = self.heard[-1].step if self.heard else 0
        return self.cancel_at is not None and done >= self.cancel_at


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in TINY.items():
        monkeypatch.setitem(glaze.SIZES, name, size)
    monkeypatch.setattr(glaze_encoder, "WIDTHS", (4, 4, 8, 8))
    monkeypatch.setattr(glaze_encoder, "HIDDEN", 8)
    monkeypatch.setattr(collection, "SHEET_SIDE", 16)


@pytest.fixture
def train(photos: Path, paintings: Path, models: WarmModels) -> Train:
    """Train for some samples: 4 a step, a style cache of 6 parts that is exchanged every 3 steps."""

    def call(
        into: Path,
        samples: int,
        *,
        resume: bool = False,
        start: tuple[Path, ...] = (),
        minutes: float | None = None,
        observer: Silent | None = None,
        folder: Path = photos,
        **knobs: object,
    ) -> ModelCard:
        into.mkdir(exist_ok=True)
        data = {"photos": (folder,), "paintings": (paintings,)}
        params = GlazeParams.model_validate(
            {
                "samples": samples, "crop": 16, "style_crop": 24, "photo_side": 32, "painting_side": 32,
                "batch": 4, "style_cache": 6, "uses": 2, "directions": 4, "warmup": 2,
                "early": 2, **knobs,
            }
        )  # fmt: skip
        assignment = Assignment(data, into, minutes, resume, start)
        return GlazeRecipe().train(assignment, params, Run(models, observer))

    return call


def test_a_run_leaves_weights_and_a_card_that_says_all(train: Train, tmp_path: Path) -> None:
    card = train(tmp_path / "run", 8, strokes=1.5)
    written = json.loads((tmp_path / "run" / "glaze.card.json").read_text())
    assert written["samples"] == card.samples == 8
    assert written["settings"]["strokes"] == 1.5
    assert set(written["settings"]) == set(GlazeParams.model_fields)
    assert written["data"]["photos"]["pictures"] == 6
    assert written["data"]["paintings"]["folders"] == ["paintings"]
    assert {"gram", "content", "identity", "total"} <= set(written["losses"])
    encoder, painter = (load_file(file) for file in trained(tmp_path / "run"))
    assert glaze_weights.size_of(painter) == "glaze"
    for part, weights in (("encoder", encoder), ("painter", painter)):
        assert all(each.dtype == torch.float16 for each in weights.values())
        assert sum(each.numel() for each in weights.values()) == card.parameters[part]
    assert written["files"] == {file.name: sha256_of(file) for file in trained(tmp_path / "run")}
    card_file = tmp_path / "run" / "glaze.card.json"
    assert all(
        file.stat().st_mode == card_file.stat().st_mode for file in trained(tmp_path / "run")
    ), "who may read the card may read the weights"


def test_a_run_that_goes_on_is_the_same_to_the_bit(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "whole", 36)
    train(tmp_path / "parts", 8)
    with pytest.raises(Cancelled):
        train(tmp_path / "parts", 36, resume=True, observer=Watching(cancel_at=24))
    train(tmp_path / "parts", 36, resume=True)
    whole, parts = (
        torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "parts")
    )
    assert whole["position"]["samples"] == parts["position"]["samples"] == 36
    for kind in ("networks", "auxiliary"):
        for name, tensor in whole[kind].items():
            assert torch.equal(tensor, parts[kind][name]), name
    for name, tensor in whole["average"]["tensors"].items():
        assert torch.equal(tensor, parts["average"]["tensors"][name]), name
    for optimiser in ("adam", "muon"):
        remembered, other = (each["optimisers"][optimiser]["state"] for each in (whole, parts))
        assert remembered
        for index, moments in remembered.items():
            for name, tensor in moments.items():
                assert torch.equal(tensor, other[index][name]), name


def test_training_lowers_the_loss(train: Train, tmp_path: Path) -> None:
    # With the usual weights of what pulls the other way, whether 120 steps are enough depends on the seed.
    knobs = {"rate": 3e-3, "auxiliary": 0, "content": 0.2, "identity": 0, "strokes": 0.2}
    first = train(tmp_path / "run", 40, **knobs)
    later = train(tmp_path / "run", 480, resume=True, **knobs)
    assert later.losses["total"] < first.losses["total"]
    assert later.losses["gram"] < 0.9 * first.losses["gram"]


def test_time_ends_a_run(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock that every look at it moves on, however busy the machine is.
    clock = itertools.count(step=0.02)
    monkeypatch.setattr(recipe_file, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    watching = Watching()
    card = train(tmp_path / "run", 10**9, minutes=0.05, observer=watching)
    assert 0 < card.samples < 10**6
    last = watching.heard[-1]
    assert last.steps < 2 * card.samples
    assert last.seconds_left is not None
    assert last.seconds_left < 2


def test_the_rate_falls_to_nothing_over_the_cool_down(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: list[float] = []
    learn = Learner.learn

    def recording(learner: Learner, loss: Tensor, rate: Tensor) -> Tensor:
        rates.append(float(rate))
        return learn(learner, loss, rate)

    monkeypatch.setattr(Learner, "learn", recording)
    train(tmp_path / "run", 24, cooldown=16, rate=1e-3, anneal=10**9, warmup=1, early=0)
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3, 7.5e-4, 5e-4, 2.5e-4])


def test_styles_may_be_seen_larger_than_what_is_painted(train: Train, tmp_path: Path) -> None:
    card = train(tmp_path / "run", 4, crop=16, style_crop=32, early=0)
    assert {"slices", "gram"} <= set(card.losses)


def test_sample_sheets_are_painted_on_the_way(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "run", 8, sheet=1e-6, early=0)
    sheets = sorted(path.name for path in (tmp_path / "run" / "sheets").iterdir())
    assert sheets == ["000000004.png", "000000008.png"]


def test_a_gradient_that_is_not_finite_changes_no_weight(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tmp_path / "run", 4)
    before = networks(tmp_path / "run")
    monkeypatch.setattr(
        recipe_file, "losses", lambda *given: {"total": losses(*given)["total"] * float("nan")}
    )
    monkeypatch.setattr(recipe_file, "PATIENCE", 6)
    train(tmp_path / "run", 12, resume=True)
    assert all(torch.equal(each, before[name]) for name, each in networks(tmp_path / "run").items())
    state = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert state["position"]["skipped"] == 2
    with pytest.raises(EngineFailed, match="not finite 7 times"):
        train(tmp_path / "run", 999, resume=True)


def networks(folder: Path) -> dict[str, torch.Tensor]:
    """The weights themselves, not their average, in the state of a run."""
    found: dict[str, torch.Tensor] = torch.load(folder / "state.pt", weights_only=True)["networks"]
    return found


def test_a_finished_network_can_be_the_start_of_another(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "first", 8)
    start = trained(tmp_path / "first")
    card = train(tmp_path / "second", 4, start=start, rate=1e-9)
    assert "glaze.safetensors" in card.remarks[1]
    for old, new in zip(start, trained(tmp_path / "second"), strict=True):
        after = load_file(new)
        for name, each in load_file(old).items():
            torch.testing.assert_close(after[name], each, rtol=0, atol=1e-3)


def test_half_a_network_is_no_start(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "first", 4)
    encoder, painter = trained(tmp_path / "first")
    with pytest.raises(BadWeights, match="None of the --start files is a glaze's painter"):
        train(tmp_path / "second", 4, start=(encoder,))
    with pytest.raises(BadWeights, match="None of the --start files is a glaze's encoder"):
        train(tmp_path / "third", 4, start=(painter,))
    with pytest.raises(BadWeights, match=r"Two of the --start files hold encoder\."):
        train(tmp_path / "fourth", 4, start=(encoder, painter, encoder))


@pytest.mark.parametrize("part", ["encoder", "painter"])
def test_a_file_of_which_a_part_does_not_fit_is_refused(
    train: Train, tmp_path: Path, part: str
) -> None:
    train(tmp_path / "first", 4)
    both = {
        name: each for file in trained(tmp_path / "first") for name, each in load_file(file).items()
    }
    lost = next(name for name in both if name.startswith(part))
    del both[lost]
    save_file(both, tmp_path / "both.safetensors")
    with pytest.raises(BadWeights, match="does not fit"):
        train(tmp_path / "second", 4, start=(tmp_path / "both.safetensors",))


def test_both_halves_may_be_in_one_file(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "first", 4)
    encoder, painter = (load_file(file) for file in trained(tmp_path / "first"))
    save_file({**encoder, **painter}, tmp_path / "both.safetensors")
    train(tmp_path / "second", 4, start=(tmp_path / "both.safetensors",), rate=1e-9)
    after = load_file(trained(tmp_path / "second")[1])
    for name, each in painter.items():
        torch.testing.assert_close(after[name], each, rtol=0, atol=1e-3)


def test_the_live_painter_learns_the_codes_that_there_are(train: Train, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="codes of a glaze"):
        train(tmp_path / "live", 4, size="glaze-live")
    train(tmp_path / "first", 4)
    start = trained(tmp_path / "first")
    card = train(tmp_path / "live", 8, size="glaze-live", start=start)
    assert set(card.parameters) == {"painter"}
    assert set(card.files) == {"glaze-live.safetensors"}
    assert card.losses["teacher"] > 0
    live = load_file(tmp_path / "live" / "glaze-live.safetensors")
    assert glaze_weights.size_of(live) == "glaze-live"
    encoder = networks(tmp_path / "live")
    for name, tensor in load_file(start[0]).items():
        assert torch.equal(encoder[name], tensor.float()), name


def test_a_live_painter_goes_on_with_the_teacher_that_it_had(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "first", 4)
    start = trained(tmp_path / "first")
    train(tmp_path / "whole", 12, size="glaze-live", start=start)
    train(tmp_path / "parts", 8, size="glaze-live", start=start)
    train(tmp_path / "parts", 12, size="glaze-live", resume=True)
    whole, parts = (
        load_file(tmp_path / name / "glaze-live.safetensors") for name in ("whole", "parts")
    )
    for name, tensor in whole.items():
        assert torch.equal(tensor, parts[name]), name


def test_a_live_painter_can_be_the_start_of_another(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "first", 4)
    glaze_files = trained(tmp_path / "first")
    train(tmp_path / "live", 8, size="glaze-live", start=glaze_files)
    live_file = tmp_path / "live" / "glaze-live.safetensors"
    with pytest.raises(BadWeights, match="None of the --start files is a glaze's painter"):
        train(tmp_path / "alone", 4, size="glaze-live", start=(live_file,))
    card = train(tmp_path / "on", 4, size="glaze-live", start=(*glaze_files, live_file), rate=1e-9)
    assert len(card.remarks) == 3
    before, after = load_file(live_file), load_file(tmp_path / "on" / "glaze-live.safetensors")
    assert all(torch.allclose(each, after[name], atol=1e-3) for name, each in before.items())


def test_a_start_that_does_not_fit_is_refused(train: Train, tmp_path: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(BadWeights, match="does not fit"):
        train(tmp_path / "run", 4, start=(tmp_path / "other.pt",))


def test_a_run_goes_on_with_its_own_settings_and_pictures_alone(
    train: Train, tmp_path: Path, paintings: Path
) -> None:
    with pytest.raises(BadRequest, match="There is no run"):
        train(tmp_path / "run", 4, resume=True)
    train(tmp_path / "run", 4)
    with pytest.raises(BadRequest, match="There is already a run"):
        train(tmp_path / "run", 8)
    with pytest.raises(BadRequest, match=r"another rate: 0\.0005"):
        train(tmp_path / "run", 8, resume=True, rate=0.01)
    with pytest.raises(BadRequest, match="other pictures"):
        train(tmp_path / "run", 8, resume=True, folder=paintings)


def test_a_run_of_another_version_is_named_as_such(train: Train, tmp_path: Path) -> None:
    train(tmp_path / "run", 4)
    state = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    del state["settings"]["style_crop"]
    torch.save(state, tmp_path / "run" / "state.pt")
    with pytest.raises(BadRequest, match="another version"):
        train(tmp_path / "run", 8, resume=True)


def test_a_run_of_a_network_of_another_shape_is_named_as_such(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tmp_path / "run", 4)
    monkeypatch.setitem(glaze.SIZES, "glaze", Size(8, near_blocks=1, far=8, far_blocks=2, tail=4))
    with pytest.raises(BadRequest, match="another version"):
        train(tmp_path / "run", 8, resume=True)


def test_crops_that_are_closer_than_the_farthest_are_asked_for(
    train: Train, tmp_path: Path
) -> None:
    with pytest.raises(BadRequest, match="closest crop, 2, is farther than the farthest, 1"):
        train(tmp_path / "run", 4, closest=2.0, farthest=1.0)


def test_recipes_are_found_by_their_files() -> None:
    assert recipes.names() == ("glaze",)
    recipe = recipes.load("glaze")
    assert isinstance(recipe, GlazeRecipe)
    assert recipe.descriptor.makes == "glaze"
    with pytest.raises(BadRequest, match="no recipe “oil”"):
        recipes.load("oil")


def test_knobs_are_checked_before_anything_starts() -> None:
    recipe = GlazeRecipe()
    assert recipes.validate(recipe, {}) == GlazeParams()
    with pytest.raises(BadParams, match="no knob “sample”"):
        recipes.validate(recipe, {"sample": 3})
    with pytest.raises(BadParams, match=r"rate must be a number .* greater than 0"):
        recipes.validate(recipe, {"rate": -1})
