"""Warm networks and remembered style codes of one device, within a memory budget."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import nn

from velatura.runtime.devices import best_dtype, pick_device

T = TypeVar("T")

GIB = 1 << 30


def bytes_of(value: object) -> int:
    """Bytes of the tensors and arrays in ``value``: a module, a tensor, or dataclasses, mappings and
    sequences of such.
    """
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, nn.Module):
        return sum(bytes_of(tensor) for tensor in (*value.parameters(), *value.buffers()))
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        return sum(bytes_of(item) for item in value.values())
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return sum(bytes_of(item) for item in value)
    return 0


class RecentlyUsed:
    """Values by name within ``budget`` bytes; the least recently used go first, the newest always
    stays.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._values: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self._values.values())

    def get(self, name: str, make: Callable[[], T]) -> tuple[T, bool]:
        """The value of ``name`` and whether ``make`` had to be called for it."""
        if name in self._values:
            self._values.move_to_end(name)
            return cast(T, self._values[name][0]), False
        value = make()
        self._values[name] = (value, bytes_of(value))
        while len(self._values) > 1 and self.bytes > self.budget:
            self._values.popitem(last=False)
        return value, True

    def clear(self) -> None:
        self._values.clear()


class WarmModels:
    """What a worker keeps between jobs: networks (``get``), small tensors by content hash
    (``remember``), and what was painted small on the way to a large picture (``remember_painting``).

    ``budget`` is in bytes, for the networks; ``codes_budget`` and ``paintings_budget`` for what is remembered.
    ``device`` and ``dtype`` are what :func:`velatura.runtime.devices.pick_device` and ``best_dtype``
    gave. ``read_from`` has, by a network's name, the SHA-256 of the weights that it was made of, by theirs.
    """

    def __init__(
        self,
        device: torch.device,
        dtype: torch.dtype,
        budget: int = 4 * GIB,
        *,
        codes_budget: int = GIB // 4,
        paintings_budget: int = GIB // 8,
    ) -> None:
        self.device = device
        self.dtype = dtype
        self._models = RecentlyUsed(budget)
        self._codes = RecentlyUsed(codes_budget)
        self._paintings = RecentlyUsed(paintings_budget)
        self.read_from: dict[str, dict[str, str]] = {}
        self._counts = dict.fromkeys(
            ("models_loaded", "models_reused", "style_codes_made", "style_codes_reused"), 0
        )

    @classmethod
    def on(cls, wish: str) -> WarmModels:
        """Nothing warm yet, on the device that ``wish`` names. Raises :class:`BadRequest`."""
        device = pick_device(wish)
        return cls(device, best_dtype(device))

    @property
    def counters(self) -> dict[str, int]:
        """What was done so far and what is held now (bytes), for ``velatura status``."""
        return {
            **self._counts,
            "models_bytes": self._models.bytes,
            "style_codes_bytes": self._codes.bytes,
            "paintings_bytes": self._paintings.bytes,
        }

    def get(self, name: str, build: Callable[[], T]) -> T:
        """The network ``name``; ``build`` makes it on its first use and after it was pushed out."""
        model, made = self._models.get(name, build)
        self._counts["models_loaded" if made else "models_reused"] += 1
        return model

    def remember(self, key: str, make: Callable[[], T]) -> T:
        """``make()``, or what it gave for the same ``key`` before."""
        code, made = self._codes.get(key, make)
        self._counts["style_codes_made" if made else "style_codes_reused"] += 1
        return code

    def remember_painting(self, key: str, make: Callable[[], T]) -> tuple[T, bool]:
        """``make()``, or what it gave for the same ``key`` before; and whether it had to be called."""
        return self._paintings.get(key, make)

    def clear(self) -> None:
        """Let go of everything, and give the device's free memory back."""
        self._models.clear()
        self._codes.clear()
        self._paintings.clear()
        self.free()

    def free(self) -> None:
        """Give memory back that torch holds on the device for nobody."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()
        elif self.device.type == "xpu":
            torch.xpu.empty_cache()
