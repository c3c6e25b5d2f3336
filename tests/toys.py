"""Engines that paint something simple, and pictures for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from velatura.contract.engine import (
    PICTURE,
    Descriptor,
    EngineParams,
    FeedForward,
    Iterative,
    Output,
    Pixelwise,
)
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.imaging.raster import DTYPES, Depth, Pixels, Raster, Transfer
from velatura.pipeline.render import render
from velatura.pipeline.tensors import ContentTile, content_tiles, picture_tensor

DEPTHS: tuple[Depth, ...] = ("u8", "u16", "f16", "f32")


TRANSFERS: tuple[Transfer, ...] = ("srgb", "linear")


STATE = Output(name="state", kind="state", title="State", suffix="bin")
FIELD = Output(name="field", title="Field")


class Models:
    """The processor, and nothing warm."""

    device = torch.device("cpu")
    dtype = torch.float32

    def free(self) -> None:
        """There is nothing to free."""

    def remember_painting(self, key: str, make: Callable[[], Any]) -> tuple[Any, bool]:
        return make(), True


def new_run(observer: Any = None) -> Run:
    return Run(Models(), observer)  # type: ignore[arg-type]


def described(name: str, **facts: Any) -> Descriptor:
    given = {"fewest_styles": 0, **facts}
    return Descriptor(name=name, title=name, summary=name, source="a test", **given)


class NoParams(EngineParams):
    pass


class Toy(FeedForward[NoParams, Any]):
    """Engines of tests whose painting needs the tile's pixels alone."""

    Params: ClassVar[type[EngineParams]] = NoParams

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> Any:
        return None

    def apply(self, tile: ContentTile, prepared: Any, run: Run) -> Tensor:
        return self.paint(tile.tensor, prepared, run)

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        raise AssertionError("a toy that paints")


class Negative(Toy):
    """x → 1 − x."""

    descriptor = described("negative", tiles=True)

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return 1 - tile


class Blur(Toy):
    """A 5 × 5 mean whose border repeats the edge: two pixels of halo."""

    descriptor = described("blur", tiles=True, halo=2, multiple=4)

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        padded = nn.functional.pad(tile, (2, 2, 2, 2), mode="replicate")
        return nn.functional.avg_pool2d(padded, 5, stride=1)


class Halves(Toy):
    """Down by four and up again: the phase of a tile shows."""

    descriptor = described("halves", tiles=True, halo=8, multiple=4)

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        assert tile.shape[2] % 4 == tile.shape[3] % 4 == 0
        assert min(tile.shape[2:]) >= 64
        small = nn.functional.avg_pool2d(tile, 4)
        return nn.functional.interpolate(small, scale_factor=4, mode="bilinear")


class Mean(Toy):
    """Paints the content's mean colour: whole-picture statistics gathered over tiles."""

    descriptor = described("mean", tiles=True, halo=5, multiple=4)

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> Any:
        total, count = torch.zeros(3, dtype=torch.float64), 0
        for piece in content_tiles(scene, run, self.descriptor):
            core = piece.tensor[0, :, piece.core[0], piece.core[1]].double()
            total += core.sum(dim=(1, 2))
            count += core.shape[1] * core.shape[2]
        assert scene.content is not None
        assert count == scene.content.width * scene.content.height
        return (total / count).float()

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return prepared[None, :, None, None].expand(tile.shape)


class Whole(Toy):
    """Cannot be tiled: paints the mean of what it is given."""

    descriptor = described("whole")

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return tile.mean(dim=(2, 3), keepdim=True).expand(tile.shape)


class Flat(Toy):
    """Paints the grey value of its region's first style."""

    descriptor = described("flat", tiles=True)

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> Any:
        (region,) = scene.regions
        assert region.styles[0].picture is not None
        return picture_tensor(region.styles[0].picture, run).mean()

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return prepared.expand(tile.shape)


class Raises(Toy):
    descriptor = described("raises", tiles=True)

    def __init__(self, error: Exception) -> None:
        self.error = error

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        raise self.error


class Gives(Toy):
    """Returns whatever a function makes of the tile."""

    descriptor = described("gives", tiles=True)

    def __init__(self, make: Any) -> None:
        self.make = make

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return self.make(tile)  # type: ignore[no-any-return]


class Dims(Pixelwise[NoParams]):
    """Halves every value, alpha's too."""

    descriptor = described("dims", tiles=True)
    Params = NoParams

    def render(self, band: Raster, scene: Scene, params: NoParams, run: Run) -> Raster:
        return Raster((band.pixels / 2).astype(band.pixels.dtype), band.transfer)


class Descends(Iterative[NoParams]):
    """Walks from grey to 0.75 by gradient descent and gives a field besides."""

    descriptor = described("descends", content="optional", outputs=(PICTURE, FIELD))
    Params = NoParams

    def stylize(self, scene: Scene, params: NoParams, run: Run) -> Tensor | dict[str, Any]:
        size = scene.size
        if scene.content is not None:
            size = scene.content.width, scene.content.height
        assert size is not None
        picture = torch.full((1, 3, size[1], size[0]), 0.5, requires_grad=True)
        for step in range(20):
            ((picture - 0.75) ** 2).sum().backward()
            assert picture.grad is not None
            with torch.no_grad():
                picture -= 0.5 * picture.grad
                picture.grad.zero_()
            run.step(step + 1, 20)
        return {"picture": picture, "field": picture.detach()[:, :1]}


def noise(height: int, width: int, channels: int, depth: Depth, seed: int = 5) -> Pixels:
    """Random pixels, floats up to 4, every alpha between 0 and 1, some exactly 0."""
    rng = np.random.default_rng(seed)
    dtype = DTYPES[depth]
    if dtype.kind == "u":
        pixels = rng.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, True)
    else:
        pixels = (rng.random((height, width, channels)) * 4).astype(dtype)
    if channels in (2, 4):
        pixels[..., -1] = np.where(rng.random((height, width)) < 0.3, 0, pixels[..., -1])
        if dtype.kind == "f":
            pixels[..., -1] /= 4
    return pixels


def grey(value: float, height: int = 1, width: int = 1) -> Raster:
    return Raster(np.full((height, width, 1), value, np.float32))


def painted(engine: Any, scene: Scene, **options: Any) -> Raster:
    return render(engine, scene, engine.Params(), new_run(), **options)["picture"]
