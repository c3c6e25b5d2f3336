"""Headers as bytes, and the names and limits that both sides agree on (docs/reference/protocol.md)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, cast

from ._msgpack import msgpack
from .errors import ProtocolError

Header = dict[str, Any]
Bytes = bytes | bytearray | memoryview

PROTOCOL = 1
HEADER_LIMIT = 1 << 20
CHUNK_LIMIT = 1 << 20
WINDOW = 8 << 20
ID_BYTES = 16
KEY_BYTES = 16
NONCE_BYTES = 32
DIGEST_BYTES = 32

HELLO = "hello"
CHALLENGE = "challenge"
PROVE = "prove"
WELCOME = "welcome"
PING = "ping"
PONG = "pong"
BYE = "bye"
BLOB_PUT = "blob.put"
BLOB_GO = "blob.go"
BLOB_CHUNK = "blob.chunk"
BLOB_CREDIT = "blob.credit"
BLOB_END = "blob.end"
BLOB_DONE = "blob.done"
BLOB_REFUSED = "blob.refused"
BLOB_DROP = "blob.drop"
BLOB_GET = "blob.get"
SUBMIT = "submit"
ACCEPTED = "accepted"
PROGRESS = "progress"
PREVIEW = "preview"
RESULT = "result"
FAILED = "failed"
CANCEL = "cancel"
FINISH = "finish"
RELEASE = "release"
PRESETS = "presets"
PRESETS_SAVE = "presets.save"
PRESETS_RENAME = "presets.rename"
PRESETS_REMOVE = "presets.remove"
MODELS = "models"
STYLES = "styles"
STYLES_ADD = "styles.add"
STYLES_CHANGE = "styles.change"
STYLES_PICTURE = "styles.picture"
STYLES_REMOVE = "styles.remove"
STATUS = "status"
STOP = "stop"
STOPPING = "stopping"
NOTICE = "notice"

CODES = frozenset(
    {
        "bad_request",
        "exists",
        "version",
        "not_welcome",
        "unknown_engine",
        "bad_params",
        "too_large",
        "quota",
        "blob_missing",
        "bad_check",
        "bad_digest",
        "bad_picture",
        "weights_missing",
        "bad_weights",
        "out_of_memory",
        "engine_failed",
        "worker_died",
        "cancelled",
        "replaced",
        "draining",
        "busy",
    }
)

DEPTH_BYTES = {"u8": 1, "u16": 2, "f16": 2, "f32": 4}
TRANSFERS = frozenset({"srgb", "linear"})
CHANNELS = frozenset({1, 2, 3, 4})
FILE = "file"


def new_id() -> bytes:
    """A new name for a blob or a job: 16 unguessable bytes."""
    return secrets.token_bytes(ID_BYTES)


def is_id(value: object) -> bool:
    """Whether ``value`` can name a blob or a job."""
    return isinstance(value, bytes) and len(value) == ID_BYTES


def pack_header(header: Mapping[str, Any]) -> bytes:
    """``header`` as one msgpack map. Raises :class:`ProtocolError` when it is larger than 1 MiB or cannot be packed."""
    try:
        packed = cast(bytes, msgpack.packb(header, use_bin_type=True))
    except (TypeError, ValueError, OverflowError) as error:
        raise ProtocolError("A message cannot be packed: {error}.", error=str(error)) from error
    if len(packed) > HEADER_LIMIT:
        raise ProtocolError(
            "A message's header has {size} bytes; {limit} are allowed.",
            size=len(packed),
            limit=HEADER_LIMIT,
        )
    return packed


def unpack_header(data: Bytes) -> Header:
    """The msgpack map in ``data``, which must have string keys only, at every depth, and a string ``t``.

    Raises :class:`ProtocolError` for everything else, larger than 1 MiB included.
    """
    if len(data) > HEADER_LIMIT:
        raise ProtocolError(
            "A message's header has {size} bytes; {limit} are allowed.",
            size=len(data),
            limit=HEADER_LIMIT,
        )
    try:
        header = msgpack.unpackb(
            data, raw=False, object_pairs_hook=_string_map, max_ext_len=0, use_list=True
        )
    except ProtocolError:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise ProtocolError(
            "A message's header is not msgpack: {error}.", error=str(error)
        ) from error
    except msgpack.UnpackException as error:
        raise ProtocolError("A message's header is cut off.") from error
    if not isinstance(header, dict):
        raise ProtocolError("A message's header is not a map.")
    if not isinstance(header.get("t"), str):
        raise ProtocolError("A message's header does not say its type.")
    return header


def _string_map(pairs: Iterable[tuple[object, object]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if not isinstance(key, str):
            raise ProtocolError("A message has a key that is not a string.")
        result[key] = value
    return result


def binary(header: Mapping[str, Any], key: str, size: int) -> bytes:
    """``header[key]``, which must be ``size`` raw bytes; raises :class:`ProtocolError`."""
    value = header.get(key)
    if not isinstance(value, bytes) or len(value) != size:
        raise ProtocolError("`{key}` must be {size} bytes.", key=key, size=size)
    return value


def natural(header: Mapping[str, Any], key: str) -> int:
    """``header[key]``, which must be an integer of 0 or more; raises :class:`ProtocolError`."""
    value = header.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ProtocolError("`{key}` must be an integer of 0 or more.", key=key)
    return value


def raster_size(width: int, height: int, channels: int, depth: str) -> int:
    """Bytes of a raster's blob: rows without padding, channels interleaved."""
    return width * height * channels * DEPTH_BYTES[depth]


def check_raster(reference: object) -> int:
    """Check a raster reference's form and return its blob's size in bytes; raises :class:`ProtocolError`."""
    if not isinstance(reference, Mapping):
        raise ProtocolError("A raster reference must be a map.")
    binary(reference, "blob", ID_BYTES)
    width, height = natural(reference, "width"), natural(reference, "height")
    if width == 0 or height == 0:
        raise ProtocolError(
            "A raster of {width} × {height} pixels has no pixels.", width=width, height=height
        )
    channels, depth = reference.get("channels"), reference.get("depth")
    if isinstance(channels, bool) or not isinstance(channels, int) or channels not in CHANNELS:
        raise ProtocolError("`channels` must be 1, 2, 3 or 4.")
    if not isinstance(depth, str) or depth not in DEPTH_BYTES:
        raise ProtocolError("`depth` must be u8, u16, f16 or f32.")
    transfer = reference.get("transfer")
    if not isinstance(transfer, str) or transfer not in TRANSFERS:
        raise ProtocolError("`transfer` must be srgb or linear.")
    return raster_size(width, height, channels, depth)


def is_file(reference: object) -> bool:
    """Whether a reference names an encoded file instead of a raster."""
    return isinstance(reference, Mapping) and reference.get("encoding") == FILE
