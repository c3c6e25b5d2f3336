"""Gatys' optimisation beside a plain one: float32, contiguous, torch's own parts, no warm start.

    python -m benchmarks.gatys [step] [regions] [tiles] [memory] [needs] [loss] [time]

* step: one evaluation and descent at 512², relu1_1 … relu4_1, the two ways in turn.
* regions: a step with two regions beside one with a single style over everything, 512².
* tiles: a step in tiles beside one at once, 1024², and how far its gradient is from the whole one's.
* loss: where 200 steps of Adam lead, both from the content; judged by the plain loss in float32.
* time: seconds until the loss that 500 plain steps of L-BFGS from the content reach, 512².
* memory: the most memory a process has ever held, 1024², two steps.
* needs: what a step takes for a megapixel, measured, beside what `engines/gatys_memory.py` expects.

Needs Gatys' VGG-19: ../shared/weights, or whatever VELATURA_MODELS names; `time` AdaIN's decoder, too.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import skimage.data
import torch
from torch import Tensor

from benchmarks.peers.gatys import PlainGatys, PlainVGG
from benchmarks.weights import use_shared_weights
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.gatys.memory import Needs
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.library.weights import read_state
from velatura.perception import vgg_layouts
from velatura.perception.guides import guides
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, features, style_targets
from velatura.perception.tiled import TiledObjective
from velatura.pipeline import vgg_features
from velatura.pipeline.optimizer import Descent, descend
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor
from velatura.runtime.devices import best_dtype
from velatura.runtime.model_cache import WarmModels
from velatura.runtime.model_files import ensure

CPU = torch.device("cpu")
LAYERS = dict.fromkeys(PlainGatys.STYLE, 1.0)
BETA = 6e5
"""For losses as released, which the plain one has."""
ROUNDS = 7
SIDES = (512, 1024)
"""Two sizes whose difference is what pixels cost."""

TILE = 256


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


def ours(
    pair: Pair, dtype: torch.dtype, masks: Sequence[Tensor] = (), side: int | None = None
) -> Objective:
    """With ``masks``, (1, 1, h, w), each is a region with a style of its own; looked at in pieces of ``side``."""
    content, style = pair.tensors()
    seen = Eyes(vgg_features.load("vgg19-gatys", "max", run_in(dtype)).vgg)
    target = style_targets(seen, style, LAYERS, side=side)
    parts = [
        Part(target, float(mask.mean()), mask, guides(mask, LAYERS, ceil=True)) for mask in masks
    ]
    return Objective(
        seen,
        Balance(beta=BETA),
        content=features(seen, content, [PlainGatys.CONTENT], side),
        content_layers={PlainGatys.CONTENT: 1.0},
        parts=parts or [Part(target)],
        style_layers=LAYERS,
    )


def masks_of(side: int) -> dict[str, list[Tensor]]:
    """Ways to part a picture in two."""
    ramp = torch.arange(side) / side - 0.5
    across, down = ramp.expand(1, 1, side, side), ramp[:, None].expand(1, 1, side, side)
    left = (across < 0).float()
    soft = (0.5 - across * 8).clamp(0, 1)
    disc = (across.square() + down.square() < 1 / 9).float()
    return {
        "left and right": [left, 1 - left],
        "with a soft edge": [soft, 1 - soft],
        "a disc and the rest": [disc, 1 - disc],
    }


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


def paired(ways: dict[str, Callable[[], object]]) -> None:
    """Times of ``ways`` in turn, each as a multiple of the first one's."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            times[name].append(seconds(way))
    first = times[next(iter(ways))]
    for name, each in times.items():
        ratio = statistics.median(a / b for a, b in zip(each, first, strict=True))
        print(f"  {name:22} {statistics.median(each) * 1e3:6.0f} ms a step   {ratio:.2f} ×")
    sys.stdout.flush()


def regions() -> None:
    pair = Pair.at(512)
    start = pair.tensors()[0]
    for dtype in {torch.float32, best_dtype(CPU)}:
        print(f"  {name_of(dtype)}")
        parted: dict[str, list[Tensor]] = {"one style": [], **masks_of(512)}
        objectives = {name: ours(pair, dtype, masks) for name, masks in parted.items()}
        paired(
            {
                name: partial(one_step, start, lambda x, of=of: of(x).total)
                for name, of in objectives.items()
            }
        )


def tiles() -> None:
    pair = Pair.at(1024)
    start = pair.tensors()[0]
    objective = ours(pair, torch.float32)
    leaf = start.clone().requires_grad_()
    (whole,) = torch.autograd.grad(objective(leaf).total, leaf)
    for side in (512, 256):
        _, gradient = TiledObjective(objective, start, side).value_and_gradient(start)
        print(
            f"  float32, tiles of {side}: {float((gradient - whole).norm() / whole.norm()):.1e} off"
        )
    objective = ours(pair, best_dtype(CPU))
    ways = {"at once": lambda x: objective(x).total}
    ways |= {f"tiles of {side}": TiledObjective(objective, start, side) for side in (512, 256)}
    paired({name: partial(one_step, start, way) for name, way in ways.items()})


def one_step(start: Tensor, loss: Callable[[Tensor], Tensor]) -> None:
    descend(start, loss, Descent(steps=1), nobody)


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
    knobs = {
        "content_layers": "relu4_1",
        "style_layers": ", ".join(LAYERS),
        "losses": "released",
        "beta": BETA,
        "histogram": 0,
        "contours": 0,
    }
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


def needs() -> None:
    for dtype in (torch.float32, torch.bfloat16):
        for way, side in (("at once", 0), ("in tiles", TILE)):
            peaks = []
            for long in SIDES:
                output = subprocess.run(
                    [sys.executable, "-m", "benchmarks.gatys", "--hold", name_of(dtype), str(long), str(side)],
                    check=True, capture_output=True, text=True,
                ).stdout  # fmt: skip
                peaks.append(int(output) * 1024)
            looked_at = Needs((PlainGatys.CONTENT,), tuple(LAYERS), dtype)
            expected = [
                looked_at.in_tiles(long, long, side) if side else looked_at.at_once(long, long)
                for long in SIDES
            ]
            measured, told = peaks[1] - peaks[0], expected[1] - expected[0]
            pixels = SIDES[1] ** 2 - SIDES[0] ** 2
            print(
                f"  {name_of(dtype):9} {way:9} {measured / pixels:6.0f} bytes a pixel, "
                f"expected {told / pixels:6.0f}; {peaks[1] / 2**20:5.0f} MiB at {SIDES[1]}²",
                flush=True,
            )


def hold(way: str, long: int = 1024, side: int = 0) -> None:
    """Take two steps at ``long``² and print the most KiB that this process ever held."""
    pair = Pair.at(long)
    start = pair.tensors()[0]
    if way == "plain":
        plain(pair).adam(start, 2, 0.1)
    elif way != "nothing":
        dtype = best_dtype(CPU) if way == "Velatura" else getattr(torch, way)
        objective = ours(pair, dtype, side=side or None)
        tiled = TiledObjective(objective, start, side) if side else lambda x: objective(x).total
        descend(start, tiled, Descent(steps=2), nobody)
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


PARTS = {
    "step": step,
    "regions": regions,
    "tiles": tiles,
    "memory": memory,
    "needs": needs,
    "loss": loss,
    "time": time_to_loss,
}


def main(names: tuple[str, ...] = ()) -> None:
    use_shared_weights()
    for name in names or tuple(PARTS):
        print(f"{name}:", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hold"]:
        use_shared_weights()
        hold(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        main(tuple(sys.argv[1:]))
