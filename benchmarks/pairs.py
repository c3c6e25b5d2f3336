"""Paint many pairs of pictures with one engine, as a scorer wants them: OUT/CONTENT__STYLE.png.

    python -m benchmarks.pairs CONTENTS STYLES OUT --engine gatys --pairs 40 --set steps=40
    python -m benchmarks.pairs CONTENTS STYLES OUT --engine microast --pairs 220
    python -m benchmarks.pairs CONTENTS STYLES OUT --engine glaze --at 2048 --full OUT-2048

Pair k takes content k mod m and style k mod n of the sorted folders, so that m·n pairs are all
different where m and n have no common factor.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.peers.microast import PUBLISHED, MicroAST
from benchmarks.weights import use_shared_weights
from velatura.cli.preset_options import params_of
from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import Raster
from velatura.imaging.resample import fit, resized
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor, raster_of
from velatura.runtime.model_cache import WarmModels

Paint = Callable[[Raster, Raster], Raster]

PEER = "microast"

STYLE_SHORT = 512
"""Short side at which the peer looks at styles, as glaze and AdaIN do by default."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__)
    parser.add_argument("contents", type=Path)
    parser.add_argument("styles", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--engine", default="gatys")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--short", type=int, default=512, help="short side of contents in pixels")
    parser.add_argument(
        "--at",
        type=int,
        help="short side of the contents that are painted: those of --short, resampled; results are resampled back",
    )
    parser.add_argument("--full", type=Path, help="where results lie as they were painted")
    parser.add_argument("--finest", type=int, default=0, metavar="PX", help="as the common knob")
    parser.add_argument("--stroke", type=float, default=0, metavar="PX", help="as the common knob")
    parser.add_argument("--detail", type=float, default=0.5, help="as the common knob")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    use_shared_weights()

    contents = sorted(options.contents.iterdir())
    styles = sorted(options.styles.iterdir())
    for folder in filter(None, (options.out, options.full)):
        folder.mkdir(parents=True, exist_ok=True)
    models = WarmModels.on("auto")
    paint = _peer(models) if options.engine == PEER else _engine(options, models)
    begun = time.perf_counter()
    for number in range(options.pairs):
        content, style = contents[number % len(contents)], styles[number % len(styles)]
        name = f"{content.stem}__{style.stem}.png"
        photo = _short(read_picture(content).raster, options.short)
        size = photo.width, photo.height
        photo = _short(photo, options.at or options.short)
        look = read_picture(style).raster
        started = time.perf_counter()
        picture = paint(photo, look)
        seconds = time.perf_counter() - started
        write_picture(options.out / name, resized(picture, size))
        if options.full is not None:
            write_picture(options.full / name, picture)
        print(
            f"{number + 1:3} {content.stem} × {style.stem}: "
            f"{picture.width} × {picture.height}, {seconds:.1f} s",
            flush=True,
        )
    mean = (time.perf_counter() - begun) / options.pairs
    print(f"{options.pairs} pairs, {models.dtype}, {mean:.1f} s each")
    return 0


def _engine(options: argparse.Namespace, models: WarmModels) -> Paint:
    engine = registry.load(options.engine)
    params = registry.validate(engine, params_of(options.set))

    common = CommonParams(finest=options.finest, stroke=options.stroke, detail=options.detail)

    def paint(content: Raster, style: Raster) -> Raster:
        scene = Scene(content=content, regions=(Region((Style(picture=style),)),), common=common)
        picture = render(engine, scene, params, Run(models))["picture"]
        assert isinstance(picture, Raster)
        return picture

    return paint


def _peer(models: WarmModels) -> Paint:
    peer, run = MicroAST(PUBLISHED), Run(models)

    def paint(content: Raster, style: Raster) -> Raster:
        with torch.inference_mode():
            code = peer.encode(picture_tensor(style, run, short=STYLE_SHORT))
            return raster_of(peer.paint(picture_tensor(content, run), code).clamp(0, 1))

    return paint


def _short(raster: Raster, side: int) -> Raster:
    return resized(raster, fit(raster.width, raster.height, short=side, long=8 * side))


if __name__ == "__main__":
    sys.exit(main())
