"""A daemon without patience, and what is asked of it while others do it harm."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack

from velatura_link import messages as m
from velatura_link import zmtp
from velatura_link.checks.bench import Bench, Peer, pattern, raster
from velatura_link.connection import FILE_NAME

from ...daemons import Daemon
from ...waiting import PATIENCE, wait_until

MIB = 1 << 20
QUOTA = 192 * MIB
AT_ONCE = 2.0
"""Seconds in which a daemon that is not stuck answers a ping, also on a busy machine."""

SERVE = """
import json, resource, sys
from velatura.serve.broker.broker import Broker
from velatura.serve.config import Config
if files := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
Broker(Config(engines=("identity",), **json.loads(sys.argv[1]))).run()
"""


def start_impatient(
    home: Path, tree: Path | None = None, files: int = 0, *, tcp: bool = False
) -> Daemon:
    """A daemon that waits for nobody long, so that tests need not either.

    Its code may be a copy in ``tree``; ``files`` limits the files it may open, as far as it does not ask for more;
    with ``tcp`` it also listens on a port.
    """
    settings = {"quota": QUOTA, "heartbeat": 1.0, "resume_grace": 0.5, "drain_grace": 1.0}
    settings["tcp"] = tcp
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "VELATURA_RUNTIME": str(home / "run"),
        "VELATURA_CACHE": str(home / "cache"),
        "VELATURA_DATA": str(home / "data"),
    }
    if tree is not None:
        environment["PYTHONPATH"] = str(tree)
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, json.dumps(settings), str(files)],
            env=environment,
            stdout=log,
            stderr=log,
        )
    return Daemon(home, process, environment)


@contextlib.contextmanager
def impatient(
    home: Path, tree: Path | None = None, files: int = 0, *, tcp: bool = False
) -> Iterator[Daemon]:
    """One that is ended afterwards."""
    daemon = start_impatient(home, tree, files, tcp=tcp)
    try:
        yield daemon
    finally:
        daemon.process.kill()
        daemon.process.wait(PATIENCE)


def serves(daemon: Daemon) -> bool:
    return daemon.process.poll() is None and (daemon.runtime / FILE_NAME).exists()


def assert_served(peer: Peer) -> None:
    number = random.randrange(1 << 30)
    peer.send(m.PING, n=number)
    peer.expect(m.PONG, n=number, timeout=AT_ONCE)


def status(peer: Peer) -> m.Header:
    peer.send(m.STATUS)
    return peer.expect(m.STATUS).header


def has_running_job(peer: Peer) -> bool:
    return bool(status(peer)["jobs"]["running"])


def worker_pid(peer: Peer) -> int:
    pid: int = wait_until(
        lambda: next((w["pid"] for w in status(peer)["workers"] if w["state"] != "starting"), None),
        "a worker",
    )
    return pid


def content(peer: Peer, seed: int = 0, side: int = 64, **put: Any) -> dict[str, Any]:
    return raster(peer.put(pattern(side * side * 4, seed), **put), side, side)


def await_rest(daemon: Daemon, bench: Bench) -> None:
    """Nothing is left of those who are gone: no session, no job, no bytes, no file that is not accounted for."""
    last = bench.peer()
    wait_until(lambda: status(last)["sessions"] == 1, "the others' end")
    wait_until(lambda: status(last)["jobs"] == {"queued": 0, "running": 0}, "the end of all jobs")
    empty_spool(last)
    assert not daemon.spool_files


def empty_spool(peer: Peer) -> None:
    """Wait until nobody needs any blob, and have those that are only kept for later removed."""

    def is_empty() -> bool:
        make_tight(peer)
        return bool(status(peer)["spool"]["bytes"] == 0)

    wait_until(is_empty, "the spool to be empty")
    make_tight(peer)


def make_tight(peer: Peer) -> None:
    """Ask for more than there can be, so that the spool parts with whatever it only keeps for later."""
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=QUOTA + 1, digest=None)
    assert peer.expect(m.BLOB_REFUSED, blob=blob).header["code"] == "quota"


class Raw(bytes):
    """A value that is msgpack already."""


LONG = "x" * (MIB - 90)


def packed(**fields: Any) -> bytes:
    parts = [b"\xde" + len(fields).to_bytes(2, "big")]
    for key, value in fields.items():
        parts += [msgpack.packb(key), value if isinstance(value, Raw) else msgpack.packb(value)]
    return b"".join(parts)


def send_raw(peer: Peer, *chunks: bytes, **fields: Any) -> None:
    key = {"k": peer.session.key} if peer.session.key is not None else {}
    peer.session.transport.send([packed(**{**key, **fields}), *chunks])


def connect_silently(endpoint: str) -> socket.socket:
    """A ZeroMQ connection on which nothing is ever said."""
    if endpoint.startswith("ipc://"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(endpoint.removeprefix("ipc://"))
    else:
        host, _, port = endpoint.removeprefix("tcp://").partition(":")
        connection = socket.create_connection((host, int(port)))
    connection.sendall(zmtp.GREETING + zmtp.ready())
    return connection
