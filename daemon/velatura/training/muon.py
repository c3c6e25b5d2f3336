"""Muon: an optimiser that steps as far in every direction of a weight matrix.

A gradient of a matrix mostly has few large singular values: steps along it, and Adam's nearly as much, move what all
samples have in common. Muon makes all singular values of its momentum nearly 1 before it steps (Jordan et al. 2024,
"Muon: An optimizer for hidden layers in neural networks"; Bernstein & Newhouse 2024, arXiv:2409.20325), and scales the
step so that rates that suit Adam suit it (Liu et al. 2025, arXiv:2502.16982).

torch has one, too (``torch.optim.Muon``), which takes no convolution's weights and waits for the device when its rate
is a tensor, so that its steps cannot be captured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

MOMENTUM = 0.95

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of x, x³ and x⁵ in the polynomial that is repeated (Jordan et al. 2024): small singular values grow by a factor of
3.4 each time, and large ones end between .7 and 1.2.
"""

REPEATS = 5

LENGTH = 0.2
"""Root mean square of a step's elements in rates, as of Adam's in practice (Liu et al. 2025)."""

_SMALLEST = 1e-7
"""Norm below which a matrix is taken for 0."""


class Muon(torch.optim.Optimizer):
    """Nesterov's momentum with its singular values evened out, for ``matrices``: parameters of two dimensions or more,
    of which the first counts outputs (a convolution's are flattened).

    Rates may be tensors. Nothing waits for the device, and the same is done in each step.
    """

    def __init__(self, matrices: Iterable[Tensor], lr: Tensor | float) -> None:
        super().__init__(matrices, {"lr": lr})
        for group in self.param_groups:
            if any(each.ndim < 2 for each in group["params"]):
                raise ValueError("Muon is for matrices and convolutions' weights.")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move parameters that have a gradient. There is no ``closure``: one gradient a step is all that is used."""
        assert closure is None, "Muon looks at one gradient a step"
        for group in self.param_groups:
            for matrices in _by_shape(group["params"]):
                self._move(matrices, group["lr"])

    def _move(self, parameters: list[Tensor], rate: Tensor | float) -> None:
        gradients, momenta = [], []
        for parameter in parameters:
            assert parameter.grad is not None
            state = self.state[parameter]
            if not state:
                state["momentum"] = torch.zeros_like(parameter)
            gradients.append(parameter.grad)
            momenta.append(state["momentum"])
        torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
        ahead = torch._foreach_lerp(gradients, momenta, MOMENTUM)
        steps = evened(torch.stack([each.flatten(1) for each in ahead]))
        steps *= -rate * LENGTH * max(steps.shape[1:]) ** 0.5
        for parameter, each in zip(parameters, steps, strict=True):
            parameter += each.view_as(parameter)


def evened(matrices: Tensor) -> Tensor:
    """``matrices`` (n, rows, columns) with nearly all singular values between .7 and 1.2, singular vectors as they
    were: Newton and Schulz's iteration, without a decomposition. 0 stays 0.
    """
    high = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if high else matrices
    # Frobenius' norm is at least the largest singular value.
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp_min(_SMALLEST)
    one, three, five = COEFFICIENTS
    for _ in range(REPEATS):
        square = x @ x.mT
        x = torch.baddbmm(
            x, torch.baddbmm(square, square, square, beta=three, alpha=five), x, beta=one
        )
    return x.mT if high else x


def _by_shape(parameters: Iterable[Tensor]) -> Iterable[list[Tensor]]:
    """Those with a gradient, together where they are as large: they are computed in one go."""
    found = defaultdict(list)
    for each in parameters:
        if each.grad is not None:
            found[each.shape[0], each[0].numel()].append(each)
    return found.values()
