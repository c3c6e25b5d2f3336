"""What is done once around every engine: depth, alpha, strength, masks, regions, outputs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from velatura.contract.engine import PICTURE, Input, Output
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.raster import Depth, Pixels, Raster, RasterShape, Transfer
from velatura.pipeline.render import output_shape, render

from ..toys import (
    DEPTHS,
    STATE,
    TRANSFERS,
    Blur,
    Descends,
    Dims,
    Flat,
    Negative,
    NoParams,
    Toy,
    described,
    grey,
    new_run,
    noise,
    painted,
)


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


def test_an_iterative_engine_may_start_from_nothing_and_give_more() -> None:
    outputs = render(Descends(), Scene(None, size=(6, 5)), NoParams(), new_run())
    assert outputs["picture"].shape == RasterShape(6, 5, 3, "u8", "srgb")
    assert (outputs["picture"].pixels == 191).all()
    assert outputs["field"].shape == RasterShape(6, 5, 1, "f32", "srgb")
    assert outputs["field"].pixels[0, 0, 0] == pytest.approx(0.75)


def test_an_iterative_engine_is_blended_like_any_other() -> None:
    content = Raster(np.full((5, 6, 4), 0.25, np.float32))
    out = painted(Descends(), Scene(content, strength=0.5))
    np.testing.assert_allclose(out.colours, 0.5, atol=1e-5)
    assert (out.pixels[:, :, 3] == 0.25).all()


def test_an_iterative_engine_has_gradients_inside_another_job() -> None:
    with torch.inference_mode():
        out = painted(Descends(), Scene(None, size=(2, 2)))
    assert (out.pixels == 191).all()


def test_the_stage_needs_no_torch_for_engines_without_one() -> None:
    code = (
        "import sys, velatura.pipeline.render, velatura.engines.identity;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Video(Toy):
    """Remembers how many frames there were, as a video engine remembers its codes."""

    descriptor = described(
        "video", tiles=True, outputs=(PICTURE, STATE, Output(name="mask", title="Mask"))
    )

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
