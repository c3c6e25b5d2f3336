"""Which of the library's styles an engine can paint with. Knows nothing of GIMP."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from velatura_link.errors import LinkError
from velatura_link.styles import PICTURE, needs_pictures
from velatura_link.titles import title_of

from .request_spec import RequestSpec
from .texts import tr

Descriptor = Mapping[str, Any]
Style = Mapping[str, Any]
"""As the daemon lists it: name, title, kind, builtin, thumbnail."""
FAVOURITES, OWN = "*favourites", "*own"
"""Collections that are none of the person's making."""


def title_of_style(style: Style) -> str:
    """What a style is called: as its owner wrote it, or as its name says."""
    own = style.get("builtin") is False and style.get("kind") == PICTURE
    return title_of(str((own and style.get("title")) or style["name"]))


def found_styles(styles: Iterable[Style], words: str, collection: str = "") -> list[str]:
    """Names of those of ``styles`` that all ``words`` are said of, and that are of that collection.

    A ``collection`` is ``""`` for all, :data:`FAVOURITES`, :data:`OWN`, or a collection's name.
    """
    wanted = words.casefold().split()
    return [
        style["name"]
        for style in styles
        if _is_of(style, collection) and all(word in _said_of(style) for word in wanted)
    ]


def collections_of(styles: Iterable[Style]) -> list[str]:
    """The names of all collections, sorted."""
    return sorted({name for style in styles for name in style.get("collections") or ()})


def fits(style: Style, descriptor: Descriptor) -> bool:
    """Whether the engine takes the style."""
    return style["kind"] in descriptor.get("styles", ())


def _said_of(style: Style) -> str:
    texts = (style["name"], style.get("title") or "", title_of_style(style))
    return " ".join((*texts, *(style.get("collections") or ()))).casefold()


def _is_of(style: Style, collection: str) -> bool:
    if collection == FAVOURITES:
        return bool(style.get("favourite"))
    if collection == OWN:
        return not style.get("builtin")
    return not collection or collection in (style.get("collections") or ())


def fitting(styles: Iterable[Style], descriptor: Descriptor) -> list[Style]:
    """Those of ``styles`` that the engine takes."""
    return [each for each in styles if fits(each, descriptor)]


def require_fitting(
    spec: RequestSpec, descriptor: Descriptor, look: Callable[[], Iterable[Style]]
) -> None:
    """Raise :class:`LinkError` if ``spec`` names a style that the engine cannot paint with.

    ``look`` gets the library's styles; it is not called when there can be none such.
    """
    named = _named(spec)
    if not named or not needs_pictures(descriptor):
        return
    codes = {each["name"] for each in look() if each["kind"] not in descriptor["styles"]}
    for name in named:
        if name in codes:
            raise LinkError(
                tr(
                    "{engine} needs a picture to imitate, and the style “{name}” is a code without one.",
                    engine=tr(descriptor["title"]),
                    name=title_of(name),
                ),
                hint=tr(
                    "Give it a file, a layer or a picture from the library, or choose another engine."
                ),
            )


def picture_title(name: str) -> str:
    """What a style is called that is made of a file or a layer of that name, ``foto`` for ``~/foto.jpg``."""
    kind, _ = mimetypes.guess_type(name)
    path = PurePath(name)
    return path.stem if kind is not None and kind.startswith("image/") else path.name


def _named(spec: RequestSpec) -> list[str]:
    parts = (spec, *spec.get("regions", ()))
    styles = (style for part in parts for style in part.get("styles", ()))
    return [style["name"] for style in styles if style.get("name") is not None]
