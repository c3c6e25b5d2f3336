"""What learns in a run of the recipe glaze: networks, their optimiser and their running average."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from velatura.contract.run import Run
from velatura.errors import BadWeights
from velatura.library.weights import read_state
from velatura.networks.glaze import SIZES, Glaze, Painter
from velatura.networks.glaze_weights import fill, size_of
from velatura.training.auxiliary_head import AuxiliaryHead
from velatura.training.glaze_params import GlazeParams
from velatura.training.muon import Muon
from velatura.training.state import Average, clipped
from velatura.training.style_cache import StyleCache, summary

CALIBRATED_ON = 256
"""Parts of paintings from which fresh weights take their scale."""

BETAS = (0.9, 0.99)

Modules = dict[str, nn.Module]


class Learner:
    """``networks`` to train, the ``auxiliary`` beside them, and for a smaller size the ``teacher``, frozen.

    ``start`` are files of weights to begin with: a glaze's encoder and painter, in one file or two, and for a smaller
    size those of its own, too, to go on from. Fresh weights take their scale from ``style_cache``. Raises
    :class:`BadWeights` for a file that does not fit.
    """

    def __init__(
        self, params: GlazeParams, start: Sequence[Path], style_cache: StyleCache, run: Run
    ) -> None:
        self.params, self.run = params, run
        torch.manual_seed(params.seed)
        self.networks = Glaze(SIZES[params.size], dtype=run.dtype)
        self.teacher: Painter | None = None
        self.trained: Modules = {"encoder": self.networks.encoder, "painter": self.networks.painter}
        if params.size != "glaze":
            # A code has one meaning, whichever size paints from it.
            self.networks.encoder.requires_grad_(False)
            del self.trained["encoder"]
            self.teacher = Painter(SIZES["glaze"], dtype=run.dtype).requires_grad_(False)
        given: set[str] = set()
        for file in start:
            found = self._begin_from(file)
            if given & found:
                raise BadWeights(
                    f"Two of the --start files hold {' and '.join(sorted(given & found))}."
                )
            given |= found
        if start and not {"encoder", "glaze"} <= given:
            raise BadWeights(
                "None of the --start files is "
                + ("a glaze's encoder." if "glaze" in given else "a glaze's painter."),
                hint="Name both files with --start.",
            )
        self.networks.to(run.device)
        if self.teacher is not None:
            self.teacher.to(run.device)
        summaries = summary(style_cache.looks.of(slice(None)))
        self.auxiliary = AuxiliaryHead(summaries.shape[1]).to(run.device)
        self.auxiliary.calibrate(summaries)
        if not start:
            self.networks.encoder.calibrate(style_cache.pictures[:CALIBRATED_ON])
        self.parameters = [
            each
            for module in (*self.trained.values(), self.auxiliary)
            for each in module.parameters()
            if each.requires_grad
        ]
        matrices = _matrices(self.trained.values()) if params.optimiser == "muon" else []
        kept = set(matrices)
        self.optimisers: dict[str, torch.optim.Optimizer] = {
            "adam": torch.optim.Adam(
                [each for each in self.parameters if each not in kept],
                lr=torch.tensor(params.rate),
                betas=BETAS,
                fused=True,
                capturable=run.device.type == "cuda",
            )
        }
        if matrices:
            self.optimisers["muon"] = Muon(matrices, lr=torch.tensor(params.rate))
        self.average = Average(self.networks, params.average)
        self._in_a_row, self._lately = (
            torch.zeros((), dtype=torch.int64, device=run.device) for _ in range(2)
        )

    def _begin_from(self, start: Path) -> set[str]:
        """Take what is of use of ``start``, and say what that is: the size of a painter, ``encoder``, or both."""
        weights = read_state(start)
        size = size_of(weights)
        painters = {self.params.size: self.networks.painter}
        if self.teacher is not None:
            painters["glaze"] = self.teacher
        misfit = BadWeights(f"{start} does not fit the {self.params.size} that is to be trained.")
        parts = {name.partition(".")[0] for name in weights} & {"encoder", "painter"}
        if not parts or ("painter" in parts and size not in painters):
            raise misfit
        given: set[str] = set()
        if size in painters:
            fill(painters[size], weights, "painter")
            given.add(size)
        if "encoder" in parts:
            try:
                fill(self.networks.encoder, weights, "encoder")
            except RuntimeError as error:
                raise misfit from error
            given.add("encoder")
        return given

    def learn(self, loss: Tensor, rate: Tensor) -> Tensor:
        """One step down ``loss`` at ``rate``, a scalar; its gradient's norm, another. Where that is not finite, the
        weights stay as they are, and what optimisers remember fades as by a gradient of 0.

        Nothing waits for the device, and nothing is decided here: the same is done each time.
        """
        wanted = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        reached = [
            (parameter, gradient)
            for parameter, gradient in zip(self.parameters, wanted, strict=True)
            if gradient is not None
        ]
        gradients, norm = clipped([gradient for _, gradient in reached], self.params.clip)
        for optimiser in self.optimisers.values():
            optimiser.zero_grad(set_to_none=True)
        for (parameter, _), gradient in zip(reached, gradients, strict=True):
            # Fused Adam goes through memory and not through indices: a channels-last gradient of a contiguous
            # parameter would move other weights than its own.
            parameter.grad = gradient.contiguous()
        finite = torch.isfinite(norm)
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = torch.where(finite, rate, 0.0)
            optimiser.step()
        self._in_a_row.add_(1).mul_(~finite)
        self._lately.add_(~finite)
        return norm

    def failures(self) -> tuple[int, int]:
        """Steps whose gradient was not finite: in a row up to the latest, and in all since this was last asked.

        Waits for the device.
        """
        in_a_row, lately = int(self._in_a_row), int(self._lately)
        self._lately.zero_()
        return in_a_row, lately

    def averaged(self) -> Glaze:
        """The averaged networks, to look at."""
        shown = Glaze(SIZES[self.params.size], dtype=self.run.dtype)
        self.average.copy_to(shown.to(self.run.device))
        return shown.eval()

    def weights(self) -> dict[str, dict[str, Tensor]]:
        """The averaged weights of what was trained, by part and name, in half precision: what is shipped."""
        return {
            part: {
                name: tensor.half().cpu().contiguous()
                for name, tensor in self.average.tensors.items()
                if name.startswith(f"{part}.")
            }
            for part in self.trained
        }

    def state(self) -> dict[str, Any]:
        """Everything that a run needs to go on: to the bit on a processor; a GPU adds up in any order."""
        return {
            "networks": self.networks.state_dict(),
            "teacher": None if self.teacher is None else self.teacher.state_dict(),
            "auxiliary": self.auxiliary.state_dict(),
            "optimisers": {name: each.state_dict() for name, each in self.optimisers.items()},
            "average": self.average.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Be what :meth:`state` was."""
        self.networks.load_state_dict(state["networks"])
        if self.teacher is not None:
            self.teacher.load_state_dict(state["teacher"])
        self.auxiliary.load_state_dict(state["auxiliary"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        for group in self.optimisers["adam"].param_groups:
            # A run may go on on another device than it was begun on.
            group["capturable"] = self.run.device.type == "cuda"
        self.average.restore(state["average"])


def _matrices(modules: Iterable[nn.Module]) -> list[nn.Parameter]:
    """Weights of convolutions and of matrices that numbers go through; not the directions that an encoder measures in,
    which have a length of their own.
    """
    return [
        each
        for module in modules
        for name, each in module.named_parameters()
        if each.requires_grad and each.ndim > 1 and name.rpartition(".")[2] == "weight"
    ]
