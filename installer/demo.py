"""The main job on a real photo with a built-in style and nothing downloaded: a resident daemon paints it, twice, and
says how long each took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import skimage

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = Path(skimage.__file__).parent / "data"
CONTENT = PHOTOS / "astronaut.png"
STYLE = "starry-night"
OUTPUT = ROOT / "out"
VELATURA = [sys.executable, "-m", "velatura.cli.main"]


def main() -> int:
    OUTPUT.mkdir(exist_ok=True)
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="velatura-") as runtime:
        environment["VELATURA_RUNTIME"] = runtime
        try:
            return paint(environment)
        finally:
            subprocess.run([*VELATURA, "stop"], env=environment, stdout=subprocess.DEVNULL)


def paint(environment: dict[str, str]) -> int:
    """Paint twice; the second time the daemon is warm."""
    target = OUTPUT / "demo.png"
    command = [*VELATURA, "stylize", str(CONTENT), "--style", STYLE, "-o", str(target)]
    for which in ("first, with the daemon's start", "again, warm"):
        started = time.monotonic()
        code = subprocess.call(command, env=environment)
        if code != 0:
            return code
        print(f"  {which}: {time.monotonic() - started:.2f} s")
    print(f"{CONTENT.name} in the style of {STYLE}: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
