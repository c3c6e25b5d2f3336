"""A step of training that a GPU repeats by itself.

A step launches some two thousand kernels. Telling a GPU of each takes a processor longer than a large GPU needs to
compute them all; so they are captured once as a CUDA graph, and from then on one call replays them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor

from velatura.training.glaze_losses import Batch

Step = Callable[[Batch, Tensor], dict[str, Tensor]]
"""From a batch and a rate to losses. Must do the same whatever their values: nothing may wait for the device."""

WARMUP_STEPS = 4
"""Steps before the capture: algorithms are chosen in them, and an optimiser makes its state."""


class CapturedStep:
    """``step``, captured where ``device`` is CUDA's; elsewhere, and where capturing fails, each step is launched.

    What a call gives is overwritten by the next. ``remark`` says why a capture failed, and is warned of at once: such a
    run is several times slower.
    """

    def __init__(self, step: Step, device: torch.device) -> None:
        self._step = step
        self._device = device
        self._left = WARMUP_STEPS
        self._graph: torch.cuda.CUDAGraph | None = None
        self._batch: Batch | None = None
        self._rate = torch.zeros((), device=device)
        self._losses: dict[str, Tensor] = {}
        self.remark: str | None = None

    @property
    def captured(self) -> bool:
        """Whether steps are replayed by now."""
        return self._graph is not None

    def __call__(self, batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        if self._device.type == "cuda" and not self.captured and self.remark is None:
            self._left -= 1
            if self._left < 0:
                self._capture(batch)
        if self._graph is None or self._batch is None:
            return self._step(batch, rate)
        torch._foreach_copy_(self._batch.tensors(), batch.tensors())
        self._rate.copy_(rate)
        self._graph.replay()
        return self._losses

    def _capture(self, batch: Batch) -> None:
        """Nothing is computed meanwhile."""
        self._batch = deepcopy(batch)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.device(self._device), torch.cuda.graph(graph):
                self._losses = self._step(self._batch, self._rate)
        except RuntimeError as error:
            why = (str(error) or type(error).__name__).splitlines()[0]
            self.remark = f"Steps could not be captured and were launched one by one: {why}"
            self._batch, self._losses = None, {}
            warnings.warn(self.remark, RuntimeWarning, stacklevel=2)
        else:
            self._graph = graph
