"""Pending styles on their way into the daemon's library, so that a style is there in every host. No Qt here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from velatura_link.errors import LinkError, Refused

from ..model.choices import Choices, from_json, to_json
from ..model.offer import Offer
from ..model.state import State
from ..texts import tr
from .link import Link, Outcome
from .pending_styles import PendingStyles

_FOR_GOOD = ("bad_request", "bad_picture", "too_large")
"""Refusals of a file that would be refused again."""


class StyleUploader:
    """Moves what is ``pending`` whenever a daemon is there that keeps styles, one file after the other.

    ``moved`` is called when one has become a style of ``state.offer``, ``refused`` when one stays where it is.
    """

    def __init__(
        self,
        state: State,
        pending: PendingStyles,
        link: Link,
        moved: Callable[[], object],
        refused: Callable[[LinkError], object],
    ) -> None:
        self._state = state
        self._pending = pending
        self._link = link
        self._moved = moved
        self._refused = refused
        self._moving: str | None = None
        self._digest = ""
        self._known: frozenset[str] = frozenset()
        self._staying: set[str] = set()
        state.offer.watch(lambda offer: self.go_on())
        # After a loss the same daemon may offer the same as before.
        state.link.watch(lambda link: self.go_on())

    def go_on(self) -> None:
        """Begin with the next file, unless one is on its way."""
        ready = self._state.link.value.kind == "ready" and self._state.offer.value.keeps
        waiting = [file for file in self._pending.files() if file not in self._staying]
        if ready and waiting and self._moving is None:
            self._moving = waiting[0]
            self._known = frozenset(each["name"] for each in self._state.offer.value.styles)
            self._link.add_style(partial(self._read, waiting[0]), partial(self._ended, waiting[0]))

    def begin(self, file: str) -> None:
        """``file`` is newly pending."""
        self._staying.discard(file)
        self.go_on()

    def _read(self, file: str) -> tuple[str, bytes]:
        """On a thread of the link's."""
        title, data = self._pending.read(file)
        self._digest = hashlib.sha256(data).hexdigest()
        return title, data

    def _ended(self, file: str, outcome: Outcome) -> None:
        self._moving = None
        if isinstance(outcome, Mapping):
            self._arrived(file, outcome)
            self.go_on()
        elif isinstance(outcome, Refused) and outcome.code in _FOR_GOOD:
            self._staying.add(file)
            self._refused(outcome)
            self.go_on()
        elif not self._pending.path(file).exists():
            self.go_on()

    def _arrived(self, file: str, style: Mapping[str, Any]) -> None:
        name = style["name"]
        if self._pending.path(file).exists():
            try:
                self._pending.hand_over(file, name, self._digest)
            except OSError as error:
                self._staying.add(file)
                self._refused(LinkError(tr("The picture cannot be kept: {error}", error=error)))
        elif file not in self._pending.moved() and name not in self._known:
            # Removed by the person while it was on its way, and no style that was there before.
            self._link.remove_style(name, partial(self._left, name))
            return
        self._state.offer.set(with_style(self._state.offer.value, style))
        self._moved()

    def _left(self, name: str, outcome: Outcome) -> None:
        if outcome is None:
            self._state.offer.set(without_style(self._state.offer.value, name))


def with_style(offer: Offer, style: Mapping[str, Any]) -> Offer:
    """``offer`` with one more style, in its place."""
    others = [each for each in offer.styles if each["name"] != style["name"]]
    return replace(offer, styles=tuple(sorted([*others, style], key=lambda each: each["name"])))


def without_style(offer: Offer, name: str) -> Offer:
    """``offer`` without the style ``name``."""
    return replace(offer, styles=tuple(each for each in offer.styles if each["name"] != name))


def settled(choices: Choices, moved: Mapping[str, str]) -> Choices:
    """``choices`` where files that were ``moved`` are the library's styles; none is mixed twice in one view."""
    text = to_json(choices)
    if not moved or not any(json.dumps(file) in text for file in moved):
        return choices
    found = json.loads(text)
    for each in (*found["styles"], *(region["style"] for region in found["regions"])):
        if each.get("file") in moved:
            each.update(name=moved[each["file"]], file=None)
    mixture: dict[str, object] = {}
    for each in found["styles"]:
        seen = {name: fact for name, fact in each.items() if name != "weight"}
        mixture.setdefault(json.dumps(seen, sort_keys=True), each)
    return from_json(json.dumps({**found, "styles": [*mixture.values()]}))
