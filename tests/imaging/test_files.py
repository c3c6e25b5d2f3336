"""Picture files of every kind come in as they look, or are refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from velatura.errors import BadPicture, BadRequest, TooLarge
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import Pixels, Raster


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def noise(height: int, width: int, channels: int, dtype: str = "u1") -> Pixels:
    rng = np.random.default_rng(7)
    return rng.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True)


def png(width: int, height: int, depth: int = 8, rows: bytes = b"") -> bytes:
    """An RGB PNG that says its size; ``rows`` may be none at all."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG"])
def test_eight_bits_come_back_bit_for_bit(tmp_path: Path, suffix: str, channels: int) -> None:
    raster = Raster(noise(5, 7, channels))
    path = tmp_path / f"a{suffix}"
    assert write_picture(path, raster) == []
    picture = read_picture(path)
    assert picture.raster.shape == raster.shape
    assert picture.raster.to_bytes() == raster.to_bytes()
    assert picture.notes == ()
    assert read_picture(path.read_bytes()).raster.to_bytes() == raster.to_bytes()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bit_grey_comes_back_bit_for_bit(tmp_path: Path, suffix: str) -> None:
    raster = Raster(noise(5, 7, 1, "u2"))
    assert write_picture(tmp_path / f"a{suffix}", raster) == []
    back = read_picture(tmp_path / f"a{suffix}").raster
    assert (back.depth, back.channels) == ("u16", 1)
    assert back.to_bytes() == raster.to_bytes()


def test_wide_integers_are_read_as_sixteen_bits() -> None:
    values = np.array([[0, 300, 65535]], np.int32)
    picture = read_picture(encoded(Image.fromarray(values), "TIFF"))
    assert picture.raster.pixels[0, :, 0].tolist() == [0, 300, 65535]
    assert picture.notes == ()
    clipped = read_picture(encoded(Image.fromarray(values * 2 - 1), "TIFF"))
    assert clipped.raster.pixels[0, :, 0].tolist() == [0, 599, 65535]
    assert clipped.notes == ("Values beyond 16 bits were clipped.",)


def test_float_grey_keeps_its_values() -> None:
    values = np.array([[0.0, 0.25, 3.5]], np.float32)
    raster = read_picture(encoded(Image.fromarray(values), "TIFF")).raster
    assert raster.depth == "f32"
    assert raster.pixels[0, :, 0].tolist() == [0, 0.25, 3.5]


def test_float_grey_with_nan_is_refused() -> None:
    values = np.array([[0.0, np.nan]], np.float32)
    with pytest.raises(BadPicture, match="not finite"):
        read_picture(encoded(Image.fromarray(values), "TIFF"))


def test_bilevel_becomes_black_and_white() -> None:
    image = Image.fromarray(np.array([[0, 255, 0]], np.uint8)).convert("1")
    raster = read_picture(encoded(image)).raster
    assert raster.pixels.tolist() == [[[0], [255], [0]]]


def test_palette_becomes_colour_and_its_transparency_alpha() -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    assert read_picture(encoded(image)).raster.pixels.tolist() == [[[10, 20, 30], [40, 50, 60]]]
    see_through = read_picture(encoded(image, transparency=b"\x00\x80")).raster
    assert see_through.pixels.tolist() == [[[10, 20, 30, 0], [40, 50, 60, 128]]]


def test_a_transparent_colour_becomes_alpha() -> None:
    image = Image.fromarray(np.array([[5, 9]], np.uint8))
    raster = read_picture(encoded(image, transparency=9)).raster
    assert raster.pixels.tolist() == [[[5, 255], [9, 0]]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_pictures_stand_upright(orientation: int, dtype: str) -> None:
    upright = noise(3, 5, 1, dtype)[:, :, 0]
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: upright.T[::-1],
        7: upright.T[::-1, ::-1],
        8: upright.T[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    np.testing.assert_array_equal(read_picture(data).raster.pixels[:, :, 0], upright)


def test_cmyk_without_a_profile_is_told() -> None:
    image = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    picture = read_picture(encoded(image, "TIFF"))
    assert picture.raster.pixels[0, 0].tolist() == [255, 0, 0]
    assert picture.notes == ("The file is CMYK without a profile; its colours are approximate.",)


def test_cmyk_with_a_profile_that_cannot_be_used_is_told() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read_picture(encoded(Image.new("CMYK", (4, 4)), "TIFF", icc_profile=srgb))
    assert picture.raster.pixels[0, 0].tolist() == [255, 255, 255]
    assert "cannot be used" in picture.notes[0]
    assert picture.encoding.profile is None


def test_the_first_of_several_frames_is_taken_and_told() -> None:
    frames = [Image.new("RGB", (3, 2), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    picture = read_picture(data)
    assert picture.raster.pixels[0, 0].tolist() == [255, 0, 0]
    assert picture.notes == ("The file holds 3 pictures; the first was used.",)
    assert picture.format == "GIF"


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_a_picture_cut_off_is_refused(file_format: str) -> None:
    data = encoded(Image.fromarray(noise(64, 64, 3)), file_format)
    with pytest.raises(BadPicture):
        read_picture(data[: len(data) // 2])


@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_the_sentence_names_the_file_that_was_cut_off(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / "holiday"
    data = encoded(Image.fromarray(noise(64, 64, 3)), file_format)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(BadPicture, match=r"holiday is damaged or cut off: .*\.$"):
        read_picture(path)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "letter.png"
    text.write_text("Dear reader")
    with pytest.raises(BadPicture, match=r"letter\.png is not a picture"):
        read_picture(text)
    with pytest.raises(BadPicture, match="The data is not a picture"):
        read_picture(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    with pytest.raises(BadPicture, match="There is no file"):
        read_picture(tmp_path / "nothing.png")
    with pytest.raises(BadPicture, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(BadPicture, match="cannot be opened"):
        read_picture(text / "inside.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(BadPicture, match=r"empty\.png is empty"):
        read_picture(tmp_path / "empty.png")
    with pytest.raises(BadPicture, match="no bytes"):
        read_picture(b"")


def test_a_picture_of_no_size_is_refused() -> None:
    with pytest.raises(BadPicture, match="not a picture"):
        read_picture(png(0, 0))
    with pytest.raises(BadPicture, match="not a picture"):
        read_picture(png(0, 5))


@pytest.mark.parametrize(
    ("width", "height", "sentence"),
    [
        (16385, 16384, "allowed in all"),
        (65536, 1, "a side may have at most 65535"),
        (2**31 - 1, 2**31 - 1, "a side may have"),
    ],
)
def test_a_picture_too_large_is_refused_before_it_is_decoded(
    width: int, height: int, sentence: str
) -> None:
    with pytest.raises(TooLarge, match=sentence):
        read_picture(png(width, height))


def test_limits_can_be_moved() -> None:
    data = encoded(Image.new("RGB", (20, 10)))
    assert read_picture(data, pixels=200, side=20).raster.width == 20
    with pytest.raises(TooLarge, match="allowed in all"):
        read_picture(data, pixels=199)
    with pytest.raises(TooLarge, match="a side"):
        read_picture(data, side=19)


@pytest.mark.parametrize("size", [(1, 1), (60000, 2)])
def test_extreme_shapes_are_read(size: tuple[int, int]) -> None:
    raster = read_picture(encoded(Image.new("RGB", size, (1, 2, 3)))).raster
    assert (raster.width, raster.height) == size
    assert raster.pixels[-1, -1].tolist() == [1, 2, 3]


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
@pytest.mark.parametrize("dtype", ["u2", "f2", "f4"])
def test_deep_colour_is_rounded_to_eight_bits_and_told(
    tmp_path: Path, dtype: str, suffix: str
) -> None:
    full = 65535 if dtype == "u2" else 1
    pixels = np.full((16, 16, 3), 0.2 * full).astype(dtype)
    (note,) = write_picture(tmp_path / f"a{suffix}", Raster(pixels))
    assert "8 bits per channel" in note
    assert read_picture(tmp_path / f"a{suffix}").raster.pixels[0, 0].tolist() == [51, 51, 51]


def test_linear_pictures_are_written_as_they_look(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", Raster(np.full((1, 1, 3), 0.21404114, "f4"), "linear"))
    assert read_picture(tmp_path / "a.png").raster.pixels[0, 0].tolist() == [32768] * 3


def test_jpeg_is_laid_on_white_and_told(tmp_path: Path) -> None:
    pixels = np.zeros((16, 16, 4), np.uint8)
    notes = write_picture(tmp_path / "a.jpg", Raster(pixels))
    assert notes == ["JPEG has no transparency; the picture was laid on white."]
    back = read_picture(tmp_path / "a.jpg").raster
    assert back.channels == 3
    assert back.pixels.min() == 255


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_formats_are_close(tmp_path: Path, suffix: str) -> None:
    y, x = np.mgrid[0:64, 0:64]
    smooth = np.stack([x * 4, y * 4, (x + y) * 2], axis=2).astype(np.uint8)
    write_picture(tmp_path / f"a{suffix}", Raster(smooth))
    back = read_picture(tmp_path / f"a{suffix}").raster.pixels
    assert np.abs(back.astype(int) - smooth).mean() < 3


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"a\.xyz does not have the suffix") as caught:
        write_picture(tmp_path / "a.xyz", Raster(noise(2, 2, 3)))
    assert ".png" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be written: No such file"):
        write_picture(tmp_path / "nowhere" / "a.png", Raster(noise(2, 2, 3)))


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    path.write_bytes(b"precious")
    with pytest.raises(BadRequest, match=r"a\.webp cannot be written"):
        write_picture(path, Raster(np.zeros((1, 20000, 3), np.uint8)))
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_replaces_the_old_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    write_picture(path, Raster(noise(2, 2, 3)))
    assert list(tmp_path.iterdir()) == [path]
    assert read_picture(path).raster.width == 2
