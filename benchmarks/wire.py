"""A 4096² RGBA layer there and back through broker and worker, beside a bare ZeroMQ echo of the same bytes.

The peer is the least that ZeroMQ itself can take: a ROUTER in another process that returns what it gets, over the same
kind of socket, in the same chunks, with as many bytes in flight; nothing is hashed, stored or painted. Sent whole, in
one message, the same echo is slower; that ratio is printed too. All take turns in one run; medians count.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zmq

from benchmarks.daemons import daemon
from velatura_link.client import Client
from velatura_link.request import Pixels, Request

SIDE = 4096
CHUNK = 1 << 20
WINDOW = 8 << 20
ROUNDS = 9


def main() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 4), np.uint8)
    with tempfile.TemporaryDirectory() as folder, daemon("--engines", "identity") as served:
        endpoint = f"ipc://{Path(folder)}/echo.sock"
        echo = multiprocessing.get_context("spawn").Process(
            target=serve_echo, args=(endpoint,), daemon=True
        )
        echo.start()
        dealer = zmq.Context().socket(zmq.DEALER)
        dealer.connect(endpoint)
        clients = {name: served.client(name) for name in ("link", "pyzmq")}
        runs: dict[str, Callable[[int], float]] = {
            "echo": lambda n: echo_chunks(dealer, fresh(pixels, n)),
            "echo, whole": lambda n: echo_whole(dealer, fresh(pixels, n)),
            **{
                name: lambda n, client=client: there_and_back(client, fresh(pixels, n))
                for name, client in clients.items()
            },
        }
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(ROUNDS + 2):
            for name, run in runs.items():
                took = run(turn * len(runs) + list(runs).index(name))
                if turn >= 2:
                    seconds[name].append(took)
        for client in clients.values():
            client.close()
        echo.terminate()
    base = statistics.median(seconds["echo"])
    whole = statistics.median(seconds["echo, whole"])
    for name, times in seconds.items():
        median = statistics.median(times)
        print(
            f"{name:12} {median * 1e3:7.1f} ms  (min {min(times) * 1e3:.1f}, max {max(times) * 1e3:.1f})"
            f"   {median / base:5.2f} × echo   {median / whole:5.2f} × echo, whole"
        )


def fresh(pixels: np.ndarray, number: int) -> np.ndarray:
    """Pixels that nobody has seen before: the daemon must not know their digest."""
    pixels[0, 0] = np.frombuffer(np.uint32(number).tobytes(), np.uint8)
    return pixels


def there_and_back(client: Client, pixels: np.ndarray) -> float:
    """Seconds until the whole result, its digest checked, is here; the pixels are compared afterwards."""
    content = Pixels(pixels, SIDE, SIDE, 4, "u8")
    started = time.perf_counter()
    result = client.submit(Request("identity", content=content)).wait(60)
    took = time.perf_counter() - started
    if result.picture.view != content.view:
        raise AssertionError("other pixels came back")
    return took


def echo_chunks(dealer: zmq.Socket[bytes], pixels: np.ndarray) -> float:
    """Seconds for all bytes there and back in chunks, at most a window in flight, into one buffer."""
    view = memoryview(pixels).cast("B")
    back = bytearray(len(view))
    started = time.perf_counter()
    sent = received = 0
    while received < len(view):
        while sent < len(view) and sent - received < WINDOW:
            dealer.send(view[sent : sent + CHUNK], copy=False)
            sent += CHUNK
        chunk = dealer.recv(copy=False).buffer
        back[received : received + len(chunk)] = chunk
        received += len(chunk)
    took = time.perf_counter() - started
    if back != view:
        raise AssertionError("the echo came back otherwise")
    return took


def echo_whole(dealer: zmq.Socket[bytes], pixels: np.ndarray) -> float:
    """Seconds for all bytes there and back in one message."""
    started = time.perf_counter()
    dealer.send(memoryview(pixels).cast("B"), copy=False)
    dealer.recv(copy=False)
    return time.perf_counter() - started


def serve_echo(endpoint: str) -> None:
    """A ROUTER that sends back what it gets."""
    router = zmq.Context().socket(zmq.ROUTER)
    router.bind(endpoint)
    while True:
        router.send_multipart(router.recv_multipart(copy=False), copy=False)
