"""Gatys' optimisation beside a plain one: float32, contiguous, torch's own parts, no warm start.

    python -m benchmarks.gatys [step] [loss] [time] [memory]

* step: one evaluation and descent at 512², relu1_1 … relu4_1, the two ways in turn.
* loss: where 200 steps of Adam lead, both from the content; judged by the plain loss in float32.
* time: seconds until the loss that 500 plain steps of L-BFGS from the content reach, 512².
* memory: the most memory a process has ever held, 1024², two steps.

Needs Gatys' VGG-19: ../shared/weights, or whatever VELATURA_MODELS names; `time` AdaIN's decoder, too.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import skimage.data
import torch
from torch import Tensor

from benchmarks.peers.gatys import PlainGatys, PlainVGG
from benchmarks.weights import use_shared_weights
from velatura.engines import eyes, registry
from velatura.engines.descent import Descent, descend
from velatura.engines.devices import best_dtype
from velatura.engines.gatys_params import GatysParams
from velatura.engines.models import WarmModels
from velatura.engines.run import Run
from velatura.engines.scene import Region, Scene, Style
from velatura.engines.stage import render
from velatura.engines.tensors import picture_tensor
from velatura.engines.weights import ensure
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library.weights import read_state
from velatura.perception import vgg_layouts
from velatura.perception.objective import Balance, Eyes, Objective, style_targets

CPU = torch.device("cpu")
LAYERS = dict.fromkeys(PlainGatys.STYLE, 1.0)
BETA = GatysParams().beta
ROUNDS = 7


@dataclass(frozen=True)
class Pair:
    """A photo and a texture, and the same as tensors (1, 3, side, side)."""

    content: Raster
    style: Raster

    @classmethod
    def at(cls, side: int) -> Pair:
        photos = (skimage.data.astronaut(), skimage.data.immunohistochemistry())
        content, style = (resized(Raster(photo), (side, side)) for photo in photos)
        return cls(content, style)

    def tensors(self) -> tuple[Tensor, Tensor]:
        run = run_in(torch.float32)
        return picture_tensor(self.content, run), picture_tensor(self.style, run)


def run_in(dtype: torch.dtype) -> Run:
    return Run(WarmModels(CPU, dtype))


def plain(pair: Pair, padding: str = "reflect") -> PlainGatys:
    found = ensure("vgg19-gatys", run_in(torch.float32))
    convolutions = vgg_layouts.load(read_state(found.path), until="relu4_1")
    return PlainGatys(PlainVGG(convolutions, padding), *pair.tensors(), beta=BETA)


def ours(pair: Pair, dtype: torch.dtype) -> Objective:
    content, style = pair.tensors()
    seen = Eyes(eyes.load("vgg19-gatys", "max", run_in(dtype)).vgg)
    return Objective(
        seen,
        Balance(beta=BETA),
        content=content,
        content_layers={PlainGatys.CONTENT: 1.0},
        style=style_targets(seen, style, LAYERS),
        style_layers=LAYERS,
    )


def nobody(step: int, picture: Callable[[], Tensor]) -> None:
    """Watches a descent and says nothing."""


def step() -> None:
    pair = Pair.at(512)
    start = pair.tensors()[0]
    best = best_dtype(CPU)
    ways: dict[str, Callable[[], object]] = {}
    for padding in ("reflect", "zeros"):
        peer = plain(pair, padding)
        ways[f"plain, {padding}"] = lambda peer=peer: peer.adam(start, 1, 0.1)
    for dtype in {torch.float32, best}:
        objective = ours(pair, dtype)
        ways[f"Velatura, {name_of(dtype)}"] = lambda objective=objective: descend(
            start, lambda x: objective(x).total, Descent(steps=1), nobody
        )
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            times[name].append(seconds(way))
    base = statistics.median(times["plain, reflect"])
    for name, each in times.items():
        middle = statistics.median(each)
        print(f"  {name:22} {middle * 1e3:6.0f} ms a step   {base / middle:.2f} ×", flush=True)


def loss() -> None:
    pair = Pair.at(512)
    start = pair.tensors()[0]
    peer, how = plain(pair), Descent(steps=200)
    ends = {"plain": loss_of(peer, descend(start, peer.loss, how, nobody).picture)}
    for dtype in {torch.float32, best_dtype(CPU)}:
        objective = ours(pair, dtype)
        found = descend(start, lambda x, of=objective: of(x).total, how, nobody)
        ends[name_of(dtype)] = loss_of(peer, found.picture)
    for name, end in ends.items():
        print(f"  {name:10} loss {end:.4f}   {end / ends['plain'] - 1:+.2%}", flush=True)


def time_to_loss() -> None:
    pair = Pair.at(512)
    start = pair.tensors()[0]
    peer = plain(pair)
    begun = time.perf_counter()
    free = peer.lbfgs(start, 500)
    plainly = time.perf_counter() - begun
    goals = {"clipped to what can be shown": free.clamp(0, 1), "unclipped": free}
    for name, picture in goals.items():
        print(f"  plain, 500 steps, {plainly:.0f} s, {name}: loss {loss_of(peer, picture):.4f}")
    sys.stdout.flush()
    goal = min(loss_of(peer, picture) for picture in goals.values())
    shown = loss_of(peer, goals["clipped to what can be shown"])
    engine = registry.load("gatys")
    scene = Scene(content=pair.content, regions=(Region((Style(picture=pair.style),)),))
    models = WarmModels(CPU, best_dtype(CPU))
    knobs = {"content_layers": "relu4_1", "style_layers": ", ".join(LAYERS)}
    render(engine, scene, registry.validate(engine, {**knobs, "steps": 1}), Run(models))
    for steps in (10, 20, 40, 80, 160, 320):
        params = registry.validate(engine, {**knobs, "steps": steps})
        begun = time.perf_counter()
        picture = render(engine, scene, params, Run(models))["picture"]
        took = time.perf_counter() - begun
        assert isinstance(picture, Raster)
        end = loss_of(peer, picture_tensor(picture, run_in(torch.float32)))
        reached = [what for what, limit in (("shown", shown), ("unclipped", goal)) if end <= limit]
        print(
            f"  Velatura, {steps:3} steps, {took:5.1f} s: loss {end:.4f}, "
            f"{took / plainly:.3f} of the plain one's time; reached: {reached or 'neither'}",
            flush=True,
        )
        if end <= goal:
            break


def memory() -> None:
    peaks = {}
    for way in ("nothing", "plain", "Velatura"):
        output = subprocess.run(
            [sys.executable, "-m", "benchmarks.gatys", "--hold", way],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        peaks[way] = int(output) / 1024
        print(f"  {way:9} {peaks[way]:6.0f} MiB at most", flush=True)
    print(f"  with all that is loaded {peaks['Velatura'] / peaks['plain']:.0%} of the plain one's")
    own = {way: peak - peaks["nothing"] for way, peak in peaks.items()}
    print(f"  of steps alone {own['Velatura'] / own['plain']:.0%}")


def hold(way: str) -> None:
    """Take two steps at 1024² and print the most KiB that this process ever held."""
    pair = Pair.at(1024)
    start = pair.tensors()[0]
    if way == "plain":
        plain(pair).adam(start, 2, 0.1)
    elif way == "Velatura":
        objective = ours(pair, best_dtype(CPU))
        descend(start, lambda x: objective(x).total, Descent(steps=2), nobody)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def loss_of(peer: PlainGatys, picture: Tensor) -> float:
    with torch.no_grad():
        return float(peer.loss(picture))


def name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


PARTS = {"step": step, "memory": memory, "loss": loss, "time": time_to_loss}


def main(names: tuple[str, ...] = ()) -> None:
    use_shared_weights()
    for name in names or tuple(PARTS):
        print(f"{name}:", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hold"]:
        use_shared_weights()
        hold(sys.argv[2])
    else:
        main(tuple(sys.argv[1:]))
