"""Files with profiles: what comes in is sRGB, what goes out is the file's own again."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.imaging import icc

from velatura.imaging.colour import srgb_from_linear, to_float
from velatura.imaging.files import Picture, read_picture, write_picture
from velatura.imaging.raster import Pixels, Raster

ADOBE = icc.rgb_profile(icc.ADOBE, icc.gamma(icc.ADOBE_GAMMA))
DISPLAY_P3 = icc.rgb_profile(icc.DISPLAY_P3, icc.srgb_curve())
LINEAR_P3 = icc.rgb_profile(icc.DISPLAY_P3, icc.gamma(1))
LINEAR = icc.rgb_profile(icc.SRGB, icc.gamma(1))
SRGB = icc.rgb_profile(icc.SRGB, icc.srgb_curve(1024))
GREY = icc.grey_profile(icc.gamma(2.2))
SRGB_OF_PILLOW = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wide(dtype: str, channels: int = 3) -> Pixels:
    """Colours in the whole cube, most of them saturated, and all greys."""
    steps = np.linspace(0, 1, 9)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    pixels = np.concatenate([cube, np.repeat(np.linspace(0, 1, 270).reshape(10, 27, 1), 3, 2)])
    if channels in (2, 4):
        alpha = np.linspace(0, 1, pixels.shape[0] * 27).reshape(-1, 27, 1)
        pixels = np.concatenate([pixels, alpha], axis=2)
    if channels < 3:
        pixels = pixels[:, :, -channels:]
    if dtype.startswith("u"):
        pixels = np.rint(pixels * np.iinfo(dtype).max)
    return np.ascontiguousarray(pixels.astype(f"<{dtype}"))


def save(path: Path, pixels: Pixels, profile: bytes) -> None:
    """A file made by others than us."""
    if path.suffix == ".tif" and pixels.dtype != np.uint8:
        alpha = ["unassalpha"] if pixels.shape[2] in (2, 4) else None
        photometric = "rgb" if pixels.shape[2] > 2 else "minisblack"
        tifffile.imwrite(
            path,
            pixels[:, :, 0] if pixels.shape[2] == 1 else pixels,
            photometric=photometric,
            planarconfig="contig" if pixels.shape[2] > 1 else None,
            extrasamples=alpha,
            iccprofile=profile,
        )
    else:
        squeezed = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
        Image.fromarray(squeezed).save(path, icc_profile=profile, lossless=True, exact=True)


def stored(path: Path) -> Pixels:
    """The values in a file as others read them."""
    if path.suffix == ".tif":
        return np.asarray(tifffile.imread(path))
    import imagecodecs

    return imagecodecs.imread(str(path))


def light(matrix: icc.Matrix, values: Pixels) -> Pixels:
    """Linear light of sRGB for linear values in the colours of ``matrix``."""
    return values @ (np.linalg.inv(icc.SRGB) @ matrix).T


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_adobe_rgb_becomes_srgb(tmp_path: Path, dtype: str) -> None:
    pixels = wide(dtype)
    save(tmp_path / "a.tif", pixels, ADOBE)
    picture = read_picture(tmp_path / "a.tif")
    top = np.iinfo(dtype).max if dtype.startswith("u") else 1
    expected = srgb_from_linear(light(icc.ADOBE, (pixels / top) ** icc.ADOBE_GAMMA))
    assert np.abs(to_float(picture.raster) - expected).max() < 3e-3
    assert picture.notes == ()


@pytest.mark.parametrize(
    ("profile", "matrix"), [(DISPLAY_P3, icc.DISPLAY_P3), (SRGB, icc.SRGB)], ids=["p3", "srgb"]
)
def test_display_p3_becomes_srgb(tmp_path: Path, profile: bytes, matrix: icc.Matrix) -> None:
    pixels = wide("u1")
    save(tmp_path / "a.png", pixels, profile)
    x = pixels / 255
    values = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    expected = srgb_from_linear(light(matrix, values))
    assert np.abs(to_float(read_picture(tmp_path / "a.png").raster) - expected).max() < 3e-3


def test_colours_within_srgb_are_those_of_littlecms_in_eight_bits(tmp_path: Path) -> None:
    pixels = (wide("u1") // 4 + 120).astype(np.uint8)
    save(tmp_path / "a.png", pixels, ADOBE)
    managed = ImageCms.profileToProfile(
        Image.fromarray(pixels),
        ImageCms.ImageCmsProfile(io.BytesIO(ADOBE)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    raster = read_picture(tmp_path / "a.png").raster
    assert np.abs(to_float(raster) * 255 - np.asarray(managed)).max() <= 1.01


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        (".png", "u1"),
        (".webp", "u1"),
        (".tif", "u1"),
        (".tif", "u2"),
        (".tif", "f2"),
        (".tif", "f4"),
    ],
)
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    "profile", [ADOBE, DISPLAY_P3, LINEAR_P3, LINEAR, SRGB], ids=["adobe", "p3", "lp3", "lin", "s"]
)
def test_what_nobody_painted_has_its_values_and_profile_again(
    tmp_path: Path, suffix: str, dtype: str, channels: int, profile: bytes
) -> None:
    pixels = wide(dtype, channels)
    save(tmp_path / f"a{suffix}", pixels, profile)
    picture = read_picture(tmp_path / f"a{suffix}")
    target = ".png" if suffix == ".webp" else suffix
    assert write_picture(tmp_path / f"b{target}", picture.raster, like=picture) == []
    np.testing.assert_array_equal(stored(tmp_path / f"b{target}"), pixels)
    assert read_picture(tmp_path / f"b{target}").encoding.profile == profile


def test_sixteen_bit_png_keeps_its_profile_and_values(tmp_path: Path) -> None:
    pixels = wide("u2", 4)
    save(tmp_path / "a.tif", pixels, ADOBE)
    picture = read_picture(tmp_path / "a.tif")
    write_picture(tmp_path / "a.png", picture.raster, like=picture)
    np.testing.assert_array_equal(stored(tmp_path / "a.png"), pixels)
    assert Image.open(tmp_path / "a.png").info["icc_profile"] == ADOBE
    assert read_picture(tmp_path / "a.png").raster.to_bytes() == picture.raster.to_bytes()


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("profile", [ADOBE, DISPLAY_P3], ids=["adobe", "p3"])
def test_levels_survive_where_all_was_painted(tmp_path: Path, dtype: str, profile: bytes) -> None:
    """By the smallest amount that the raster can tell."""
    pixels = wide(dtype)
    save(tmp_path / "a.tif", pixels, profile)
    picture = read_picture(tmp_path / "a.tif")
    read = picture.raster.pixels
    touched = Raster(np.nextafter(read, np.array(2, read.dtype)))
    write_picture(tmp_path / "b.tif", touched, like=picture)
    back = stored(tmp_path / "b.tif")
    off = np.abs(back.astype(int) - pixels)
    assert np.median(off) == 0
    assert (off > 1).mean() < (0.05 if dtype == "u1" else 0.1)
    # Where one channel is nearly dark and another bright, the rounding of the bright one moves the
    # dark one by more levels than that, but by little light.
    top = np.iinfo(dtype).max
    moved = np.abs((back / top) ** 2.2 - (pixels / top) ** 2.2)
    assert moved.max() < (5e-3 if dtype == "u1" else 1e-4)


def test_painted_pixels_are_converted_beside_untouched_ones(tmp_path: Path) -> None:
    pixels = wide("u1")
    save(tmp_path / "a.png", pixels, ADOBE)
    picture = read_picture(tmp_path / "a.png")
    painted = picture.raster.pixels.copy()
    painted[3, 4] = (1, 0, 0)
    write_picture(tmp_path / "b.png", Raster(painted), like=picture)
    back = stored(tmp_path / "b.png")
    red = np.linalg.inv(icc.ADOBE) @ icc.SRGB @ [1, 0, 0]
    expected = np.rint(np.clip(red, 0, 1) ** (1 / icc.ADOBE_GAMMA) * 255)
    assert np.abs(back[3, 4] - expected).max() <= 1
    pixels[3, 4] = back[3, 4]
    np.testing.assert_array_equal(back, pixels)


@pytest.mark.parametrize("profile", [SRGB, SRGB_OF_PILLOW], ids=["table", "pillow"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_a_profile_that_means_srgb_changes_nothing(
    tmp_path: Path, profile: bytes, dtype: str
) -> None:
    save(tmp_path / "a.tif", wide(dtype), profile)
    picture = read_picture(tmp_path / "a.tif")
    assert (picture.raster.depth, picture.raster.transfer) == (
        "u8" if dtype == "u1" else "u16",
        "srgb",
    )
    np.testing.assert_array_equal(picture.raster.pixels, wide(dtype))
    assert picture.encoding.pixels is None
    assert picture.encoding.profile == profile


def test_the_name_of_a_profile_means_nothing(tmp_path: Path) -> None:
    liar = icc.rgb_profile(icc.ADOBE, icc.gamma(icc.ADOBE_GAMMA), name="sRGB IEC61966-2.1")
    save(tmp_path / "a.png", wide("u1"), liar)
    assert read_picture(tmp_path / "a.png").raster.depth == "f16"


@pytest.mark.parametrize("dtype", ["u1", "u2", "f2", "f4"])
def test_linear_profiles_of_srgb_give_linear_rasters(tmp_path: Path, dtype: str) -> None:
    save(tmp_path / "a.tif", wide(dtype), LINEAR)
    raster = read_picture(tmp_path / "a.tif").raster
    assert raster.transfer == "linear"
    np.testing.assert_array_equal(raster.pixels, wide(dtype))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_grey_profiles_are_managed_too(tmp_path: Path, dtype: str, channels: int) -> None:
    pixels = wide(dtype, channels)
    save(tmp_path / "a.tif", pixels, GREY)
    picture = read_picture(tmp_path / "a.tif")
    assert picture.raster.channels == channels
    expected = srgb_from_linear((pixels[:, :, :1] / np.iinfo(dtype).max) ** 2.2)
    # The profile's 2.2 is a number of 8 binary places.
    assert np.abs(picture.raster.colours - expected).max() < 2e-3
    write_picture(tmp_path / "b.tif", picture.raster, like=picture)
    np.testing.assert_array_equal(stored(tmp_path / "b.tif").reshape(pixels.shape), pixels)
    assert read_picture(tmp_path / "b.tif").encoding.profile == GREY


def test_a_grey_file_painted_in_colour_becomes_srgb(tmp_path: Path) -> None:
    save(tmp_path / "a.png", wide("u1", 1), GREY)
    picture = read_picture(tmp_path / "a.png")
    painted = Raster(np.repeat(picture.raster.pixels, 3, axis=2))
    assert write_picture(tmp_path / "b.png", painted, like=picture) == []
    back = read_picture(tmp_path / "b.png")
    assert back.encoding.profile is None
    assert back.raster.depth == "u8"
    assert np.abs(to_float(back.raster) - to_float(painted)).max() <= 0.503 / 255


@pytest.mark.parametrize(
    "profile",
    [b"nonsense" * 30, ADOBE[:150], ADOBE[:132] + bytes(300), GREY, icc.cmyk_profile()],
    ids=["nonsense", "cut", "empty", "grey", "cmyk"],
)
def test_a_profile_that_cannot_be_used_is_told(tmp_path: Path, profile: bytes) -> None:
    save(tmp_path / "a.png", wide("u1"), profile)
    picture = read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(picture.raster.pixels, wide("u1"))
    assert picture.encoding.profile is None
    assert picture.notes == (
        "The file's colour profile cannot be used; its colours were read as sRGB.",
    )


def test_a_grey_file_with_the_profile_of_srgb_is_no_trouble(tmp_path: Path) -> None:
    save(tmp_path / "a.png", wide("u1", 1), SRGB)
    picture = read_picture(tmp_path / "a.png")
    assert picture.notes == ()
    np.testing.assert_array_equal(picture.raster.pixels, wide("u1", 1))


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_cmyk_is_read_through_its_profile(tmp_path: Path, dtype: str) -> None:
    steps = np.linspace(0, 255, 4)
    inks = np.stack(np.meshgrid(*[steps] * 4), axis=-1).reshape(16, 16, 4).astype(np.uint8)
    scale = 1 if dtype == "u1" else 257
    data = inks.astype(f"<{dtype}") * np.array(scale, f"<{dtype}")
    tifffile.imwrite(
        tmp_path / "a.tif", data, photometric="separated", iccprofile=icc.cmyk_profile()
    )
    picture = read_picture(tmp_path / "a.tif")
    managed = ImageCms.profileToProfile(
        Image.fromarray(inks, "CMYK"),
        ImageCms.ImageCmsProfile(io.BytesIO(icc.cmyk_profile())),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert picture.raster.depth == ("u8" if dtype == "u1" else "u16")
    assert picture.notes == ()
    assert np.abs(picture.raster.pixels / scale - np.asarray(managed)).max() <= 2
    assert picture.raster.pixels.max() == 255 * scale


def test_jpeg_has_the_profile_and_colours_of_its_content(tmp_path: Path) -> None:
    flat = np.full((32, 32, 3), (60, 200, 90), np.uint8)
    save(tmp_path / "a.png", flat, ADOBE)
    picture = read_picture(tmp_path / "a.png")
    assert write_picture(tmp_path / "a.jpg", picture.raster, like=picture) == []
    image = Image.open(tmp_path / "a.jpg")
    assert image.info["icc_profile"] == ADOBE
    assert np.abs(np.asarray(image).astype(int) - flat).max() <= 2


def resized(picture: Picture) -> Raster:
    return Raster(np.ascontiguousarray(picture.raster.pixels[::2, ::2]), picture.raster.transfer)


def test_another_size_has_the_profile_all_the_same(tmp_path: Path) -> None:
    save(tmp_path / "a.png", wide("u1"), ADOBE)
    picture = read_picture(tmp_path / "a.png")
    write_picture(tmp_path / "b.png", resized(picture), like=picture)
    off = np.abs(stored(tmp_path / "b.png").astype(int) - wide("u1")[::2, ::2])
    assert off.max() <= 2
    assert off.mean() < 0.02
    assert read_picture(tmp_path / "b.png").encoding.profile == ADOBE


def exr(chromaticities: tuple[float, ...] | None, dtype: str) -> bytes:
    rng = np.random.default_rng(3)
    planes = {name: (rng.random((6, 5)) * 4).astype(dtype) for name in "RGB"}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if chromaticities is not None:
        header["chromaticities"] = chromaticities
    stream = io.BytesIO()
    OpenEXR.File(header, planes).write(stream)
    return stream.getvalue()


P3_CHROMATICITIES = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)
REC709_CHROMATICITIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_exr_chromaticities_are_managed(tmp_path: Path, dtype: str) -> None:
    data = exr(P3_CHROMATICITIES, dtype)
    picture = read_picture(data)
    plain = read_picture(exr(None, dtype)).raster
    expected = light(icc.DISPLAY_P3, plain.pixels.astype(np.float64))
    assert picture.raster.transfer == "linear"
    assert picture.raster.pixels.max() > 1
    np.testing.assert_allclose(picture.raster.pixels, expected, atol=5e-3)
    write_picture(tmp_path / "a.exr", picture.raster, like=picture)
    back = OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True)
    np.testing.assert_array_equal(back.channels()["R"].pixels, plain.pixels[:, :, 0])
    np.testing.assert_allclose(back.header()["chromaticities"], P3_CHROMATICITIES, atol=1e-6)


def test_exr_chromaticities_of_srgb_change_nothing() -> None:
    raster = read_picture(exr(REC709_CHROMATICITIES, "f2")).raster
    assert raster.to_bytes() == read_picture(exr(None, "f2")).raster.to_bytes()


def test_a_wide_exr_becomes_an_srgb_png(tmp_path: Path) -> None:
    picture = read_picture(exr(P3_CHROMATICITIES, "f4"))
    write_picture(tmp_path / "a.png", picture.raster, like=picture)
    back = read_picture(tmp_path / "a.png")
    assert back.encoding.profile is None
    np.testing.assert_allclose(
        to_float(back.raster), np.clip(to_float(picture.raster), 0, 1), atol=1e-4
    )
