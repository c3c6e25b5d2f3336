"""From a request's references to the scene that an engine is given."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from velatura.contract import validation
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Descriptor
from velatura.contract.scene import WHOLE, Origin, Region, Scene, Style
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box
from velatura.library.checksums import sha256_of
from velatura.pipeline.recipe import Checks
from velatura.pipeline.segments import parted
from velatura_link.messages import is_file

if TYPE_CHECKING:
    from velatura.library.styles import StyleEntry


@dataclass(frozen=True)
class SpoolFile:
    """A blob as a worker sees it."""

    path: Path
    size: int
    digest: bytes | None
    check: int | None = None


@dataclass(frozen=True)
class Sources:
    """Where a request's references lead: spool files by blob id, the style library, the model catalogue.

    ``checks`` hears of the checks that blobs have.
    """

    files: Mapping[bytes, SpoolFile]
    style: Callable[[str], StyleEntry]
    model: Callable[[str], Path]
    checks: Checks = field(default_factory=Checks)


def scene_of(request: Mapping[str, Any], descriptor: Descriptor, sources: Sources) -> Scene:
    """The scene that ``request`` (docs/protocol.md, section 5; checked by the broker) describes for an engine.

    Rasters are mapped, not read; encoded files are decoded. Raises :class:`~velatura.errors.BadPicture`, and what the
    library and the catalogue raise for names they do not know.
    """
    content = request.get("content")
    kinds = {each.name: each.kind for each in descriptor.inputs}
    picture = _picture(content, sources) if content is not None else None
    regions = tuple(
        Region(
            _styles(region.get("styles", []), sources),
            _raster(region["mask"], sources),
            float(region.get("strength", 1.0)),
        )
        for region in request.get("regions", [])
    )
    styles = _styles(request.get("styles", []), sources)
    segments = request.get("segments", 0)
    if segments and picture is not None:
        regions = (*regions, *parted(picture, styles, segments))
    elif styles:
        regions = (*regions, Region(styles))
    size, window = request.get("size"), request.get("window")
    return Scene(
        content=picture,
        regions=regions,
        size=(size[0], size[1]) if size is not None else None,
        depth=request.get("depth") or "u8",
        transfer=request.get("transfer") or "srgb",
        window=Box(*window) if window is not None else None,
        strength=float(request.get("strength", 1.0)),
        seed=int(request.get("seed", 0)),
        inputs={
            name: _input(value, kinds.get(name, "raster"), sources)
            for name, value in request.get("inputs", {}).items()
        },
        common=validation.validate("common", CommonParams, request.get("common", {})),
        segments=segments,
    )


def _input(value: Any, kind: str, sources: Sources) -> Raster | Path | float | str:
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]
    if kind in ("file", "state"):
        return sources.files[value["blob"]].path
    return _picture(value, sources)


def _styles(styles: list[Mapping[str, Any]], sources: Sources) -> tuple[Style, ...]:
    return tuple(_style(style, sources) for style in styles)


def _style(style: Mapping[str, Any], sources: Sources) -> Style:
    picture = code = checkpoint = origin = None
    if style.get("picture") is not None:
        picture = _picture(style["picture"], sources)
        origin = _origin(style["picture"], sources)
    elif style.get("name") is not None:
        from velatura.library.styles import opened

        entry = sources.style(style["name"])
        picture, code = opened(entry.path)
        origin = Origin(entry.sha256, entry.name, entry.title, entry.picture_sha256)
    elif style.get("code") is not None:
        code = sources.files[style["code"]["blob"]].path
    elif style.get("file") is not None:
        checkpoint = sources.files[style["file"]["blob"]].path
    else:
        checkpoint = sources.model(style["model"])
    mask, before = style.get("mask"), style.get("before")
    crop = style.get("crop")
    return Style(
        picture=picture,
        code=code,
        checkpoint=checkpoint,
        weight=float(style.get("weight", 1.0)),
        mask=_raster(mask, sources) if mask is not None else None,
        index=style.get("index"),
        before=_picture(before, sources) if before is not None else None,
        crop=tuple(crop) if crop is not None else WHOLE,
        rotation=float(style.get("rotation", 0.0)),
        scale=float(style.get("scale", 1.0)),
        origin=origin,
    )


def _origin(reference: Mapping[str, Any], sources: Sources) -> Origin | None:
    """Where a picture comes from that was sent as a file."""
    if not is_file(reference):
        return None
    file = sources.files[reference["blob"]]
    return Origin(file.digest.hex() if file.digest is not None else sha256_of(file.path))


def _picture(reference: Mapping[str, Any], sources: Sources) -> Raster:
    if not is_file(reference):
        return _raster(reference, sources)
    from velatura.imaging.files import read_picture

    return read_picture(sources.files[reference["blob"]].path.read_bytes()).raster


def _raster(reference: Mapping[str, Any], sources: Sources) -> Raster:
    spooled = sources.files[reference["blob"]]
    with spooled.path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    raster = Raster.from_buffer(
        mapped,
        width=reference["width"],
        height=reference["height"],
        channels=reference["channels"],
        depth=reference["depth"],
        transfer=reference["transfer"],
    )
    if spooled.check is not None:
        sources.checks.know(raster, spooled.check)
    return raster
