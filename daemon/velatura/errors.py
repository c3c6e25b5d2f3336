"""The one family of errors that people get to see.

Every error says what happened (``message``, one sentence), why, and what to do next (``hint``). Both are templates that
``values`` fill; they travel as such, and hosts say them in the person's language (:mod:`velatura_link.text`). ``code``
is the wire's name for it (docs/reference/protocol.md, "Codes"); hosts and the command line map it to their own signals
exactly once.
"""

from __future__ import annotations

from typing import ClassVar

from velatura_link.text import Value, text_of


class VelaturaError(Exception):
    """Something a person can be told about. ``str(error)`` is one sentence without the hint.

    >>> error = VelaturaError("There is no style “{name}”.", hint="Did you mean {other}?", name="sae", other="sea")
    >>> str(error), str(error.hint), error.message.template
    ('There is no style “sae”.', 'Did you mean sea?', 'There is no style “{name}”.')

    Only what changes from case to case belongs into ``values``. Where there is none, braces in a sentence are its own.
    """

    code: ClassVar[str] = "engine_failed"

    def __init__(self, message: str, *, hint: str = "", **values: Value) -> None:
        self.message = text_of(message, values)
        self.hint = text_of(hint, values)
        super().__init__(self.message)


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

    def __init__(
        self, message: str = "The job was cancelled.", *, hint: str = "", **values: Value
    ) -> None:
        super().__init__(message, hint=hint, **values)
