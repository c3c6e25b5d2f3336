"""A text inside picture files: every format carries it, pixels are as without, and hostile files harm nobody."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.imaging.embedded import ATTRIBUTE, LARGEST, packet, read_text, text_in
from velatura.imaging.files import read_picture, write_picture
from velatura.imaging.raster import DTYPES, Depth, Raster

from .icc import DISPLAY_P3, rgb_profile, srgb_curve

TEXT = '{"title":"<Île & “Sea”> \'漢\' ]]>","n":1.5}'
PROFILE = rgb_profile(DISPLAY_P3, srgb_curve())
SUFFIXES = (".png", ".jpg", ".webp", ".tif", ".exr")


def noise(depth: Depth, channels: int) -> Raster:
    dtype = DTYPES[depth]
    values = np.random.default_rng(3).random((9, 7, channels))
    top = np.iinfo(dtype).max if dtype.kind == "u" else 1
    return Raster((values * top).astype(dtype))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("depth", list(DTYPES))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_text_travels_beside_the_same_pixels(
    suffix: str, depth: Depth, channels: int, tmp_path: Path
) -> None:
    raster = noise(depth, channels)
    plain, told = tmp_path / f"plain{suffix}", tmp_path / f"told{suffix}"
    write_picture(plain, raster)
    write_picture(told, raster, recipe=TEXT)
    assert read_text(told) == TEXT
    assert read_text(plain) is None
    one, other = read_picture(plain), read_picture(told)
    assert one.raster.shape == other.raster.shape
    assert one.raster.to_bytes() == other.raster.to_bytes()


@pytest.mark.parametrize("depth", ["u8", "u16"])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_a_profile_stays_beside_it(suffix: str, depth: Depth, tmp_path: Path) -> None:
    source = tmp_path / "source.tif"
    Image.fromarray(noise("u8", 3).pixels).save(source, icc_profile=PROFILE)
    content = read_picture(source)
    target = tmp_path / f"target{suffix}"
    write_picture(target, content.raster, like=content, recipe=TEXT)
    assert read_text(target) == TEXT
    assert Image.open(target).info["icc_profile"] == PROFILE


def test_other_programs_find_an_xmp_packet(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".webp", ".tif"):
        target = tmp_path / f"a{suffix}"
        write_picture(target, noise("u8", 3), recipe=TEXT)
        with Image.open(target) as picture:
            found = picture.info["xmp"]
        assert found == packet(TEXT)


def test_it_is_found_as_an_attribute_of_the_description_too() -> None:
    """Some programs write simple properties so."""
    data = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/>'
        '<rdf:Description xmlns:v="urn:velatura:xmp#" v:recipe="{&quot;a&quot;:1}"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    assert text_in(data.encode()) == '{"a":1}'


def test_a_text_too_long_for_a_jpeg_is_left_out_and_said(tmp_path: Path) -> None:
    long = "x" * 70_000
    notes = write_picture(tmp_path / "a.jpg", noise("u8", 3), recipe=long)
    assert notes == ["The recipe is too long for a JPEG; it was left out."]
    assert read_text(tmp_path / "a.jpg") is None
    assert write_picture(tmp_path / "a.png", noise("u8", 3), recipe=long) == []
    assert read_text(tmp_path / "a.png") == long


def test_the_longest_text_that_a_jpeg_takes_is_written(tmp_path: Path) -> None:
    text = "x" * (65502 - len(packet("")))
    assert write_picture(tmp_path / "a.jpg", noise("u8", 3), recipe=text) == []
    assert read_text(tmp_path / "a.jpg") == text


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no XML", b"<a", packet("x")[:-80], b"\xff\xfe\x00", b"<a/>" * 9,
        packet("x").replace(b"velatura:xmp", b"other"),
        b'<!DOCTYPE a [<!ENTITY b "cccc">]>' + packet("&b;"),
        b" " * (LARGEST + 1),
    ],
)  # fmt: skip
def test_what_is_no_packet_of_ours_has_no_text(data: bytes) -> None:
    assert text_in(data) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp037"])
def test_entities_do_not_grow(encoding: str) -> None:
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{"".join(lines)}]>'
    said = packet("&a11;").replace(b"&amp;", b"&").decode().replace("\ufeff", "")
    began = time.monotonic()
    assert text_in(_declared(encoding, bomb + said)) is None
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("encoding", ["utf-16", "cp037"])
def test_no_encoding_hides_a_declaration(encoding: str) -> None:
    said = packet("&a;").replace(b"&amp;", b"&").decode().replace("\ufeff", "")
    assert text_in(_declared(encoding, f'<!DOCTYPE x [<!ENTITY a "ha">]>{said}')) is None


def _declared(encoding: str, text: str) -> bytes:
    """``text`` in an encoding that its first line declares."""
    first = f'<?xml version="1.0" encoding="{encoding}"?>'
    if encoding == "utf-16":
        return (first + text).encode(encoding)
    return first.encode() + text.encode(encoding)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files_have_no_text(suffix: str, tmp_path: Path) -> None:
    whole = tmp_path / f"whole{suffix}"
    write_picture(whole, noise("u8", 3), recipe=TEXT)
    data = whole.read_bytes()
    damaged = tmp_path / f"damaged{suffix}"
    for at in range(0, len(data), max(1, len(data) // 40)):
        damaged.write_bytes(data[:at])
        assert read_text(damaged) in (None, TEXT)
        damaged.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        assert isinstance(read_text(damaged), str | None)


def test_what_is_no_picture_has_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_text("a picture says more than this\n")
    assert read_text(file) is None
    with pytest.raises(OSError):
        read_text(tmp_path / "missing.png")


def test_an_attribute_of_another_kind_is_none(tmp_path: Path) -> None:
    import OpenEXR

    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, ATTRIBUTE: 7}
    stream = io.BytesIO()
    OpenEXR.File(header, {"Y": np.zeros((2, 2), np.float16)}).write(stream)
    (tmp_path / "a.exr").write_bytes(stream.getvalue())
    assert read_text(tmp_path / "a.exr") is None
