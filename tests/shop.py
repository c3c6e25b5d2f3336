"""A server on the loopback that has files and can misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Shop:
    """What the server has and how it behaves.

    ``drops`` are numbers of bytes after which the next answers break off; ``errors`` are statuses
    that come before any answer. ``ranges`` records the Range header of every request.
    """

    url: str = ""
    goods: dict[str, bytes] = field(default_factory=dict)
    drops: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    etag: str | None = '"one"'
    knows_ranges: bool = True
    ranges: list[str | None] = field(default_factory=list)


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop without goods, closed at the end."""
    state = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.ranges.append(self.headers.get("Range"))
            if state.errors:
                self.send_error(state.errors.pop(0))
                return
            content = state.goods.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404)
                return
            start = self._start(len(content))
            if start is None:
                self.send_error(416)
                return
            self._headers(content, start)
            body = content[start:]
            if state.drops:
                body = body[: state.drops.pop(0)]
            self.wfile.write(body)
            self.close_connection = True

        def _start(self, length: int) -> int | None:
            wanted = self.headers.get("Range")
            version = self.headers.get("If-Range")
            if wanted is None or not state.knows_ranges or version not in (None, state.etag):
                return 0
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            return start if start < length else None

        def _headers(self, content: bytes, start: int) -> None:
            self.send_response(206 if start else 200)
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}"
                )
            self.send_header("Content-Length", str(len(content) - start))
            if state.etag is not None:
                self.send_header("ETag", state.etag)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing: pytest's output is for people."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
