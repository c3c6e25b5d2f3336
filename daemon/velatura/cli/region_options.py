"""Parts of a picture as a person names them: ``--region MASK[*STRENGTH]=STYLE`` and ``--paint COLOUR=STYLE``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from velatura.cli.arguments import is_file, is_folder, is_number
from velatura.cli.style_options import StyleOption, style_of
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.mask_pictures import Colour

PlaceT = TypeVar("PlaceT")


@dataclass(frozen=True)
class RegionOption(Generic[PlaceT]):
    """Styles for a place: a mask's file, or a colour of the map. ``strength`` is None where nobody said."""

    place: PlaceT
    styles: tuple[StyleOption, ...]
    strength: float | None = None


def regions_of(settings: Sequence[str]) -> tuple[RegionOption[Path], ...]:
    """``MASK[*STRENGTH]=STYLE`` settings; those of one mask are one region.

    Raises :class:`BadRequest`, and :class:`BadPicture` for files that are not there.
    """
    return _joined([_region(setting) for setting in settings], "The mask", os.path.realpath)


def paints_of(settings: Sequence[str]) -> tuple[RegionOption[Colour], ...]:
    """``COLOUR[*STRENGTH]=STYLE`` settings; those of one colour are one region. Raises as above."""
    return _joined([_paint(setting) for setting in settings], "The colour", hexadecimal)


def segments_of(text: str) -> int:
    """``auto:K``. Raises :class:`BadRequest`."""
    rule, _, count = text.partition(":")
    if rule == "auto" and count.isascii() and count.isdigit() and 2 <= int(count) <= 64:
        return int(count)
    raise BadRequest(
        f"--regions must be auto:K with K from 2 to 64, not “{text}”.",
        hint="auto:3 parts the picture into three by what it shows.",
    )


def hexadecimal(colour: Colour) -> str:
    """``colour`` as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _region(setting: str) -> RegionOption[Path]:
    for place, style in _cuts(setting):
        for name, strength in _strengths(place):
            if is_file(name):
                return RegionOption(Path(name), (style_of(style),), strength)
    cuts = list(_cuts(setting))
    if not cuts:
        raise BadRequest(
            f"--region {setting} is not MASK=STYLE.",
            hint="MASK is a picture, white where the style applies.",
        )
    name, _ = list(_strengths(cuts[0][0]))[-1]
    if is_folder(name):
        raise BadPicture(f"The mask {name} is a folder.", hint="Name a picture in it.")
    raise BadPicture(f"There is no mask file {name}.", hint="Check the path.")


def _paint(setting: str) -> RegionOption[Colour]:
    cuts = list(_cuts(setting))
    if not cuts:
        raise BadRequest(
            f"--paint {setting} is not COLOUR=STYLE.", hint="A colour is #0000ff, or a name: blue."
        )
    place, style = cuts[0]
    name, strength = list(_strengths(place))[-1]
    return RegionOption(_colour(name), (style_of(style),), strength)


def _cuts(setting: str) -> Iterator[tuple[str, str]]:
    """Every way to read ``setting`` as PLACE=STYLE: names of files may have equals signs, too."""
    for at, letter in enumerate(setting):
        if letter == "=" and 0 < at < len(setting) - 1:
            yield setting[:at], setting[at + 1 :]


def _strengths(place: str) -> Iterator[tuple[str, float | None]]:
    """The whole as a place, then what a strength at its end leaves."""
    yield place, None
    stem, star, tail = place.rpartition("*")
    if star and stem and is_number(tail):
        if not is_file(place) and not 0 <= float(tail) <= 1:
            raise BadRequest(f"The strength of region {stem} must be from 0 to 1, not {tail}.")
        yield stem, float(tail)


def _colour(text: str) -> Colour:
    from PIL import ImageColor

    for word in (text, f"#{text}"):
        try:
            red, green, blue = ImageColor.getrgb(word)[:3]
        except ValueError:
            continue
        return red, green, blue
    raise BadRequest(f"“{text}” is no colour.", hint="A colour is #0000ff, or a name: blue.")


def _joined(
    wishes: Sequence[RegionOption[PlaceT]], what: str, key: Callable[[PlaceT], str]
) -> tuple[RegionOption[PlaceT], ...]:
    """The wishes for one place made one, in the order in which places came first."""
    found: dict[str, RegionOption[PlaceT]] = {}
    for wish in wishes:
        name = key(wish.place)
        known = found.get(name, replace(wish, styles=()))
        said = {each for each in (known.strength, wish.strength) if each is not None}
        if len(said) > 1:
            shown = name if isinstance(wish.place, tuple) else wish.place
            strengths = " and ".join(f"{each:g}" for each in sorted(said))
            raise BadRequest(
                f"{what} {shown} was given two strengths: {strengths}.",
                hint="A place has one strength, and its styles have weights.",
            )
        strength = next(iter(said), None)
        found[name] = RegionOption(wish.place, (*known.styles, *wish.styles), strength)
    return tuple(found.values())
