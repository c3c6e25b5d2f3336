"""ICC profiles, built byte by byte (ICC.1:2001-04), so that nothing that is tested made them."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

WHITE = (0.9642, 1.0, 0.8249)
"""XYZ of D50, the white of all profiles."""

# Columns are red, green and blue in XYZ, adapted to D50 by Bradford's method (brucelindbloom.com).
SRGB: Matrix = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
ADOBE: Matrix = np.array(
    [
        [0.6097559, 0.2052401, 0.1492240],
        [0.3111242, 0.6256560, 0.0632197],
        [0.0194811, 0.0608902, 0.7448387],
    ]
)
DISPLAY_P3: Matrix = np.array(
    [
        [0.5151187, 0.2919778, 0.1571035],
        [0.2411892, 0.6922441, 0.0665668],
        [-0.0010505, 0.0418791, 0.7840713],
    ]
)
ADOBE_GAMMA = 563 / 256


def rgb_profile(matrix: Matrix, curve: bytes, name: str = "test") -> bytes:
    colorants = {
        tag: b"XYZ \0\0\0\0" + _fixed(matrix[:, at])
        for at, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
    }
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"mntr", b"RGB ", b"XYZ ", colorants | curves, name)


def grey_profile(curve: bytes) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})


def cmyk_profile() -> bytes:
    """Inks that take away a part of the light each: a table of two points per ink, in Lab."""
    corners = []
    for cyan, magenta, yellow, black in itertools.product((0, 1), repeat=4):
        light = np.array([1 - 0.8 * cyan, 1 - 0.8 * magenta, 1 - 0.8 * yellow]) * (1 - 0.9 * black)
        corners += _lab8(SRGB @ light)
    straight = bytes(range(256))
    identity = _fixed(np.eye(3).ravel())
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + straight * 4 + bytes(corners)
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table + straight * 3})


def gamma(exponent: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256))


def table(values: NDArray[np.float64]) -> bytes:
    integers = np.rint(values * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(integers)) + integers.tobytes()


def srgb_curve(points: int | None = None) -> bytes:
    """The curve of sRGB by its formula, or as a table."""
    if points is None:
        numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(numbers)
    x = np.linspace(0, 1, points)
    return table(np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4))


def _lab8(xyz: NDArray[np.float64]) -> list[int]:
    f = np.cbrt(xyz / WHITE)
    lab = (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))
    scaled = (lab[0] * 2.55, lab[1] + 128, lab[2] + 128)
    return [int(np.clip(np.rint(value), 0, 255)) for value in scaled]


def _fixed(numbers: Sequence[float] | NDArray[np.float64]) -> bytes:
    return b"".join(struct.pack(">i", round(float(number) * 65536)) for number in numbers)


def _profile(
    kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes], name: str = "test"
) -> bytes:
    text = name.encode() + b"\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"desc": described, b"wtpt": b"XYZ \0\0\0\0" + _fixed(WHITE)} | tags
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    head = bytes(8) + struct.pack(">I", 0x02400000) + kind + space + connection + bytes(12)
    head += b"acsp" + bytes(28) + _fixed(WHITE)
    body = head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + data
    return struct.pack(">I", len(body)) + body[4:]
