"""Pictures and layers that the artist gives beside the layer and the styles: files are kept, layers are remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..model.input_choice import InputChoice
from ..model.settings import input_files
from ..model.state import Message, State
from ..texts import tr

_PAINTED = ("paintlayer", "grouplayer", "filelayer", "clonelayer", "filllayer", "vectorlayer")


class GivenInputs:
    """Makes choices of what is given; one that cannot be kept is None, and a message says why."""

    def __init__(self, krita: Any, state: State) -> None:
        self._krita = krita
        self._state = state

    def of_file(self, path: str) -> InputChoice | None:
        """A file."""
        file = Path(path)
        return self._kept(file.stem, file.suffix, file.read_bytes)

    def of_picture(self, title: str, png: bytes) -> InputChoice | None:
        """A picture that is in no file yet."""
        return self._kept(title, ".png", lambda: png)

    def of_layer(self, node: Any) -> InputChoice:
        """A layer of the document, as it looks when it is painted."""
        return InputChoice(node.name(), node=str(node.uniqueId().toString()))

    def layers(self) -> list[tuple[str, Any]]:
        """Layers and groups of the document in front, those on top first, each with its title."""
        document = self._krita.activeDocument()
        return [] if document is None else list(_below(document.rootNode(), 0))

    def _kept(self, title: str, suffix: str, read: Callable[[], bytes]) -> InputChoice | None:
        try:
            return InputChoice(title, file=input_files().keep(read(), suffix))
        except OSError as error:
            text = tr("The picture cannot be kept: {error}", error=error)
            self._state.message.set(Message(text, bad=True))
            return None


def _below(node: Any, depth: int) -> Any:
    for child in reversed(node.childNodes()):
        if child.type() in _PAINTED:
            yield "    " * depth + child.name(), child
            yield from _below(child, depth + 1)
