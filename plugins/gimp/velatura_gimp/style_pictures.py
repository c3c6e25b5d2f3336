"""The paintings behind the styles, to be seen larger under the pointer."""

from __future__ import annotations

from collections.abc import Callable

from gi.repository import GdkPixbuf

from velatura_link.builtin import builtin_picture
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile

from .dialog_client import DialogClient
from .pixbufs import fitted

_SIDE = 320


class StylePictures:
    """Pictures by the styles' names; those of the person's own come from the daemon, once each."""

    def __init__(self, daemon: DialogClient) -> None:
        self._daemon = daemon
        self._known: dict[str, GdkPixbuf.Pixbuf | None] = {}

    def of(self, name: str) -> GdkPixbuf.Pixbuf | None:
        """The picture of that style, if it is there; it may be there a moment later."""
        if name not in self._known:
            self._known[name] = None
            picture = builtin_picture(name)
            if picture is not None:
                self._known[name] = _small(picture)
            else:
                self._daemon.ask(
                    lambda client: client.style_picture(name), self._keeper(name), _is_no_matter
                )
        return self._known[name]

    def _keeper(self, name: str) -> Callable[[bytes | None], None]:
        def keep(picture: bytes | None) -> None:
            self._known[name] = _small(picture) if picture is not None else None

        return keep


def _small(picture: bytes) -> GdkPixbuf.Pixbuf | None:
    return fitted(EncodedFile(picture), _SIDE, _SIDE)


def _is_no_matter(error: LinkError) -> bool:
    """Without its picture a style still has its thumbnail."""
    return True
