"""Fetching a large file: resumed when it breaks off, checked before it counts, never half there."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from velatura import __version__
from velatura.errors import BadWeights
from velatura.library.checksums import sha256_of
from velatura_link.file_lock import locked

Progress = Callable[[int, int], None]
"""Called with bytes there and bytes in all (0 while unknown); what it raises ends the download."""

BLOCK = 1 << 20
TIMEOUT = 20.0
"""Seconds without a byte after which a connection counts as broken."""

IDENTITY = {"User-Agent": f"velatura/{__version__}"}


class Unreachable(Exception):
    """The server does not give the file; ``str`` says why."""


class _Interrupted(Exception):
    """The connection broke; trying again may help."""


@dataclass(frozen=True)
class Patience:
    """``attempts`` in a row may bring no byte; before each waits ``pause`` · 2^k seconds."""

    attempts: int = 4
    pause: float = 0.5


def download(
    url: str,
    target: Path,
    *,
    sha256: str | None,
    size: int | None = None,
    progress: Progress | None = None,
    accept: Callable[[Path, str], None] | None = None,
    patience: Patience = Patience(),
) -> None:
    """Fetch ``url`` into ``target`` unless it is there. Two processes fetch it once.

    Bytes are gathered in ``target``.part, which stays after an interruption or a cancel and is
    resumed. Only a file with the right ``sha256`` (None: any) that ``accept`` (given the file and
    its SHA-256) does not refuse by an exception is renamed to ``target``.

    Raises :class:`Unreachable`, :class:`BadWeights` for other bytes than expected, :class:`OSError`
    when they cannot be written, and whatever ``progress`` or ``accept`` raise.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    fetch = _Fetch(url, target, sha256, size, _seldom(progress))
    with locked(_beside(target, ".lock"), waiting=fetch.report):
        if target.exists():
            return
        fetch.persist(patience)
        digest = sha256_of(fetch.part)
        if sha256 is not None and digest != sha256:
            fetch.discard()
            raise BadWeights(
                "The download from {url} is not {file}: its SHA-256 is {digest}…, not {expected}….",
                hint="Try again later, or get the file in another way and add it by hand.",
                url=url,
                file=target.name,
                digest=digest[:12],
                expected=sha256[:12],
            )
        if accept is not None:
            try:
                accept(fetch.part, digest)
            except BadWeights:
                fetch.discard()
                raise
        fetch.part.replace(target)
        fetch.discard()


class _Fetch:
    """One download under way: a part file and what is known about the server's version of it."""

    def __init__(
        self, url: str, target: Path, sha256: str | None, size: int | None, progress: Progress
    ) -> None:
        self.url = url
        self.part = _beside(target, ".part")
        self._version = _beside(target, ".version")
        self._sha256 = sha256
        self._size = size
        self._total = size or 0
        self._progress = progress

    @property
    def done(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def report(self) -> None:
        self._progress(self.done, self._total)

    def discard(self) -> None:
        self.part.unlink(missing_ok=True)
        self._version.unlink(missing_ok=True)

    def persist(self, patience: Patience) -> None:
        """Transfer until all is there, resuming after every interruption that brought bytes."""
        fruitless = 0
        while self._size is None or self.done != self._size:
            before = self.done
            try:
                self._transfer()
            except _Interrupted as why:
                fruitless = 1 if self.done > before else fruitless + 1
                if fruitless >= patience.attempts:
                    raise Unreachable(str(why)) from why
                self._wait(patience.pause * 2 ** (fruitless - 1))
            else:
                break
        self.report()

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.report()
            time.sleep(min(left, 0.1))

    def _transfer(self) -> None:
        offset = self._resumable()
        try:
            request = urllib.request.Request(self.url, headers=IDENTITY)
        except ValueError as error:
            raise Unreachable(f"“{self.url}” is not an address") from error
        if offset:
            request.add_header("Range", f"bytes={offset}-")
            if version := self._version.read_text("utf-8"):
                request.add_header("If-Range", version)
        with self._open(request) as response:
            self._receive(response, offset)

    def _open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self.discard()
            elif error.code < 500 and error.code not in (408, 429):
                raise Unreachable(f"the server answered {error.code} {error.reason}") from error
            raise _Interrupted(f"the server answered {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise _Interrupted(_reason(error.reason)) from error
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted(_reason(error)) from error
        return response

    def _resumable(self) -> int:
        """Bytes that need not come again: without checksum only if the server names versions."""
        if not self._version.exists():
            return 0
        return self.done if self._sha256 or self._version.read_text("utf-8") else 0

    def _receive(self, response: http.client.HTTPResponse, offset: int) -> None:
        resumed = response.status == http.HTTPStatus.PARTIAL_CONTENT
        if resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
            self.discard()
            raise _Interrupted("the server sent a different part of the file than requested")
        start = offset if resumed else 0
        length = response.headers.get("Content-Length")
        self._total = start + int(length) if length else 0
        if self._size is not None and self._total not in (0, self._size):
            raise BadWeights(
                "{url} offers {total} bytes, but the file has {size}.",
                hint="Get the file in another way and add it by hand.",
                url=self.url,
                total=self._total,
                size=self._size,
            )
        self._version.write_text(_version(response), "utf-8")
        with self.part.open("r+b" if resumed else "wb") as file:
            file.seek(start)
            while block := self._read(response):
                file.write(block)
                self._progress(file.tell(), self._total)
        if self.done < self._total:
            raise _Interrupted(f"the connection broke after {self.done} of {self._total} bytes")

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read1(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted(_reason(error)) from error


def _reason(error: object) -> str:
    """Why a connection ended, in the system's words without its number."""
    words = getattr(error, "strerror", None) or str(error) or "the connection broke"
    return str(words).rstrip(".")


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def _version(response: http.client.HTTPResponse) -> str:
    """What If-Range may name: a strong ETag or a date."""
    etag = str(response.headers.get("ETag", ""))
    if etag and not etag.startswith("W/"):
        return etag
    return str(response.headers.get("Last-Modified", ""))


def _seldom(progress: Progress | None) -> Progress:
    """``progress`` at most ten times a second, and when all is there."""
    last = -1.0

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if progress is not None and (now - last >= 0.1 or done == total):
            last = now
            progress(done, total)

    return report
