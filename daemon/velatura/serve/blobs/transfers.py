"""Blobs on their way in and out, under credit (docs/reference/protocol.md, section 4)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from typing import Any

from velatura.errors import VelaturaError
from velatura.serve.blobs.blob_writer import BlobWriter, PendingWrite
from velatura.serve.blobs.spool import Spool, Stored
from velatura.serve.broker.sessions import Session, Sessions
from velatura.serve.config import Config
from velatura_link.errors import ProtocolError
from velatura_link.messages import DIGEST_BYTES, ID_BYTES, Header, binary, natural
from velatura_link.text import encode_error


@dataclass(eq=False)
class Upload:
    """A blob that a client sends. ``session`` is None while it waits to be resumed, until ``deadline``."""

    blob: bytes
    stored: Stored
    session: Session | None
    inscription: PendingWrite
    received: int = 0
    upto: int = 0
    named: bytes | None = None
    claimed: int | None = None
    deadline: float = 0.0


@dataclass(eq=False)
class Download:
    """A blob that a client fetches, from ``offset`` on, never past ``upto``."""

    blob: bytes
    stored: Stored
    file: FileIO
    offset: int
    upto: int


class Transfers:
    """All transfers of all sessions.

    ``on_sealed`` is told the id of an upload that is complete, ``on_lost`` the id, code and reason of one that never
    will be.
    """

    def __init__(
        self,
        config: Config,
        spool: Spool,
        blob_writer: BlobWriter,
        sessions: Sessions,
        *,
        on_sealed: Callable[[bytes], None],
        on_lost: Callable[[bytes, str, str], None],
    ) -> None:
        self._config = config
        self._spool = spool
        self._blob_writer = blob_writer
        self._sessions = sessions
        self._on_sealed = on_sealed
        self._on_lost = on_lost
        self._uploads: dict[bytes, Upload] = {}
        self._downloads: dict[tuple[Session, bytes], Download] = {}

    @property
    def under_way(self) -> bool:
        """Whether bytes are going either way now."""
        return bool(self._downloads) or any(u.session is not None for u in self._uploads.values())

    def active(self, session: Session) -> bool:
        """Whether ``session`` sends or fetches now."""
        return self.sends_to(session) or any(True for _ in self._uploads_of(session))

    def sends_to(self, session: Session) -> bool:
        """Whether ``session`` fetches now."""
        return any(True for _ in self._downloads_of(session))

    def put(self, session: Session, header: Header) -> None:
        """``blob.put``: room for a new blob, or how much there is of a known one."""
        try:
            blob, size = binary(header, "blob", ID_BYTES), natural(header, "size")
            named = header.get("digest") is not None
            digest = binary(header, "digest", DIGEST_BYTES) if named else None
            if size == 0:
                raise ProtocolError("A blob has at least one byte.")
        except ProtocolError as error:
            self._refuse(session, header.get("blob"), "bad_request", error.message)
            return
        upload = self._uploads.get(blob)
        if upload is not None and upload.stored.size != size:
            self._refuse(session, blob, "bad_request", "This blob was started with another size.")
            return
        if upload is not None and (upload.received < size or upload.claimed is not None):
            self._resume(session, upload)
            return
        if upload is not None:
            # Every byte came but not the check; "all there" would promise that it is checked, so start over.
            self._discard(upload, "blob_missing", "The upload was restarted.")
        known = self._spool.find(blob) or self._spool.with_digest(digest, size)
        if known is not None and known.size != size:
            self._refuse(session, blob, "bad_request", "This blob has another size.")
            return
        if known is not None:
            self._present(session, blob, known)
            return
        if len(list(self._uploads_of(session))) >= self._config.limits.blobs:
            self._refuse(
                session, blob, "busy", "Too many blobs are being uploaded at the same time."
            )
            return
        try:
            stored = self._spool.create(blob, size, session)
        except VelaturaError as error:
            self._refuse(session, blob, error.code, error.message, error.hint)
            return
        upload = self._begin(blob, stored, session, digest)
        self._go(session, upload)

    def chunk(self, session: Session, header: Header, data: Any) -> None:
        """``blob.chunk`` with its bytes, which must follow on those before and stay within the credit."""
        upload = self._upload(session, header.get("blob", b""))
        if upload is None:
            return  # of a blob that was refused or dropped while this chunk was on its way
        length = len(data) if data is not None else 0
        if header.get("offset") != upload.received or length == 0 or upload.claimed is not None:
            self._fail(upload, "bad_request", "A chunk came out of order.")
        elif upload.received + length > upload.upto or length > self._config.limits.chunk:
            self._fail(upload, "bad_request", "A chunk came without credit for it.")
        else:
            upload.received += length
            self._blob_writer.write(upload.inscription, data)

    def finish(self, session: Session, header: Header) -> None:
        """``blob.end``: all bytes were sent, and this is their check."""
        upload, check = self._upload(session, header.get("blob", b"")), header.get("check")
        if upload is None:
            return
        if upload.received != upload.stored.size or not isinstance(check, int):
            self._fail(
                upload, "bad_request", "A blob.end came before all bytes, or without its check."
            )
            return
        upload.claimed = check
        self._blob_writer.finish(upload.inscription)

    def drop(self, session: Session, header: Header) -> None:
        """``blob.drop``: the client gives up a transfer, or needs the blob no longer."""
        blob = header.get("blob", b"")
        self._end_download(session, blob)
        upload = self._upload(session, blob)
        if upload is not None:
            self._discard(upload, "blob_missing", "The upload was abandoned.")
            return
        self._spool.release(session, blob)

    def get(self, session: Session, header: Header) -> None:
        """``blob.get``: send from ``offset`` on."""
        blob, offset, upto = header.get("blob", b""), header.get("offset"), header.get("upto")
        stored = self._spool.find(blob)
        if stored is None or not stored.sealed:
            self._refuse(session, blob, "blob_missing", "There is no such blob.")
            return
        if (
            not isinstance(offset, int)
            or not isinstance(upto, int)
            or not 0 <= offset <= stored.size
        ):
            self._refuse(
                session, blob, "bad_request", "A blob.get needs an offset within the blob."
            )
            return
        self._end_download(session, blob)
        if len(list(self._downloads_of(session))) >= self._config.limits.blobs:
            self._refuse(session, blob, "busy", "Too many blobs are being fetched.")
            return
        try:
            file = FileIO(stored.path)
        except OSError as error:
            reason = f"The blob cannot be read: {error.strerror}."
            self._refuse(session, blob, "blob_missing", reason, "Upload it again.")
            return
        file.seek(offset)
        download = Download(blob, stored, file, offset, 0)
        self._spool.hold(download, blob, stored)
        self._downloads[session, blob] = download
        self._grant(download, upto)
        self._pump(session, download)

    def credit(self, session: Session, header: Header) -> None:
        """``blob.credit`` from a client that reads."""
        download = self._downloads.get((session, header.get("blob", b"")))
        upto = header.get("upto")
        if download is not None and isinstance(upto, int):
            self._grant(download, upto)
            self._pump(session, download)

    def end_session(self, session: Session) -> None:
        """Stop sending; keep half uploads for a while so that they can be resumed."""
        for download in list(self._downloads_of(session)):
            self._end_download(session, download.blob)
        for upload in self._uploads_of(session):
            upload.session = None
            upload.deadline = time.monotonic() + self._config.resume_grace
            self._spool.hold(upload, upload.blob, upload.stored)
        self._spool.let_go(session)

    def tick(self, now: float) -> None:
        """Go on with what the network did not take; discard what nobody resumed."""
        for (session, _), download in list(self._downloads.items()):
            if download.offset < download.upto:
                self._pump(session, download)
        for upload in [u for u in self._uploads.values() if u.session is None and u.deadline < now]:
            self._discard(upload, "blob_missing", "The upload was never resumed.")

    def _begin(self, blob: bytes, stored: Stored, session: Session, digest: bytes | None) -> Upload:
        def written(position: int) -> None:
            self._written(upload, position)

        def finished(check: int, computed: bytes | None) -> None:
            self._finished(upload, check, computed)

        def failed(error: OSError) -> None:
            self._fail(upload, "quota", f"The spool could not be written: {error.strerror}.")

        assert stored.file is not None, "a new blob is open"
        hasher = hashlib.sha256() if digest is not None else None
        inscription = PendingWrite(stored.file, written, finished, failed, hasher)
        upload = Upload(blob, stored, session, inscription, named=digest)
        self._uploads[blob] = upload
        return upload

    def _go(self, session: Session, upload: Upload) -> None:
        upload.upto = min(upload.stored.size, upload.received + self._config.limits.window)
        self._sessions.send(
            session,
            {"t": "blob.go", "blob": upload.blob, "offset": upload.received, "upto": upload.upto},
        )

    def _resume(self, session: Session, upload: Upload) -> None:
        before, upload.session = upload.session, session
        self._spool.hold(session, upload.blob, upload.stored)
        if before is not None and before is not session:
            self._spool.release(before, upload.blob)
        self._spool.release(upload, upload.blob)
        self._go(session, upload)

    def _present(self, session: Session, blob: bytes, stored: Stored) -> None:
        self._spool.hold(session, blob, stored)
        size = stored.size
        self._sessions.send(session, {"t": "blob.go", "blob": blob, "offset": size, "upto": size})
        self._sessions.send(session, {"t": "blob.done", "blob": blob, "check": stored.check})

    def _written(self, upload: Upload, position: int) -> None:
        upto = min(upload.stored.size, position + self._config.limits.window)
        worth_telling = upto - upload.upto >= self._config.limits.window // 4
        if upload.session is None or upto == upload.upto:
            return
        if worth_telling or upto == upload.stored.size:
            upload.upto = upto
            self._sessions.send(
                upload.session, {"t": "blob.credit", "blob": upload.blob, "upto": upto}
            )

    def _finished(self, upload: Upload, check: int, digest: bytes | None) -> None:
        if self._uploads.get(upload.blob) is not upload:
            return
        if check != upload.claimed:
            self._fail(upload, "bad_check", "The bytes were damaged in transit.")
            return
        if digest != upload.named:
            self._fail(upload, "bad_digest", "The bytes do not match their digest.")
            return
        del self._uploads[upload.blob]
        self._spool.seal(upload.stored, check, digest)
        if upload.session is not None:
            self._sessions.send(
                upload.session, {"t": "blob.done", "blob": upload.blob, "check": check}
            )
        self._on_sealed(upload.blob)
        self._spool.release(upload, upload.blob)

    def _fail(self, upload: Upload, code: str, message: str) -> None:
        session = upload.session
        self._discard(upload, code, message)
        if session is not None:
            self._refuse(session, upload.blob, code, message)

    def _discard(self, upload: Upload, code: str, reason: str) -> None:
        if self._uploads.get(upload.blob) is not upload:
            return
        del self._uploads[upload.blob]
        self._blob_writer.abandon(upload.inscription)
        self._spool.forget(upload.stored)
        self._on_lost(upload.blob, code, reason)

    def _upload(self, session: Session, blob: bytes) -> Upload | None:
        upload = self._uploads.get(blob)
        return upload if upload is not None and upload.session is session else None

    def _uploads_of(self, session: Session) -> Iterator[Upload]:
        return (upload for upload in self._uploads.values() if upload.session is session)

    def _downloads_of(self, session: Session) -> Iterator[Download]:
        return (download for (to, _), download in self._downloads.items() if to is session)

    def _grant(self, download: Download, upto: int) -> None:
        ceiling = download.offset + self._config.limits.window
        download.upto = max(download.upto, min(upto, download.stored.size, ceiling))

    def _pump(self, session: Session, download: Download) -> None:
        while download.offset < download.upto and not download.file.closed:
            length = min(self._config.limits.chunk, download.upto - download.offset)
            chunk = download.file.read(length)
            header = {"t": "blob.chunk", "blob": download.blob, "offset": download.offset}
            if not self._sessions.send_chunk(session, header, chunk or b""):
                if not download.file.closed:  # as it is when the sending found the client dead
                    download.file.seek(download.offset)
                return
            download.offset += length
        if download.offset == download.stored.size:
            self._sessions.send(
                session,
                {"t": "blob.end", "blob": download.blob, "check": download.stored.check},
            )
            self._end_download(session, download.blob)

    def _end_download(self, session: Session, blob: bytes) -> None:
        download = self._downloads.pop((session, blob), None)
        if download is not None:
            download.file.close()
            self._spool.release(download, blob)

    def _refuse(
        self, session: Session, blob: object, code: str, message: str, hint: str = ""
    ) -> None:
        self._sessions.send(
            session,
            {"t": "blob.refused", "blob": blob, **encode_error(code, message, hint)},
        )
