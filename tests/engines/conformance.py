"""Scenes for engines of any kind, made of what their descriptors say."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Engine, EngineParams, InputKind, StyleKind
from velatura.contract.run import Progress, Run, Silent
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.colour import from_unit_floats
from velatura.imaging.raster import Depth, Raster, Transfer
from velatura.library import assets, models
from velatura.library.weights import write_state
from velatura.runtime.model_cache import WarmModels

QUICK: dict[str, object] = {"steps": 1, "quality": "draft", "preview_every": 1}
"""What engines call the knobs that make them slow, and values with which they are quick and show each step."""


def checkpoint(engine: Engine, folder: Path) -> Path:
    """A checkpoint that ``engine`` can paint with."""
    path = folder / "checkpoint.safetensors"
    if engine.descriptor.name == "toy-checkpoint":
        write_state({"colours": torch.tensor([[0.9, 0.2, 0.1], [0.1, 0.4, 0.8]])}, path)
        return path
    pytest.skip(f"there is no checkpoint to try {engine.descriptor.name} with")


@dataclass
class Bench:
    """An engine with everything that it needs to paint.

    An engine with a native side gets a small one: not every little picture is painted with 512 pixels.
    """

    engine: Engine
    models: WarmModels
    folder: Path

    def __post_init__(self) -> None:
        descriptor = self.engine.descriptor
        if descriptor.native_side:
            self.engine = copy(self.engine)
            small = descriptor.model_copy(update={"native_side": 64})
            vars(self.engine)["descriptor"] = small

    @property
    def name(self) -> str:
        return self.engine.descriptor.name

    @property
    def params(self) -> EngineParams:
        known = self.engine.Params.model_json_schema().get("properties", {})
        quick = {knob: value for knob, value in QUICK.items() if knob in known}
        return registry.validate(self.engine, quick)

    def require_weights(self) -> None:
        """Skip the test where weights are not here: nothing is downloaded."""
        for name in self.engine.descriptor.weights:
            if models.find(name) is None:
                pytest.skip(f"needs the weights {name} (../shared/weights)")

    @property
    def stroke(self) -> float:
        """So narrow that styles are looked at with 64 pixels, which is quick; 0 for engines that size no strokes."""
        if "stroke" not in registry.common_knobs(self.engine):
            return 0.0
        return 1.0 if self.engine.descriptor.native_side else 2.0

    def run(self, observer: Any = None) -> Run:
        return Run(self.models, observer)

    def scene(self, width: int = 48, height: int = 40, **facts: Any) -> Scene:
        """A scene of this size with one style and every input that is required."""
        descriptor = self.engine.descriptor
        content = facts.pop("content", None) or photo(width, height)
        inputs = {
            each.name: self.input(each.kind, content) for each in descriptor.inputs if each.required
        }
        given: dict[str, Any] = {
            "regions": (Region(self.styles()),),
            "inputs": inputs,
            "common": CommonParams.model_validate({"stroke": self.stroke}),
            **facts,
        }
        if descriptor.content == "none":
            return Scene(None, size=(content.width, content.height), **given)
        return Scene(content, **given)

    def styles(self, seed: int = 1) -> tuple[Style, ...]:
        """As many styles as a region needs, one where it can have one."""
        kinds = self.engine.descriptor.styles
        if not kinds:
            return ()
        count = max(1, self.engine.descriptor.fewest_styles)
        return tuple(self.style(kinds[0], seed + number) for number in range(count))

    def style(self, kind: StyleKind, seed: int = 1) -> Style:
        picture = photo(40, 36, seed=seed)
        if kind == "pair":
            return Style(picture=picture, before=photo(40, 36, seed=seed + 100))
        if kind == "code":
            return Style(code=assets.codes()[seed % len(assets.codes())])
        if kind in ("checkpoint", "bank"):
            index = 0 if kind == "bank" else None
            return Style(checkpoint=checkpoint(self.engine, self.folder), index=index)
        return Style(picture=picture)

    def input(self, kind: InputKind, content: Raster) -> Any:
        if kind in ("file", "state"):
            pytest.skip("there is no file to try the engine with")
        if kind == "flow":
            return Raster(np.zeros((content.height, content.width, 3), np.float32))
        return {"raster": content, "number": 1.0, "text": "a"}[kind]


def photo(
    width: int,
    height: int,
    channels: int = 3,
    depth: Depth = "u8",
    transfer: Transfer = "srgb",
    seed: int = 0,
) -> Raster:
    """Waves of all lengths and a little noise, partly hidden where there is alpha."""
    dice = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = [
        np.sin(x / length + phase) * np.cos(y / other)
        for length, other, phase in dice.uniform(3, 30, (channels, 3))
    ]
    values = 0.5 + 0.3 * np.stack(waves, axis=-1) + dice.normal(0, 0.05, (height, width, channels))
    if channels in (2, 4):
        values[:, :, -1] = np.clip(values[:, :, -1] * 2 - 0.5, 0, 1)
    return Raster(from_unit_floats(values.clip(0, 1).astype(np.float32), depth), transfer)


@dataclass
class Witness(Silent):
    """Keeps what it hears, wants every preview, and cancels once there were ``cancel_at`` reports."""

    cancel_at: int | None = None
    reports: list[Progress] = field(default_factory=list)
    previews: list[Tensor] = field(default_factory=list)

    def progressed(self, progress: Progress) -> None:
        self.reports.append(progress)

    def cancelled(self) -> bool:
        return self.cancel_at is not None and len(self.reports) >= self.cancel_at

    def wants_preview(self) -> bool:
        return True

    def preview(self, picture: Tensor) -> None:
        self.previews.append(picture.detach().clone())


class LiveBytes(TorchDispatchMode):
    """Counts the bytes of tensors that are made and not yet let go: ``most`` is their peak.

    What a kernel takes for itself while it computes is not seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.most = self.now = 0
        self._sizes: dict[int, int] = {}

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        import weakref

        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if not isinstance(tensor, Tensor):
                continue
            storage = tensor.untyped_storage()
            key = storage._cdata
            if key in self._sizes:
                continue
            self._sizes[key] = storage.nbytes()
            self.now += storage.nbytes()
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._let_go, key)
        return out

    def _let_go(self, key: int) -> None:
        self.now -= self._sizes.pop(key, 0)
