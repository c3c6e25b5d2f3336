"""A daemon that can do nothing but prove that it knows its secret: ``fake_daemon.py RUNTIME [SECONDS [VERSION]]``.

It speaks ``VERSION`` of the protocol alone.

Every start adds a line to ``started`` in the runtime directory.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from pathlib import Path

import zmq

from velatura_link import auth
from velatura_link.connection import FILE_NAME, Connection, write_connection
from velatura_link.messages import pack_header, unpack_header


def main(runtime: Path, seconds: float, version: int) -> None:
    with (runtime / "started").open("a") as started:
        started.write(f"{os.getpid()}\n")
    # Long enough for the others to look meanwhile.
    time.sleep(0.2)
    secret = secrets.token_bytes(32)
    socket = zmq.Context.instance().socket(zmq.ROUTER)
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    endpoint = f"tcp://127.0.0.1:{port}"
    connection = Connection(secrets.token_hex(16), (endpoint,), secret.hex(), pid=os.getpid())
    write_connection(runtime / FILE_NAME, connection)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not socket.poll(100):
            continue
        route, frame = socket.recv_multipart()
        hello, nonce = unpack_header(frame), auth.new_nonce()
        if hello["v"] != version:
            answer = {"t": "failed", "code": "version", "message": f"I speak {version}."}
            socket.send_multipart([route, pack_header(answer)])
            continue
        proof = auth.broker_proof(secret, hello["nonce"], nonce, hello["endpoint"])
        answer = {"t": "challenge", "v": 1, "nonce": nonce, "proof": proof}
        socket.send_multipart([route, pack_header(answer)])


if __name__ == "__main__":
    given = sys.argv[2:]
    main(Path(sys.argv[1]), float(given[0]) if given else 20.0, int(given[1]) if given[1:] else 1)
