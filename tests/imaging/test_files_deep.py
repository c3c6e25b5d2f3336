"""Pictures of more than 8 bits: every level comes back, in every format that can hold it."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from velatura.errors import BadPicture, TooLarge, VelaturaError
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import Pixels, Raster, Transfer

HELD = [
    (suffix, dtype)
    for suffix, dtypes in {
        ".png": ("u1", "u2"),
        ".tif": ("u1", "u2", "f2", "f4"),
        ".exr": ("f2", "f4"),
    }.items()
    for dtype in dtypes
]


def noise(channels: int, dtype: str, size: tuple[int, int] = (5, 7)) -> Pixels:
    """Values of the whole range of ``dtype``, floats up to 8; alpha is opaque or hidden in part."""
    rng = np.random.default_rng(7)
    if dtype.startswith("u"):
        top = int(np.iinfo(dtype).max)
        return rng.integers(0, top, (*size, channels), dtype, endpoint=True)
    pixels = rng.random((*size, channels)) * 8
    if channels in (2, 4):
        pixels[:, :, -1] = rng.choice([0, 0.37, 1], size)
    return pixels.astype(f"<{dtype}")


def meant(dtype: str) -> Transfer:
    return "srgb" if dtype.startswith("u") else "linear"


def tiff(pixels: Pixels, **options: Any) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, **options)
    return stream.getvalue()


def exr(planes: dict[str, Pixels], **header: Any) -> bytes:
    stream = io.BytesIO()
    header |= {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, planes).write(stream)
    return stream.getvalue()


def file_of(suffix: str, dtype: str, folder: Path, size: tuple[int, int] = (64, 64)) -> bytes:
    path = folder / f"a{suffix}"
    write_picture(path, Raster(noise(4, dtype, size), meant(dtype)))
    return path.read_bytes()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("suffix", "dtype"), HELD)
def test_every_depth_comes_back_bit_for_bit(
    tmp_path: Path, suffix: str, dtype: str, channels: int
) -> None:
    pixels = noise(channels, dtype)
    if suffix == ".exr" and channels in (2, 4):
        pixels[:, :, -1] = 1
    raster = Raster(pixels, meant(dtype))
    path = tmp_path / f"a{suffix}"
    assert write_picture(path, raster) == []
    picture = read_picture(path)
    assert picture.notes == ()
    assert picture.raster.shape == raster.shape
    assert picture.raster.to_bytes() == raster.to_bytes()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("suffix", "dtype"), HELD)
def test_what_nobody_painted_is_written_as_it_was_read(
    tmp_path: Path, suffix: str, dtype: str, channels: int
) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    write_picture(first, Raster(noise(channels, dtype), meant(dtype)))
    picture = read_picture(first)
    assert write_picture(second, picture.raster, like=picture) == []
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_all_levels_of_sixteen_bits_come_back(tmp_path: Path, suffix: str) -> None:
    ramp = np.arange(65536, dtype="<u2").reshape(256, 256)
    raster = Raster(np.stack([ramp, ramp[::-1], ramp.T], axis=2))
    write_picture(tmp_path / f"a{suffix}", raster)
    picture = read_picture(tmp_path / f"a{suffix}")
    write_picture(tmp_path / f"b{suffix}", picture.raster, like=picture)
    np.testing.assert_array_equal(
        read_picture(tmp_path / f"b{suffix}").raster.pixels, raster.pixels
    )


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_floats_become_sixteen_bits_in_png_and_that_is_told(tmp_path: Path, dtype: str) -> None:
    raster = Raster(np.array([[[0.2, 1, 0, 0.4]]], dtype))
    (note,) = write_picture(tmp_path / "a.png", raster)
    assert note == f"PNG was written with 16 bits per channel instead of {raster.depth}."
    back = read_picture(tmp_path / "a.png").raster
    assert np.abs(back.pixels - np.array([13107, 65535, 0, 26214], float)).max() < 16


def test_what_is_brighter_than_white_is_clipped_in_png_and_told(tmp_path: Path) -> None:
    raster = Raster(np.array([[[4, 1, 0]]], np.float32), "linear")
    notes = write_picture(tmp_path / "a.png", raster)
    assert notes[1] == "PNG cannot store values brighter than white; they were clipped."
    assert read_picture(tmp_path / "a.png").raster.pixels.tolist() == [[[65535, 65535, 0]]]


@pytest.mark.parametrize("suffix", [".tif", ".exr"])
def test_srgb_floats_are_written_as_the_light_that_they_are(tmp_path: Path, suffix: str) -> None:
    write_picture(tmp_path / f"a{suffix}", Raster(np.full((1, 1, 3), 0.5, np.float32)))
    back = read_picture(tmp_path / f"a{suffix}").raster
    assert back.transfer == "linear"
    np.testing.assert_allclose(back.pixels, 0.21404114, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_exr_keeps_the_levels_of_integers(tmp_path: Path, dtype: str) -> None:
    raster = Raster(noise(3, dtype, (40, 40)))
    assert write_picture(tmp_path / "a.exr", raster) == []
    light = read_picture(tmp_path / "a.exr")
    assert light.encoding.depth == ("f16" if dtype == "u1" else "f32")
    like = read_picture(tmp_path / "a.exr")
    write_picture(tmp_path / "a.png", like.raster, like=like)
    scale = 257 if dtype == "u1" else 1
    back = read_picture(tmp_path / "a.png").raster.pixels
    assert np.abs(back - raster.pixels.astype(float) * scale).max() < (32 if scale > 1 else 1)


def test_exr_multiplies_colours_by_alpha(tmp_path: Path) -> None:
    pixels = np.array([[[0.5, 1, 2, 0.5], [9, 9, 9, 0]]], np.float32)
    write_picture(tmp_path / "a.exr", Raster(pixels, "linear"))
    planes = OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True).channels()
    assert [planes[name].pixels[0].tolist() for name in "RGBA"] == [
        [0.25, 0],
        [0.5, 0],
        [1, 0],
        [0.5, 0],
    ]
    back = read_picture(tmp_path / "a.exr").raster.pixels
    assert back.tolist() == [[[0.5, 1, 2, 0.5], [0, 0, 0, 0]]]


def test_light_without_opacity_comes_back_from_exr(tmp_path: Path) -> None:
    glow = {name: np.full((2, 3), 0.3, np.float16) for name in "RGB"}
    data = exr(glow | {"A": np.zeros((2, 3), np.float16)})
    picture = read_picture(data)
    write_picture(tmp_path / "a.exr", picture.raster, like=picture)
    planes = OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True).channels()
    np.testing.assert_array_equal(planes["R"].pixels, glow["R"])


def test_a_layer_of_an_exr_is_taken_when_it_has_no_other_picture() -> None:
    planes = {
        f"View.Combined.{name}": np.full((2, 3), value, np.float32)
        for name, value in zip("RGB", (1, 2, 3), strict=True)
    }
    picture = read_picture(exr(planes | {"View.Depth.Z": np.full((2, 3), 9, np.float32)}))
    assert picture.raster.pixels[0, 0].tolist() == [1, 2, 3]
    assert picture.notes == ("The file's channels other than its colours were left out.",)


def test_an_exr_without_colours_is_refused() -> None:
    with pytest.raises(BadPicture, match="no channels R, G and B"):
        read_picture(exr({"Z": np.zeros((2, 3), np.float32)}))


def test_an_exr_with_infinity_is_refused() -> None:
    with pytest.raises(BadPicture, match="not finite"):
        read_picture(exr({"Y": np.full((2, 3), np.inf, np.float16)}))


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_tiff_planes_are_read_like_pixels(dtype: str) -> None:
    pixels = noise(3, dtype)
    planes = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    raster = read_picture(tiff(planes, photometric="rgb", planarconfig="separate")).raster
    np.testing.assert_array_equal(raster.pixels, pixels)


@pytest.mark.parametrize("compression", ["zlib", "lzw", "zstd", "packbits", None])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_tiff_of_every_making_is_read(
    compression: str | None, byteorder: Any, tile: tuple[int, int] | None
) -> None:
    pixels = noise(3, "u2", (33, 29))
    made = pixels.astype(f"{byteorder}u2")
    data = tiff(made, photometric="rgb", compression=compression, byteorder=byteorder, tile=tile)
    np.testing.assert_array_equal(read_picture(data).raster.pixels, pixels)


def test_big_tiff_is_read() -> None:
    pixels = noise(4, "u2")
    data = tiff(pixels, photometric="rgb", extrasamples=["unassalpha"], bigtiff=True)
    np.testing.assert_array_equal(read_picture(data).raster.pixels, pixels)


def test_tiff_whose_zero_is_white_is_turned() -> None:
    raster = read_picture(tiff(np.array([[0, 65535, 5]], "u2"), photometric="miniswhite")).raster
    assert raster.pixels[0, :, 0].tolist() == [65535, 0, 65530]


def test_tiff_colours_multiplied_by_alpha_are_divided() -> None:
    pixels = np.array([[[1000, 2000, 32768, 32768], [7, 0, 0, 0]]], "u2")
    raster = read_picture(tiff(pixels, photometric="rgb", extrasamples=["assocalpha"])).raster
    assert raster.pixels[0, 0].tolist() == [2000, 4000, 65535, 32768]


def test_channels_that_are_no_alpha_are_left_out_and_told() -> None:
    pixels = noise(4, "u2")
    picture = read_picture(tiff(pixels, photometric="rgb", extrasamples=["unspecified"]))
    np.testing.assert_array_equal(picture.raster.pixels, pixels[:, :, :3])
    assert picture.notes == ("The file's channels other than its colours were left out.",)


def test_the_first_of_several_deep_pages_is_taken_and_told() -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        for value in (3, 4):
            writer.write(np.full((2, 3, 3), value, "u2"), photometric="rgb")
    picture = read_picture(stream.getvalue())
    assert picture.raster.pixels.max() == 3
    assert picture.notes == ("The file holds 2 pictures; the first was used.",)


def test_colours_that_are_no_rgb_are_refused() -> None:
    data = tiff(noise(3, "u2"), photometric="cielab")
    with pytest.raises(BadPicture, match="stores its colours in a way"):
        read_picture(data)


def chunk(name: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + checksum


def with_chunk(png: bytes, name: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return png[:33] + chunk(name, data) + png[33:]


STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright.swapaxes(0, 1)[::-1],
    7: lambda upright: upright.swapaxes(0, 1)[::-1, ::-1],
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_deep_pictures_stand_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = noise(3, "u2")
    stored = np.ascontiguousarray(STORED[orientation](upright))
    if kind == "png":
        exif = Image.Exif()
        exif[0x0112] = orientation
        write_picture(tmp_path / "a.png", Raster(stored))
        data = with_chunk(
            (tmp_path / "a.png").read_bytes(), b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")
        )
    else:
        tag = (274, "H", 1, orientation, True)
        data = tiff(stored, photometric="rgb", extratags=[tag])
    np.testing.assert_array_equal(read_picture(data).raster.pixels, upright)


def test_a_transparent_colour_of_sixteen_bits_becomes_alpha(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", Raster(np.array([[[1, 2, 3], [1, 2, 4]]], "u2")))
    png = with_chunk((tmp_path / "a.png").read_bytes(), b"tRNS", struct.pack(">3H", 1, 2, 3))
    assert read_picture(png).raster.pixels.tolist() == [[[1, 2, 3, 0], [1, 2, 4, 65535]]]


@pytest.mark.parametrize(("suffix", "dtype"), HELD)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.97])
def test_a_deep_picture_cut_off_is_refused(
    tmp_path: Path, suffix: str, dtype: str, kept: float, capfd: pytest.CaptureFixture[str]
) -> None:
    data = file_of(suffix, dtype, tmp_path)
    with pytest.raises(BadPicture):
        read_picture(data[: int(len(data) * kept)])
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("suffix", "dtype"), HELD)
def test_a_deep_picture_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, suffix: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = file_of(suffix, dtype, tmp_path, (30, 40))
    monkeypatch.setattr("tifffile.TiffPage.asarray", None)
    monkeypatch.setattr("imagecodecs.png_decode", None)
    with pytest.raises(TooLarge, match="allowed in all"):
        read_picture(data, pixels=1199)
    with pytest.raises(TooLarge, match="a side"):
        read_picture(data, side=39)


@pytest.mark.parametrize(
    ("suffix", "dtype"), [pair for pair in HELD if pair not in ((".png", "u1"), (".tif", "u1"))]
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4),
    kept=st.floats(0.05, 1),
)
def test_damage_is_told_in_a_sentence(
    tmp_path: Path, suffix: str, dtype: str, places: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(file_of(suffix, dtype, tmp_path, (12, 9)))
    for where, value in places:
        data[int(where * (len(data) - 1))] = value
    try:
        picture = read_picture(bytes(data[: max(1, int(kept * len(data)))]), pixels=1 << 20)
    except VelaturaError as error:
        assert error.message.endswith(".")
    else:
        assert picture.raster.width > 0
