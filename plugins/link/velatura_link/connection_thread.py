"""The thread that owns a client's connection: connects, sends, listens, connects again."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from .checksum import ChecksumThread
from .client_state import ClientState
from .errors import Disconnected, LinkError, ProtocolError, Refused
from .jobs import Job
from .session import Session, Welcome
from .wording import Notice

Dial = Callable[[], "tuple[Session, Welcome, str]"]
"""Opens a session: itself, its welcome, its endpoint. Raises :class:`LinkError`."""

_SENDS_A_TURN = 8
_ASK_AFTER = 3
_DEAD_AFTER = 6
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


class ConnectionThread:
    """Carries one client's jobs until the daemon is lost for good, drained, or idle when its connection ends.

    A lost connection is made again for ``patience`` seconds while anything is under way.
    """

    def __init__(
        self,
        dial: Dial,
        checking: ChecksumThread,
        *,
        notify: Callable[[Notice], None],
        hand_over: Callable[[Job], None],
        patience: float,
    ) -> None:
        self.opened: Future[Welcome] = Future()
        self.client_state = ClientState(checking, self.post, notify, hand_over)
        self._dial = dial
        self._notify = notify
        self._hand_over = hand_over
        self._patience = patience
        self._commands: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._nudge = threading.Event()
        self._session: Session | None = None
        self._closing = False
        self._ended = False
        self._heartbeat = 0.0
        self._instance: str | None = None
        self._thread = threading.Thread(target=self._run, name="velatura-link", daemon=True)
        self._thread.start()

    def post(self, command: Callable[[], None]) -> bool:
        """Have ``command`` done on this thread, soon; False when the thread has ended. From any thread."""
        with self._lock:
            if self._ended:
                return False
            self._commands.append(command)
            self._nudge.set()
            if self._session is not None:
                self._session.transport.wake()
            return True

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen here."""
        return self._ended

    @property
    def takes_jobs(self) -> bool:
        """Whether a new job could be done here."""
        return not (self._ended or self._closing or self.client_state.draining)

    def close(self, timeout: float = 2.0) -> None:
        """Say goodbye and end; what is under way fails."""
        self._closing = True
        self.post(lambda: None)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while self._run_session():
                pass
        except LinkError as error:
            self._end(error)
        except Exception as error:
            self._end(
                LinkError(
                    "The client stopped: {kind}: {error}.",
                    kind=type(error).__name__,
                    error=str(error),
                )
            )
            raise
        else:
            self._end(Disconnected("The client was closed."))

    def _run_session(self) -> bool:
        """Connect and serve until the connection ends; whether to connect again."""
        session = self._connect()
        if session is None:
            return False
        try:
            self._serve(session)
        except Disconnected:
            lost = True
        else:
            lost = False
        finally:
            with self._lock:
                self._session = None
            self._hang_up(session)
            self.client_state.detach()
        if not lost:
            return False
        if self.client_state.draining:
            for job in self.client_state.take_unfinished():
                self._hand_over(job)
            return False
        self._run_commands()
        if not self.client_state.busy:
            self._notify(Notice("lost", "The daemon is not running any more."))
        return self.client_state.busy

    def _connect(self) -> Session | None:
        """A session, opened within the time of patience; None when the client was closed meanwhile."""
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while not self._closing:
            try:
                session, welcome, endpoint = self._dial()
            except (Disconnected, ProtocolError, Refused) as error:
                hopeless = isinstance(error, Refused) and error.code == "version"
                if hopeless or time.monotonic() > deadline:
                    raise
                self._nudge.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                self._run_commands()
                continue
            with self._lock:
                self._session = session
            self._tell_of(welcome)
            self.client_state.attach(session, welcome, endpoint)
            self._heartbeat = welcome.heartbeat
            if not self.opened.done():
                self.opened.set_result(welcome)
            return session
        return None

    def _tell_of(self, welcome: Welcome) -> None:
        if self._instance is not None and self._instance != welcome.instance:
            message = "The daemon was restarted; unfinished work starts again."
            self._notify(Notice("restarted", message))
        elif self._instance is not None:
            self._notify(Notice("reconnected", "The connection to the daemon is back."))
        self._instance = welcome.instance

    def _serve(self, session: Session) -> None:
        """Until closed, drained, or :class:`Disconnected` is raised."""
        asked = False
        while not self._closing:
            self._run_commands()
            more = self._send_due(session)
            message = session.recv(0 if more else self._heartbeat)
            if message is not None:
                self.client_state.handle(message)
            silence = time.monotonic() - session.last_heard
            if silence > _DEAD_AFTER * self._heartbeat:
                raise Disconnected("The daemon does not answer any more.")
            if silence < _ASK_AFTER * self._heartbeat:
                asked = False
            elif not asked:
                asked = True
                session.send({"t": "ping", "n": 0})
            if self.client_state.draining and not self.client_state.busy and not self._commands:
                return

    def _send_due(self, session: Session) -> bool:
        """Send what is due while the link takes it; whether there may be more at once."""
        sent = 0
        while sent < _SENDS_A_TURN and not session.transport.pending and self.client_state.pump():
            sent += 1
        return sent == _SENDS_A_TURN

    def _run_commands(self) -> None:
        self._nudge.clear()
        while self._commands:
            self._commands.popleft()()

    def _hang_up(self, session: Session) -> None:
        try:
            session.close()
        except Disconnected:
            session.transport.close()

    def _end(self, error: LinkError) -> None:
        with self._lock:
            self._ended = True
        self._run_commands()
        self.client_state.abandon(error)
        if not self.opened.done():
            self.opened.set_exception(error)
