"""The main job on a real photo: a resident daemon paints it, twice, and says how long each took."""

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
SHARED = ROOT.parent / "shared"
PAINTING = SHARED / "data" / "masters" / "kandinsky_composition_vii_1913.jpg"
OUTPUT = ROOT / "out"
VELATURA = [sys.executable, "-m", "velatura.cli.main"]


def main() -> int:
    OUTPUT.mkdir(exist_ok=True)
    environment = dict(os.environ)
    weights = SHARED / "weights"
    if "VELATURA_MODELS" not in environment and weights.is_dir():
        environment["VELATURA_MODELS"] = str(weights)
        print("Weights: those in ../shared/weights.")
    elif "VELATURA_MODELS" not in environment:
        print("Weights: AdaIN's are downloaded at the first use (94 MB), then kept.")
    style = PAINTING if PAINTING.exists() else PHOTOS / "ihc.png"
    with tempfile.TemporaryDirectory(prefix="velatura-") as runtime:
        environment["VELATURA_RUNTIME"] = runtime
        try:
            return paint(style, environment)
        finally:
            subprocess.run([*VELATURA, "stop"], env=environment, stdout=subprocess.DEVNULL)


def paint(style: Path, environment: dict[str, str]) -> int:
    """Paint twice; the second time the daemon is warm."""
    target = OUTPUT / "demo.png"
    command = [*VELATURA, "stylize", str(CONTENT), "--style", str(style), "-o", str(target)]
    for which in ("first, with the daemon's start", "again, warm"):
        started = time.monotonic()
        code = subprocess.call(command, env=environment)
        if code != 0:
            return code
        print(f"  {which}: {time.monotonic() - started:.2f} s")
    print(f"{CONTENT.name} in the manner of {style.name}: {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
