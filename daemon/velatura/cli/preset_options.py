"""A way to paint as the command line says it: engine, knobs, styles, region rule; what presets keep."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velatura.cli.arguments import number, whole_number
from velatura.cli.region_options import segments_of
from velatura.cli.style_options import StyleOption, style_of, view_of
from velatura.errors import BadParams, BadRequest

DEFAULT_ENGINE = "glaze"

Scalar = bool | int | float | str

LARGEST = (1 << 63) - 1
"""The largest whole number that travels as such."""

TREATMENT = ("stroke", "detail", "colours", "feather", "tileable")
"""Options that every engine has, as :class:`~velatura.contract.common_params.CommonParams` declares them."""


@dataclass(frozen=True)
class Manner:
    """A preset without a name, whose styles may be files."""

    engine: str
    params: dict[str, Scalar]
    common: dict[str, Scalar]
    styles: tuple[StyleOption, ...]
    segments: int
    strength: float


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options that :func:`manner_of` reads."""
    add = parser.add_argument
    add(
        "--style",
        action="append",
        default=[],
        metavar="STYLE[:WEIGHT][@MASK]",
        help="a picture file or a name of the style library; given more than once, styles are mixed "
        "by weight (default: 1); MASK is a picture that limits the style's to a part",
    )
    add(
        "--preset", metavar="NAME", help="what `velatura presets` keeps; other options go before it"
    )
    add(
        "--engine",
        metavar="NAME",
        help=f"see `velatura engines` (default: {DEFAULT_ENGINE})",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="turn a knob of the engine; `velatura engines NAME` lists them",
    )
    add(
        "--regions",
        metavar="auto:K",
        help="part the picture into K by what it shows: the largest part gets the first --style, and so on",
    )
    add("--strength", type=number, metavar="0..1", help="0 keeps the content (default: 1)")
    add(
        "--stroke",
        type=number,
        metavar="PX",
        help="how wide strokes are in the result (default: as the engine paints best)",
    )
    add(
        "--detail",
        type=whole_number,
        metavar="PX",
        help="long side of the picture that is painted and then enlarged: smaller is quicker and bolder",
    )
    add(
        "--colours",
        metavar="HOW",
        help="none, luminance, lab-chroma or histogram (the content's colours), match-style",
    )
    add("--feather", type=number, metavar="PX", help="how softly regions pass into each other")
    add("--tileable", metavar="x|y|both", help="make the result repeat without a seam")
    add(
        "--style-crop",
        metavar="L,T,R,B",
        help="the part of the styles' pictures that counts, as parts of their sides: 0,0,0.5,1",
    )
    add("--style-rotation", type=number, metavar="DEG", help="turn them, counter-clockwise")
    add("--style-scale", type=number, metavar="F", help="how much larger their strokes become")


def manner_of(options: argparse.Namespace, *, parted_by_hand: bool) -> Manner:
    """The manner that ``options`` say, their preset filled in. Raises :class:`BadRequest` and :class:`BadParams`.

    ``parted_by_hand`` says that there are regions: a preset's own rule gives way to them.
    """
    if options.strength is not None and not 0 <= options.strength <= 1:
        raise BadRequest(f"--strength must be from 0 to 1, not {options.strength:g}.")
    view = view_of(options.style_crop, options.style_rotation, options.style_scale)
    said: dict[str, Any] = {
        "engine": options.engine,
        "params": params_of(options.set),
        "common": common_knobs_of(options),
        "styles": [style_of(text) for text in options.style],
        "segments": segments_of(options.regions) if options.regions is not None else None,
        "strength": options.strength,
        "regions": parted_by_hand,
    }
    if options.preset is not None:
        from velatura.library import presets

        said = presets.completed(presets.show(options.preset), said)
    styles = tuple(view.of(_styled(style)) for style in said["styles"])
    segments = said["segments"] or 0
    if segments and not styles:
        raise BadRequest(
            f"--regions auto:{segments} parts the picture for styles, and none was given.",
            hint="Give one --style for each part.",
        )
    if segments and len(styles) > segments:
        raise BadRequest(
            f"--regions auto:{segments} has no part for the last of {len(styles)} styles.",
            hint=f"Give --regions auto:{len(styles)}.",
        )
    return Manner(
        engine=said["engine"] or DEFAULT_ENGINE,
        params=said["params"],
        common=said["common"],
        styles=styles,
        segments=segments,
        strength=1.0 if said["strength"] is None else said["strength"],
    )


def params_of(settings: Sequence[str]) -> dict[str, Scalar]:
    """``KEY=VALUE`` pairs; values that read as JSON numbers or booleans are such, the rest is text."""
    params: dict[str, Scalar] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise BadParams(
                f"--set {setting} is not KEY=VALUE.",
                hint="`velatura engines NAME` lists an engine's knobs.",
            )
        params[key.replace("-", "_")] = _scalar(value)
    return params


def common_knobs_of(options: argparse.Namespace) -> dict[str, Scalar]:
    """The knobs of :data:`TREATMENT` that were given. Raises :class:`BadParams`."""
    given = {name: value for name in TREATMENT if (value := getattr(options, name)) is not None}
    if given:
        # Reading the model takes a tenth of a second, which most commands need not wait for.
        from velatura.contract import validation
        from velatura.contract.common_params import CommonParams

        validation.validate("common", CommonParams, given)
    return given


def _styled(style: StyleOption | Mapping[str, Any]) -> StyleOption:
    """A style of the command line as it is, one of a preset as a wish."""
    if isinstance(style, StyleOption):
        return style
    return StyleOption(path=None, **style)


def _scalar(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, int) and abs(value) > LARGEST:
        return float(value)
    return value if isinstance(value, bool | int | float) else text
