"""From a request to the scene that an engine is given, in a worker and in a command without a daemon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from velatura.contract import validation
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import Descriptor
from velatura.contract.scene import WHOLE, Origin, Region, Scene, Style
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.imaging.tiles import Box
from velatura.pipeline.mask_input import Note, fitted, masks_by_colour_at
from velatura.pipeline.segments import parted
from velatura_link.messages import is_file
from velatura_link.request_validation import crop_of
from velatura_link.text import Text

Fields = Mapping[str, Any]
Size = tuple[int, int]


class Blobs(Protocol):
    """What the references of a request lead to: rasters, encoded pictures, whole files."""

    def raster(self, reference: Fields) -> Raster:
        """The pixels of a raster reference, without a copy."""

    def picture(self, reference: Fields) -> Raster:
        """The picture in an encoded file. Raises :class:`~velatura.errors.BadPicture`."""

    def file(self, reference: Fields) -> Path:
        """Where the file of a file reference lies."""

    def digest(self, reference: Fields) -> str:
        """SHA-256 of a file's bytes, in hexadecimal."""


@dataclass(frozen=True)
class Sources:
    """Where a request's names lead: its blobs, a checkpoint's file by the name of its model, and who hears of notes."""

    blobs: Blobs
    model: Callable[[str], Path]
    note: Note


def scene_of(request: Fields, descriptor: Descriptor, sources: Sources) -> Scene:
    """The scene that ``request``, a submit's map (docs/reference/protocol.md, section 5), describes for an engine.

    It was checked, and its preset was filled in.

    Rasters are not copied, encoded files are decoded; encoded masks are brought to the size of what they lie over.
    Raises :class:`~velatura.errors.BadPicture`, :class:`BadRequest` for masks that do not fit, and what the library and
    the catalogue raise for names that they do not know.
    """
    request = _said(request)
    content = _picture(request["content"], sources) if "content" in request else None
    size = tuple(request["size"]) if "size" in request else None
    regions = _drawn(
        request.get("regions", ()),
        size if content is None else (content.width, content.height),
        sources,
    )
    styles = _styles(request.get("styles", ()), sources)
    segments = request.get("segments", 0)
    if segments and content is not None:
        regions = (*regions, *parted(content, styles, segments))
    elif styles:
        regions = (*regions, Region(styles))
    kinds = {each.name: each.kind for each in descriptor.inputs}
    return Scene(
        content=content,
        regions=regions,
        size=size,
        depth=request.get("depth", "u8"),
        transfer=request.get("transfer", "srgb"),
        window=Box(*request["window"]) if "window" in request else None,
        strength=float(request.get("strength", 1.0)),
        seed=request.get("seed", 0),
        inputs={
            name: _input(value, kinds.get(name, "raster"), sources)
            for name, value in request.get("inputs", {}).items()
        },
        common=validation.validate("common", CommonParams, request.get("common", {})),
        segments=segments,
    )


def _drawn(regions: Sequence[Fields], size: Size | None, sources: Sources) -> tuple[Region, ...]:
    """The regions that somebody drew. Those of one map of colours are told apart together."""
    coloured: dict[object, list[Fields]] = {}
    for region in regions:
        if region.get("colour") is not None:
            coloured.setdefault(region["mask"]["blob"], []).append(region)
    masks: dict[int, Raster] = {}
    for those in coloured.values():
        found = masks_by_colour_at(
            _picture(those[0]["mask"], sources),
            [tuple(each["colour"]) for each in those],
            size,
            sources.note,
        )
        masks |= {id(region): mask for region, mask in zip(those, found, strict=True)}
    return tuple(
        Region(
            _styles(region.get("styles") or (), sources),
            masks[id(region)]
            if id(region) in masks
            else _mask(
                region["mask"], size, Text("The mask of region {number}", number=number), sources
            ),
            float(_said(region).get("strength", 1.0)),
        )
        for number, region in enumerate(regions, 1)
    )


def _styles(styles: Sequence[Fields], sources: Sources) -> tuple[Style, ...]:
    return tuple(_style(_said(style), sources) for style in styles)


def _style(style: Fields, sources: Sources) -> Style:
    picture = code = checkpoint = origin = None
    blobs = sources.blobs
    if "picture" in style:
        picture = _picture(style["picture"], sources)
        origin = Origin(blobs.digest(style["picture"])) if is_file(style["picture"]) else None
    elif "name" in style:
        from velatura.library import styles

        entry = styles.show(style["name"])
        picture, code = styles.opened(entry.path)
        origin = Origin(entry.sha256, entry.name, entry.title, entry.picture_sha256)
    elif "code" in style:
        code = blobs.file(style["code"])
    elif "file" in style:
        checkpoint = blobs.file(style["file"])
    else:
        checkpoint = sources.model(style["model"])
    return Style(
        picture=picture,
        code=code,
        checkpoint=checkpoint,
        weight=float(style.get("weight", 1.0)),
        mask=_style_mask(style["mask"], picture, sources) if "mask" in style else None,
        index=style.get("index"),
        before=_picture(style["before"], sources) if "before" in style else None,
        crop=crop_of(style["crop"]) if "crop" in style else WHOLE,
        rotation=float(style.get("rotation", 0.0)),
        scale=float(style.get("scale", 1.0)),
        origin=origin,
    )


def _style_mask(reference: Fields, picture: Raster | None, sources: Sources) -> Raster:
    if picture is None:
        raise BadRequest(
            "A style without a picture has a mask, but only a picture can be masked.",
            hint="Give the picture that its code was made from.",
        )
    return _mask(reference, (picture.width, picture.height), Text("A style's mask"), sources)


def _mask(reference: Fields, size: Size | None, what: Text, sources: Sources) -> Raster:
    """A mask: one channel as it is sent, or an encoded picture brought to ``size``."""
    if not is_file(reference):
        return sources.blobs.raster(reference)
    return fitted(sources.blobs.picture(reference), size, what, sources.note)


def _input(value: Any, kind: str, sources: Sources) -> Raster | Path | float | str:
    if not isinstance(value, Mapping):
        return value  # type: ignore[no-any-return]
    if kind in ("file", "state"):
        return sources.blobs.file(value)
    return _picture(value, sources)


def _picture(reference: Fields, sources: Sources) -> Raster:
    blobs = sources.blobs
    return blobs.picture(reference) if is_file(reference) else blobs.raster(reference)


def _said(fields: Fields) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
