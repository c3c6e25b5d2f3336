"""What a ``submit`` may say: checked by the broker before anything is done, without torch or pydantic.

Engines check their own knobs; this is about shape and size. The layout is docs/protocol.md, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from velatura.errors import BadRequest, TooLarge, UnknownEngine
from velatura.serve.config import Limits
from velatura.serve.jobs.job import MAX_GRACE, Job
from velatura.serve.library.queries import filled
from velatura_link.errors import ProtocolError
from velatura_link.messages import Header, check_raster, is_file, is_id

DEVICE = re.compile(r"auto|cpu|mps|(cuda|xpu)(:\d{1,2})?")
"""What a job may ask for: each other device has a worker of its own, so there must not be any number of them."""

MOST_SEGMENTS = 64
"""Into how many parts a picture can be asked to be parted."""

if TYPE_CHECKING:
    from velatura.serve.broker.sessions import Session


@dataclass(frozen=True)
class BlobUse:
    """That a request names a blob; ``size`` in bytes if the request implies it."""

    blob: bytes
    size: int | None


def read_submit(
    session: Session, job_id: bytes, header: Header, engines: Container[str] | None
) -> Job:
    """The job that a ``submit`` asks for. ``engines`` are the known ones, None while nobody knows.

    Raises :class:`BadRequest` and :class:`UnknownEngine`.
    """
    request = header.get("request")
    if not isinstance(request, dict):
        raise BadRequest("A submit must carry a request.")
    request = filled(request)
    name = request.get("engine")
    if engines is not None and name not in engines:
        raise UnknownEngine(
            "There is no engine “{name}”.",
            hint="`velatura engines` lists those there are.",
            name=str(name),
        )
    grace, preview = header.get("grace", 0), header.get("preview")
    priority, fate = header.get("priority", "interactive"), header.get("on_disconnect", "cancel")
    replaces = header.get("replaces")
    _require(_is_number(grace) and 0 <= grace <= MAX_GRACE, f"grace is 0 to {MAX_GRACE:.0f} s.")
    _require(
        preview is None or (_is_number(preview) and preview >= 0), "preview is a number of seconds."
    )
    _require(priority in ("interactive", "batch"), "priority is interactive or batch.")
    _require(fate in ("cancel", "keep"), "on_disconnect is cancel or keep.")
    return Job(
        job_id,
        session,
        request,
        priority,
        replaces if isinstance(replaces, str) else None,
        fate == "keep",
        float(grace),
        preview,
    )


def blobs_of(request: dict[str, Any], limits: Limits) -> list[BlobUse]:
    """Every blob that ``request`` names, each checked. Raises :class:`BadRequest` or :class:`TooLarge`."""
    _require(isinstance(request.get("engine"), str), "A request must name its engine.")
    _require(isinstance(request.get("params", {}), dict), "The params of a request must be a map.")
    _require(
        isinstance(request.get("common", {}), dict), "The common knobs of a request must be a map."
    )
    segments = request.get("segments", 0)
    _require(
        isinstance(segments, int) and 0 <= segments <= MOST_SEGMENTS and segments != 1,
        f"segments is 0, or 2 to {MOST_SEGMENTS}.",
    )
    _check_fraction(request.get("strength", 1.0), "strength")
    _require(isinstance(request.get("seed", 0), int), "The seed must be a whole number.")
    steps = request.get("stop_after")
    _require(
        steps is None or (isinstance(steps, int) and steps > 0), "stop_after is a number of steps."
    )
    device = request.get("device")
    if device is not None and not (isinstance(device, str) and DEVICE.fullmatch(device)):
        raise BadRequest(
            "“{device}” is not a device.",
            hint="Devices are auto, cpu, cuda, cuda:1 (the second one), mps and xpu.",
            device=str(device)[:32],
        )
    uses: list[BlobUse] = []
    if request.get("content") is not None:
        uses.append(_picture(request["content"], limits))
    size = request.get("size")
    if size is not None:
        _require(
            isinstance(size, (list, tuple)) and len(size) == 2, "size must be [width, height]."
        )
        _check_size(size[0], size[1], limits)
    window = request.get("window")
    if window is not None:
        _require(
            isinstance(window, (list, tuple)) and len(window) == 4 and all(map(_is_whole, window)),
            "window must be four whole numbers: left, top, right, bottom.",
        )
        left, top, right, bottom = window
        _require(
            0 <= left < right and 0 <= top < bottom and request.get("content") is not None,
            "window must be a part of the content: 0 ≤ left < right, 0 ≤ top < bottom.",
        )
    uses += _styles(request.get("styles", []), limits)
    regions = request.get("regions", [])
    _require(isinstance(regions, list), "regions must be a list.")
    for region in regions:
        _require(isinstance(region, dict), "A region must be a map.")
        _check_fraction(region.get("strength", 1.0), "a region's strength")
        uses.append(_raster(region.get("mask"), limits))
        uses += _styles(region.get("styles", []), limits)
    inputs = request.get("inputs", {})
    _require(isinstance(inputs, dict), "inputs must be a map.")
    uses += [_picture(value, limits) for value in inputs.values() if isinstance(value, dict)]
    return uses


def _styles(styles: object, limits: Limits) -> Iterator[BlobUse]:
    _require(isinstance(styles, list), "styles must be a list.")
    assert isinstance(styles, list)
    for style in styles:
        _require(isinstance(style, dict), "A style must be a map.")
        weight = style.get("weight", 1.0)
        _require(
            isinstance(weight, (int, float)) and 0 < weight < float("inf"),
            "A style's weight must be a number above 0.",
        )
        _check_view(style)
        kinds = [
            k for k in ("picture", "name", "model", "file", "code") if style.get(k) is not None
        ]
        _require(len(kinds) == 1, "A style must have one of: picture, name, model, file, code.")
        for key in ("picture", "before"):
            if style.get(key) is not None:
                yield _picture(style[key], limits)
        for key in ("file", "code"):
            if style.get(key) is not None:
                yield _file(style[key])
        if style.get("mask") is not None:
            yield _raster(style["mask"], limits)


def _check_view(style: dict[str, Any]) -> None:
    """Which part of a style's picture counts, how it is turned and how large its strokes are."""
    crop = style.get("crop")
    if crop is not None:
        _require(
            isinstance(crop, (list, tuple)) and len(crop) == 4 and all(map(_is_number, crop)),
            "A style's crop must be four numbers: left, top, right, bottom.",
        )
        left, top, right, bottom = crop
        _require(
            0 <= left < right <= 1 and 0 <= top < bottom <= 1,
            "A style's crop must be a part of it: 0 ≤ left < right ≤ 1, 0 ≤ top < bottom ≤ 1.",
        )
    rotation, scale = style.get("rotation", 0.0), style.get("scale", 1.0)
    _require(_is_number(rotation) and abs(rotation) <= 360, "A style's rotation is -360 to 360.")
    _require(_is_number(scale) and 1 / 64 <= scale <= 64, "A style's scale is 1/64 to 64.")


def _picture(reference: object, limits: Limits) -> BlobUse:
    return _file(reference) if is_file(reference) else _raster(reference, limits)


def _file(reference: object) -> BlobUse:
    if not isinstance(reference, dict) or not is_id(reference.get("blob")):
        raise BadRequest("A file reference must name a blob.")
    return BlobUse(reference["blob"], None)


def _raster(reference: object, limits: Limits) -> BlobUse:
    try:
        size = check_raster(reference)
    except ProtocolError as error:
        raise BadRequest(error.message) from error
    assert isinstance(reference, dict)
    _check_size(reference["width"], reference["height"], limits)
    return BlobUse(reference["blob"], size)


def _check_size(width: object, height: object, limits: Limits) -> None:
    if not isinstance(width, int) or not isinstance(height, int) or width < 1 or height < 1:
        raise BadRequest("A picture must be at least one pixel wide and high.")
    if max(width, height) > limits.side or width * height > limits.pixels:
        raise TooLarge(
            "{width} × {height} pixels are over the limit of {pixels:,} pixels and {side:,} a side.",
            hint="Scale the picture down or work on a part of it.",
            width=width,
            height=height,
            pixels=limits.pixels,
            side=limits.side,
        )


def _check_fraction(value: object, name: str) -> None:
    _require(
        isinstance(value, (int, float)) and 0 <= value <= 1, f"{name} must be a number from 0 to 1."
    )


def _require(condition: object, message: str) -> None:
    if not condition:
        raise BadRequest(message)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
