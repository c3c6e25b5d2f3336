from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from velatura_link import zmtp
from velatura_link.errors import Disconnected, ProtocolError
from velatura_link.pyzmq import PyzmqTransport
from velatura_link.sockets import SocketTransport
from velatura_link.transport import Transport

_MIB = 1 << 20
_PATIENCE = 10.0


@pytest.fixture(params=[SocketTransport, PyzmqTransport], ids=["link", "pyzmq"])
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    made: Transport = request.param()
    yield made
    made.close()


class Echo:
    """A real ROUTER that sends back whatever comes, on a thread of its own."""

    def __init__(self, endpoint: str, options: dict[int, int] | None = None) -> None:
        self._context = zmq.Context()
        self._router = self._context.socket(zmq.ROUTER)
        self._router.setsockopt(zmq.LINGER, 0)
        for option, value in (options or {}).items():
            self._router.setsockopt(option, value)
        self._router.bind(endpoint)
        self.endpoint = self._router.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._router.poll(20):
                frames = self._router.recv_multipart(copy=False)
                self._router.send_multipart(frames, copy=False)
        self._router.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._context.term()


@pytest.fixture
def echo() -> Iterator[Callable[..., Echo]]:
    made: list[Echo] = []

    def make(endpoint: str = "tcp://127.0.0.1:*", options: dict[int, int] | None = None) -> Echo:
        made.append(Echo(endpoint, options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def _next(transport: Transport) -> list[memoryview]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if (frames := transport.recv(0.1)) is not None:
            return frames
    raise AssertionError("no message came")


@pytest.mark.parametrize("kind", ["ipc", "tcp"])
def test_64_mebibytes_come_back_as_they_went(
    transport: Transport, echo: Callable[..., Echo], tmp_path: Path, kind: str
) -> None:
    endpoint = f"ipc://{tmp_path}/echo" if kind == "ipc" else "tcp://127.0.0.1:*"
    transport.connect(echo(endpoint).endpoint, _PATIENCE)
    count = 64
    chunk = bytes(range(256)) * 4096
    received = 0
    sent = 0
    while received < count:
        if sent < count and sent - received < 8 and not transport.pending:
            transport.send([sent.to_bytes(2, "big"), memoryview(chunk)])
            sent += 1
        frames = transport.recv(0.05)
        if frames is not None:
            assert frames[0] == received.to_bytes(2, "big")
            assert frames[1] == chunk
            received += 1


def test_frames_of_every_size_come_back(transport: Transport, echo: Callable[..., Echo]) -> None:
    transport.connect(echo().endpoint, _PATIENCE)
    for size in (0, 1, 254, 255, 256, 257, 16383, 16384, 16385, 70_000, _MIB - 1, _MIB):
        transport.send([b"header", bytes(size)])
        assert [bytes(frame) for frame in _next(transport)] == [b"header", bytes(size)]


def test_chunk_is_received_where_the_sink_says(
    transport: Transport, echo: Callable[..., Echo]
) -> None:
    transport.connect(echo().endpoint, _PATIENCE)
    place = bytearray(300_000)
    asked = []

    def sink(header: memoryview, size: int) -> memoryview:
        asked.append((bytes(header), size))
        return memoryview(place)[1000 : 1000 + size]

    transport.sink = sink
    transport.send([b"header", b"\x07" * 200_000])
    _, chunk = _next(transport)
    assert asked == [(b"header", 200_000)]
    assert place == bytes(1000) + b"\x07" * 200_000 + bytes(99_000)
    assert chunk == place[1000:201_000]


def test_connection_survives_the_heartbeats_of_libzmq(
    transport: Transport, echo: Callable[..., Echo]
) -> None:
    options = {zmq.HEARTBEAT_IVL: 50, zmq.HEARTBEAT_TIMEOUT: 150, zmq.HEARTBEAT_TTL: 200}
    transport.connect(echo(options=options).endpoint, _PATIENCE)
    end = time.monotonic() + 0.8
    while time.monotonic() < end:
        assert transport.recv(0.1) is None
    transport.send([b"still there"])
    assert _next(transport) == [b"still there"]


def test_death_of_the_peer_is_noticed(transport: Transport, echo: Callable[..., Echo]) -> None:
    server = echo()
    transport.connect(server.endpoint, _PATIENCE)
    transport.send([b"hello"])
    _next(transport)
    server.close()
    echo_closed = time.monotonic()
    with pytest.raises(Disconnected):
        while time.monotonic() < echo_closed + _PATIENCE:
            transport.recv(1.0)


def test_nobody_there_is_noticed(transport: Transport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Disconnected):
        transport.connect(f"tcp://127.0.0.1:{port}", 2.0)


def test_waiting_ends_when_another_thread_wakes_it(
    transport: Transport, echo: Callable[..., Echo]
) -> None:
    transport.connect(echo().endpoint, _PATIENCE)
    timer = threading.Timer(0.05, transport.wake)
    timer.start()
    began = time.monotonic()
    assert transport.recv(_PATIENCE) is None
    assert time.monotonic() - began < _PATIENCE / 2
    timer.join()


def test_peer_that_does_not_read_blocks_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = SocketTransport()
        peer = _accept(server, transport)
        chunk = bytes(_MIB)
        for _ in range(32):
            transport.send([b"h", chunk])
        assert transport.pending > 0
        peer.sendall(b"".join(bytes(each) for each in zmtp.encode([b"news"])))
        assert _next(transport) == [b"news"]
        transport.close()
        peer.close()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x02" + (1 << 60).to_bytes(8, "big"),
        b"\x02" + (_MIB + 1).to_bytes(8, "big"),
        b"\x06" + (1 << 40).to_bytes(8, "big"),
        b"\x01\x01a\x01\x01b\x00\x01c",
        b"\x08\x01a",
        b"\xff\x01a",
    ],
)
def test_impossible_frames_end_the_connection_before_anything_is_allocated(frame: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = SocketTransport()
        peer = _accept(server, transport)
        peer.sendall(frame)
        with pytest.raises(Disconnected, match="cannot go on"):
            _next(transport)
        transport.close()
        peer.close()


def test_peer_that_speaks_something_else_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = SocketTransport()

        def speak() -> None:
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n".ljust(64))
                peer.recv(1000)

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(Disconnected, match="does not speak ZeroMQ"):
            transport.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}", _PATIENCE)
        transport.close()
        thread.join()


def test_real_router_byte_by_byte(echo: Callable[..., Echo]) -> None:
    """Whatever the network does to the stream, the messages are the same."""
    upstream = echo().endpoint.rpartition(":")[2]
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = SocketTransport()

        def drip() -> None:
            client, _ = server.accept()
            router = socket.create_connection(("127.0.0.1", int(upstream)))
            for connection in (client, router):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_forward, args=(router, client))
            back.start()
            _forward(client, router)
            back.join()

        thread = threading.Thread(target=drip)
        thread.start()
        transport.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}", _PATIENCE)
        transport.send([b"header", b"x" * 700])
        assert [bytes(frame) for frame in _next(transport)] == [b"header", b"x" * 700]
        transport.close()
        thread.join()


@given(
    st.lists(st.lists(st.binary(max_size=600), min_size=1, max_size=2), max_size=6),
    st.lists(st.integers(1, 400), min_size=1, max_size=40),
)
def test_decoder_does_not_care_how_a_stream_is_cut(
    messages: list[list[bytes]], cuts: list[int]
) -> None:
    stream = b"".join(bytes(part) for message in messages for part in zmtp.encode(message))
    decoder = zmtp.Decoder()
    turn = 0
    while stream:
        target = decoder.target()
        count = min(cuts[turn % len(cuts)], len(target), len(stream))
        target[:count] = stream[:count]
        decoder.fed(count)
        stream = stream[count:]
        turn += 1
    assert [[bytes(frame) for frame in message] for message in decoder.messages] == messages


@given(st.binary(max_size=2000))
def test_decoder_takes_any_bytes_or_says_that_they_are_wrong(stream: bytes) -> None:
    decoder = zmtp.Decoder()
    try:
        while stream:
            target = decoder.target()
            assert 0 < len(target) <= _MIB
            count = min(len(target), len(stream))
            target[:count] = stream[:count]
            decoder.fed(count)
            stream = stream[count:]
    except ProtocolError:
        return


def test_large_frames_are_not_copied_on_their_way_out() -> None:
    chunk = memoryview(bytes(_MIB))
    assert any(buffer is chunk for buffer in zmtp.encode([b"header", chunk]))


def test_greeting_of_an_older_peer_or_another_mechanism_is_refused() -> None:
    zmtp.check_greeting(zmtp.GREETING)
    older = zmtp.GREETING[:10] + b"\x01" + zmtp.GREETING[11:]
    curve = zmtp.GREETING[:12] + b"CURVE".ljust(20, b"\0") + zmtp.GREETING[32:]
    for greeting, reason in ((older, "ZMTP 1"), (curve, "CURVE"), (bytes(64), "ZeroMQ")):
        with pytest.raises(ProtocolError, match=reason):
            zmtp.check_greeting(greeting)


def _accept(server: socket.socket, transport: SocketTransport) -> socket.socket:
    """Connect ``transport`` to ``server`` as a ROUTER would; the server's end."""
    ends: list[socket.socket] = []

    def answer() -> None:
        peer, _ = server.accept()
        peer.sendall(zmtp.GREETING + zmtp.ready())
        left = len(zmtp.GREETING + zmtp.ready())
        while left:
            left -= len(peer.recv(left))
        ends.append(peer)

    thread = threading.Thread(target=answer)
    thread.start()
    transport.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}", _PATIENCE)
    thread.join()
    return ends[0]


def _forward(source: socket.socket, destination: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while byte := source.recv(1):
            destination.sendall(byte)
    for end in (source, destination):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
