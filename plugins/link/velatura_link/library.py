"""What a client asks of the daemon's library: styles and presets (docs/reference/protocol.md, 6)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from . import messages as m
from .client_state import ClientState
from .errors import ProtocolError
from .messages import Header
from .request import EncodedFile
from .session import Limits


class LibraryClient(ABC):
    """The part of :class:`~velatura_link.client.Client` that lists and changes what the person keeps."""

    @property
    @abstractmethod
    def limits(self) -> Limits: ...

    @abstractmethod
    def _ask(self, header: Header, answer: str, timeout: float) -> Header: ...

    @abstractmethod
    def _answer(self, begin: Callable[[ClientState], Future[Header]], timeout: float) -> Header: ...

    def presets(self, timeout: float = 10.0) -> list[dict[str, Any]]:
        """The daemon's presets, sorted by name; docs/reference/protocol.md, section 6. A request may name one."""
        return self._list(m.PRESETS, timeout)

    def styles(self, timeout: float = 10.0) -> list[dict[str, Any]]:
        """The styles of the daemon's library, sorted by name, with thumbnails; docs/reference/protocol.md, section
        6.
        """
        return self._list(m.STYLES, timeout)

    def models(self, timeout: float = 10.0) -> list[dict[str, Any]]:
        """The person's own models, sorted by name: ``name``, which a style's ``model`` may be, and ``file``."""
        return self._list(m.MODELS, timeout)

    def style_picture(self, name: str, timeout: float = 30.0) -> bytes | None:
        """A JPEG file of a style of the daemon's library, 640 pixels at most; None for a code, which has no picture.

        Raises :class:`Refused` for a style that is not there.
        """
        picture = self._ask({"t": m.STYLES_PICTURE, "name": name}, m.STYLES_PICTURE, timeout).get(
            "picture"
        )
        return picture if isinstance(picture, bytes) else None

    @property
    def takes_styles(self) -> bool:
        """Whether this client may change the daemon's library."""
        return self.limits.style > 0

    def add_style(self, title: str, file: EncodedFile, timeout: float = 120.0) -> dict[str, Any]:
        """Have a picture's file, or a code's, in the daemon's library; what :meth:`styles` says of it from now on.

        Its name is made from ``title``. The same bytes under the same title are kept once; where another style has the
        name, it gets a number. A connection that is lost meanwhile is made again. Raises :class:`Refused`, with
        ``bad_picture`` for a file that cannot be read, and :class:`LinkError` after ``timeout`` seconds.
        """
        return _named(
            self._answer(lambda client_state: client_state.add_style(title, file), timeout), "style"
        )

    def remove_style(self, name: str, timeout: float = 10.0) -> None:
        """Forget a style of the daemon's library; raises :class:`Refused` for one that is not there or is built in."""
        self._ask({"t": m.STYLES_REMOVE, "name": name}, m.STYLES_REMOVE, timeout)

    @property
    def marks_styles(self) -> bool:
        """Whether this client may mark styles as favourites, put them into collections, and call its own ones anew."""
        return self.limits.collections > 0

    def change_style(
        self,
        name: str,
        *,
        favourite: bool | None = None,
        collections: Sequence[str] | None = None,
        title: str | None = None,
        timeout: float = 10.0,
    ) -> dict[str, Any]:
        """Mark a style of the daemon's library, or call one of the person's own by another ``title``; None changes
        nothing. What :meth:`styles` says of it from now on; its name stays.

        Raises :class:`Refused` for a style that is not there, and for the title of one that is built in.
        """
        said = {"favourite": favourite, "collections": collections, "title": title}
        given = {key: value for key, value in said.items() if value is not None}
        header = {"t": m.STYLES_CHANGE, "name": name, **given}
        return _named(self._ask(header, m.STYLES_CHANGE, timeout), "style")

    @property
    def keeps_presets(self) -> bool:
        """Whether this client may save, rename and remove presets."""
        return self.limits.preset > 0

    def save_preset(
        self,
        title: str,
        preset: Mapping[str, Any],
        *,
        replace: bool = False,
        timeout: float = 10.0,
    ) -> dict[str, Any]:
        """Keep ``preset`` (``engine``, ``params``, ``common``, ``styles``, ``segments``, ``strength``, as in a
        request) under the name that ``title`` makes. What :meth:`presets` says of it from now on.

        Raises :class:`Refused`: with ``exists`` where a preset has that name, unless it is to be replaced, and with
        ``bad_request`` for what is no preset and for a style that the library does not have.
        """
        header = {"t": m.PRESETS_SAVE, "title": title, "preset": dict(preset), "replace": replace}
        return _named(self._ask(header, m.PRESETS_SAVE, timeout), "preset")

    def rename_preset(self, name: str, title: str, timeout: float = 10.0) -> dict[str, Any]:
        """Call a preset ``title``; what :meth:`presets` says of it from now on, its new name among it.

        Raises :class:`Refused`, with ``exists`` where another preset has that name.
        """
        header = {"t": m.PRESETS_RENAME, "name": name, "title": title}
        return _named(self._ask(header, m.PRESETS_RENAME, timeout), "preset")

    def remove_preset(self, name: str, timeout: float = 10.0) -> None:
        """Forget a preset; raises :class:`Refused` for one that is not there."""
        self._ask({"t": m.PRESETS_REMOVE, "name": name}, m.PRESETS_REMOVE, timeout)

    def _list(self, kind: str, timeout: float) -> list[dict[str, Any]]:
        """All of a list that comes in pages, for each of which ``timeout`` seconds are waited."""
        found: list[dict[str, Any]] = []
        more = True
        while more:
            after = found[-1]["name"] if found else None
            answer = self._ask({"t": kind, "after": after}, kind, timeout)
            page = answer.get(kind)
            if not isinstance(page, list):
                raise ProtocolError("The daemon's {kind} are no list.", kind=kind)
            found += page
            more = bool(page) and answer.get("more") is True
        return found


def _named(answer: Header, key: str) -> dict[str, Any]:
    """What an answer says of a style or a preset."""
    found = answer.get(key)
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        raise ProtocolError("The daemon does not say what it calls the {key}.", key=key)
    return found
