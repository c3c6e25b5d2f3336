"""Who is there: the handshake, sessions, and getting messages to them.

A session is known by its key, never by the ROUTER's routing id: a new connection can inherit the id of a dead one.
The protocol is docs/reference/protocol.md, sections 1 and 3.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import zmq

from velatura.serve.config import Config
from velatura_link import auth
from velatura_link.messages import NONCE_BYTES, PROTOCOL, Header, pack_header
from velatura_link.text import encode_error

HANDSHAKE_SECONDS = 10.0
MAX_PENDING = 256
MAX_OUTBOX = 1000
NAMES = ("name", "version")


@dataclass(eq=False)
class Session:
    """One client's connection, from its proof to its end."""

    route: bytes
    key: bytes
    client: dict[str, str]
    heard: float
    pinged: float = 0.0
    outbox: deque[Header] = field(default_factory=deque)


@dataclass(frozen=True)
class _Pending:
    nonces: tuple[bytes, bytes, str]
    client: dict[str, str]
    manifest: str | None
    deadline: float


class Sessions:
    """The doorkeeper: lets clients in who prove that they know the secret, and finds out when they are gone.

    ``is_active`` says whether the daemon does something for a client now, so that its death should be noticed at once.
    """

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        config: Config,
        secret: bytes,
        *,
        welcome: Callable[[str | None], Header],
        is_active: Callable[[Session], bool],
        on_end: Callable[[Session], None],
    ) -> None:
        self._socket = socket
        self._config = config
        self._secret = secret
        self._welcome = welcome
        self._is_active = is_active
        self._on_end = on_end
        self._pending: dict[bytes, _Pending] = {}
        self._by_key: dict[bytes, Session] = {}
        self._by_route: dict[bytes, Session] = {}
        self._last_probe = 0.0
        self.endpoints: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._by_key.values()))

    def identify(self, route: bytes, header: Header) -> Session | None:
        """The session that sent ``header``, if its key and its address agree."""
        key = header.get("k")
        session = self._by_key.get(key) if isinstance(key, bytes) else None
        if session is None or session.route != route:
            return None
        session.heard = time.monotonic()
        session.pinged = 0.0
        return session

    def hello(self, route: bytes, header: Header) -> None:
        """First message of a handshake; answered by a challenge. An old session of this address is over."""
        old = self._by_route.get(route)
        if old is not None:
            self.end(old)
        nonce, endpoint = header.get("nonce"), header.get("endpoint")
        if header.get("v") != PROTOCOL:
            self._refuse(
                route,
                "version",
                f"This daemon speaks version {PROTOCOL} of the protocol.",
                f"Versions spoken: {PROTOCOL}. Install the plugin and the daemon from the same release.",
            )
            return
        if (
            not isinstance(nonce, bytes)
            or len(nonce) != NONCE_BYTES
            or endpoint not in self.endpoints
        ):
            self._refuse(
                route, "bad_request", "A hello needs a nonce of 32 bytes and our endpoint."
            )
            return
        if len(self._pending) >= MAX_PENDING:
            del self._pending[next(iter(self._pending))]  # the one that has been silent for longest
        nonces = (nonce, auth.new_nonce(), endpoint)
        client = header.get("client")
        given = client if isinstance(client, dict) else {}
        names = {key: value[:100] for key in NAMES if isinstance(value := given.get(key), str)}
        known = header.get("manifest")
        self._pending[route] = _Pending(
            nonces,
            names,
            known if isinstance(known, str) else None,
            time.monotonic() + HANDSHAKE_SECONDS,
        )
        self._transmit(
            route,
            {
                "t": "challenge",
                "v": PROTOCOL,
                "nonce": nonces[1],
                "proof": auth.broker_proof(self._secret, *nonces),
            },
        )

    def prove(self, route: bytes, header: Header) -> None:
        """Second message of a handshake; a right proof opens a session."""
        pending = self._pending.pop(route, None)
        if pending is None or not auth.same(
            header.get("proof"), auth.client_proof(self._secret, *pending.nonces)
        ):
            self._refuse(
                route,
                "not_welcome",
                "The proof of identity is wrong.",
                "Read the connection file again: the daemon may have been restarted.",
            )
            return
        if not self._has_room():
            self._refuse(
                route, "busy", "Too many clients are connected.", "Close some and try again."
            )
            return
        key = auth.session_key(self._secret, *pending.nonces)
        session = Session(route, key, pending.client, time.monotonic())
        self._by_key[key] = session
        self._by_route[route] = session
        self.send(session, self._welcome(pending.manifest))

    def refuse_stranger(self, route: bytes) -> None:
        """Answer a message without a valid key."""
        self._refuse(
            route, "not_welcome", "This message has no valid session key.", "Say hello first."
        )

    def pong(self, route: bytes, header: Header) -> None:
        """Answer a ping from outside any session."""
        self._transmit(route, {"t": "pong", "n": number_of(header)})

    def send(self, session: Session, header: Header) -> None:
        """Send a control message; one that the network does not take now waits its turn."""
        header["k"] = session.key
        if session.outbox or not self._try(session, [pack_header(header)]):
            self._postpone(session, header)

    def send_chunk(self, session: Session, header: Header, chunk: bytes) -> bool:
        """Send pixels; False when the network does not take more now."""
        header["k"] = session.key
        return not session.outbox and self._try(session, [pack_header(header), chunk])

    def end(self, session: Session) -> None:
        """Close a session; what it began ends as it asked for."""
        if self._by_key.pop(session.key, None) is None:
            return
        if self._by_route.get(session.route) is session:
            del self._by_route[session.route]
        self._on_end(session)

    def tick(self, now: float) -> None:
        """Send what waited, probe busy sessions, ask silent ones, close dead ones."""
        probing = now - self._last_probe >= self._config.probe
        if probing:
            self._last_probe = now
        silence = 3 * self._config.heartbeat
        for session in self:
            while session.outbox and self._try(session, [pack_header(session.outbox[0])]):
                session.outbox.popleft()
            if session.pinged and now - session.pinged > silence:
                self.end(session)
            elif now - session.heard > silence and not session.pinged:
                session.pinged = now
                self.send(session, {"t": "ping", "n": 0})
            elif probing and self._is_active(session) and not session.outbox:
                self.send(session, {"t": "ping", "n": 0})
        for route in [r for r, p in self._pending.items() if p.deadline < now]:
            del self._pending[route]

    @property
    def anyone_waiting(self) -> bool:
        """Whether some client could not be sent all it should have."""
        return any(session.outbox for session in self._by_key.values())

    def _has_room(self) -> bool:
        """Whether one more session may begin; those whose clients are gone make room."""
        most = self._config.limits.sessions
        if len(self) >= most:
            for session in self:
                self.send(session, {"t": "ping", "n": 0})
        return len(self) < most

    def _postpone(self, session: Session, header: Header) -> None:
        if session.key not in self._by_key:
            return
        if len(session.outbox) >= MAX_OUTBOX:
            self.end(session)
        else:
            session.outbox.append(header)

    def _try(self, session: Session, frames: list[bytes]) -> bool:
        try:
            self._socket.send_multipart([session.route, *frames], zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            self.end(session)
            return False
        return True

    def _refuse(self, route: bytes, code: str, message: str, hint: str = "") -> None:
        self._transmit(route, {"t": "failed", **encode_error(code, message, hint)})

    def _transmit(self, route: bytes, header: Header) -> None:
        """Best effort, outside any session: whoever does not read does not get it."""
        try:
            self._socket.send_multipart([route, pack_header(header)], zmq.NOBLOCK)
        except zmq.Again:
            return
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise


def number_of(ping: Header) -> int:
    """What a pong repeats of a ping: a number, so that nobody can have us store more."""
    number = ping.get("n")
    return number if isinstance(number, int) else 0
