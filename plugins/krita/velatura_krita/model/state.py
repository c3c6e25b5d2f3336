"""Everything the docker shows, as values that widgets watch. No Qt here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from velatura_link.styles import CODE
from velatura_link.titles import title_of

from .choices import Choices, StyleChoice
from .history import Entry
from .observable import Observable
from .offer import LinkState, Offer
from .progress import Shown

Action = Literal["start", "again", "install", "upgrade", "repair", "cancel", "new"]


@dataclass(frozen=True)
class Message:
    """A sentence for the person, a hint what to do, and perhaps a button that does it; or what is being done."""

    text: str
    hint: str = ""
    bad: bool = False
    action: Action | None = None
    progress: Shown | None = None


@dataclass(frozen=True)
class Tile:
    """A style as the library shows it; ``thumbnail`` is a picture file's bytes; ``own`` ones can be removed.

    A ``code`` is a style without a picture, which not every engine can paint from; neither is it a ``model``, a network
    that was trained for a style.
    """

    style: StyleChoice
    label: str
    title: str
    thumbnail: bytes | None = None
    own: bool = False
    code: bool = False
    model: bool = False
    favourite: bool = False
    collections: tuple[str, ...] = ()


@dataclass
class State:
    """The docker's values."""

    choices: Observable[Choices] = field(default_factory=lambda: Observable(Choices()))
    link: Observable[LinkState] = field(default_factory=lambda: Observable(LinkState()))
    offer: Observable[Offer] = field(default_factory=lambda: Observable(Offer()))
    tiles: Observable[tuple[Tile, ...]] = field(default_factory=lambda: Observable(()))
    shown: Observable[Shown | None] = field(default_factory=lambda: Observable(None))
    pending: Observable[bool] = field(default_factory=lambda: Observable(False))
    """Whether the document in front has a result that can be discarded."""
    editable: Observable[bool] = field(default_factory=lambda: Observable(False))
    """Whether the active layer is a result that can be edited."""
    refinable: Observable[bool] = field(default_factory=lambda: Observable(False))
    """Whether there is a result that can be refined."""
    edited: Observable[str | None] = field(default_factory=lambda: Observable(None))
    """The id of the result that the next Apply replaces."""
    message: Observable[Message | None] = field(default_factory=lambda: Observable(None))
    history: Observable[tuple[Entry, ...]] = field(default_factory=lambda: Observable(()))
    live: Observable[bool] = field(default_factory=lambda: Observable(True))
    autostart: Observable[bool] = field(default_factory=lambda: Observable(True))

    def name_of(self, style: StyleChoice) -> str:
        """What the library calls ``style``."""
        for tile in self.tiles.value:
            if tile.style == style:
                return tile.label
        return label_of_model(style) or title_of(style.name or (style.file or "").rsplit(".", 1)[0])


def tiles_of(
    styles: Sequence[Mapping[str, Any]],
    files: Sequence[tuple[str, bytes | None]],
    *,
    keeps: bool = False,
) -> tuple[Tile, ...]:
    """The pending ``files`` (name, thumbnail) first, then the daemon's ``styles``: the person's own, then the others.

    ``keeps``: those that are the person's own can be removed from the daemon's library.
    """
    waiting = [
        Tile(StyleChoice(file=name), title_of(name.rsplit(".", 1)[0]), name, thumbnail, own=True)
        for name, thumbnail in files
    ]
    theirs = [
        (
            bool(each.get("builtin", True)),
            Tile(
                StyleChoice(name=each["name"]),
                _label_of(each),
                str(each.get("title") or each["name"]),
                each.get("thumbnail"),
                own=keeps and each.get("builtin") is False,
                code=each.get("kind") == CODE,
                favourite=each.get("favourite") is True,
                collections=tuple(each.get("collections") or ()),
            ),
        )
        for each in styles
    ]
    return (*waiting, *(tile for _, tile in sorted(theirs, key=lambda pair: pair[0])))


def tiles_of_models(names: Iterable[str], checkpoints: Iterable[str]) -> tuple[Tile, ...]:
    """The person's own ``checkpoints`` (paths of files), then the daemon's models by ``names``."""
    own = [(StyleChoice(checkpoint=path), path) for path in checkpoints]
    theirs = [(StyleChoice(model=name), name) for name in names]
    return tuple(
        Tile(style, label_of_model(style), title, own=style.checkpoint is not None, model=True)
        for style, title in (*own, *theirs)
    )


def label_of_model(style: StyleChoice) -> str:
    """What a model is called: its name, or its file's; empty for another style."""
    return title_of(style.model or PurePath(style.checkpoint or "").stem)


def _label_of(style: Mapping[str, Any]) -> str:
    """A picture of the person's own is called as they wrote it; titles of others say who painted them."""
    own = style.get("builtin") is False and style.get("kind") == "picture"
    return title_of(str((own and style.get("title")) or style["name"]))
