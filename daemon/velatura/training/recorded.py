"""A step of training that a GPU repeats by itself.

A step launches some two thousand kernels. Telling a GPU of each takes a processor longer than a large GPU needs to
compute them all; so they are recorded once as a CUDA graph, and from then on one call repeats them.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import torch
from torch import Tensor

from velatura.training.glaze_losses import Batch

Step = Callable[[Batch, Tensor], dict[str, Tensor]]
"""From a batch and a rate to losses. Must do the same whatever their values: nothing may wait for the device."""

PLAIN = 4
"""Steps before the recording: algorithms are chosen in them, and an optimiser makes its state."""


class Recorded:
    """``step``, recorded where ``device`` is CUDA's; elsewhere, and where recording fails, each step is launched.

    What a call gives is overwritten by the next. ``remark`` says why nothing could be recorded.
    """

    def __init__(self, step: Step, device: torch.device) -> None:
        self._step = step
        self._left = PLAIN
        self._wanted = device.type == "cuda"
        self._graph: torch.cuda.CUDAGraph | None = None
        self._batch: Batch | None = None
        self._rate = torch.zeros((), device=device)
        self._losses: dict[str, Tensor] = {}
        self.remark: str | None = None

    def __call__(self, batch: Batch, rate: Tensor) -> dict[str, Tensor]:
        if self._wanted and self._graph is None:
            self._left -= 1
            if self._left < 0:
                self._record(batch)
        if self._graph is None or self._batch is None:
            return self._step(batch, rate)
        torch._foreach_copy_(self._batch.tensors(), batch.tensors())
        self._rate.copy_(rate)
        self._graph.replay()
        return self._losses

    def _record(self, batch: Batch) -> None:
        """Nothing is computed while it is recorded."""
        self._batch = deepcopy(batch)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._losses = self._step(self._batch, self._rate)
        except RuntimeError as error:
            self._wanted = False
            self.remark = f"Steps could not be recorded: {str(error).splitlines()[0]}"
        else:
            self._graph = graph
