"""Styles on their way into the library: each one's file first, then the question (docs/reference/protocol.md, 6)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from .errors import Disconnected, LinkError
from .messages import STYLES_ADD, Header
from .pending_replies import PendingReplies
from .request import EncodedFile, Payload
from .uploads import Upload, Uploads


@dataclass(eq=False)
class _Addition:
    title: str
    file: EncodedFile
    upload: Upload
    answer: Future[Header] = field(default_factory=Future)
    asked: bool = False


class Additions:
    """What is being added. One that a lost connection left without an answer is asked for again over the next.

    That does no harm: the daemon keeps the same bytes once under a title. Belongs to the thread that owns the session.
    """

    def __init__(self, uploads: Uploads, questions: PendingReplies) -> None:
        self._uploads = uploads
        self._questions = questions
        self._open: list[_Addition] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def files(self) -> list[Payload]:
        """The files that are still needed."""
        return [each.file for each in self._open]

    def begin(self, title: str, file: EncodedFile) -> Future[Header]:
        """Have ``file`` added; the future gets the daemon's answer."""
        # Names of files may hold what is no text.
        text = title.encode("utf-8", "replace").decode()
        addition = _Addition(text, file, self._uploads.want(file))
        self._open.append(addition)
        return addition.answer

    def attach(self) -> None:
        """A new session is there, and the files are being put again."""
        for addition in self._open:
            addition.upload = self._uploads.want(addition.file)
            addition.asked = False

    def give_up(self, answer: Future[Header]) -> EncodedFile | None:
        """Nobody waits for ``answer`` any more: the file that it was about, if no other addition needs it."""
        for addition in [each for each in self._open if each.answer is answer]:
            self._open.remove(addition)
            if addition.file not in self.files:
                return addition.file
        return None

    def pump(self, send: Callable[[Header], None]) -> bool:
        """Ask for the first addition whose file has arrived; whether there was one."""
        for addition in self._open:
            if addition.upload.done and not addition.asked:
                addition.asked = True
                question = self._questions.asked(STYLES_ADD)
                # By its future: a question that nobody waits for any more must not hold the file.
                question.add_done_callback(partial(self._answered, addition.answer))
                file = addition.file.reference(addition.upload.blob)
                send({"t": STYLES_ADD, "title": addition.title, "file": file})
                return True
        return False

    def refused(self, file: Payload | None, error: LinkError) -> None:
        """The daemon does not take ``file``."""
        for addition in [each for each in self._open if each.file is file]:
            self._open.remove(addition)
            addition.answer.set_exception(error)

    def fail(self, error: LinkError) -> None:
        """Give all of them up with ``error``."""
        while self._open:
            self._open.pop().answer.set_exception(error)

    def _answered(self, answer: Future[Header], question: Future[Header]) -> None:
        error = question.exception()
        addition = next((each for each in self._open if each.answer is answer), None)
        if addition is None or isinstance(error, Disconnected):
            return
        self._open.remove(addition)
        if error is None:
            answer.set_result(question.result())
        else:
            answer.set_exception(error)
