"""Parts of a picture as a person names them: ``--region MASK[*STRENGTH]=STYLE`` and ``--paint COLOUR=STYLE``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura.cli.arguments import is_file, is_folder, is_number
from velatura.cli.files import read_file
from velatura.cli.style_options import StyleArgument
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.mask_pictures import Colour, hexadecimal
from velatura_link.request import EncodedFile, RegionRef, StyleRef


@dataclass(frozen=True)
class _Setting:
    """One style for a place, a mask's file or a colour of the map; ``strength`` is None where nobody said."""

    place: Path | Colour
    style: StyleRef
    strength: float | None

    @property
    def key(self) -> str:
        """The same for settings of the same place."""
        return os.path.realpath(self.place) if isinstance(self.place, Path) else self.shown

    @property
    def shown(self) -> str:
        return str(self.place) if isinstance(self.place, Path) else hexadecimal(self.place)


def regions_of(settings: Sequence[StyleArgument]) -> tuple[RegionRef, ...]:
    """``MASK[*STRENGTH]=STYLE`` settings; those of one mask are one region.

    Raises :class:`BadRequest`, and :class:`BadPicture` for files that are not there.
    """
    return _joined([_region(setting) for setting in settings], "The mask", None)


def paints_of(settings: Sequence[StyleArgument], colours: EncodedFile) -> tuple[RegionRef, ...]:
    """``COLOUR[*STRENGTH]=STYLE`` settings for a map of ``colours``; those of one colour are one region.

    Raises as above.
    """
    return _joined([_paint(setting) for setting in settings], "The colour", colours)


def segments_of(text: str) -> int:
    """``auto:K``. Raises :class:`BadRequest`."""
    rule, _, count = text.partition(":")
    if rule == "auto" and count.isascii() and count.isdigit() and 2 <= int(count) <= 64:
        return int(count)
    raise BadRequest(
        f"--regions must be auto:K with K from 2 to 64, not “{text}”.",
        hint="auto:3 divides the picture into three regions by what it shows.",
    )


def _region(setting: StyleArgument) -> _Setting:
    text = setting.text
    for place, style in _cuts(text):
        for name, strength in _strengths(place):
            if is_file(name):
                return _Setting(Path(name), setting.style(style), strength)
    cuts = list(_cuts(text))
    if not cuts:
        raise BadRequest(
            f"--region {text} is not MASK=STYLE.",
            hint="MASK is a picture, white where the style applies.",
        )
    name, _ = list(_strengths(cuts[0][0]))[-1]
    if is_folder(name):
        raise BadPicture(f"The mask {name} is a folder.", hint="Name a picture in it.")
    raise BadPicture(f"There is no mask file {name}.", hint="Check the path.")


def _paint(setting: StyleArgument) -> _Setting:
    cuts = list(_cuts(setting.text))
    if not cuts:
        raise BadRequest(
            f"--paint {setting.text} is not COLOUR=STYLE.",
            hint="A colour is #0000ff, or a name: blue.",
        )
    place, style = cuts[0]
    name, strength = list(_strengths(place))[-1]
    return _Setting(_colour(name), setting.style(style), strength)


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
    raise BadRequest(f"“{text}” is not a colour.", hint="A colour is #0000ff, or a name: blue.")


def _joined(
    settings: Sequence[_Setting], what: str, colours: EncodedFile | None
) -> tuple[RegionRef, ...]:
    """The settings for one place made one region, in the order in which places came first."""
    places: dict[str, list[_Setting]] = {}
    for setting in settings:
        places.setdefault(setting.key, []).append(setting)
    return tuple(_together(those, what, colours) for those in places.values())


def _together(settings: Sequence[_Setting], what: str, colours: EncodedFile | None) -> RegionRef:
    first = settings[0]
    said = {each.strength for each in settings if each.strength is not None}
    if len(said) > 1:
        strengths = " and ".join(f"{each:g}" for each in sorted(said))
        raise BadRequest(
            f"{what} {settings[-1].shown} was given two strengths: {strengths}.",
            hint="A region has one strength; its styles have weights.",
        )
    styles = tuple(each.style for each in settings)
    strength = next(iter(said), 1.0)
    if isinstance(first.place, Path):
        return RegionRef(read_file(first.place), styles, strength)
    assert colours is not None
    return RegionRef(colours, styles, strength, first.place)
