"""The styles that there are: those of the daemon's library, and pending ones, which are yet to be taken into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from velatura_link.builtin import builtin_styles
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, StyleRef

from ..daemon.link import Link, Outcome
from ..daemon.pending_styles import PendingStyles
from ..daemon.style_uploader import StyleUploader, settled, with_style, without_style
from ..model.choices import Choices, StyleChoice
from ..model.settings import Settings
from ..model.state import State, tiles_of, tiles_of_models
from .checkpoint_files import CheckpointFiles
from .images import file_thumbnail, node_image, png_of

STYLE_SIDE = 1024
"""Longest side of a style that is made from a layer."""


class StyleCollection:
    """Keeps ``state.tiles``. ``added`` is told of a new style, ``removed`` of one that is gone.

    What is added is pending first, where it can be painted with, and moves into the daemon's library as soon as
    there is a daemon; ``failed`` and ``refused`` are told when the one or the other is not possible.
    """

    def __init__(
        self,
        state: State,
        pending: PendingStyles,
        link: Link,
        settings: Settings,
        *,
        added: Callable[[StyleChoice], object],
        removed: Callable[[StyleChoice], object],
        failed: Callable[[OSError], object],
        refused: Callable[[LinkError], object],
    ) -> None:
        self._state = state
        self._pending = pending
        self._link = link
        self._added = added
        self._removed = removed
        self._failed = failed
        self._refused = refused
        self._files: dict[str, EncodedFile] = {}
        self._checkpoints = CheckpointFiles(settings)
        state.offer.watch(lambda offer: self.look())
        self._uploader = StyleUploader(state, pending, link, self.look, refused)

    def look(self) -> None:
        """Show what is there now."""
        files = [(name, file_thumbnail(self._pending.path(name))) for name in self._pending.files()]
        offer = self._state.offer.value
        # Every daemon lists some: without any there is none yet.
        styles = offer.styles or builtin_styles()
        models = tiles_of_models(offer.models, self._checkpoints.paths())
        self._state.tiles.set((*tiles_of(styles, files, keeps=offer.keeps), *models))
        self._state.choices.set(self.settled(self._state.choices.value))

    def settled(self, choices: Choices) -> Choices:
        """``choices`` that name no pending file that is in the library now."""
        return settled(choices, self._pending.moved())

    @property
    def moved(self) -> Mapping[str, str]:
        """Which pending file has which name in the library now."""
        return self._pending.moved()

    def add_file(self, path: str) -> None:
        """Add a picture file to the pending styles."""
        file = Path(path)
        self._keep(file.stem, file.suffix, file.read_bytes)

    def add_checkpoint(self, path: str) -> None:
        """Add a model's file, which stays where it is."""
        self._checkpoints.add(path)
        self.look()
        self._added(StyleChoice(checkpoint=path))

    def add_picture(self, title: str, png: bytes) -> None:
        """Add a picture to the pending styles."""
        self._keep(title, ".png", lambda: png)

    def add_layer(self, node: Any) -> None:
        """Add a layer to the pending styles."""
        self.add_picture(node.name(), png_of(node_image(node, STYLE_SIDE)))

    def remove(self, style: StyleChoice) -> None:
        """Forget a style of the person's own, wherever it is."""
        if style.checkpoint is not None:
            self._checkpoints.remove(style.checkpoint)
            self._removed(style)
            self.look()
        elif style.file is not None:
            self._pending.remove(style.file)
            self._files.pop(style.file, None)
            self._removed(style)
            self.look()
        elif style.name is not None:
            self._link.remove_style(style.name, partial(self._left, style.name))

    def change(self, style: StyleChoice, **said: Any) -> None:
        """Mark a style of the daemon's library: ``favourite``, ``collections``, or ``title``."""
        name = style.name
        if name is not None:
            self._link.keep(lambda client: client.change_style(name, **said), self._marked)

    def find(self, style: StyleChoice) -> StyleRef:
        """The style on the wire; raises ``OSError`` for a file that is gone."""
        if style.checkpoint is not None:
            return StyleRef(file=self._checkpoints.read(style.checkpoint))
        if style.file is None:
            return StyleRef(name=style.name, model=style.model)
        if (name := self._pending.moved().get(style.file)) is not None:
            return StyleRef(name=name)
        if style.file not in self._files:
            self._files[style.file] = EncodedFile.read(self._pending.path(style.file))
        return StyleRef(picture=self._files[style.file])

    def _marked(self, outcome: Outcome) -> None:
        if isinstance(outcome, LinkError):
            self._refused(outcome)
        elif isinstance(outcome, Mapping):
            self._state.offer.set(with_style(self._state.offer.value, outcome))

    def _left(self, name: str, outcome: Outcome) -> None:
        """The library has ``name`` no more, or says why it keeps it."""
        if isinstance(outcome, LinkError):
            self._refused(outcome)
            return
        self._pending.forget(name)
        self._removed(StyleChoice(name=name))
        self._state.offer.set(without_style(self._state.offer.value, name))

    def _keep(self, title: str, suffix: str, data: Callable[[], bytes]) -> None:
        try:
            file = self._pending.add(title, suffix, data())
        except OSError as error:
            self._failed(error)
            return
        self._files.pop(file, None)
        self.look()
        self._added(StyleChoice(file=file))
        self._uploader.begin(file)
