"""A broker small enough to be made to misbehave: it gives every content back, in this process."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import zmq

from velatura_link import auth
from velatura_link.client import Client
from velatura_link.connection import Connection
from velatura_link.messages import new_id, pack_header, raster_size, unpack_header

Header = dict[str, Any]


@dataclass
class Upload:
    size: int
    data: bytearray = field(default_factory=bytearray)


class FakeBroker:
    """Speaks docs/reference/protocol.md as far as a client can tell, and as ``faults`` have it.

    ``seen`` counts messages by type; ``spoil`` chunks are sent damaged; ``die_after`` uploaded chunks it closes its
    socket; ``hold`` jobs, and styles, are accepted and never finished; ``draining`` refuses jobs; ``forget`` blobs are
    lost once.
    """

    def __init__(self, context: zmq.Context[Any], port: int | None = None) -> None:
        self.seen: Counter[str] = Counter()
        self.jobs: list[bytes] = []
        self.cancelled: set[bytes] = set()
        self.dropped: set[bytes] = set()
        self.offsets: list[int] = []
        self.spoil = 0
        self.die_after: int | None = None
        self.hold = False
        self.draining = False
        self.forget = False
        self.window = 1 << 20
        self.limits: dict[str, int] = {}
        self.presets: list[Header] = []
        self.styles: list[tuple[str, bytes]] = []
        self.uploads: dict[bytes, Upload] = {}
        self.blobs: dict[bytes, bytes] = {}
        self._waiting: list[tuple[bytes, Header]] = []
        self._downloads: dict[bytes, int] = {}
        self._keys: dict[bytes, bytes] = {}
        self._nonces: dict[bytes, tuple[bytes, bytes, str]] = {}
        self._context = context
        self._stop = threading.Event()
        self._serving = threading.Event()
        self._thread: threading.Thread | None = None
        self.connection = Connection(
            "", (f"tcp://127.0.0.1:{port or _free_port(context)}",), secrets.token_hex(32)
        )
        self.start()

    def start(self) -> None:
        """Begin as another instance, at the same place, with nothing known but half uploads."""
        self._halt()
        endpoint, secret = self.connection.endpoints[0], self.connection.secret
        self.connection = Connection(secrets.token_hex(16), (endpoint,), secret)
        self._keys.clear()
        self._stop.clear()
        self._serving.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._serving.wait(20)

    def close(self) -> None:
        self._halt()

    def _halt(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        router = self._router = self._bound()
        self._serving.set()
        while not self._stop.is_set():
            if not router.poll(10):
                continue
            route, *frames = router.recv_multipart()
            header = unpack_header(frames[0])
            self.seen[header["t"]] += 1
            if header["t"] in ("hello", "prove"):
                getattr(self, f"_{header['t']}")(route, header)
            elif header.get("k") == self._keys.get(route, b""):
                name = "_on_" + header["t"].replace(".", "_")
                getattr(self, name, lambda *_: None)(route, header, *frames[1:])
            if self.die_after is not None and self.seen["blob.chunk"] >= self.die_after:
                self.die_after = None
                # Half uploads survive, sessions do not.
                self._keys.clear()
                router.close()
                router = self._router = self._bound()
        router.close()

    def _bound(self) -> zmq.Socket[bytes]:
        """A ROUTER at the broker's place, which libzmq lets go of some time after a socket was closed."""
        router = self._context.socket(zmq.ROUTER)
        router.setsockopt(zmq.LINGER, 0)
        deadline = time.monotonic() + 10
        while True:
            try:
                router.bind(self.connection.endpoints[0])
            except zmq.ZMQError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
            else:
                return router

    def _say(self, route: bytes, header: Header, *chunk: bytes) -> None:
        key = self._keys.get(route)
        keyed = header if key is None else {**header, "k": key}
        self._router.send_multipart([route, pack_header(keyed), *chunk])

    def _hello(self, route: bytes, header: Header) -> None:
        nonce, secret = auth.new_nonce(), self.connection.key
        self._nonces[route] = header["nonce"], nonce, header["endpoint"]
        proof = auth.broker_proof(secret, *self._nonces[route])
        self._say(route, {"t": "challenge", "v": 1, "nonce": nonce, "proof": proof})

    def _prove(self, route: bytes, header: Header) -> None:
        secret = self.connection.key
        if header["proof"] != auth.client_proof(secret, *self._nonces[route]):
            self._say(route, {"t": "failed", "code": "not_welcome", "message": "no", "hint": ""})
            return
        self._keys[route] = auth.session_key(secret, *self._nonces[route])
        limits = {"chunk": 1 << 18, "window": self.window, **self.limits}
        welcome = {"t": "welcome", "v": 1, "instance": self.connection.instance, "version": "0"}
        rest = {"limits": limits, "manifest": {}, "manifest_hash": "h", "heartbeat": 5.0}
        self._say(route, {**welcome, **rest})

    def _on_blob_put(self, route: bytes, header: Header) -> None:
        blob, digest = header["blob"], header["digest"]
        for data in list(self.blobs.values()) if digest is not None else []:
            if hashlib.sha256(data).digest() == digest:
                self.blobs[blob] = data
                size = len(data)
                self._say(route, {"t": "blob.go", "blob": blob, "offset": size, "upto": size})
                self._say(route, {"t": "blob.done", "blob": blob, "check": zlib.crc32(data)})
                self._run_waiting()
                return
        upload = self.uploads.setdefault(blob, Upload(header["size"]))
        offset = len(upload.data)
        self.offsets.append(offset)
        upto = min(offset + self.window, upload.size)
        self._say(route, {"t": "blob.go", "blob": blob, "offset": offset, "upto": upto})

    def _on_blob_chunk(self, route: bytes, header: Header, chunk: bytes) -> None:
        blob = header["blob"]
        upload = self.uploads[blob]
        assert header["offset"] == len(upload.data)
        upload.data += chunk
        upto = min(len(upload.data) + self.window, upload.size)
        self._say(route, {"t": "blob.credit", "blob": blob, "upto": upto})

    def _on_blob_end(self, route: bytes, header: Header) -> None:
        blob = header["blob"]
        data = bytes(self.uploads.pop(blob).data)
        assert zlib.crc32(data) == header["check"]
        self.blobs[blob] = data
        self._say(route, {"t": "blob.done", "blob": blob, "check": header["check"]})
        self._run_waiting()

    def _on_blob_drop(self, route: bytes, header: Header) -> None:
        self.dropped.add(header["blob"])
        self.uploads.pop(header["blob"], None)

    def _on_blob_get(self, route: bytes, header: Header) -> None:
        self._downloads[header["blob"]] = header["offset"]
        self._send_up_to(route, header["blob"], header["upto"])

    def _on_blob_credit(self, route: bytes, header: Header) -> None:
        self._send_up_to(route, header["blob"], header["upto"])

    def _send_up_to(self, route: bytes, blob: bytes, upto: int) -> None:
        data = self.blobs[blob]
        while (offset := self._downloads[blob]) < min(upto, len(data)):
            chunk = data[offset : min(offset + (1 << 18), upto)]
            self._downloads[blob] += len(chunk)
            if self.spoil:
                self.spoil -= 1
                chunk = bytes(len(chunk))
            self._say(route, {"t": "blob.chunk", "blob": blob, "offset": offset}, chunk)
        if self._downloads[blob] == len(data):
            self._say(route, {"t": "blob.end", "blob": blob, "check": zlib.crc32(data)})

    def _on_submit(self, route: bytes, header: Header) -> None:
        job = header["job"]
        if self.draining:
            failure = {"code": "draining", "message": "It ends.", "hint": ""}
            self._say(route, {"t": "failed", "job": job, **failure})
            return
        self.jobs.append(job)
        if self.forget:
            self.forget = False
            self.blobs.clear()
            failure = {"code": "blob_missing", "message": "It is gone.", "hint": ""}
            self._say(route, {"t": "failed", "job": job, **failure})
            return
        self._say(route, {"t": "accepted", "job": job, "position": 0})
        self._waiting.append((route, header))
        self._run_waiting()

    def _on_cancel(self, route: bytes, header: Header) -> None:
        self.cancelled.add(header["job"])
        self._waiting = [each for each in self._waiting if each[1]["job"] != header["job"]]
        failure = {"code": "cancelled", "message": "As asked.", "hint": ""}
        self._say(route, {"t": "failed", "job": header["job"], **failure})

    def _on_finish(self, route: bytes, header: Header) -> None:
        """What was held is stopped early, and its result is what is there."""
        held = [each for each in self._waiting if each[1]["job"] == header["job"]]
        self.hold = self.hold and not held
        self._run_waiting()

    def _on_status(self, route: bytes, header: Header) -> None:
        self._say(route, {"t": "status", "instance": self.connection.instance})

    def _on_presets(self, route: bytes, header: Header) -> None:
        """One preset a page."""
        rest = [each for each in self.presets if each["name"] > (header["after"] or "")]
        self._say(route, {"t": "presets", "presets": rest[:1], "more": len(rest) > 1})

    def _on_styles(self, route: bytes, header: Header) -> None:
        self._say(route, {"t": "styles", "styles": [], "more": False})

    def _on_styles_add(self, route: bytes, header: Header) -> None:
        title, data = header["title"], self.blobs[header["file"]["blob"]]
        if self.hold:
            return
        if data == b"text":
            failure = {"code": "bad_picture", "message": "No picture.", "hint": "Take one."}
            self._say(route, {"t": "failed", "of": "styles.add", **failure})
            return
        self.styles.append((title, data))
        self._say(route, {"t": "styles.add", "style": {"name": title.lower(), "title": title}})

    def _on_styles_remove(self, route: bytes, header: Header) -> None:
        if header["name"] not in [title for title, _ in self.styles]:
            failure = {"code": "bad_request", "message": "No such style.", "hint": ""}
            self._say(route, {"t": "failed", "of": "styles.remove", **failure})
            return
        self._say(route, {"t": "styles.remove", "name": header["name"]})

    def _on_ping(self, route: bytes, header: Header) -> None:
        self._say(route, {"t": "pong", "n": header["n"]})

    def _run_waiting(self) -> None:
        for route, header in list(self._waiting):
            content = header["request"]["content"]
            data = self.blobs.get(content["blob"])
            if data is None or self.hold or route not in self._keys:
                continue
            self._waiting.remove((route, header))
            shape = (content[key] for key in ("width", "height", "channels", "depth"))
            assert len(data) == raster_size(*shape)
            job, blob = header["job"], new_id()
            self.blobs[blob] = data
            progress = {"phase": "stylise", "step": 1, "steps": 1, "seconds_left": None}
            self._say(route, {"t": "progress", "job": job, **progress})
            outputs = {"picture": {**content, "blob": blob, "check": zlib.crc32(data)}}
            rest = {
                "notes": ["done"],
                "seconds": {"queued": 0.0, "running": 0.1},
                "recipe": {"format": 1, "engine": header["request"]["engine"]},
            }
            self._say(route, {"t": "result", "job": job, "outputs": outputs, **rest})


def _free_port(context: zmq.Context[Any]) -> int:
    probe = context.socket(zmq.ROUTER)
    port = probe.bind_to_random_port("tcp://127.0.0.1")
    probe.close(linger=0)
    return port


@pytest.fixture
def fake_broker() -> Iterator[Callable[[], FakeBroker]]:
    context: zmq.Context[Any] = zmq.Context()
    made: list[FakeBroker] = []

    def make() -> FakeBroker:
        made.append(FakeBroker(context))
        return made[-1]

    yield make
    for each in made:
        each.close()
    context.destroy(linger=0)


@pytest.fixture(params=["link", "pyzmq"])
def client_of(request: pytest.FixtureRequest) -> Iterator[Callable[..., Client]]:
    """Makes clients over either transport, and closes them."""
    made: list[Client] = []

    def make(connection: Connection | None = None, **options: Any) -> Client:
        made.append(Client(connection, transport=request.param, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
