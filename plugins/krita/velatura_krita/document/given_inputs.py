"""What the artist gives an engine beside the layer and the styles: files are kept, layers are remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..model.choices import Choices, InputChoice
from ..model.knobs import Value
from ..model.settings import input_files
from ..model.state import Message, State
from ..texts import tr

_PAINTED = ("paintlayer", "grouplayer", "filelayer", "clonelayer", "filllayer", "vectorlayer")


class GivenInputs:
    """Puts inputs into the choices; ``change`` is called with them."""

    def __init__(self, krita: Any, state: State, change: Callable[[Choices], object]) -> None:
        self._krita = krita
        self._state = state
        self._change = change

    def give_file(self, name: str, path: str) -> None:
        """A picture's file."""
        file = Path(path)
        try:
            self._keep(name, file.stem, file.read_bytes(), file.suffix)
        except OSError as error:
            self._failed(error)

    def give_picture(self, name: str, title: str, png: bytes) -> None:
        """A picture that is in no file yet."""
        try:
            self._keep(name, title, png, ".png")
        except OSError as error:
            self._failed(error)

    def give_layer(self, name: str, node: Any) -> None:
        """A layer of the document, as it looks when it is painted."""
        self._put(name, InputChoice(node.name(), node=str(node.uniqueId().toString())))

    def give_value(self, name: str, value: Value) -> None:
        """A number or a text."""
        self._put(name, InputChoice(str(value), value=value))

    def take_back(self, name: str) -> None:
        """Remove it."""
        self._put(name, None)

    def layers(self) -> list[tuple[str, Any]]:
        """Layers and groups of the document in front, those on top first, each with its title."""
        document = self._krita.activeDocument()
        return [] if document is None else list(_below(document.rootNode(), 0))

    def _keep(self, name: str, title: str, data: bytes, suffix: str) -> None:
        self._put(name, InputChoice(title, file=input_files().keep(data, suffix)))

    def _put(self, name: str, given: InputChoice | None) -> None:
        self._change(self._state.choices.value.with_input(name, given))

    def _failed(self, error: OSError) -> None:
        text = tr("The picture cannot be kept: {error}", error=error)
        self._state.message.set(Message(text, bad=True))


def _below(node: Any, depth: int) -> Any:
    for child in reversed(node.childNodes()):
        if child.type() in _PAINTED:
            yield "    " * depth + child.name(), child
            yield from _below(child, depth + 1)
