"""PendingReplies to the daemon itself, and the answers that come some time later."""

from __future__ import annotations

from collections import defaultdict, deque
from concurrent.futures import Future

from .errors import LinkError
from .messages import Header


class PendingReplies:
    """What was asked and not answered yet. The broker answers in order, so the oldest of a kind is meant."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Future[Header]]] = defaultdict(deque)

    def asked(self, answer: str) -> Future[Header]:
        """The future message of type ``answer``."""
        future: Future[Header] = Future()
        self._waiting[answer].append(future)
        return future

    def answered(self, header: Header) -> None:
        """Take an answer; one that nobody waits for is passed over."""
        if waiting := self._waiting[header["t"]]:
            header.pop("k", None)
            waiting.popleft().set_result(header)

    def refused(self, error: LinkError, of: object = None) -> bool:
        """Fail the oldest question of the kind ``of``, or else the one that is open; whether there was one."""
        asked = self._waiting.get(of) if isinstance(of, str) else None
        waiting = asked or next((each for each in self._waiting.values() if each), None)
        if waiting is not None:
            waiting.popleft().set_exception(error)
        return waiting is not None

    def fail(self, error: LinkError) -> None:
        """Fail them all."""
        while self.refused(error):
            pass
