"""Whether a request is one that docs/reference/protocol.md, section 5, allows.

Clients ask before they send anything, the broker asks of whatever arrives, and the command line without a daemon asks
too: the rules are here and nowhere else. Engines check their own knobs, and whether a scene is one that they take.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from .blob_references import BlobUse, SizeLimits, check_size, file_use, mask_use, picture_use
from .errors import Refused
from .messages import DEPTH_BYTES, TRANSFERS, is_file
from .text import Text, Value, text_of

DEVICE = re.compile(r"auto|cpu|mps|(cuda|xpu)(:\d{1,2})?")
"""What a job may ask for: each other device has a worker of its own, so there must not be any number of them."""

MOST_SEGMENTS = 64
"""Into how many parts a picture can be asked to be parted."""

LARGEST_SEED = (1 << 63) - 1

STYLE_KINDS = ("picture", "name", "model", "file", "code")
"""Keys of a style of which it has exactly one."""

Crop = tuple[float, float, float, float]
Fields = Mapping[str, Any]


def check_request(request: object, limits: SizeLimits) -> list[BlobUse]:
    """Every blob that ``request``, the map of a submit, names.

    A key whose value is nil counts as absent. Raises :class:`Refused` (``bad_request``, ``too_large``) with one
    sentence about the first thing that is wrong.
    """
    if not isinstance(request, Mapping):
        raise Refused("bad_request", "A submit must carry a request.")
    said = _said(request)
    engine, preset = said.get("engine"), said.get("preset")
    _require(preset is None or isinstance(preset, str), "The preset of a request must be a name.")
    _require(
        isinstance(engine, str) or (engine is None and preset is not None),
        "A request must name its engine.",
    )
    for key in ("params", "common", "inputs"):
        _require(
            isinstance(said.get(key, {}), Mapping), "The {key} of a request must be a map.", key=key
        )
    for key in ("styles", "regions"):
        _require(_is_list(said.get(key, [])), "The {key} of a request must be a list.", key=key)
    _check_scalars(said)
    uses: list[BlobUse] = []
    if "content" in said:
        uses.append(picture_use(said["content"], limits))
    _check_result(said, limits)
    uses += _styles(said.get("styles", []), limits)
    for region in said.get("regions", []):
        uses += _region(region, limits)
    uses += [
        picture_use(value, limits)
        for value in said.get("inputs", {}).values()
        if isinstance(value, Mapping)
    ]
    _check_segments(said)
    return uses


def crop_of(value: Any) -> Crop:
    """A style's crop: left, top, right and bottom of a part of a picture, 0 to 1 of its sides.

    Raises ``ValueError`` for what is none.

    >>> crop_of([0, 0, 0.5, 1])
    (0.0, 0.0, 0.5, 1.0)
    """
    if not _is_list(value) or len(value) != 4 or not all(map(_is_number, value)):
        raise ValueError(Text("A style's crop must be four numbers: left, top, right, bottom."))
    left, top, right, bottom = (float(side) for side in value)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(
            Text("A style's crop must be a part of it: 0 ≤ left < right ≤ 1, 0 ≤ top < bottom ≤ 1.")
        )
    return left, top, right, bottom


def _check_scalars(said: Fields) -> None:
    _check_fraction(said.get("strength", 1.0), Text("The strength"))
    seed = said.get("seed", 0)
    _require(
        _is_whole(seed) and 0 <= seed <= LARGEST_SEED,
        "The seed must be a whole number from 0 to {most}, not {value}.",
        most=LARGEST_SEED,
        value=_shown(seed),
    )
    steps = said.get("stop_after", 1)
    _require(_is_whole(steps) and steps > 0, "stop_after must be a number of steps.")
    device = said.get("device", "auto")
    if not isinstance(device, str) or not DEVICE.fullmatch(device):
        raise Refused(
            "bad_request",
            "“{device}” is not a device.",
            "Devices are auto, cpu, cuda, cuda:1 (the second one), mps and xpu.",
            device=str(device)[:32],
        )


def _check_result(said: Fields, limits: SizeLimits) -> None:
    """What the request says of the result's size, depth and part."""
    if "size" in said:
        size = said["size"]
        _require(_is_list(size) and len(size) == 2, "size must be [width, height].")
        check_size(size[0], size[1], limits)
    depth, transfer = said.get("depth", "u8"), said.get("transfer", "srgb")
    _require(
        isinstance(depth, str) and depth in DEPTH_BYTES,
        "The depth must be one of {names}, not {value}.",
        names=", ".join(DEPTH_BYTES),
        value=_shown(depth),
    )
    _require(
        isinstance(transfer, str) and transfer in TRANSFERS,
        "The transfer must be srgb or linear, not {value}.",
        value=_shown(transfer),
    )
    if "window" in said:
        window = said["window"]
        _require(
            _is_list(window) and len(window) == 4 and all(map(_is_whole, window)),
            "window must be four whole numbers: left, top, right, bottom.",
        )
        left, top, right, bottom = window
        _require(
            0 <= left < right and 0 <= top < bottom and "content" in said,
            "window must be a part of the content: 0 ≤ left < right, 0 ≤ top < bottom.",
        )


def _check_segments(said: Fields) -> None:
    """Whether there is a part for each style, and a style at all. A preset may still bring the styles."""
    segments = said.get("segments", 0)
    _require(
        _is_whole(segments) and 0 <= segments <= MOST_SEGMENTS and segments != 1,
        "A picture can be divided into 2 to {most} parts, not {value}.",
        most=MOST_SEGMENTS,
        value=_shown(segments),
    )
    styles = len(said.get("styles", []))
    if segments and not styles and "preset" not in said:
        raise Refused(
            "bad_request",
            "The picture is to be divided into {segments} parts, but no style was given.",
            "Give a style for each part.",
            segments=segments,
        )
    if segments and styles > segments:
        raise Refused(
            "bad_request",
            "A picture divided into {segments} parts has none for the last of {styles} styles.",
            "Divide it into as many parts as there are styles.",
            segments=segments,
            styles=styles,
        )


def _region(region: Any, limits: SizeLimits) -> Iterator[BlobUse]:
    _require(isinstance(region, Mapping), "A region must be a map.")
    said = _said(region)
    _check_fraction(said.get("strength", 1.0), Text("The strength of a region"))
    colour = said.get("colour")
    _require(
        colour is None
        or (
            _is_list(colour)
            and len(colour) == 3
            and all(_is_whole(each) and 0 <= each <= 255 for each in colour)
        ),
        "A region's colour must be three whole numbers from 0 to 255: red, green, blue.",
    )
    mask = said.get("mask")
    yield (
        picture_use(mask, limits) if is_file(mask) or colour is not None else mask_use(mask, limits)
    )
    yield from _styles(said.get("styles", []), limits)


def _styles(styles: Any, limits: SizeLimits) -> Iterator[BlobUse]:
    _require(_is_list(styles), "The styles of a request must be a list.")
    for style in styles:
        _require(isinstance(style, Mapping), "A style must be a map.")
        said = _said(style)
        _check_style(said)
        for key in ("picture", "before"):
            if key in said:
                yield picture_use(said[key], limits)
        for key in ("file", "code"):
            if key in said:
                yield file_use(said[key])
        if "mask" in said:
            mask = said["mask"]
            yield file_use(mask) if is_file(mask) else mask_use(mask, limits)


def _check_style(said: Fields) -> None:
    kinds = [key for key in STYLE_KINDS if key in said]
    _require(len(kinds) == 1, "A style must have one of: {names}.", names=", ".join(STYLE_KINDS))
    (kind,) = kinds
    _require(
        kind not in ("name", "model") or isinstance(said[kind], str),
        "The {kind} of a style must be text.",
        kind=kind,
    )
    weight = said.get("weight", 1.0)
    _require(
        _is_number(weight) and weight > 0,
        "A style's weight must be a number above 0, not {value}.",
        value=_shown(weight),
    )
    index = said.get("index")
    if index is not None:
        _require(
            _is_whole(index) and index >= 0, "A style's index must be a whole number, 0 or more."
        )
        _require(kind in ("file", "model"), "Only a style of a checkpoint has an index.")
    _require(
        "before" not in said or kind in ("picture", "name"),
        "Only a picture can be the other half of a pair.",
    )
    if "crop" in said:
        try:
            crop_of(said["crop"])
        except ValueError as error:
            raise Refused("bad_request", str(error)) from error
    rotation, scale = said.get("rotation", 0.0), said.get("scale", 1.0)
    _require(
        _is_number(rotation) and abs(rotation) <= 360,
        "A style's rotation must be from -360 to 360 degrees, not {value}.",
        value=_shown(rotation),
    )
    _require(
        _is_number(scale) and 1 / 64 <= scale <= 64,
        "A style's scale must be from 1/64 to 64, not {value}.",
        value=_shown(scale),
    )


def _check_fraction(value: Any, what: Text) -> None:
    _require(
        _is_number(value) and 0 <= value <= 1,
        "{what} must be from 0 to 1, not {value}.",
        what=what,
        value=_shown(value),
    )


def _require(condition: object, message: str, **values: Value) -> None:
    if not condition:
        raise Refused("bad_request", text_of(message, values))


def _said(fields: Fields) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False
