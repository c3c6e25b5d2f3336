"""Regions: what they cost, how far one bleeds into another, and whether each looks as if painted alone.

    python -m benchmarks.regions [cost] [bleed] [alone] [--engine NAME] [--pairs N] [--long PX]

* cost: four regions against one, 512², the styles' codes at hand, in turn.
* bleed: the style of one of two regions is replaced; mean change inside the other over mean change inside it.
* alone: pairs of ../shared/data/regions, each part of a photo in the same part of another; Gram loss of each region
  against its part of the style, log10 over the photo's own, minus that of the same region when no other is painted;
  what is seen through the region's border counts for neither.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage.data
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.weights import SHARED, use_shared_weights
from velatura.contract import registry
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resized
from velatura.perception.gram import gram
from velatura.perception.guides import carried
from velatura.pipeline import vgg_features
from velatura.pipeline.render import render
from velatura.pipeline.tensors import mask_tensor, picture_tensor
from velatura.runtime.model_cache import WarmModels

SIDE = 512
ROUNDS = 9
LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
INTERIOR = 0.125
"""Of the picture's width: how far from the border of two regions the inside of one begins."""

PAINTED = np.array(
    [
        *([r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)),
        [128, 128, 128],
        [173, 216, 230],
    ],
    np.float32,
)
"""Colours that segmentations are drawn in."""

LEAST = 0.03
"""Part of a picture that a region has to be, on both sides."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["cost", "bleed", "alone"])
    parser.add_argument("--engine", default="glaze")
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--long", type=int, default=SIDE)
    # `python -m benchmarks` has arguments of its own.
    options = parser.parse_args([] if __name__ != "__main__" else None)
    use_shared_weights()
    run = Run(WarmModels.on("cpu"))
    ways: dict[str, Callable[[], None]] = {
        "cost": lambda: cost(options.engine, run),
        "bleed": lambda: bleed(options.engine, run),
        "alone": lambda: alone(options.engine, options.pairs, options.long, run),
    }
    for part in options.parts:
        ways[part]()


def cost(engine: str, run: Run) -> None:
    """Print the time of four regions over that of one, on the clock and of all processors together."""
    photo, styles = _photo(), _styles(4)
    quarters = [_mask(lambda x, y, n=n: (x >= 0.5) + 2 * (y >= 0.5) == n) for n in range(4)]
    scenes = {
        "one": Scene(photo, (Region(styles[:1]),)),
        "four": Scene(
            photo,
            tuple(Region((style,), mask) for style, mask in zip(styles, quarters, strict=True)),
        ),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in scenes}
    for number in range(ROUNDS + 1):
        for name, scene in scenes.items():
            started = time.perf_counter(), time.process_time()
            _painted(engine, scene, run)
            ended = time.perf_counter(), time.process_time()
            if number:
                times[name].append((ended[0] - started[0], ended[1] - started[1]))
    for number, what in enumerate(("wall", "processor")):
        one, four = (statistics.median(t[number] for t in times[name]) for name in scenes)
        print(f"{engine}, {what}: one region {one:.3f} s, four {four:.3f} s: {four / one:.2f} ×")


def bleed(engine: str, run: Run) -> None:
    """Print how much of a change of one region's style reaches the inside of the other."""
    photo, (first, second, third) = _photo(), _styles(3)
    left, right = _mask(lambda x, y: x < 0.5), _mask(lambda x, y: x >= 0.5)
    before, after = (
        _painted(engine, Scene(photo, (Region((style,), left), Region((third,), right))), run)
        for style in (first, second)
    )
    change = np.abs(before - after).mean((0, 2))
    inside = round(INTERIOR * SIDE)
    here, there = change[: SIDE // 2 - inside].mean(), change[SIDE // 2 + inside :].mean()
    print(f"{engine}: {there / here:.2%} of a change of one region is seen inside the other")


def alone(engine: str, pairs: int, long: int, run: Run) -> None:
    """Print by how much a region's score is worse together with others than alone."""
    folder = SHARED / "data" / "regions"
    network = vgg_features.load("vgg19-gatys", "max", run)
    worse: list[float] = []
    for number in range(1, pairs + 1):
        content, style = (
            _fitted(read_picture(folder / where / f"{name}{number}.jpg").raster, long)
            for where, name in (("input", "in"), ("style", "tar"))
        )
        parts = _parts(folder / "segmentation", number, content, style)
        if len(parts) < 2:
            continue
        regions = [Region((Style(picture=style, mask=theirs),), ours) for ours, theirs in parts]
        together = _painted(engine, Scene(content, tuple(regions)), run)
        for region, (ours, theirs) in zip(regions, parts, strict=True):
            apart = _painted(engine, Scene(content, (region,)), run)
            own = _grams(picture_tensor(content, run), ours, network, run)
            wanted = _grams(picture_tensor(style, run), theirs, network, run)
            scores = [
                _score(_grams(_tensor(picture, run), ours, network, run), own, wanted)
                for picture in (together, apart)
            ]
            worse.append(scores[0] - scores[1])
    print(
        f"{engine}: {len(worse)} regions of {pairs} pairs, style score together minus alone: "
        f"mean {statistics.mean(worse):+.3f}, worst {max(worse):+.3f}"
    )


def _painted(engine: str, scene: Scene, run: Run) -> NDArray[np.float32]:
    chosen = registry.load(engine)
    picture = render(chosen, scene, registry.validate(chosen, {}), run)["picture"]
    assert isinstance(picture, Raster)
    return picture.pixels[:, :, :3].astype(np.float32) / 255


def _tensor(picture: NDArray[np.float32], run: Run) -> Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].to(run.device)


@torch.no_grad()
def _grams(
    picture: Tensor, mask: Raster, network: vgg_features.Network, run: Run
) -> dict[str, Tensor]:
    """By layer, of the positions that see nothing but the region; layers without any are left out."""
    inside = carried(mask_tensor(mask, run), LAYERS, ceil=True)
    return {
        name: gram(each, inside[name])
        for name, each in network.vgg(picture, LAYERS).items()
        if bool(inside[name].any())
    }


def _score(found: dict[str, Tensor], own: dict[str, Tensor], wanted: dict[str, Tensor]) -> float:
    """Mean log10 of how far ``found`` is from ``wanted`` over how far the photo itself is."""
    ratios = [
        (found[name] - wanted[name]).square().mean()
        / (own[name] - wanted[name]).square().mean().clamp_min(1e-12)
        for name in own.keys() & wanted.keys()
    ]
    return float(torch.stack(ratios).clamp_min(1e-12).log10().mean())


def _parts(
    folder: Path, number: int, content: Raster, style: Raster
) -> list[tuple[Raster, Raster]]:
    """Masks of the content and of the style for each colour that has enough of both."""
    ours, theirs = (
        _nearest(_exactly(read_picture(folder / f"{name}{number}.png").raster, like))
        for name, like in (("in", content), ("tar", style))
    )
    shared = [
        colour
        for colour in range(len(PAINTED))
        if min((ours == colour).mean(), (theirs == colour).mean()) >= LEAST
    ]
    return [(_as_mask(ours == colour), _as_mask(theirs == colour)) for colour in shared]


def _nearest(drawn: Raster) -> NDArray[np.intp]:
    pixels = drawn.pixels[:, :, :3].astype(np.float32)
    return np.stack([np.abs(pixels - colour).sum(2) for colour in PAINTED]).argmin(0)


def _as_mask(part: NDArray[np.bool_]) -> Raster:
    return Raster((part * np.uint8(255))[:, :, None])


def _exactly(raster: Raster, like: Raster) -> Raster:
    return resized(raster, (like.width, like.height))


def _fitted(raster: Raster, long: int) -> Raster:
    return resized(raster, fit(raster.width, raster.height, long=long))


def _photo() -> Raster:
    return resized(Raster(np.ascontiguousarray(skimage.data.astronaut())), (SIDE, SIDE))


def _mask(
    inside: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]],
) -> Raster:
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    return _as_mask(inside(x, y))


def _styles(count: int) -> tuple[Style, ...]:
    files = sorted((SHARED / "data" / "classic" / "style").iterdir())[:count]
    return tuple(Style(picture=read_picture(file).raster) for file in files)


if __name__ == "__main__":
    main()
