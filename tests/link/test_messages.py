from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

import velatura_link
from velatura_link.errors import ProtocolError
from velatura_link.messages import (
    HEADER_LIMIT,
    binary,
    check_raster,
    natural,
    new_id,
    pack_header,
    unpack_header,
)

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.dictionaries(st.text(), _VALUES))
def test_headers_come_back_as_they_went(fields: dict[str, object]) -> None:
    header = {**fields, "t": "status"}
    assert unpack_header(pack_header(header)) == header


@given(st.binary(max_size=400))
def test_any_bytes_are_a_header_or_a_protocol_error(data: bytes) -> None:
    try:
        header = unpack_header(memoryview(data))
    except ProtocolError:
        return
    assert isinstance(header["t"], str)


@given(st.dictionaries(st.text(max_size=3), _VALUES, max_size=3), st.data())
def test_a_cut_off_header_is_a_protocol_error(
    fields: dict[str, object], data: st.DataObject
) -> None:
    packed = pack_header({"t": "x", **fields})
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(ProtocolError):
        unpack_header(packed[:cut])


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        {"a": 1},
        {"t": 7},
        {"t": "x", 1: 2},
        {"t": "x", "nested": {b"bytes": 1}},
        {"t": "x", "deep": [{"a": {2: 3}}]},
        {"t": "x", "ext": msgpack.ExtType(5, b"data")},
        {"t": "x", "time": msgpack.Timestamp(1, 0)},
    ],
)
def test_only_string_maps_with_a_type_are_headers(value: object) -> None:
    with pytest.raises(ProtocolError):
        unpack_header(msgpack.packb(value))


def test_a_header_nested_without_end_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        unpack_header(b"\x82\xa1t\xa1x\xa1a" + b"\x91" * 100_000)


def test_a_header_may_have_a_mebibyte_and_not_a_byte_more() -> None:
    room = HEADER_LIMIT - len(pack_header({"t": "x", "data": bytes(70_000)})) + 70_000
    assert len(pack_header({"t": "x", "data": bytes(room)})) == HEADER_LIMIT
    with pytest.raises(ProtocolError):
        pack_header({"t": "x", "data": bytes(room + 1)})
    with pytest.raises(ProtocolError):
        unpack_header(msgpack.packb({"t": "x", "data": bytes(room + 1)}))


def test_what_cannot_be_packed_is_a_protocol_error() -> None:
    for value in (object(), 2**70, {1, 2}):
        with pytest.raises(ProtocolError):
            pack_header({"t": "x", "value": value})


@pytest.mark.parametrize(
    ("channels", "depth", "size"),
    [(1, "u8", 35), (2, "u16", 140), (3, "f16", 210), (4, "f32", 560)],
)
def test_a_raster_has_the_size_of_its_pixels(channels: int, depth: str, size: int) -> None:
    reference = {"blob": new_id(), "width": 7, "height": 5, "transfer": "srgb"}
    assert check_raster({**reference, "channels": channels, "depth": depth}) == size


@pytest.mark.parametrize(
    "change",
    [
        {"blob": b"short"},
        {"blob": "text"},
        {"width": 0},
        {"height": -1},
        {"width": 2.0},
        {"width": True},
        {"channels": 5},
        {"channels": True},
        {"channels": None},
        {"depth": "u32"},
        {"depth": ["u8"]},
        {"transfer": "gamma"},
        {"transfer": {}},
    ],
)
def test_a_raster_of_impossible_form_is_a_protocol_error(change: dict[str, object]) -> None:
    reference = {"blob": new_id(), "width": 7, "height": 5, "channels": 4, "depth": "u8"}
    with pytest.raises(ProtocolError):
        check_raster({**reference, "transfer": "srgb", **change})


def test_fields_are_checked_by_kind() -> None:
    assert binary({"k": b"ab"}, "k", 2) == b"ab"
    assert natural({"n": 0}, "n") == 0
    for header in ({}, {"k": b"abc"}, {"k": "ab"}):
        with pytest.raises(ProtocolError):
            binary(header, "k", 2)
    for header in ({}, {"n": -1}, {"n": 1.0}, {"n": True}, {"n": None}):
        with pytest.raises(ProtocolError):
            natural(header, "n")


def test_msgpack_beside_the_package_comes_before_the_installed_one(tmp_path: Path) -> None:
    shutil.copytree(Path(velatura_link.__file__).parent, tmp_path / "host" / "velatura_link")
    vendored = tmp_path / "host" / "velatura_link" / "vendor" / "msgpack"
    shutil.copytree(Path(msgpack.__file__).parent, vendored, ignore=shutil.ignore_patterns("*.so"))
    code = """
from host.velatura_link._msgpack import msgpack
from host.velatura_link.messages import pack_header, unpack_header
print(msgpack.__file__)
assert msgpack.Packer.__module__ == "host.velatura_link.vendor.msgpack.fallback"
assert unpack_header(pack_header({"t": "x", "n": 1})) == {"t": "x", "n": 1}
"""
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, check=True, timeout=30, cwd=tmp_path, stdout=subprocess.PIPE)
    assert Path(ran.stdout.decode().strip()).parent == vendored


def test_importing_the_link_needs_no_package_but_msgpack() -> None:
    code = """
import sys
import velatura_link.client, velatura_link.launch, velatura_link.conformance
foreign = {"zmq", "torch", "numpy", "pydantic", "platformdirs", "velatura"} & sys.modules.keys()
assert not foreign, foreign
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
