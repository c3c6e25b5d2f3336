"""What presets keep, as options: engine, knobs, styles, region rule, strength."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from velatura.cli.arguments import number, whole_number
from velatura.cli.region_options import segments_of
from velatura.cli.style_options import BeforeAction, StyleAction, view_of, viewed
from velatura.errors import BadParams
from velatura_link.request import Scalar, StyleRef

LARGEST = (1 << 63) - 1
"""The largest whole number that travels as such."""

COMMON = ("stroke", "detail", "finest", "colours", "feather", "tileable")
"""Options that every engine has, as :class:`~velatura.contract.common_params.CommonParams` declares them."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options that :func:`preset_fields` reads."""
    add = parser.add_argument
    add(
        "--style",
        action=StyleAction,
        default=[],
        metavar="STYLE[#N][:WEIGHT][@MASK]",
        help="a picture, a style code, a checkpoint or a name from the library; may be given more "
        "than once, and styles are then mixed by WEIGHT (default: 1); MASK is a picture that "
        "selects a part of the style's picture; N selects one style of a bank, from 0",
    )
    add(
        "--before",
        action=BeforeAction,
        metavar="PICTURE",
        help="the picture that the preceding --style was painted from: the two become a pair, before and after",
    )
    add(
        "--preset",
        metavar="NAME",
        help="a preset from `velatura presets list`; other options override it",
    )
    add(
        "--engine",
        metavar="NAME",
        help="the engine to paint with (default: the first one that `velatura engines` lists)",
    )
    add(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set a knob of the engine; `velatura engines NAME` lists them",
    )
    add(
        "--regions",
        metavar="auto:K",
        help="divide the picture into K regions by what it shows: the largest gets the first --style, and so on",
    )
    add(
        "--strength",
        type=number,
        metavar="0..1",
        help="strength of the style; 0 keeps the content (default: 1)",
    )
    add(
        "--stroke",
        type=number,
        metavar="PX",
        help="how wide strokes are in the result (default: a 32nd of its short side)",
    )
    add(
        "--detail",
        type=number,
        metavar="0..1",
        help="how much of the content's own detail comes back under finer strokes (default: 0.5)",
    )
    add(
        "--finest",
        type=whole_number,
        metavar="PX",
        help="long side of the largest picture that is painted and then enlarged: smaller is quicker and softer",
    )
    add(
        "--colours",
        metavar="HOW",
        help="none, luminance, lab-chroma or histogram (the content's colours), or match-style",
    )
    add("--feather", type=number, metavar="PX", help="how softly regions blend into each other")
    add("--tileable", metavar="x|y|both", help="make the result tile without a seam")
    add(
        "--style-crop",
        metavar="L,T,R,B",
        help="the part of the style pictures to use, as fractions of their sides: 0,0,0.5,1 is the left half",
    )
    add(
        "--style-rotation",
        type=number,
        metavar="DEG",
        help=("rotate the style pictures counter-clockwise, in degrees"),
    )
    add(
        "--style-scale",
        type=number,
        metavar="F",
        help="how much larger the strokes of the style pictures become",
    )


def preset_fields(options: argparse.Namespace) -> dict[str, Any]:
    """What ``options`` say, as fields of a :class:`~velatura_link.request.Request`.

    Raises :class:`BadRequest`, :class:`BadParams`, and what reading styles raises.
    """
    view = view_of(options.style_crop, options.style_rotation, options.style_scale)
    styles = [each.style() for each in options.style]
    if view and not styles and options.preset is not None:
        from velatura.library import presets

        # How they are looked at is said anew, so the preset's styles have to be named.
        styles = [StyleRef(**style.reference()) for style in presets.show(options.preset).styles]
    return {
        "engine": options.engine,
        "preset": options.preset,
        "params": params_of(options.set),
        "common": common_knobs_of(options),
        "styles": viewed(styles, view),
        "segments": segments_of(options.regions) if options.regions is not None else None,
        "strength": options.strength,
    }


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
    """The knobs of :data:`COMMON` that were given. Raises :class:`BadParams`."""
    given = {name: value for name in COMMON if (value := getattr(options, name)) is not None}
    if given:
        # Reading the model takes a tenth of a second, which most commands need not wait for.
        from velatura.contract import validation
        from velatura.contract.common_params import CommonParams

        validation.validate("common", CommonParams, given)
    return given


def _scalar(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, int) and abs(value) > LARGEST:
        return float(value)
    return value if isinstance(value, bool | int | float) else text
