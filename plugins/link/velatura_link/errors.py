"""What can go wrong between a client and the daemon, as one family."""

from __future__ import annotations


class LinkError(Exception):
    """Something a person can be told about: ``message`` is one sentence, ``hint`` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ProtocolError(LinkError):
    """The other side sent what docs/protocol.md does not allow."""


class Disconnected(LinkError):
    """The connection ended, or none could be made."""


class UntrustedFile(LinkError):
    """A file or directory that other users could have written or can read."""


class LaunchFailed(LinkError):
    """No daemon could be started; ``message`` says why, with the end of its log."""


class Refused(LinkError):
    """The daemon said no; ``code`` is one of docs/protocol.md's codes."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class JobFailed(Refused):
    """A job ended without a result."""
