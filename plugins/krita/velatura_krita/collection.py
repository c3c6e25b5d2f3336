"""The styles that there are: the artist's own on the shelf, and the daemon's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from velatura_link.request import EncodedFile, StyleRef

from .choices import StyleChoice
from .images import file_thumbnail, node_picture
from .shelf import Shelf
from .state import State, tiles_of

STYLE_SIDE = 1024
"""Longest side of a style that is made from a layer."""


class Collection:
    """Keeps ``state.tiles``. ``added`` is told of a new style, ``removed`` of one that is gone."""

    def __init__(
        self,
        state: State,
        shelf: Shelf,
        added: Callable[[StyleChoice], object],
        removed: Callable[[StyleChoice], object],
        failed: Callable[[OSError], object],
    ) -> None:
        self._state = state
        self._shelf = shelf
        self._added = added
        self._removed = removed
        self._failed = failed
        self._files: dict[str, EncodedFile] = {}
        state.offer.watch(lambda offer: self.look())

    def look(self) -> None:
        """Show what is there now."""
        files = [(name, file_thumbnail(self._shelf.path(name))) for name in self._shelf.files()]
        self._state.tiles.set(tiles_of(self._state.offer.value.styles, files))

    def add_file(self, path: str) -> None:
        """Put a picture file on the shelf."""
        file = Path(path)
        self._keep(file.stem, file.suffix, file.read_bytes)

    def add_picture(self, title: str, png: bytes) -> None:
        """Put a picture on the shelf."""
        self._keep(title, ".png", lambda: png)

    def add_layer(self, node: Any) -> None:
        """Put a layer on the shelf."""
        self.add_picture(node.name(), node_picture(node, STYLE_SIDE))

    def remove(self, style: StyleChoice) -> None:
        """Take a style off the shelf; the daemon's stay."""
        if style.file is not None:
            self._shelf.remove(style.file)
            self._files.pop(style.file, None)
            self._removed(style)
            self.look()

    def find(self, style: StyleChoice) -> StyleRef:
        """The style on the wire; raises ``OSError`` for a file that is gone."""
        if style.file is None:
            return StyleRef(name=style.name)
        if style.file not in self._files:
            self._files[style.file] = EncodedFile.read(self._shelf.path(style.file))
        return StyleRef(picture=self._files[style.file])

    def _keep(self, title: str, suffix: str, data: Callable[[], bytes]) -> None:
        try:
            file = self._shelf.add(title, suffix, data())
        except OSError as error:
            self._failed(error)
            return
        self._files.pop(file, None)
        self.look()
        self._added(StyleChoice(file=file))
