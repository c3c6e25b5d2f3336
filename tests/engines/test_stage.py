"""What is done once around every engine: depth, alpha, strength, masks, tiles, errors."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from velatura.engines.engine import (
    Descriptor,
    EngineParams,
    FeedForward,
    Input,
    Iterative,
    Pixelwise,
)
from velatura.engines.run import Progress, Run, Silent
from velatura.engines.scene import Region, Scene, Style
from velatura.engines.stage import output_shape, render
from velatura.engines.tensors import (
    ContentTile,
    content_tiles,
    mask_tensor,
    picture_tensor,
    raster_of,
)
from velatura.errors import BadPicture, BadRequest, Cancelled, EngineFailed, OutOfMemory
from velatura.imaging.colour import to_float
from velatura.imaging.raster import DTYPES, Depth, Pixels, Raster, RasterShape, Transfer

DEPTHS: tuple[Depth, ...] = ("u8", "u16", "f16", "f32")
TRANSFERS: tuple[Transfer, ...] = ("srgb", "linear")


class Models:
    """The processor, and nothing warm."""

    device = torch.device("cpu")
    dtype = torch.float32

    def free(self) -> None:
        """There is nothing to free."""


def new_run(observer: Any = None) -> Run:
    return Run(Models(), observer)  # type: ignore[arg-type]


def described(name: str, **facts: Any) -> Descriptor:
    given = {"style_required": False, **facts}
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
    """Walks from grey to 0.75 by gradient descent and gives its state besides."""

    descriptor = described("descends", content="optional", gives=("picture", "state"))
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
        return {"picture": picture, "state": picture.detach()[:, :1]}


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


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("engine", [Negative(), Dims()], ids=["feed-forward", "pixelwise"])
def test_strength_zero_gives_the_content_bit_for_bit(
    engine: Any, depth: Depth, transfer: Transfer, channels: int
) -> None:
    content = Raster(noise(40, 50, channels, depth), transfer)
    masked = Region(styles=(), mask=grey(0, 40, 50))
    for scene in (
        Scene(content, strength=0),
        Scene(content, (Region(styles=(), strength=0),)),
        Scene(content, (masked,)),
    ):
        out = painted(engine, scene)
        assert (out.depth, out.transfer, out.has_alpha) == (depth, transfer, content.has_alpha)
        expected = np.broadcast_to(content.colours, out.colours.shape)
        assert out.colours.tobytes() == expected.tobytes()
        if content.alpha is not None:
            assert out.alpha is not None
            assert out.alpha.tobytes() == content.alpha.tobytes()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("engine", [Negative(), Dims()], ids=["feed-forward", "pixelwise"])
def test_alpha_is_kept_bit_for_bit(engine: Any, depth: Depth, channels: int) -> None:
    content = Raster(noise(40, 50, channels, depth))
    for strength in (0.5, 1):
        out = painted(engine, Scene(content, strength=strength))
        assert out.shape == output_shape(engine, Scene(content))
        assert out.has_alpha == content.has_alpha
        if content.alpha is not None:
            assert out.alpha is not None
            assert out.alpha.tobytes() == content.alpha.tobytes()


@pytest.mark.parametrize("depth", ["u8", "u16"])
def test_full_strength_is_exactly_what_was_painted(depth: Depth) -> None:
    pixels = noise(40, 50, 3, depth)
    out = painted(Negative(), Scene(Raster(pixels)))
    np.testing.assert_array_equal(out.pixels, np.iinfo(pixels.dtype).max - pixels)


def test_half_strength_is_half_way_in_srgb() -> None:
    content = Raster(np.full((4, 4, 3), 0.2, np.float32))
    out = painted(Negative(), Scene(content, strength=0.5))
    np.testing.assert_allclose(out.pixels, 0.5, atol=1e-6)
    quarter = Scene(content, (Region(styles=(), strength=0.5),), strength=0.5)
    np.testing.assert_allclose(painted(Negative(), quarter).pixels, 0.35, atol=1e-6)


def test_grey_content_becomes_colour_except_pixel_by_pixel() -> None:
    content = Raster(noise(9, 8, 2, "u8"))
    assert painted(Negative(), Scene(content)).channels == 4
    assert painted(Dims(), Scene(content)).channels == 2
    assert painted(Negative(), Scene(Raster(noise(9, 8, 1, "u8")))).channels == 3


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("engine", [Negative(), Dims()], ids=["feed-forward", "pixelwise"])
def test_pixels_outside_the_mask_are_untouched(
    engine: Any, depth: Depth, transfer: Transfer
) -> None:
    content = Raster(noise(70, 90, 4, depth), transfer)
    weights = np.zeros((70, 90, 1), np.uint8)
    weights[20:50, 30:60] = 255
    weights[30:40, 60:70] = 128
    out = painted(engine, Scene(content, (Region(styles=(), mask=Raster(weights)),)), tile=32)
    outside = weights[:, :, 0] == 0
    assert out.pixels[outside].tobytes() == content.pixels[outside].tobytes()
    full = painted(engine, Scene(content), tile=32)
    inside = weights[:, :, 0] == 255
    np.testing.assert_allclose(
        out.pixels[inside].astype(float), full.pixels[inside].astype(float), rtol=1e-6, atol=1e-6
    )
    soft = np.s_[30:40, 60:70, :3]
    assert (out.pixels[soft] != content.pixels[soft]).any()


@pytest.mark.parametrize(
    "engine", [Negative(), Blur(), Halves(), Mean()], ids=lambda e: type(e).__name__
)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (131, 257), (129, 64), (66, 200)])
def test_tiles_give_the_picture_painted_whole(engine: Any, size: tuple[int, int]) -> None:
    content = Raster(noise(*size, 4, "f32") / 4)
    whole = painted(engine, Scene(content), tile=1024)
    tiled = painted(engine, Scene(content), tile=32)
    np.testing.assert_allclose(tiled.pixels, whole.pixels, atol=2e-6)


def test_a_blur_is_a_blur() -> None:
    content = Raster(noise(70, 80, 3, "f32") / 4)
    out = painted(Blur(), Scene(content), tile=16)
    padded = np.pad(content.pixels, ((2, 2), (2, 2), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(0, 1))
    np.testing.assert_allclose(out.pixels, windows.mean(axis=(3, 4)), atol=1e-6)


@pytest.mark.parametrize("engine", [Negative(), Dims(), Mean()], ids=lambda e: type(e).__name__)
def test_no_float_copy_of_the_whole_picture_is_made(engine: Any) -> None:
    content = Raster(noise(2000, 2000, 4, "u8"))
    canvas = np.empty_like(content.pixels)
    tracemalloc.start()
    painted(engine, Scene(content, strength=0.5), allocate=lambda shape: canvas, tile=256)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2000 * 2000 * 3 * 4


def test_an_engine_that_cannot_be_tiled_sees_the_whole_picture() -> None:
    content = Raster(noise(100, 200, 3, "f32") / 4)
    out = painted(Whole(), Scene(content), tile=16)
    expected = content.pixels.mean(axis=(0, 1), dtype=np.float64)
    np.testing.assert_allclose(out.pixels, np.broadcast_to(expected, out.pixels.shape), atol=1e-5)


def test_hidden_colours_leak_into_nothing() -> None:
    pixels = noise(90, 90, 4, "u8")
    pixels[:, 45:, 3] = 0
    pictures = []
    for colour in (0, 255):
        pixels[:, 45:, :3] = colour
        pictures.append(painted(Blur(), Scene(Raster(pixels.copy())), tile=32).to_bytes())
        pictures.append(painted(Blur(), Scene(Raster(pixels.copy())), tile=128).to_bytes())
    assert len(set(pictures)) == 1


def test_light_above_white_survives_where_nothing_is_painted() -> None:
    content = Raster(np.full((4, 8, 3), 7.5, np.float16), "linear")
    weights = np.zeros((4, 8, 1), np.float32)
    weights[:, 4:] = 1
    out = painted(Negative(), Scene(content, (Region(styles=(), mask=Raster(weights)),)))
    assert (out.pixels[:, :4] == 7.5).all()
    assert (out.pixels[:, 4:] == 0).all()


def flat_region(value: float, mask: Pixels | None = None, strength: float = 1) -> Region:
    style = Style(picture=grey(value))
    return Region((style,), None if mask is None else Raster(mask), strength)


def test_regions_are_composed_by_their_masks() -> None:
    left = np.zeros((4, 6, 1), np.float32)
    left[:, :2] = 1
    right = np.zeros((4, 6, 1), np.float32)
    right[:, 2:4] = 0.5
    content = Raster(np.full((4, 6, 3), 0.4, np.float32))
    scene = Scene(content, (flat_region(1, left), flat_region(0, right)))
    out = painted(Flat(), scene).pixels[0, :, 0]
    np.testing.assert_allclose(out, [1, 1, 0.2, 0.2, 0.4, 0.4], atol=1e-6)


def test_mask_edges_leave_no_seam() -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None, :, None]
    content = Raster(np.zeros((1, 64, 3), np.float32))
    scene = Scene(content, (flat_region(0.8, ramp), flat_region(0.8, 1 - ramp)))
    np.testing.assert_allclose(painted(Flat(), scene).pixels, 0.8, atol=1e-6)


def test_masks_that_overlap_share_the_pixel() -> None:
    content = Raster(np.zeros((2, 2, 3), np.float32))
    scene = Scene(content, (flat_region(1), flat_region(0.5)))
    np.testing.assert_allclose(painted(Flat(), scene).pixels, 0.75, atol=1e-6)
    weaker = Scene(content, (flat_region(1, strength=0.5), flat_region(0.5)), strength=0.5)
    np.testing.assert_allclose(painted(Flat(), weaker).pixels, 0.25, atol=1e-6)


def test_a_mask_of_another_size_is_refused() -> None:
    content = Raster(noise(4, 5, 3, "u8"))
    with pytest.raises(BadRequest, match="4 × 5 pixels, the picture 5 × 4"):
        painted(Negative(), Scene(content, (Region(styles=(), mask=grey(1, 5, 4)),)))
    three = Region(styles=(), mask=Raster(np.zeros((4, 5, 3), np.uint8)))
    with pytest.raises(BadRequest, match="3 channels instead of one"):
        painted(Negative(), Scene(content, (three,)))


def test_nan_in_anything_given_is_refused() -> None:
    content = Raster(noise(4, 5, 3, "f32"))
    broken = Raster(np.full((4, 5, 1), np.nan, np.float32))
    for scene in (
        Scene(broken),
        Scene(content, (Region(styles=(), mask=broken),)),
        Scene(content, (Region((Style(picture=broken),)),)),
    ):
        with pytest.raises(BadPicture, match="not finite"):
            painted(Negative(), scene)


def test_rows_are_told_when_they_are_final() -> None:
    content = Raster(noise(200, 90, 3, "u8"))
    canvas = np.zeros_like(content.pixels)
    expected = 255 - content.pixels
    told = []

    def rows_done(rows: int) -> None:
        told.append(rows)
        np.testing.assert_array_equal(canvas[:rows], expected[:rows])

    painted(Negative(), Scene(content), allocate=lambda shape: canvas, rows_done=rows_done, tile=64)
    assert told == sorted(told)
    assert told[-1] == 200
    assert len(set(told)) >= 4


@pytest.mark.parametrize("strength", [0, 0.5, 1])
@pytest.mark.parametrize("engine", [Negative(), Dims(), Descends()], ids=lambda e: type(e).__name__)
def test_all_rows_are_told_in_the_end(engine: Any, strength: float) -> None:
    told: list[int] = []
    content = Raster(noise(30, 20, 3, "u8"))
    painted(engine, Scene(content, strength=strength), rows_done=told.append)
    assert told[-1] == 30


def test_the_canvas_is_the_one_allocated() -> None:
    shapes: list[RasterShape] = []
    canvas = np.zeros((7, 9, 4), np.uint16)

    def allocate(shape: RasterShape) -> Pixels:
        shapes.append(shape)
        return canvas

    out = painted(Negative(), Scene(Raster(noise(7, 9, 2, "u16"), "linear")), allocate=allocate)
    assert shapes == [RasterShape(9, 7, 4, "u16", "linear")]
    assert out.pixels is canvas


class Watcher(Silent):
    def __init__(self, cancel_at: int | None = None) -> None:
        self.seen: list[Progress] = []
        self.cancel_at = cancel_at

    def progressed(self, progress: Progress) -> None:
        self.seen.append(progress)

    def cancelled(self) -> bool:
        return self.cancel_at is not None and len(self.seen) >= self.cancel_at


def test_every_tile_is_a_step() -> None:
    watcher = Watcher()
    content = Raster(noise(128, 128, 3, "u8"))
    render(Negative(), Scene(content), NoParams(), new_run(watcher), tile=64)
    assert [(each.phase, each.step, each.steps) for each in watcher.seen] == [
        ("paint", step, 4) for step in range(5)
    ]


def test_a_cancelled_render_stops_between_tiles() -> None:
    watcher = Watcher(cancel_at=3)
    told: list[int] = []
    with pytest.raises(Cancelled):
        render(
            Negative(),
            Scene(Raster(noise(256, 64, 3, "u8"))),
            NoParams(),
            new_run(watcher),
            rows_done=told.append,
            tile=64,
        )
    assert told == [64, 128]


def test_an_iterative_engine_may_start_from_nothing_and_give_more() -> None:
    outputs = render(Descends(), Scene(None, size=(6, 5)), NoParams(), new_run())
    assert outputs["picture"].shape == RasterShape(6, 5, 3, "u8", "srgb")
    assert (outputs["picture"].pixels == 191).all()
    assert outputs["state"].shape == RasterShape(6, 5, 1, "f32", "srgb")
    assert outputs["state"].pixels[0, 0, 0] == pytest.approx(0.75)


def test_an_iterative_engine_is_blended_like_any_other() -> None:
    content = Raster(np.full((5, 6, 4), 0.25, np.float32))
    out = painted(Descends(), Scene(content, strength=0.5))
    np.testing.assert_allclose(out.colours, 0.5, atol=1e-5)
    assert (out.pixels[:, :, 3] == 0.25).all()


def test_an_iterative_engine_has_gradients_inside_another_job() -> None:
    with torch.inference_mode():
        out = painted(Descends(), Scene(None, size=(2, 2)))
    assert (out.pixels == 191).all()


def test_what_an_engine_needs_is_told() -> None:
    with pytest.raises(BadRequest, match="negative needs a picture"):
        painted(Negative(), Scene(None, size=(4, 4)))
    with pytest.raises(BadRequest, match="descends starts from nothing and was told no size"):
        painted(Descends(), Scene(None))
    with pytest.raises(BadPicture, match="0 × 4"):
        painted(Descends(), Scene(None, size=(0, 4)))


CONTENT = Scene(Raster(np.full((4, 4, 3), 100, np.uint8)))


def test_an_engines_error_is_one_sentence_with_its_cause() -> None:
    with pytest.raises(EngineFailed) as caught:
        painted(Raises(KeyError("relu9_1\nand more")), CONTENT)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("The engine raises failed: ")
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(EngineFailed, match=r"failed: ZeroDivisionError\.$"):
        painted(Raises(ZeroDivisionError()), CONTENT)


def test_our_own_errors_pass_unchanged() -> None:
    error = BadRequest("Not like this.")
    with pytest.raises(BadRequest) as caught:
        painted(Raises(error), CONTENT)
    assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory"
        ),
    ],
)
def test_memory_that_runs_out_is_told_as_such(error: Exception) -> None:
    with pytest.raises(OutOfMemory) as caught:
        painted(Raises(error), CONTENT)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda tile: tile / 0 * 0, "not numbers"),
        (lambda tile: tile / 0, "not numbers"),
        (lambda tile: tile[:, :, 1:], "was wanted"),
        (lambda tile: tile[:, :1], "was wanted"),
        (lambda tile: None, "failed"),
    ],
)
def test_garbage_from_an_engine_is_no_picture(make: Any, sentence: str) -> None:
    with pytest.raises(EngineFailed, match=sentence):
        painted(Gives(make), CONTENT)


def test_values_outside_the_range_are_clipped() -> None:
    content = Raster(np.full((4, 4, 3), 0.5, np.float32))
    assert (painted(Gives(lambda tile: tile + 9), Scene(content)).pixels == 1).all()
    assert (painted(Gives(lambda tile: tile - 9), Scene(content)).pixels == 0).all()


def test_networks_may_answer_in_half_precision() -> None:
    out = painted(Gives(lambda tile: (tile * 0 + 0.5).bfloat16()), CONTENT)
    assert (out.pixels == 128).all()


def test_a_band_of_another_shape_is_no_picture() -> None:
    class Shrinks(Dims):
        def render(self, band: Raster, scene: Scene, params: NoParams, run: Run) -> Raster:
            return band.crop(0, 0, 1, 1)

    class Divides(Dims):
        def render(self, band: Raster, scene: Scene, params: NoParams, run: Run) -> Raster:
            return Raster(band.pixels * np.float32(np.nan))

    with pytest.raises(EngineFailed, match="size or depth"):
        painted(Shrinks(), CONTENT)
    with pytest.raises(EngineFailed, match="not numbers"):
        painted(Divides(), Scene(Raster(np.ones((3, 3, 3), np.float32))))


def test_the_stage_needs_no_torch_for_engines_without_one() -> None:
    code = (
        "import sys, velatura.engines.stage, velatura.engines.identity;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_picture_tensor_is_resized_and_clipped() -> None:
    raster = Raster(np.full((40, 80, 4), 3.0, np.float32))
    tensor = picture_tensor(raster, new_run(), short=20)
    assert tensor.shape == (1, 3, 20, 40)
    assert (tensor == 1).all()
    plain = picture_tensor(Raster(noise(5, 6, 3, "u8")), new_run())
    np.testing.assert_array_equal(
        plain[0].permute(1, 2, 0).numpy(), to_float(Raster(noise(5, 6, 3, "u8")))
    )


def test_a_mask_tensor_is_one_plane() -> None:
    tensor = mask_tensor(grey(0.5, 6, 4), new_run(), size=(2, 3))
    assert tensor.shape == (1, 1, 3, 2)
    torch.testing.assert_close(tensor, torch.full_like(tensor, 0.5))


def test_a_preview_is_the_tensor_in_eight_bits() -> None:
    tensor = torch.tensor([0.2, -1, 5.0]).reshape(1, 3, 1, 1).requires_grad_()
    assert raster_of(tensor).pixels.tolist() == [[[51, 0, 255]]]


class Video(Toy):
    """Remembers how many frames there were, as a video engine remembers its codes."""

    descriptor = described("video", tiles=True, gives=("picture", "state", "mask"))

    def prepare(self, scene: Scene, params: NoParams, run: Run) -> int:
        before = scene.inputs.get("state")
        return int(before.read_bytes().decode()) + 1 if isinstance(before, Path) else 1

    def paint(self, tile: Tensor, prepared: Any, run: Run) -> Tensor:
        return tile

    def finish(self, prepared: int, run: Run) -> dict[str, Raster | Tensor | bytes]:
        return {"state": str(prepared).encode(), "mask": torch.full((1, 1, 2, 3), 0.25)}


Video.descriptor = Video.descriptor.model_copy(
    update={"inputs": (Input(name="state", kind="state", title="State"),)}
)


def test_an_engine_gives_a_file_and_a_raster_beside_the_picture(tmp_path: Path) -> None:
    content = Raster(np.zeros((40, 50, 3), np.uint8))
    state = tmp_path / "state"
    for frame in (1, 2, 3):
        inputs = {"state": state} if frame > 1 else {}
        outputs = render(Video(), Scene(content, inputs=inputs), NoParams(), new_run())
        assert outputs["state"] == str(frame).encode()
        mask = outputs["mask"]
        assert isinstance(mask, Raster)
        assert (mask.width, mask.height, mask.depth) == (3, 2, "f32")
        assert (mask.pixels == 0.25).all()
        state.write_bytes(str(frame).encode())


class Places(Toy):
    """Paints where each pixel is: only an engine that knows its tile's place can."""

    descriptor = described("places", tiles=True, halo=8)

    def apply(self, tile: ContentTile, prepared: Any, run: Run) -> Tensor:
        box = tile.tile.outer
        rows = torch.arange(tile.tensor.shape[2]) + box.y0
        columns = torch.arange(tile.tensor.shape[3]) + box.x0
        painted = torch.zeros_like(tile.tensor)
        painted[0, 0] = (rows / 255)[:, None]
        painted[0, 1] = (columns / 255)[None, :]
        return painted


def test_an_engine_knows_where_its_tile_lies() -> None:
    content = Raster(np.zeros((200, 230, 3), np.uint8))
    outputs = render(Places(), Scene(content), NoParams(), new_run(), tile=64)
    picture = outputs["picture"]
    assert isinstance(picture, Raster)
    assert (picture.pixels[:, :, 0] == np.arange(200)[:, None]).all()
    assert (picture.pixels[:, :, 1] == np.arange(230)[None, :]).all()
