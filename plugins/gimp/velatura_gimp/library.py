"""Which of the library's styles an engine can paint with. Knows nothing of GIMP."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from velatura_link.errors import LinkError
from velatura_link.styles import needs_pictures
from velatura_link.titles import title_of

from .arguments import Wish
from .texts import tr

Descriptor = Mapping[str, Any]
Style = Mapping[str, Any]
"""As the daemon lists it: name, title, kind, builtin, thumbnail."""


def fitting(styles: Iterable[Style], descriptor: Descriptor) -> list[Style]:
    """Those of ``styles`` that the engine takes."""
    return [each for each in styles if each["kind"] in descriptor.get("styles", ())]


def require_fitting(
    wish: Wish, descriptor: Descriptor, look: Callable[[], Iterable[Style]]
) -> None:
    """Raise :class:`LinkError` if ``wish`` names a style that the engine cannot paint with.

    ``look`` gets the library's styles; it is not called when there can be none such.
    """
    named = _named(wish)
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
                    "Give it a file, a layer or a picture of the library, or take another engine."
                ),
            )


def picture_title(name: str) -> str:
    """What a style is called that is made of a file or a layer of that name, ``foto`` for ``~/foto.jpg``."""
    kind, _ = mimetypes.guess_type(name)
    path = PurePath(name)
    return path.stem if kind is not None and kind.startswith("image/") else path.name


def _named(wish: Wish) -> list[str]:
    parts = (wish, *wish.get("regions", ()))
    styles = (style for part in parts for style in part.get("styles", ()))
    return [style["name"] for style in styles if style.get("name") is not None]
