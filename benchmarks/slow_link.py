"""64 MiB on their way over 20 Mbit/s, given up after a second: how soon the daemon is rid of them.

The peer is the link itself: how long the bytes would have taken. Proof of identity covers the endpoint, and the daemon
does not know the proxy's: the client dials the proxy but proves itself for the daemon's own endpoint.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import numpy as np

from benchmarks.daemons import Daemon, daemon
from benchmarks.throttle import slow_link
from velatura_link.client import Client
from velatura_link.request import Pixels, Request
from velatura_link.sockets import SocketTransport

SIDE = 4096
RATE = 20e6 / 8
ROUNDS = 5


class Detour(SocketTransport):
    """Dials another port than it is told."""

    port = 0

    def connect(self, endpoint: str, timeout: float) -> None:
        super().connect(f"tcp://127.0.0.1:{self.port}", timeout)


def main() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    with daemon("--engines", "identity", "--tcp") as served:
        times = [give_up(served, pixels) for _ in range(ROUNDS)]
    told, rid = ([pair[i] for pair in times] for i in (0, 1))
    print(f"whole upload would take   {pixels.nbytes / RATE:6.1f} s")
    print(f"client told after         {statistics.median(told):6.3f} s  (max {max(told):.3f})")
    print(f"spool empty after         {statistics.median(rid):6.3f} s  (max {max(rid):.3f})")


def give_up(served: Daemon, pixels: np.ndarray) -> tuple[float, float]:
    """Seconds from the cancel to the client's last event, and to a spool without a byte of it."""
    connection = served.connection()
    endpoint = next(each for each in connection.endpoints if each.startswith("tcp"))
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    slow = replace(connection, endpoints=(endpoint,))
    with served.client() as watcher, slow_link(host, int(port), RATE) as detour:
        detoured = type("Detoured", (Detour,), {"port": detour})
        with Client(slow, transport=detoured, name="slow") as client:
            job = client.submit(Request("identity", content=Pixels(pixels, SIDE, SIDE, 4, "u8")))
            time.sleep(1)
            if watcher.status()["spool"]["blobs"] != 1:
                raise AssertionError("the upload has not begun")
            started = time.perf_counter()
            job.cancel()
            while not job.done:
                time.sleep(0.001)
            told = time.perf_counter() - started
            while watcher.status()["spool"]["blobs"]:
                time.sleep(0.005)
                if time.perf_counter() - started > 30:
                    raise AssertionError("the spool is never empty")
            return told, time.perf_counter() - started


if __name__ == "__main__":
    main()
