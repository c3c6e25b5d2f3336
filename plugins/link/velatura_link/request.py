"""What a client asks for, as one tree of plain facts, and its form on the wire (docs/reference/protocol.md, 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .messages import CHANNELS, DEPTH_BYTES, FILE, TRANSFERS, raster_size

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Scalar = bool | int | float | str


@dataclass(eq=False)
class Pixels:
    """A raster: rows top to bottom, channels interleaved, little-endian, no padding, straight alpha.

    ``buffer`` is anything with that many contiguous bytes (bytes, bytearray, mmap, a NumPy array). It is not copied
    and must not change while a client uses it; for other pixels make another object. ``channels`` is 1 to 4, ``depth``
    u8, u16, f16 or f32, ``transfer`` srgb or linear. ``digest`` is its SHA-256 if that is known.

    Raises ``ValueError`` when these do not fit together.
    """

    buffer: ReadableBuffer = field(repr=False)
    width: int
    height: int
    channels: int
    depth: str
    transfer: str = "srgb"
    digest: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.channels not in CHANNELS or self.depth not in DEPTH_BYTES:
            raise ValueError(f"There are no rasters of {self.channels} channels and {self.depth}.")
        if self.transfer not in TRANSFERS:
            raise ValueError(f"There is no transfer {self.transfer!r}; it is srgb or linear.")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A raster of {self.width} × {self.height} pixels is empty.")
        needed = raster_size(self.width, self.height, self.channels, self.depth)
        if len(self.view) != needed:
            raise ValueError(
                f"{self.width} × {self.height} pixels of {self.channels} channels and {self.depth} need "
                f"{needed} bytes; the buffer has {len(self.view)}."
            )

    @property
    def view(self) -> memoryview:
        """The bytes, without a copy."""
        return memoryview(self.buffer).cast("B")

    def reference(self, blob: bytes) -> dict[str, Any]:
        """The raster reference to these pixels when they are the blob ``blob``."""
        return {
            "blob": blob,
            "width": self.width,
            "height": self.height,
            "channels": self.channels,
            "depth": self.depth,
            "transfer": self.transfer,
        }


@dataclass(eq=False)
class EncodedFile:
    """A whole file as bytes: an encoded picture (PNG, JPEG, …), a checkpoint, a style code, an engine's state.

    ``path`` is where it was read, and stays with the client.
    """

    data: ReadableBuffer = field(repr=False)
    digest: bytes | None = field(default=None, repr=False)
    path: Path | None = None

    @classmethod
    def read(cls, path: Path) -> EncodedFile:
        """The file at ``path``."""
        return cls(path.read_bytes(), path=path)

    @property
    def view(self) -> memoryview:
        """The bytes, without a copy."""
        return memoryview(self.data).cast("B")

    def reference(self, blob: bytes) -> dict[str, Any]:
        """The file reference to these bytes when they are the blob ``blob``."""
        return {"blob": blob, "encoding": FILE}


Payload = Pixels | EncodedFile


@dataclass(frozen=True)
class StyleRef:
    """What to imitate; exactly one of ``picture``, ``name``, ``model``, ``file`` and ``code`` is set.

    ``name`` is of the daemon's library, ``model`` a checkpoint by name, ``file`` one that is sent; ``index`` is one
    style of a bank, from 0. ``before`` is the unpainted half of a pair, whose other half is the picture. ``weight`` is
    greater than 0 and relative to the region's other styles. ``mask`` limits a picture to a part of it: one channel of
    its size, or an encoded picture of its proportions. ``crop`` (left, top, right, bottom, 0 to 1 of its sides) is the
    part of the picture that counts, turned by ``rotation`` degrees counter-clockwise; its strokes become ``scale``
    times as large.
    """

    picture: Payload | None = None
    name: str | None = None
    model: str | None = None
    file: EncodedFile | None = None
    code: EncodedFile | None = None
    weight: float = 1.0
    mask: Payload | None = None
    index: int | None = None
    before: Payload | None = None
    crop: tuple[float, float, float, float] | None = None
    rotation: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class RegionRef:
    """Styles over a part of the picture; ``strength`` is 0 to 1.

    ``mask`` is one channel of the picture's size, or an encoded picture of its proportions: white where the styles
    apply. With ``colour`` (red, green, blue, 0 to 255) they apply where that picture has this colour instead.
    """

    mask: Payload
    styles: tuple[StyleRef, ...]
    strength: float = 1.0
    colour: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Request:
    """What one job paints. ``regions`` are parts of the picture, ``styles`` apply to what they leave.

    ``strength`` is 0 to 1, None for 1. ``common`` holds the knobs that every engine has, ``params`` the engine's own.
    ``segments`` from 2 on has the picture parted by itself, one part for each of ``styles`` in turn, the largest first.
    ``preset`` names one of the daemon's, which says what the rest of the request leaves out: what is None or empty.
    ``stop_after`` ends an interruptible engine after so many steps, as :meth:`Job.finish` did when a result was made.
    Without a content, ``size`` is the result's (width, height), ``depth`` its depth (u8, u16, f16 or f32; None for u8)
    and ``transfer`` its transfer (srgb or linear; None for srgb). ``window`` (left, top, right, bottom, in pixels of
    the content) asks for that part of the result alone, which then has its size. ``inputs`` is what else the engine's
    descriptor names; an output of the kind ``state`` goes back as the input of its name with the next frame.
    """

    engine: str | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    content: Payload | None = None
    size: tuple[int, int] | None = None
    depth: str | None = None
    transfer: str | None = None
    strength: float | None = None
    seed: int = 0
    device: str | None = None
    styles: tuple[StyleRef, ...] = ()
    regions: tuple[RegionRef, ...] = ()
    inputs: Mapping[str, Payload | Scalar] = field(default_factory=dict)
    common: Mapping[str, Scalar] = field(default_factory=dict)
    segments: int | None = None
    preset: str | None = None
    stop_after: int | None = None
    window: tuple[int, int, int, int] | None = None


def payloads(request: Request) -> list[Payload]:
    """Every raster and file that ``request`` refers to, each once, the content first."""
    found = dict.fromkeys(payload for payload in _mentioned(request) if payload is not None)
    return list(found)


def encode_request(request: Request, name: Callable[[Payload], bytes]) -> dict[str, Any]:
    """``request`` as the map of a submit; ``name`` gives a payload's blob."""
    fields: dict[str, Any] = {
        "engine": request.engine,
        "params": dict(request.params),
        "content": _reference(request.content, name),
        "size": None if request.size is None else list(request.size),
        "depth": request.depth,
        "transfer": request.transfer,
        "strength": request.strength,
        "seed": request.seed,
        "device": request.device,
        "styles": [_style(style, name) for style in request.styles],
        "regions": [
            {
                "mask": _reference(region.mask, name),
                "styles": [_style(style, name) for style in region.styles],
                "strength": region.strength,
                **({} if region.colour is None else {"colour": list(region.colour)}),
            }
            for region in request.regions
        ],
        "inputs": {key: _input(value, name) for key, value in request.inputs.items()},
        "common": dict(request.common),
        "segments": request.segments,
        "preset": request.preset,
        "stop_after": request.stop_after,
        "window": None if request.window is None else list(request.window),
    }
    return {key: value for key, value in fields.items() if value is not None}


def decode_request(
    fields: Mapping[str, Any], payload: Callable[[Mapping[str, Any]], Payload]
) -> Request:
    """The request that :func:`encode_request` made ``fields`` of; ``payload`` gives what a reference names.

    ``fields`` must be such as :func:`velatura_link.request_validation.check_request` lets pass.
    """
    said: dict[str, Any] = {key: value for key, value in fields.items() if value is not None}
    for key in ("size", "window"):
        if key in said:
            said[key] = tuple(said[key])
    if "content" in said:
        said["content"] = payload(said["content"])
    said["styles"] = _decoded_styles(said.get("styles", ()), payload)
    said["regions"] = tuple(_decoded_region(region, payload) for region in said.get("regions", ()))
    said["inputs"] = {
        key: payload(value) if isinstance(value, Mapping) else value
        for key, value in said.get("inputs", {}).items()
    }
    return Request(**said)


def all_styles(request: Request) -> tuple[StyleRef, ...]:
    """The styles of regions and of the rest, in this order."""
    return (*(style for region in request.regions for style in region.styles), *request.styles)


def _decoded_styles(
    styles: Iterable[Mapping[str, Any]], payload: Callable[[Mapping[str, Any]], Payload]
) -> tuple[StyleRef, ...]:
    return tuple(StyleRef(**_decoded_style(style, payload)) for style in styles)


def _decoded_region(
    region: Mapping[str, Any], payload: Callable[[Mapping[str, Any]], Payload]
) -> RegionRef:
    said = {key: value for key, value in region.items() if value is not None}
    said["mask"] = payload(said["mask"])
    said["styles"] = _decoded_styles(said.get("styles", ()), payload)
    if "colour" in said:
        said["colour"] = tuple(said["colour"])
    return RegionRef(**said)


def _decoded_style(
    style: Mapping[str, Any], payload: Callable[[Mapping[str, Any]], Payload]
) -> dict[str, Any]:
    said = {key: value for key, value in style.items() if value is not None}
    if "crop" in said:
        said["crop"] = tuple(said["crop"])
    return {
        key: payload(value) if isinstance(value, Mapping) else value for key, value in said.items()
    }


def _mentioned(request: Request) -> Iterator[Payload | None]:
    yield request.content
    for style in all_styles(request):
        yield from (style.picture, style.file, style.code, style.mask, style.before)
    for region in request.regions:
        yield region.mask
    for value in request.inputs.values():
        if isinstance(value, (Pixels, EncodedFile)):
            yield value


def _style(style: StyleRef, name: Callable[[Payload], bytes]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "weight": style.weight,
        "picture": _reference(style.picture, name),
        "name": style.name,
        "model": style.model,
        "file": _reference(style.file, name),
        "code": _reference(style.code, name),
        "mask": _reference(style.mask, name),
        "index": style.index,
        "before": _reference(style.before, name),
        "crop": None if style.crop is None else list(style.crop),
        "rotation": style.rotation,
        "scale": style.scale,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _reference(payload: Payload | None, name: Callable[[Payload], bytes]) -> dict[str, Any] | None:
    return None if payload is None else payload.reference(name(payload))


def _input(value: Payload | Scalar, name: Callable[[Payload], bytes]) -> Any:
    return _reference(value, name) if isinstance(value, (Pixels, EncodedFile)) else value
