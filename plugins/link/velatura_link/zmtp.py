"""ZMTP 3.1 as bytes: greeting, commands and frames of a DEALER with the NULL mechanism (rfc.zeromq.org/spec/37).

Nothing here touches a socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from .errors import ProtocolError
from .messages import CHUNK_LIMIT, HEADER_LIMIT, Bytes
from .transport import Sink

GREETING_SIZE = 64
_SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
_MECHANISM = b"NULL".ljust(20, b"\0")
GREETING = (_SIGNATURE + b"\x03\x01" + _MECHANISM + b"\0").ljust(GREETING_SIZE, b"\0")

_MORE, _LONG, _COMMAND = 1, 2, 4
_COMMAND_LIMIT = 8 << 10
_FRAME_LIMITS = (HEADER_LIMIT, CHUNK_LIMIT)
_SCRATCH = 16 << 10


def check_greeting(greeting: bytes) -> None:
    """Raise :class:`ProtocolError` unless ``greeting`` (64 bytes) is of a ZMTP 3 peer with the NULL mechanism."""
    if greeting[:1] != b"\xff" or greeting[9:10] != b"\x7f":
        raise ProtocolError("The other side does not speak ZeroMQ.")
    if greeting[10] < 3:
        raise ProtocolError(
            "The other side speaks ZMTP {version}; 3 is needed.", version=greeting[10]
        )
    if greeting[12:32] != _MECHANISM:
        mechanism = greeting[12:32].rstrip(b"\0").decode("ascii", "replace")
        raise ProtocolError(
            "The other side wants the security mechanism {mechanism}.", mechanism=mechanism
        )


def ready() -> bytes:
    """The READY command frame of a DEALER without an identity."""
    properties = b"".join(
        bytes((len(name),)) + name + len(value).to_bytes(4, "big") + value
        for name, value in ((b"Socket-Type", b"DEALER"), (b"Identity", b""))
    )
    return _command(b"READY", properties)


def pong(ping: bytes) -> bytes:
    """The PONG command frame that answers the body of a PING: its context, without the two bytes of the TTL."""
    return _command(b"PONG", ping[2:18])


def split_command(body: bytes) -> tuple[bytes, bytes]:
    """The name and the data of a command frame's body."""
    if not body or len(body) < 1 + body[0]:
        raise ProtocolError("A ZeroMQ command is cut off.")
    return body[1 : 1 + body[0]], body[1 + body[0] :]


def encode(frames: Sequence[Bytes]) -> list[Bytes]:
    """One message as buffers to be written one after another; large frames are passed through, not copied."""
    buffers: list[Bytes] = []
    small = bytearray()
    last = len(frames) - 1
    for index, frame in enumerate(frames):
        small += _frame_header(len(frame), _MORE if index < last else 0)
        if len(frame) < _SCRATCH:
            small += frame
        else:
            buffers += [small, frame]
            small = bytearray()
    if small:
        buffers.append(small)
    return buffers


def _frame_header(size: int, flags: int) -> bytes:
    if size < 256:
        return bytes((flags, size))
    return bytes((flags | _LONG,)) + size.to_bytes(8, "big")


def _command(name: bytes, data: bytes) -> bytes:
    body = bytes((len(name),)) + name + data
    return _frame_header(len(body), _COMMAND) + body


class Decoder:
    """Turns a stream of bytes into messages, without believing any size in it.

    The owner reads into :meth:`target` and says how much came with :meth:`fed`; whole messages then stand in
    ``messages``, whole commands in ``commands``. A large frame is received straight into its own buffer, or into the
    one that ``sink`` names.
    """

    def __init__(self) -> None:
        self.messages: deque[list[memoryview]] = deque()
        self.commands: deque[bytes] = deque()
        self.sink: Sink | None = None
        self._scratch = memoryview(bytearray(_SCRATCH))
        self._filled = 0
        self._frames: list[memoryview] = []
        self._body: memoryview | None = None
        self._received = 0
        self._flags = 0

    def target(self) -> memoryview:
        """Where the next bytes belong; never empty."""
        if self._body is not None:
            return self._body[self._received :]
        return self._scratch[self._filled :]

    def fed(self, count: int) -> None:
        """Take ``count`` bytes that were written to :meth:`target`; raises :class:`ProtocolError`."""
        if self._body is not None:
            self._received += count
            if self._received == len(self._body):
                self._finish_frame()
            return
        self._filled += count
        used = 0
        while self._body is None:
            taken = self._begin_frame(used)
            if taken == 0:
                break
            used += taken
        self._scratch[: self._filled - used] = bytes(self._scratch[used : self._filled])
        self._filled -= used

    def _begin_frame(self, start: int) -> int:
        """Start the frame at ``start`` of the scratch; return how many bytes of it were there, 0 when too few."""
        data = self._scratch[start : self._filled]
        if len(data) < 2:
            return 0
        flags = data[0]
        if flags & ~(_MORE | _LONG | _COMMAND) or (flags & _COMMAND and flags & _MORE):
            raise ProtocolError("A ZeroMQ frame has flags that do not exist.")
        if flags & _LONG and len(data) < 9:
            return 0
        before = 9 if flags & _LONG else 2
        size = int.from_bytes(data[1:before], "big")
        self._flags = flags
        body = self._room_for(size)
        present = min(size, len(data) - before)
        body[:present] = data[before : before + present]
        self._body, self._received = body, present
        if present == size:
            self._finish_frame()
        return before + present

    def _room_for(self, size: int) -> memoryview:
        if self._flags & _COMMAND:
            if size > _COMMAND_LIMIT:
                raise ProtocolError("A ZeroMQ command has {size} bytes.", size=size)
            return memoryview(bytearray(size))
        if len(self._frames) >= len(_FRAME_LIMITS):
            raise ProtocolError("A message has more than a header and a chunk.")
        if size > _FRAME_LIMITS[len(self._frames)]:
            raise ProtocolError(
                "A message has a frame of {size} bytes, more than is allowed.", size=size
            )
        if self._frames and self.sink is not None:
            room = self.sink(self._frames[0], size)
            if room is not None:
                return room
        return memoryview(bytearray(size))

    def _finish_frame(self) -> None:
        body, self._body = self._body, None
        assert body is not None
        if self._flags & _COMMAND:
            self.commands.append(bytes(body))
            return
        self._frames.append(body)
        if not self._flags & _MORE:
            self.messages.append(self._frames)
            self._frames = []
