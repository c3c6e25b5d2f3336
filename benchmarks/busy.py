"""Small pictures from a warm daemon, while other programs keep the processors busy, as a host does that works itself.

    python -m benchmarks.busy [ROUNDS]

The peer is the same daemon with the OpenMP runtime's own way of waiting: its threads spin for milliseconds, LLVM's and
Intel's for a fifth of a second. Ours (velatura.serve.worker.threads) hardly spin. Both paint in turn, so that
whatever else runs on the machine slows both.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.daemons import daemon
from velatura_link.client import Client
from velatura_link.request import Pixels, Request, StyleRef

SIDE = 256
ROUNDS = 40
LOADS = (0, 1, 2, 8)
SECONDS = 60.0
"""For each load, however few rounds that is."""
SPINNING = {"GOMP_SPINCOUNT": "300000", "KMP_BLOCKTIME": "200"}
"""What the runtimes do by themselves."""
PATIENCE = 120.0


def main(rounds: int = ROUNDS) -> None:
    photo = Image.fromarray(skimage.data.astronaut()).resize((SIDE, SIDE))
    pixels = np.asarray(photo)
    with daemon(**SPINNING) as spinning, daemon() as patient:
        clients = {"spinning": spinning.client(), "ours": patient.client()}
        for number in range(5):
            for client in clients.values():
                paint(client, pixels, number)
        for load in LOADS:
            times: dict[str, list[float]] = {name: [] for name in clients}
            with busy_loops(load):
                began = time.monotonic()
                for number in range(rounds):
                    if time.monotonic() - began > SECONDS:
                        break
                    for name, client in clients.items():
                        times[name].append(paint(client, pixels, number))
            base = statistics.median(times["spinning"]), late(times["spinning"])
            for name, each in times.items():
                middle, last = statistics.median(each), late(each)
                sooner = f"median {middle * 1e3:7.1f} ms  {base[0] / middle:5.1f} × sooner"
                within = f"95 % within {last * 1e3:7.1f} ms  {base[1] / last:5.1f} ×"
                title = f"{load} busy loops  {len(each):2} × {name:9}"
                print(f"{title} {sooner}   {within}", flush=True)
        for client in clients.values():
            client.close()


def paint(client: Client, pixels: np.ndarray, number: int) -> float:
    """Seconds from the request to the picture; each ``number`` has pixels of its own."""
    fresh = pixels.copy()
    fresh[0, 0] = number
    content = Pixels(fresh, SIDE, SIDE, 3, "u8")
    started = time.perf_counter()
    client.submit(Request("glaze", content=content, styles=(StyleRef(name="starry-night"),))).wait(
        PATIENCE
    )
    return time.perf_counter() - started


def late(times: list[float]) -> float:
    """The time that 95 in 100 stay within."""
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """``count`` programs that do nothing, as fast as they can."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for each in loops:
            each.kill()
            each.wait()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
