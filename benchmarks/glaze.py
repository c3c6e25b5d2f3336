"""Glaze beside MicroAST: latency with the style's code at hand, and what large pictures cost.

    python -m benchmarks.glaze [latency] [scale] [sizes]

* latency: one picture of 512², every size and type, MicroAST in float32, in turn.
* scale: seconds a megapixel and the most memory that a process held, 1024² to 8192².
* sizes: no speed, but that every width and every height from 1 to 4097 pixels is painted; only where it is named.

MicroAST's weights are those in ../shared/weights.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import skimage.data
import torch
from torch import Tensor

from benchmarks.peers.microast import PUBLISHED, MicroAST
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines.glaze.engine import PaintingParams, with_margin
from velatura.engines.glaze.grain import grained
from velatura.imaging.raster import Raster
from velatura.imaging.resample import resized
from velatura.imaging.tiles import Box
from velatura.library import assets
from velatura.library.weights import read_state
from velatura.networks.glaze import CODE, SIZES, Painter
from velatura.networks.glaze_weights import load_painter
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor
from velatura.runtime.devices import best_dtype
from velatura.runtime.model_cache import WarmModels

CPU = torch.device("cpu")
SIDE = 512
ROUNDS = 15
SIDES = (1024, 2048, 4096, 8192)
LONGEST = 4097
"""Pixels of the longest side that is tried, of all from 1 on."""

ACROSS = 5
"""Pixels the other way."""


def latency() -> None:
    content = picture_tensor(_photo(SIDE), Run(WarmModels(CPU, torch.float32)))
    code = torch.zeros(1, CODE)
    peer = MicroAST(PUBLISHED)
    peer_code = peer.encode(content)
    ways: dict[str, Callable[[], object]] = {
        "MicroAST, float32": lambda: peer.paint(content, peer_code)
    }
    for name in SIZES:
        for dtype in dict.fromkeys((torch.float32, best_dtype(CPU))):
            painter = load_painter(read_state(assets.weights(name)), dtype=dtype)
            ways[f"{name}, {str(dtype).removeprefix('torch.')}"] = lambda painter=painter: _painted(
                painter, content, code
            )
    times: dict[str, list[float]] = {name: [] for name in ways}
    with torch.inference_mode():
        for _ in range(ROUNDS):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                times[name].append(time.perf_counter() - started)
    base = statistics.median(times["MicroAST, float32"])
    for name, each in times.items():
        middle = statistics.median(each)
        print(f"  {name:22} {middle * 1e3:6.1f} ms   {middle / base:.2f} ×", flush=True)


def _painted(painter: Painter, content: Tensor, code: Tensor) -> Tensor:
    """As the engine does it, grain looked for and rows above."""
    seen = with_margin(grained(content, [Box(0, 0, SIDE, SIDE)], PaintingParams().grain))
    return painter.measure(seen, code)[1]


def scale() -> None:
    for side in SIDES:
        output = subprocess.run(
            [sys.executable, "-m", "benchmarks.glaze", "--hold", str(side)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        print(f"  {side}²: {output.strip()}", flush=True)


def hold(side: int) -> None:
    """Paint ``side``² and say how long a megapixel took and what this process held at most."""
    engine = registry.load("glaze")
    style = Style(picture=_photo(256))
    models = WarmModels.on("cpu")
    params = registry.validate(engine, {})
    for width in (64, side):
        scene = Scene(_photo(width), (Region((style,)),))
        started = time.perf_counter()
        render(engine, scene, params, Run(models))
        took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{took:.2f} s, {took / side**2 * 1e6:.3f} s a megapixel, {peak:.0f} MiB at most")


def sizes() -> None:
    engine = registry.load("glaze")
    params = registry.validate(engine, {})
    run = Run(WarmModels.on("cpu"))
    regions = (Region((Style(picture=_photo(256)),)),)
    pixels = _photo(LONGEST).pixels
    for way in ("wide", "high"):
        for long in range(1, LONGEST + 1):
            part = pixels[:ACROSS, :long] if way == "wide" else pixels[:long, :ACROSS]
            picture = render(engine, Scene(Raster(part), regions), params, run)["picture"]
            if not isinstance(picture, Raster) or picture.pixels.shape != part.shape:
                raise SystemExit(f"{part.shape[1]} × {part.shape[0]} was not painted as large.")
        print(f"  1 to {LONGEST} pixels {way}, {ACROSS} the other way: all painted", flush=True)


def _photo(side: int) -> Raster:
    """A photo; a large one is the same beside itself, since making it must not take more memory than painting it."""
    photo = Raster(np.ascontiguousarray(skimage.data.astronaut()))
    if side <= photo.width:
        return resized(photo, (side, side))
    times = -(-side // photo.width)
    return Raster(np.tile(photo.pixels, (times, times, 1))[:side, :side])


PARTS = {"latency": latency, "scale": scale, "sizes": sizes}
USUAL = ("latency", "scale")


def main(names: tuple[str, ...] = USUAL) -> None:
    for name in names:
        print(f"{name}:", flush=True)
        PARTS[name]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hold"]:
        hold(int(sys.argv[2]))
    else:
        main(tuple(sys.argv[1:]) or USUAL)
