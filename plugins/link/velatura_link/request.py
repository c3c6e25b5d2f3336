"""What a client wishes, as one tree of plain facts, and its form on the wire (docs/protocol.md, 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
            raise ValueError(f"{self.width} × {self.height} pixels are none.")
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
    """A whole file as bytes: an encoded picture (PNG, JPEG, …), a checkpoint, a style code."""

    data: ReadableBuffer = field(repr=False)
    digest: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, path: Path) -> EncodedFile:
        """The file at ``path``."""
        return cls(path.read_bytes())

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

    ``name`` is of the daemon's library, ``model`` a checkpoint by name. ``weight`` is greater than 0 and relative to
    the region's other styles. ``mask`` (one channel) limits a picture to a part of it; ``index`` is one style of a
    bank; ``before`` the unpainted half of a pair. ``crop`` (left, top, right, bottom, 0 to 1 of its sides) is the part
    of the picture that counts, turned by ``rotation`` degrees counter-clockwise; its strokes become ``scale`` times as
    large.
    """

    picture: Payload | None = None
    name: str | None = None
    model: str | None = None
    file: EncodedFile | None = None
    code: EncodedFile | None = None
    weight: float = 1.0
    mask: Pixels | None = None
    index: int | None = None
    before: Payload | None = None
    crop: tuple[float, float, float, float] | None = None
    rotation: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class RegionRef:
    """Styles over a part of the content; ``mask`` has one channel, ``strength`` is 0 to 1."""

    mask: Pixels
    styles: tuple[StyleRef, ...]
    strength: float = 1.0


@dataclass(frozen=True)
class Request:
    """One wish. ``regions`` are parts, ``styles`` apply to what they leave; ``strength`` is 0 to 1, None for 1.

    ``common`` holds the knobs that every engine has, ``params`` the engine's own. ``segments`` from 2 on has the
    picture parted by itself, one part for each of ``styles`` in turn, the largest first. ``preset`` names one of the
    daemon's, which says what the rest of the request leaves out: what is None or empty.
    ``stop_after`` ends an interruptible engine after so many steps, as :meth:`Job.finish` did when a result was made.
    ``size`` is the output's (width, height) for engines without a content; ``inputs`` what else the engine's
    descriptor names. ``window`` (left, top, right, bottom, in pixels of the content) asks for that part of the result
    alone, which then has its size.
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


def _mentioned(request: Request) -> Iterator[Payload | None]:
    yield request.content
    regional = [style for region in request.regions for style in region.styles]
    for style in (*request.styles, *regional):
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
