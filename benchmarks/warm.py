"""AdaIN at 256² from a warm daemon, beside a process that loads everything for the one picture.

Needs AdaIN's weights: ../shared/weights, or whatever VELATURA_MODELS names. Three ways in one run: the whole command
without a daemon; the same command with a warm daemon; a resident client (what a plugin is) with a warm daemon.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.daemons import daemon
from benchmarks.weights import use_shared_weights
from velatura_link.request import EncodedFile, Pixels, Request, StyleRef

ROUNDS = 5


def main() -> None:
    use_shared_weights()
    with daemon() as served:
        content, style = served.home / "content.png", served.home / "style.png"
        picture = Image.fromarray(skimage.data.astronaut()).resize((256, 256))
        picture.save(content)
        Image.fromarray(skimage.data.coffee()).save(style)
        pixels = np.asarray(picture)
        command = [sys.executable, "-m", "velatura.cli.main", "stylize", str(content)]
        command += ["--style", str(style), "-o", str(served.home / "out.png")]
        client = served.client()
        reference = StyleRef(picture=EncodedFile.read(style))

        def resident(number: int) -> None:
            fresh = pixels.copy()
            fresh[0, 0] = number
            client.submit(
                Request("adain", content=Pixels(fresh, 256, 256, 3, "u8"), styles=(reference,))
            ).wait(60)

        def run(*arguments: str) -> None:
            subprocess.run(
                [*command, *arguments],
                env=served.environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )

        resident(255)
        cold, warm, plugin = [], [], []
        for number in range(ROUNDS):
            cold.append(seconds(lambda: run("--no-daemon")))
            warm.append(seconds(lambda: run()))
            plugin.append(seconds(lambda n=number: resident(n)))
        counters = client.status()["workers"][0]["counters"]
        client.close()
    print(
        f"style encoded {counters['style_codes_made']} time(s), "
        f"reused {counters['style_codes_reused']} times"
    )
    base = statistics.median(cold)
    rows = (("cold process", cold), ("command, warm daemon", warm), ("client, warm daemon", plugin))
    for name, times in rows:
        median = statistics.median(times)
        print(f"{name:22} {median * 1e3:7.0f} ms  {base / median:6.1f} × sooner")


def seconds(call: object) -> float:
    """How long ``call()`` takes."""
    assert callable(call)
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
