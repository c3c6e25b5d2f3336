"""The one family of errors that people get to see.

Every error says what happened (``message``, one sentence), why, and what to do next (``hint``). ``code`` is the wire's
name for it (docs/protocol.md, "Codes"); hosts and the command line map it to their own signals exactly once.
"""

from __future__ import annotations

from typing import ClassVar


class VelaturaError(Exception):
    """Something a person can be told about. ``str(error)`` is one sentence without the hint."""

    code: ClassVar[str] = "engine_failed"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadRequest(VelaturaError):
    code = "bad_request"


class Exists(BadRequest):
    """A name that something else has already."""

    code = "exists"


class UnknownEngine(VelaturaError):
    code = "unknown_engine"


class BadParams(VelaturaError):
    code = "bad_params"


class TooLarge(VelaturaError):
    code = "too_large"


class QuotaExceeded(VelaturaError):
    code = "quota"


class BlobMissing(VelaturaError):
    code = "blob_missing"


class Draining(VelaturaError):
    code = "draining"


class Busy(VelaturaError):
    code = "busy"


class BadPicture(VelaturaError):
    """Bytes that are no picture, or a picture that cannot be used (truncated, empty, NaN)."""

    code = "bad_picture"


class WeightsMissing(VelaturaError):
    code = "weights_missing"


class BadWeights(VelaturaError):
    code = "bad_weights"


class OutOfMemory(VelaturaError):
    code = "out_of_memory"


class EngineFailed(VelaturaError):
    code = "engine_failed"


class Cancelled(VelaturaError):
    """Raised by :meth:`velatura.contract.run.Run.step` when nobody waits for the picture any more."""

    code = "cancelled"

    def __init__(self, message: str = "The job was cancelled.", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
