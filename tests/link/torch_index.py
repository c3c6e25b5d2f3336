"""A package index on this machine with uv and torch in it: small wheels that say what they stand for.

Its torch is the usual build; below ``cpu`` and ``cu130`` are those that uv knows of. Its uv understands what Velatura
says to the real one, and chooses and installs as that does.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

UV = """#!python
import os, subprocess, sys
words = sys.argv[1:]
if words == ["--version"]:
    sys.exit(print("uv 0.13.9"))
assert words[:2] == ["pip", "install"], words
said = dict(zip(words[2:], words[3:]))
backend = said["--torch-backend"]
if backend == "auto":
    card = subprocess.run(["nvidia-smi", "--query-gpu=driver_version"], capture_output=True)
    backend = "cpu" if card.returncode else "cu130"
index = os.environ["UV_DEFAULT_INDEX"]
open(os.path.join(said["--cache-dir"], "kept"), "w").close()
print("Resolved 2 packages in 3ms")
print("Downloading torch (1.5MiB)", " Downloaded torch", "Prepared 2 packages in 1ms", sep="\\n", flush=True)
pip = [said["--python"], "-m", "pip", "install", "--index-url", f"{index}/{backend}"]
sys.exit(subprocess.call([*pip, "--extra-index-url", index, words[-1]], stdout=subprocess.DEVNULL))
"""


@dataclass
class TorchIndex:
    """Pip's ``url``; ``packages`` are wheels by their path; ``uv`` is the SHA-256 of uv's."""

    url: str
    packages: dict[str, bytes] = field(default_factory=dict)

    @property
    def uv(self) -> str:
        return hashlib.sha256(self.packages["/uv-0.13.9-py3-none-any.whl"]).hexdigest()


@contextmanager
def open_torch_index(*, with_uv: bool = True) -> Iterator[TorchIndex]:
    """An index at a port that is free."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = unquote(self.path)
            folder, _, name = asked.strip("/").rpartition("/")
            start = f"/{folder}/{name}-".replace("//", "/")
            if asked in index.packages:
                return self._give("application/zip", index.packages[asked])
            found = [path for path in index.packages if path.startswith(start)]
            if not found:
                return self.send_error(404)
            links = (f'<a href="{path}">{path.rpartition("/")[2]}</a>' for path in found)
            return self._give("text/html", "\n".join(links).encode())

        do_HEAD = do_GET

        def _give(self, kind: str, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, *anything: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index = TorchIndex(f"http://127.0.0.1:{server.server_port}")
    for folder, version in (("", "2.0"), ("/cpu", "2.0+cpu"), ("/cu130", "2.0+cu130")):
        index.packages[f"{folder}/torch-{version}-py3-none-any.whl"] = wheel("torch", version, {})
    if with_uv:
        scripts = {"uv-0.13.9.data/scripts/uv": UV}
        index.packages["/uv-0.13.9-py3-none-any.whl"] = wheel("uv", "0.13.9", scripts)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wheel(name: str, version: str, files: dict[str, str], requires: str = "") -> bytes:
    """A wheel with ``files`` in it."""
    written = io.BytesIO()
    facts = f"{name}-{version}.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    with zipfile.ZipFile(written, "w") as archive:
        for path, text in files.items():
            info = zipfile.ZipInfo(path)
            info.external_attr = 0o100755 << 16  # a program, if it is one
            archive.writestr(info, text)
        archive.writestr(
            f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
        )
        archive.writestr(
            f"{facts}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{facts}/RECORD", "")
    return written.getvalue()
