"""What learns in a run of the recipe glaze: networks, their optimiser and their running average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from velatura.engines.run import Run
from velatura.errors import BadWeights
from velatura.library.weights import read_state
from velatura.networks.glaze import SIZES, Glaze, Painter
from velatura.networks.glaze_weights import fill, size_of
from velatura.training.gallery import Gallery
from velatura.training.glaze_params import GlazeParams
from velatura.training.state import Average, finite_norm
from velatura.training.witness import Witness

CALIBRATED_ON = 256
"""Parts of paintings from which fresh weights take their scale."""

BETAS = (0.9, 0.99)

Modules = dict[str, nn.Module]


class Learner:
    """``networks`` to train, the ``witness`` beside them, and for a smaller size the ``teacher``, frozen.

    ``start`` are files of weights to begin with: a glaze's, and for a smaller size those of its own, too, to go on
    from. Fresh weights take their scale from ``gallery``. Raises :class:`BadWeights` for a file that does not fit.
    """

    def __init__(
        self, params: GlazeParams, start: Sequence[Path], gallery: Gallery, run: Run
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
        sizes = [self._begin_from(file) for file in start]
        if sizes and "glaze" not in sizes:
            raise BadWeights(
                f"None of the weights to start from is a glaze, whose codes {params.size} learns."
            )
        self.networks.to(run.device)
        if self.teacher is not None:
            self.teacher.to(run.device)
        self.witness = Witness(gallery.summary(slice(0, 1)).shape[1]).to(run.device)
        self.witness.calibrate(gallery.summary(slice(None)))
        if not start:
            self.networks.encoder.calibrate(gallery.pictures[:CALIBRATED_ON])
        self.parameters = [
            each
            for module in (*self.trained.values(), self.witness)
            for each in module.parameters()
            if each.requires_grad
        ]
        self.optimiser = torch.optim.Adam(
            self.parameters, lr=params.rate, betas=BETAS, fused=run.device.type in ("cpu", "cuda")
        )
        self.average = Average(self.networks, params.average)

    def _begin_from(self, start: Path) -> str:
        """Take what is of use of ``start``, and say which size it is."""
        weights = read_state(start)
        size = size_of(weights)
        painter = self.networks.painter if size == self.params.size else self.teacher
        misfit = BadWeights(f"{start} does not fit the {self.params.size} that is to be trained.")
        if size is None or painter is None:
            raise misfit
        fill(painter, weights, "painter")
        if size == "glaze":
            try:
                fill(self.networks.encoder, weights, "encoder")
            except RuntimeError as error:
                raise misfit from error
        return size

    def learn(self, loss: Tensor, rate: float) -> float | None:
        """One step of Adam down ``loss``; its gradient's norm, or None where it was not finite and nothing was
        done.
        """
        wanted = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        # Fused Adam goes through memory and not through indices: a channels-last gradient of a contiguous parameter
        # would move other weights than its own.
        pairs = [
            (parameter, gradient.contiguous())
            for parameter, gradient in zip(self.parameters, wanted, strict=True)
            if gradient is not None
        ]
        norm = finite_norm([gradient for _, gradient in pairs], self.params.clip)
        if norm is None:
            return None
        self.optimiser.zero_grad(set_to_none=True)
        for parameter, gradient in pairs:
            parameter.grad = gradient
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        self.average.update(self.networks)
        return norm

    def averaged(self) -> Glaze:
        """The averaged networks, to look at."""
        shown = Glaze(SIZES[self.params.size], dtype=self.run.dtype)
        self.average.copy_to(shown.to(self.run.device))
        return shown.eval()

    def weights(self) -> dict[str, Tensor]:
        """The averaged weights of what was trained, by name, in half precision: what is shipped."""
        return {
            name: tensor.half().cpu().contiguous()
            for name, tensor in self.average.tensors.items()
            if name.partition(".")[0] in self.trained
        }

    def state(self) -> dict[str, Any]:
        """Everything that a run needs to go on exactly."""
        return {
            "networks": self.networks.state_dict(),
            "teacher": None if self.teacher is None else self.teacher.state_dict(),
            "witness": self.witness.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Be what :meth:`state` was."""
        self.networks.load_state_dict(state["networks"])
        if self.teacher is not None:
            self.teacher.load_state_dict(state["teacher"])
        self.witness.load_state_dict(state["witness"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average.restore(state["average"])
