"""From the start of a broker's process to its first pong, and to a welcome with all schemas.

The peer is a Python that imports ZeroMQ and binds the same sockets: what no daemon in this language can do without.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.daemons import folder
from velatura_link.connection import FILE_NAME, Connection, read_connection
from velatura_link.session import Session, connect
from velatura_link.sockets import SocketTransport

ROUNDS = 9

BARE = """
import os, sys, zmq
socket = zmq.Context().socket(zmq.ROUTER)
socket.bind("ipc://" + sys.argv[1])
os.rename(sys.argv[1], sys.argv[1] + ".bound")
sys.stdin.read()
"""


def main() -> None:
    with folder() as (home, environment):
        # The first start writes the manifest; a user's first run does the same once for each version.
        subprocess.run(
            [sys.executable, "-m", "velatura.cli.main", "engines"],
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        bare, pong, welcome = [], [], []
        for round_ in range(ROUNDS):
            bare.append(bind_bare(home / f"bare-{round_}"))
            first, second = start(home, environment)
            pong.append(first)
            welcome.append(second)
    base = statistics.median(bare)
    rows = (("bare ROUTER bound", bare), ("pong", pong), ("welcome with schemas", welcome))
    for name, times in rows:
        median = statistics.median(times)
        print(
            f"{name:22} {median * 1e3:6.0f} ms  (max {max(times) * 1e3:.0f})  {median / base:.2f} × bare"
        )


def bind_bare(path: Path) -> float:
    """Seconds until a Python with nothing but ZeroMQ listens."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(path)], stdin=subprocess.PIPE)
    bound = path.with_name(path.name + ".bound")
    while not bound.exists():
        time.sleep(0.001)
    took = time.perf_counter() - started
    process.communicate()
    return took


def start(home: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds to a pong and to a welcome with the manifest, from the start of the process."""
    path = home / "run" / FILE_NAME
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "velatura.cli.main", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    while (connection := read_connection(path)) is None:
        time.sleep(0.001)
    pong = ping(connection) - started
    session, welcome, _ = connect(connection, SocketTransport, name="benchmark", version="")
    took = time.perf_counter() - started
    session.close()
    if not welcome.manifest:
        raise AssertionError("the welcome has no schemas")
    maps = Path(f"/proc/{process.pid}/maps")
    if maps.exists() and "libtorch" in maps.read_text():
        raise AssertionError("the broker imported torch")
    process.terminate()
    process.wait(30)
    return pong, took


def ping(connection: Connection) -> float:
    """When a pong came, without any handshake."""
    transport = SocketTransport()
    transport.connect(connection.endpoints[0], 10)
    session = Session(transport)
    session.send({"t": "ping", "n": os.getpid()})
    while True:
        message = session.recv(10)
        if message is not None and message.header["t"] == "pong":
            transport.close()
            return time.perf_counter()


if __name__ == "__main__":
    main()
