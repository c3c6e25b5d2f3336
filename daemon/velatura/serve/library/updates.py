"""What clients change in the library: styles put in, marked and taken out, presets (docs/reference/protocol.md, 6)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from velatura.errors import BadPicture, BadRequest, BlobMissing, Busy, TooLarge, VelaturaError
from velatura.library import presets
from velatura.serve.blobs.spool import Spool, Stored
from velatura.serve.config import Limits
from velatura.serve.library.queries import described, failure
from velatura_link.messages import (
    PRESETS_REMOVE,
    PRESETS_RENAME,
    PRESETS_SAVE,
    STYLES_ADD,
    STYLES_CHANGE,
    STYLES_REMOVE,
    Header,
    is_file,
    is_id,
    pack_header,
)

if TYPE_CHECKING:
    from velatura.serve.broker.sessions import Session, Sessions

PATIENCE = 60.0
"""Seconds that a file may be looked at."""
LONGEST_TITLE = 200
MOST_WAITING = 64
"""Changes that may wait for those before them."""

Change = Callable[[], Header]
"""Makes a change of the library; what its answer says. Raises :class:`VelaturaError`."""


class LibraryUpdates:
    """Makes one change of the library after the other, so that they are answered in the order in which they came.

    What a client sent is looked at by a process of its own (:mod:`velatura.serve.library.import_process`), for which a
    thread waits; ``report`` is called from there with what the event loop is to call.
    """

    def __init__(
        self,
        report: Callable[[Callable[[], None]], None],
        sessions: Sessions,
        spool: Spool,
        limits: Limits,
    ) -> None:
        self._report = report
        self._sessions = sessions
        self._spool = spool
        self._limits = limits
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="library-updates")
        self._waiting = 0
        self._looking: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether a change is not answered yet."""
        return self._waiting > 0

    def add(self, session: Session, header: Header) -> None:
        """``styles.add``: make a style of a blob. It becomes one also when the session ends meanwhile."""
        try:
            title, blob, stored = self._wanted(header)
        except VelaturaError as error:
            self._begin(session, STYLES_ADD, partial(_refuse, error))
            return
        holder = object()
        self._spool.hold(holder, blob, stored)
        self._begin(session, STYLES_ADD, partial(self._take_in, stored.path, title), holder)

    def remove(self, session: Session, header: Header) -> None:
        """``styles.remove``: forget a style of the person's own."""
        self._begin(session, STYLES_REMOVE, partial(_remove, header.get("name")))

    def change(self, session: Session, header: Header) -> None:
        """``styles.change``: a style's marks and title."""
        self._begin(session, STYLES_CHANGE, partial(_change, header))

    def save_preset(self, session: Session, header: Header) -> None:
        """``presets.save``: keep a way to paint under a name."""
        self._begin(session, PRESETS_SAVE, partial(_save_preset, header, self._limits.preset))

    def rename_preset(self, session: Session, header: Header) -> None:
        """``presets.rename``: call a preset something else."""
        self._begin(session, PRESETS_RENAME, partial(_rename_preset, header))

    def remove_preset(self, session: Session, header: Header) -> None:
        """``presets.remove``: forget a preset."""
        self._begin(session, PRESETS_REMOVE, partial(_remove_preset, header))

    def close(self) -> None:
        """Leave what is not done undone."""
        with self._lock:
            self._closed = True
            if self._looking is not None:
                self._looking.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _wanted(self, header: Header) -> tuple[str, bytes, Stored]:
        title, file = header.get("title"), header.get("file")
        if not isinstance(title, str) or len(title) > LONGEST_TITLE:
            raise BadRequest(
                "A style needs a title of at most {most} characters.", most=LONGEST_TITLE
            )
        if not is_file(file) or not isinstance(file, dict) or not is_id(file.get("blob")):
            raise BadRequest("A style needs a reference to its file.")
        stored = self._spool.find(file["blob"])
        if stored is None or not stored.sealed:
            raise BlobMissing("The style's file does not exist.", hint="Upload it first.")
        if stored.size > self._limits.style:
            raise TooLarge(
                "“{title}” has {size:,} bytes; the library accepts at most {limit:,}.",
                hint="Make it smaller first.",
                title=title,
                size=stored.size,
                limit=self._limits.style,
            )
        if self._waiting >= MOST_WAITING:
            raise Busy("Too many styles are being added.", hint="Wait for some of them.")
        return title, file["blob"], stored

    def _begin(
        self, session: Session, kind: str, change: Change, holder: object | None = None
    ) -> None:
        self._waiting += 1
        self._thread.submit(self._make, session, kind, change, holder)

    def _make(self, session: Session, kind: str, change: Change, holder: object | None) -> None:
        try:
            answer = {"t": kind, **change()}
        except Exception as error:
            answer = failure(kind, error)
        self._report(partial(self._made, session, answer, holder))

    def _made(self, session: Session, answer: Header, holder: object | None) -> None:
        self._waiting -= 1
        if holder is not None:
            self._spool.let_go(holder)
        self._sessions.send(session, answer)
        if answer["t"] == "failed":
            return
        what = str(answer["t"]).partition(".")[0]
        notice = {"t": "notice", "code": what, "message": f"The {what} of the library changed."}
        for other in self._sessions:
            if other is not session:
                self._sessions.send(other, notice)

    def _take_in(self, path: Path, title: str) -> Header:
        from velatura.library import styles

        said = self._looked_at(path, title)
        if "file" not in said:
            return {"t": "failed", "of": STYLES_ADD, **said}
        for entry in styles.entries():
            if str(entry.path) == said["file"]:
                return {"style": described(entry)}
        raise BadRequest(
            "“{title}” has been removed from the library in the meantime.", title=title
        )

    def _looked_at(self, path: Path, title: str) -> dict[str, Any]:
        """What the process says that looks at ``path``; raises :class:`BadPicture` for one that ends without a word."""
        wanted = json.dumps({"path": str(path), "title": title})
        with self._lock:
            if self._closed:
                raise BadRequest(
                    "The daemon stopped before the style was added.", hint="Add it again."
                )
            # Its input is never written to: it ends when that does, with this process.
            process = self._looking = subprocess.Popen(
                [sys.executable, "-m", "velatura.serve.library.import_process", wanted],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            with process:
                words = process.stdout.read().splitlines()
        finally:
            watchdog.cancel()
            with self._lock:
                self._looking = None
        try:
            said: dict[str, Any] = json.loads(words[-1])
        except (IndexError, ValueError):
            raise BadPicture(
                "“{title}” cannot be read: the process that read it ended unexpectedly.",
                hint="Save it again as PNG or JPEG, or make it smaller.",
                title=title,
            ) from None
        return said


def _remove(name: object) -> Header:
    from velatura.library import styles

    if not isinstance(name, str):
        raise BadRequest("The style to be removed must be a name.")
    return {"name": styles.remove(name).name}


def _change(header: Header) -> Header:
    from velatura.library import styles

    name, favourite = header.get("name"), header.get("favourite")
    collections, title = header.get("collections"), header.get("title")
    if not isinstance(name, str):
        raise BadRequest("The style to be changed must be a name.")
    if favourite is not None and not isinstance(favourite, bool):
        raise BadRequest("Whether a style is a favourite must be true or false.")
    entry = styles.change(name, favourite=favourite, collections=collections, title=title)
    return {"style": described(entry)}


def _save_preset(header: Header, most: int) -> Header:
    """``most`` is in bytes."""
    from velatura.library import styles

    title = header.get("title")
    if len(pack_header({"preset": header.get("preset")})) > most:
        raise TooLarge(
            "A preset may have at most {most:,} bytes.", hint="Shorten its texts.", most=most
        )
    if not isinstance(title, str):
        raise BadRequest("A preset needs a title.")
    preset = presets.from_fields(header.get("preset"), title)
    for style in preset.styles:
        styles.show(style.name)
    if header.get("replace") is not True:
        presets.require_free(preset.name)
    return {"preset": presets.save(preset).described()}


def _rename_preset(header: Header) -> Header:
    name, title = header.get("name"), header.get("title")
    if not isinstance(name, str) or not isinstance(title, str):
        raise BadRequest("The preset and its new title must be names.")
    return {"preset": presets.rename(name, title).described()}


def _remove_preset(header: Header) -> Header:
    name = header.get("name")
    if not isinstance(name, str):
        raise BadRequest("The preset to be removed must be a name.")
    return {"name": presets.remove(name)}


def _refuse(error: VelaturaError) -> Header:
    raise error
