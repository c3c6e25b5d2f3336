"""The recipe of the engine glaze: one network for any style, in hours on a processor or minutes on a large GPU.

What it learns from: photos, paintings, and VGG-19's opinion of what it paints. Nothing is computed twice: pictures are
decoded once, paintings looked at once for many samples, and a photo's features serve every style of a step.
"""

from __future__ import annotations

import copy
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from velatura import __version__
from velatura.contract.run import Run
from velatura.errors import BadRequest, Cancelled, EngineFailed
from velatura.library.checksums import sha256_of
from velatura.library.weights import write_state
from velatura.perception.relative_losses import EYES
from velatura.perception.vgg import VGG19
from velatura.pipeline import vgg_features
from velatura.runtime.devices import device_title
from velatura.training import state as states
from velatura.training.collection import collect
from velatura.training.content_cache import ContentCache, fill
from velatura.training.cuda_graph_step import CapturedStep
from velatura.training.glaze_losses import Batch, early_losses, losses
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.metrics_log import MetricsLog
from velatura.training.recipe import Assignment, ModelCard, Recipe, RecipeDescriptor
from velatura.training.sheets import sheet, write_sheet
from velatura.training.state import Position
from velatura.training.style_cache import Plan, StyleCache, hang

PATIENCE = 50
"""So many steps in a row without a finite gradient end a run. They are counted this often only, since that waits for
the device: a run may end up to as many steps later.
"""

LINE_EVERY = 20.0
"""Seconds between two lines of the journal."""

FILE_NAMES = {"encoder": "glaze-encoder"}
"""Files of parts of the network; a painter's is named like its size."""

EARLY = 16
"""Styles in each of the encoder's early steps."""


class GlazeRecipe(Recipe[GlazeParams]):
    """Trains :class:`~velatura.networks.glaze.Glaze` by perceptual losses (Johnson et al. 2016) on
    pairs of photos and paintings (Huang & Belongie 2017).
    """

    descriptor = RecipeDescriptor(
        name="glaze",
        title="Glaze: any picture as a style, with weights of our own",
        source="arXiv:1603.08155, arXiv:1703.06868",
        makes="glaze",
        data=("photos", "paintings"),
        weights=(EYES,),
    )
    Params = GlazeParams

    def train(self, assignment: Assignment, params: GlazeParams, run: Run) -> ModelCard:
        """Raises :class:`BadRequest` for data, a state or a start that do not fit, and
        :class:`EngineFailed` when gradients stay infinite.
        """
        # Shapes never change, so a GPU may try which algorithm is the fastest for each.
        with torch.backends.cudnn.flags(enabled=True, benchmark=True, allow_tf32=True):
            training = Training(assignment, params, run)
            try:
                training.go()
            except Cancelled:
                training.save()
                raise
            return training.save()


class Training:
    """A run of the recipe, from its first step or from where an earlier call left it."""

    def __init__(self, assignment: Assignment, params: GlazeParams, run: Run) -> None:
        self.assignment, self.params, self.run = assignment, params, run
        self.began = time.monotonic()
        self.state_file = assignment.into / "state.pt"
        _check(assignment, params, self.state_file)
        self.collection = collect(assignment, params, run)
        self.eyes = vgg_features.load(EYES, "max", run)
        self.vgg = _rounded(self.eyes.vgg, run)
        self.plan = Plan(
            params.style_cache,
            params.style_crop,
            params.closest,
            params.farthest,
            params.variety,
            params.uses,
            params.directions,
            params.seed,
        )
        self.style_cache: StyleCache | None = None
        self.content_cache: ContentCache | None = None
        fresh = not assignment.start and params.size == "glaze"
        self.early = params.early if fresh else 0
        self.position = Position()
        self.remarks: list[str] = []
        for file in assignment.start:
            self.remarks.append(f"Started from {file.name}, SHA-256 {sha256_of(file)}.")
        self.learner = Learner(params, assignment.start, self._hung(0), run)
        self.late_step = CapturedStep(self._late, run.device)
        self.metrics = MetricsLog(assignment.into / "log.jsonl", LINE_EVERY)
        if assignment.resume:
            self._restore()

    def go(self) -> None:
        """Train until the samples are done or the minutes are over."""
        params, position = self.params, self.position
        saved = painted = time.monotonic()
        while position.samples < params.samples and not self._over():
            before = time.monotonic()
            self._step()
            if position.step % PATIENCE == 0:
                self._count_failures()
            now = time.monotonic()
            position.seconds += now - before
            self.metrics.write(position, rate=self._rate())
            if now - saved > 60 * params.checkpoint:
                self.save()
                saved = time.monotonic()
            if now - painted > 60 * params.sheet:
                self.show()
                painted = time.monotonic()
            self._tell()

    def _step(self) -> None:
        """One step of the optimiser."""
        position = self.position
        rate = torch.full((), self._rate(), device=self.run.device)
        if position.step < self.early:
            terms = self._learnt(early_losses(self.learner, *self._early_styles()), rate)
        else:
            terms = self.late_step(self._batch(), rate)
            position.samples += self.params.batch
        position.step += 1
        self.learner.average.update(self.learner.networks)
        self.metrics.heard(terms)

    def _late(self, batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        return self._learnt(losses(self.learner, batch, self.vgg, self.params), rate)

    def _learnt(self, terms: dict[str, Tensor], rate: Tensor) -> dict[str, Tensor]:
        return {**terms, "gradient": self.learner.learn(terms["total"], rate)}

    def _count_failures(self) -> None:
        """Raises :class:`EngineFailed` when the latest ``PATIENCE`` steps or more had no finite gradient."""
        in_a_row, lately = self.learner.failures()
        self.position.skipped += lately
        if in_a_row >= PATIENCE:
            raise EngineFailed(
                f"The gradient was not finite {in_a_row} times in a row.",
                hint="Resume from the last state with a smaller rate.",
            )

    def _early_styles(self) -> tuple[Tensor, StyleCache]:
        visits = self.position.step * EARLY
        style_cache = self._hung(visits // self.plan.visits)
        return style_cache.order.visited(visits % self.plan.visits, EARLY), style_cache

    def _batch(self) -> Batch:
        """What the step to come is made of."""
        samples, size, period = self.position.samples, self.params.batch, self.plan.visits
        visits = self.early * EARLY + samples
        style_cache, content_cache = self._hung(visits // period), self._filled(samples // period)
        styles = style_cache.order.visited(visits % period, size)
        return Batch.of(
            content_cache.order.visited(samples % period, size), styles, content_cache, style_cache
        )

    def _hung(self, number: int) -> StyleCache:
        if self.style_cache is None or self.style_cache.number != number:
            self.style_cache = hang(
                self.collection.paintings, self.plan, number, self.vgg, self.run
            )
        return self.style_cache

    def _filled(self, number: int) -> ContentCache:
        if self.content_cache is None or self.content_cache.number != number:
            plan = replace(self.plan, side=self.params.crop)
            self.content_cache = fill(self.collection.photos, plan, number, self.vgg, self.run)
        return self.content_cache

    def _rate(self) -> float:
        params, position = self.params, self.position
        warm = min(1.0, (position.step + 1) / params.warmup)
        left = max(0, params.samples - position.samples)
        cool = min(1.0, left / params.cooldown) if params.cooldown else 1.0
        return params.rate * warm * cool / math.sqrt(1 + position.samples / params.anneal)

    def _over(self) -> bool:
        minutes = self.assignment.minutes
        return minutes is not None and time.monotonic() - self.began > 60 * minutes

    def _tell(self) -> None:
        """Report samples done and samples expected: those of the knobs, or what the minutes allow."""
        done, most = self.position.samples, self.params.samples
        minutes = self.assignment.minutes
        share = done / most
        if minutes is not None:
            spent = (time.monotonic() - self.began) / (60 * minutes)
            if spent > share:
                share, most = spent, max(done, int(done / spent))
        self.run.step(done, most, phase="train", share=min(1.0, share), preview=self._sheet)

    def _sheet(self) -> Tensor:
        return sheet(self.learner.averaged(), *self.collection.shown)

    def show(self) -> None:
        """Paint a sample sheet with the averaged weights."""
        name = f"{self.position.samples:09}.png"
        write_sheet(self.assignment.into / "sheets" / name, self._sheet())

    def save(self) -> ModelCard:
        """Write the state, the averaged weights and their card."""
        self.position.skipped += self.learner.failures()[1]
        states.save(
            self.state_file,
            {
                "settings": _settings(self.params),
                "packs": self.collection.digests,
                "position": vars(self.position),
                **self.learner.state(),
                "early": self.early,
                "remarks": self.remarks,
            },
        )
        return self._write_weights()

    def _restore(self) -> None:
        found = states.restore(self.state_file)
        settings = _settings(self.params)
        if set(found["settings"]) != set(settings):
            raise self._another_version()
        different = [name for name, value in settings.items() if found["settings"][name] != value]
        if different:
            raise BadRequest(
                f"The run in {self.assignment.into} was started with another {different[0]}: "
                f"{found['settings'][different[0]]}.",
                hint="Continue with the same, or start a new run with --start in another folder.",
            )
        if found["packs"] != self.collection.digests:
            raise BadRequest(
                f"The run in {self.assignment.into} was started with other pictures.",
                hint="Continue with the same, or start a new run with --start in another folder.",
            )
        self.position = Position(**found["position"])
        try:
            self.learner.restore(found)
        except (RuntimeError, KeyError, ValueError) as error:
            raise self._another_version() from error
        self.early = found["early"]
        self.remarks = list(found["remarks"])

    def _another_version(self) -> BadRequest:
        return BadRequest(
            f"The run in {self.assignment.into} was started by another version of Velatura.",
            hint="Start a new run with --start in another folder.",
        )

    def _write_weights(self) -> ModelCard:
        params, into = self.params, self.assignment.into
        files: dict[str, str] = {}
        parameters: dict[str, int] = {}
        drafts: dict[Path, Path] = {}
        for part, weights in self.learner.weights().items():
            file = into / f"{FILE_NAMES.get(part, params.size)}.safetensors"
            drafts[file] = into / f".{file.name}.draft"
            write_state(weights, drafts[file])
            files[file.name] = sha256_of(drafts[file])
            parameters[part] = sum(tensor.numel() for tensor in weights.values())
        # Encoder and painter belong together: one is not replaced before both are there.
        for file, draft in drafts.items():
            draft.replace(file)
        card = ModelCard(
            name=params.size,
            recipe=GlazeRecipe.descriptor.name,
            files=files,
            parameters=parameters,
            settings=params.model_dump(),
            data=self.collection.facts(self.assignment),
            loaded={EYES: self.eyes.identity},
            samples=self.position.samples,
            seconds=round(self.position.seconds, 1),
            device=f"{device_title(self.run.device)}, {self.run.dtype}",
            versions={"velatura": __version__, "torch": str(torch.__version__)},
            losses={name: round(loss, 5) for name, loss in self.metrics.losses.items()},
            remarks=(*self.remarks, *((self.late_step.remark,) if self.late_step.remark else ())),
        )
        card.write(into / f"{params.size}.card.json")
        return card


def _rounded(vgg: VGG19, run: Run) -> VGG19:
    """A copy that computes in ``run.dtype`` throughout.

    What rounding in conv1_1 would do to a picture does not matter to a loss, and the tensors there
    are the largest of all.
    """
    copied = copy.deepcopy(vgg)
    copied.gives = run.dtype
    copied.weights.to(run.dtype)
    copied.biases.to(run.dtype)
    return copied


def _settings(params: GlazeParams) -> dict[str, Any]:
    """The knobs that a run must be resumed with: all but those that only say when to stop or report."""
    return params.model_dump(exclude={"samples", "checkpoint", "sheet"})


def _check(assignment: Assignment, params: GlazeParams, state_file: Path) -> None:
    if assignment.resume and not state_file.is_file():
        raise BadRequest(
            f"There is no run to resume in {assignment.into}.", hint="Leave --resume out."
        )
    if not assignment.resume and state_file.is_file():
        raise BadRequest(
            f"There is already a run in {assignment.into}.",
            hint="Continue it with --resume, or name another folder with --into.",
        )
    if params.closest > params.farthest:
        raise BadRequest(
            f"The closest crop, {params.closest:g}, is farther than the farthest, {params.farthest:g}.",
            hint="Set closest to less than farthest.",
        )
    if params.size != "glaze" and not assignment.start and not assignment.resume:
        raise BadRequest(
            f"{params.size} paints from the codes of a glaze that has already been trained.",
            hint="Name its weights with --start.",
        )
