"""What can go wrong between a client and the daemon, as one family."""

from __future__ import annotations

from .text import Value, text_of


class LinkError(Exception):
    """Something a person can be told about: ``message`` is one sentence, ``hint`` what to do next.

    Both are templates that ``values`` fill (:mod:`velatura_link.text`), so that hosts can say them in their language.
    """

    def __init__(self, message: str, *, hint: str = "", **values: Value) -> None:
        self.message = text_of(message, values)
        self.hint = text_of(hint, values)
        super().__init__(self.message)


class ProtocolError(LinkError):
    """The other side sent what docs/reference/protocol.md does not allow."""


class Disconnected(LinkError):
    """The connection ended, or none could be made."""


class UntrustedFile(LinkError):
    """A file or directory that other users could have written or can read."""


class LaunchFailed(LinkError):
    """No daemon could be started; ``message`` says why, with the end of its log."""


class Refused(LinkError):
    """The daemon said no; ``code`` is one of docs/reference/protocol.md's codes."""

    def __init__(self, code: str, message: str, hint: str = "", **values: Value) -> None:
        super().__init__(message, hint=hint, **values)
        self.code = code


class JobFailed(Refused):
    """A job ended without a result."""
