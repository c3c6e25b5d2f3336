"""A package index on this machine that has one package, and gives it away slowly until told otherwise."""

from __future__ import annotations

import contextlib
import io
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKAGE = "ballast"
SIZE = 20_000_000
_FILE = f"{PACKAGE}-1.0-py3-none-any.whl"
_PIECE = 64 << 10
_PAUSE = 0.5


@dataclass
class SlowIndex:
    """Pip's ``url``. It is quick once the file ``hurry`` is there. ``given_up`` has downloads that were broken off."""

    url: str
    hurry: Path
    given_up: list[str] = field(default_factory=list)


@contextmanager
def open_slow_index(hurry: Path) -> Iterator[SlowIndex]:
    """An index at a port that is free."""
    content = _wheel()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f'<a href="/{_FILE}">{_FILE}</a>'.encode()
            if self.path == f"/{_FILE}":
                self._give("application/zip", content)
            elif self.path.strip("/") == PACKAGE:
                self._give("text/html", page)
            else:
                self.send_error(404)

        def _give(self, kind: str, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                for start in range(0, len(data), _PIECE):
                    self.wfile.write(data[start : start + _PIECE])
                    if len(data) > _PIECE and not hurry.exists():
                        time.sleep(_PAUSE)
                return
            index.given_up.append(self.path)

        def log_message(self, *anything: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index = SlowIndex(f"http://127.0.0.1:{server.server_port}", hurry)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        hurry.touch()
        server.shutdown()
        server.server_close()
        thread.join()


def _wheel() -> bytes:
    """A package of zeros."""
    written = io.BytesIO()
    facts = f"{PACKAGE}-1.0.dist-info"
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(f"{PACKAGE}.bin", bytes(SIZE))
        archive.writestr(
            f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{facts}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{facts}/RECORD", "")
    return written.getvalue()
