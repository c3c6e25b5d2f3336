"""A client's jobs and transfers, apart from sockets and threads: what to send, and what an answer means."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from . import messages as m
from .additions import Additions
from .admission import admit, admit_style
from .checksum import ChecksumThread
from .downloads import Download, Downloads
from .errors import Disconnected, JobFailed, LinkError, ProtocolError, Refused
from .jobs import Accepted, Downloading, Job, Preview, Result, Uploading
from .messages import Header
from .pace import Pace
from .pending_replies import PendingReplies
from .request import EncodedFile, Payload
from .session import Limits, Message, Session, Welcome, reason
from .text import decode_notes
from .uploads import Post, Upload, Uploads
from .wording import Notice, pixels_of, progress_of, submission


@dataclass(eq=False)
class _Active:
    """A job that has not ended, and how far its transfers are."""

    job: Job
    uploads: dict[Payload, Upload]
    submitted: bool = False
    told_to_finish: bool = False
    put_again: bool = False
    preview: Download | None = None
    result: Header | None = None
    arriving: dict[str, Download] = field(default_factory=dict)
    arrived: dict[str, Payload] = field(default_factory=dict)

    def blob_of(self, payload: Payload) -> bytes:
        """The name that a payload of this job has on the wire."""
        return self.uploads[payload].blob


class ClientState:
    """What one client has under way. Belongs to the thread that owns the session.

    ``hand_over`` gets the jobs that a draining daemon does not take.
    """

    def __init__(
        self,
        checking: ChecksumThread,
        post: Post,
        notify: Callable[[Notice], None],
        hand_over: Callable[[Job], None],
    ) -> None:
        self._notify = notify
        self._hand_over = hand_over
        self._uploads = Uploads(checking, post)
        self._downloads = Downloads(checking, post)
        self._active: dict[bytes, _Active] = {}
        self._cancelling: set[bytes] = set()
        self._questions = PendingReplies()
        self._additions = Additions(self._uploads, self._questions)
        self._session: Session | None = None
        self._limits = Limits()
        self.draining = False

    @property
    def busy(self) -> bool:
        """Whether anything would be lost with the session."""
        return bool(self._active or self._cancelling or self._additions)

    def attach(self, session: Session, welcome: Welcome, endpoint: str) -> None:
        """A session is there: put and submit again whatever an earlier one left unfinished."""
        self._session, self._limits = session, welcome.limits
        self.draining = False
        session.placer = self._downloads.place
        pace = Pace(endpoint, welcome.limits)
        needed = [payload for active in self._active.values() for payload in active.uploads]
        needed += self._additions.files
        self._uploads.attach(session.send, pace, welcome.limits.blobs, dict.fromkeys(needed))
        self._downloads.attach(session.send, pace)
        for active in self._active.values():
            active.submitted = False
            active.uploads = {each: self._uploads.want(each) for each in active.uploads}
        self._additions.attach()
        for job in self._cancelling:
            session.send({"t": m.CANCEL, "job": job})

    def detach(self) -> None:
        """The session is over; what is under way waits for the next."""
        self._session = None
        self._uploads.detach()
        self._downloads.detach()
        self._questions.fail(Disconnected("The connection to the daemon ended."))

    def abandon(self, error: LinkError) -> None:
        """There will be no next session: everything under way fails with ``error``."""
        for active in list(self._active.values()):
            active.job.fail(error)
        self._active.clear()
        self._cancelling.clear()
        self._additions.fail(error)
        self._questions.fail(error)

    def take_unfinished(self) -> list[Job]:
        """Every job under way, which this exchange forgets; what only a daemon that is gone could do has failed."""
        self._additions.fail(Disconnected("The daemon stopped before the style was added."))
        jobs = [active.job for active in self._active.values()]
        self._active.clear()
        return jobs

    def submit(self, job: Job) -> None:
        """Begin a job: its pixels first, as far as they are not there yet."""
        if job.done:
            return
        try:
            uploads = {each: self._uploads.want(each) for each in admit(job.request, self._limits)}
        except LinkError as error:
            job.fail(error)
            return
        self._active[job.id] = _Active(job, uploads)

    def cancel(self, job: Job) -> None:
        """Give up a job that ended on this side."""
        active = self._active.pop(job.id, None)
        if active is None:
            return
        self._drop_transfers(active)
        if active.submitted:
            self._cancelling.add(job.id)
            self._send({"t": m.CANCEL, "job": job.id})

    def finish(self, job: Job) -> None:
        """Have a job stop early; one that is not submitted yet is told so when it is."""
        active = self._active.get(job.id)
        if active is not None and active.submitted:
            self._tell_to_finish(active)

    def ask(self, header: Header, answer: str) -> Future[Header]:
        """Send ``header``; the future gets the next message of type ``answer``."""
        future = self._questions.asked(answer)
        if self._session is None:
            self._questions.fail(Disconnected("There is no connection to the daemon."))
        self._send(header)
        return future

    def add_style(self, title: str, file: EncodedFile) -> Future[Header]:
        """Have ``file`` in the daemon's library, also if the connection is lost meanwhile; the daemon's answer."""
        try:
            admit_style(title, file, self._limits)
        except LinkError as error:
            refused: Future[Header] = Future()
            refused.set_exception(error)
            return refused
        return self._additions.begin(title, file)

    def give_up(self, answer: Future[Header]) -> None:
        """Nobody waits for what :meth:`add_style` gave any more."""
        file = self._additions.give_up(answer)
        if file is not None and not any(file in each.uploads for each in self._active.values()):
            self._uploads.drop(file)

    def pump(self) -> bool:
        """Send one message that is due: a put, a chunk, an end, a submit or a style. Whether there was one."""
        upload = self._uploads.pump()
        if upload is not None:
            self._report_upload(upload)
        begun = self._submit_ready() or self._additions.pump(self._send)
        return begun or upload is not None

    def handle(self, message: Message) -> None:
        """Act upon a message of the session; raises :class:`ProtocolError` when the broker breaks its own rules."""
        header = message.header
        kind = header["t"]
        if kind == m.BLOB_CHUNK:
            self._report_download(self._downloads.chunk(header, message.chunk))
        elif kind in (m.BLOB_GO, m.BLOB_CREDIT, m.BLOB_DONE):
            upload = self._uploads.handle(header)
            if upload is not None and upload.done:
                self._report_upload(upload)
        elif kind == m.BLOB_END:
            self._downloads.end(header)
        elif kind == m.BLOB_REFUSED:
            self._blob_refused(header)
        elif kind == m.NOTICE:
            self._noticed(header)
        elif kind == m.FAILED and "job" not in header:
            self._refused(header)
        elif kind in (m.ACCEPTED, m.PROGRESS, m.PREVIEW, m.RESULT, m.FAILED):
            self._about_job(kind, header)
        else:
            self._questions.answered(header)

    def _about_job(self, kind: str, header: Header) -> None:
        name = m.binary(header, "job", m.ID_BYTES)
        if kind in (m.RESULT, m.FAILED) and name in self._cancelling:
            self._cancelling.discard(name)
            self._send({"t": m.RELEASE, "job": name})
        active = self._active.get(name)
        if active is None:
            return
        if kind == m.ACCEPTED:
            active.job.emit(Accepted(m.natural(header, "position")))
        elif kind == m.PROGRESS:
            active.job.emit(progress_of(header))
        elif kind == m.PREVIEW:
            self._preview(active, header)
        elif kind == m.RESULT:
            self._result(active, header)
        else:
            self._failed(active, header)

    def _submit_ready(self) -> bool:
        """Submit the first job whose blobs the broker has been told of."""
        for active in self._active.values():
            if not active.submitted and all(each.told for each in active.uploads.values()):
                active.submitted, active.told_to_finish = True, False
                self._send(submission(active.job, active.blob_of))
                if active.job.finishing:
                    self._tell_to_finish(active)
                return True
        return False

    def _tell_to_finish(self, active: _Active) -> None:
        """Have the daemon stop ``active`` early, once for each submission.

        A job that was finished before it was submitted gets here twice: with its submission, and by its own call.
        """
        if not active.told_to_finish:
            active.told_to_finish = True
            self._send({"t": m.FINISH, "job": active.job.id})

    def _report_upload(self, upload: Upload) -> None:
        for active in self._active.values():
            uploads = active.uploads.values()
            if any(each is upload for each in uploads):
                sent = sum(each.offset for each in uploads)
                active.job.emit(Uploading(sent, sum(each.size for each in uploads)))

    def _report_download(self, download: Download | None) -> None:
        for active in self._active.values():
            if any(each is download for each in active.arriving.values()):
                received = sum(each.received for each in active.arriving.values())
                total = sum(each.size for each in active.arriving.values())
                active.job.emit(Downloading(received, total))

    def _blob_refused(self, header: Header) -> None:
        blob = m.binary(header, "blob", m.ID_BYTES)
        error = JobFailed(*reason(header))
        if self._downloads.refused(blob, error):
            return
        payload = self._uploads.refused(blob)
        self._additions.refused(payload, error)
        for active in list(self._active.values()):
            if payload is not None and payload in active.uploads:
                active.job.fail(error)
                self.cancel(active.job)

    def _preview(self, active: _Active, header: Header) -> None:
        reference = header.get("raster")
        size = m.check_raster(reference)
        assert isinstance(reference, dict)
        if active.preview is not None:
            self._downloads.drop(active.preview.blob)

        def done(download: Download, error: JobFailed | None) -> None:
            active.preview = None
            # A preview that is gone already was replaced by a newer one.
            if error is None:
                self._downloads.drop(download.blob)
                active.job.emit(Preview(pixels_of(reference, download.buffer)))

        active.preview = self._downloads.get(reference["blob"], size, None, done)

    def _result(self, active: _Active, header: Header) -> None:
        outputs = header.get("outputs")
        if not isinstance(outputs, dict):
            raise ProtocolError("A result has no outputs.")
        active.result, active.arrived, active.arriving = header, {}, {}
        for name, reference in outputs.items():
            active.arriving[name] = self._fetch(active, name, reference)
        self._finish_if_whole(active)

    def _fetch(self, active: _Active, name: str, reference: Any) -> Download:
        if m.is_file(reference):
            blob, size = m.binary(reference, "blob", m.ID_BYTES), m.natural(reference, "size")
        else:
            size = m.check_raster(reference)
            blob = reference["blob"]

        def done(download: Download, error: JobFailed | None) -> None:
            if error is not None:
                if active.job.fail(error):
                    self._end(active)
                return
            active.arrived[name] = (
                EncodedFile(download.buffer)
                if m.is_file(reference)
                else pixels_of(reference, download.buffer)
            )
            self._finish_if_whole(active)

        return self._downloads.get(blob, size, m.natural(reference, "check"), done)

    def _finish_if_whole(self, active: _Active) -> None:
        assert active.result is not None
        if active.arrived.keys() != active.arriving.keys():
            return
        seconds = active.result.get("seconds")
        recipe = active.result.get("recipe")
        result = Result(
            outputs={name: active.arrived[name] for name in active.arriving},
            notes=decode_notes(active.result),
            seconds=seconds if isinstance(seconds, dict) else {},
            recipe=recipe if isinstance(recipe, dict) else {},
        )
        self._end(active)
        active.job.end(result)

    def _failed(self, active: _Active, header: Header) -> None:
        error = JobFailed(*reason(header))
        if error.code == "blob_missing" and not active.put_again:
            active.put_again = True
            self._send({"t": m.RELEASE, "job": active.job.id})
            active.uploads = {each: self._uploads.again(each) for each in active.uploads}
            active.submitted = False
        elif error.code == "draining":
            self.draining = True
            self._end(active)
            self._hand_over(active.job)
        else:
            self._end(active)
            active.job.fail(error)

    def _end(self, active: _Active) -> None:
        """The broker is done with a job, and so are we."""
        self._active.pop(active.job.id, None)
        self._drop_transfers(active)
        self._send({"t": m.RELEASE, "job": active.job.id})

    def _drop_transfers(self, active: _Active) -> None:
        """Give up what is under way for this job alone."""
        shared = {payload for other in self._active.values() for payload in other.uploads}
        shared.update(self._additions.files)
        for payload in active.uploads:
            if payload not in shared:
                self._uploads.drop(payload)
        for download in (active.preview, *active.arriving.values()):
            if download is not None and download.blob in self._downloads:
                self._downloads.drop(download.blob)
        # A download's callback holds the job: a ring that would keep its pixels until rings are next looked for.
        active.preview, active.arriving = None, {}

    def _noticed(self, header: Header) -> None:
        code, message, _ = reason(header)
        self.draining = self.draining or code == "draining"
        self._notify(Notice(code, message, header))

    def _refused(self, header: Header) -> None:
        """A refusal that names no job: an answer to a question, or something we should not have sent."""
        if not self._questions.refused(Refused(*reason(header)), header.get("of")):
            self._notify(Notice(*reason(header)[:2], header))

    def _send(self, header: Header) -> None:
        if self._session is not None:
            self._session.send(header)
