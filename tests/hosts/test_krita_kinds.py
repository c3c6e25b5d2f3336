"""Engines that another package adds, of every kind that the contract has, in the real Krita's docker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from .harness import SCRIPTS, Krita
from .krita_plugin import install
from .profiles import Profile

TOYS = Path(__file__).resolve().parent / "toys"
TOY_NAMES = {"toy-frames", "toy-model", "toy-pair", "toy-texture"}
NO_MODEL = "This engine paints in trained models: add a model's file with +."


def add_toys(profile: Profile) -> None:
    """Have the daemon find the package as if it were installed beside it."""
    file = profile.pykrita / "velatura_krita" / "daemon.json"
    told = json.loads(file.read_bytes())
    root, mount, *command = told["command"]
    told["command"] = [root, mount, "/usr/bin/env", f"PYTHONPATH={TOYS}", *command]
    file.write_text(json.dumps(told))
    # A first daemon imports every engine to find out; on a busy machine that takes longer than a script waits.
    code = (
        "from velatura.contract.manifest import *; write(Path(sys.argv[1]), code_hash(), build())"
    )
    subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", profile.environment["VELATURA_CACHE"]],
        env={**os.environ, "PYTHONPATH": str(TOYS)},
        check=True,
    )


def test_every_kind_of_engine_paints_from_the_docker(
    profile: Profile, krita: Krita, tmp_path: Path
) -> None:
    install(profile)
    add_toys(profile)
    model, after = tmp_path / "mosaic.pth", tmp_path / "after.png"
    model.write_bytes(bytes((10, 20, 51)))
    Image.fromarray(np.full((48, 64, 3), (120, 70, 40), np.uint8)).save(after)
    shots = {name: str(tmp_path / name) for name in ("model.png", "pair.png", "texture.png")}
    seen = krita.play(
        SCRIPTS / "krita_kinds.py", model=str(model), after=str(after), timeout=300, **shots
    ).value
    assert set(seen["engines"]) >= TOY_NAMES
    # A model, and the third of its styles; the engine is instant, so the preview has it too.
    assert seen["model"]["before"] > 20
    assert seen["model"]["no styles"] == [[], NO_MODEL]
    assert seen["model"]["said"] == "No style is chosen."
    assert seen["model"]["styles"] == ["Mosaic"]
    assert seen["model"]["name"] == "Mosaic — Toy model"
    assert seen["model"]["pixel"] == [51, 51, 51, 255]
    # Blue, green, red: what made 120, 70, 40 of the content is done to the content.
    assert seen["pair"]["styles"] > 20
    assert "needs the picture from which" in seen["pair"]["said"]
    assert seen["pair"]["given"] == "content"
    assert seen["pair"]["pixel"] == [40, 70, 120, 255]
    texture = seen["texture"]
    assert texture["source"] == ["canvas", False]
    assert texture["styles"] == [[], "This engine needs no style."]
    assert texture["preview"] == "No preview: Apply paints it"
    assert texture["whole"] == ["paintlayer", 0, 0, 64, 48]
    assert texture["corners"] == [[0, 0, 0, 255], [0, 255, 255, 255]]
    assert texture["group"] == ["grouplayer", "Toy map", False, 1]
    assert texture["bounds"] == [8, 4, 20, 10]
    assert texture["extra"] == [255, 255, 255, 255]
    assert texture["mask"] == [100, 255]
    assert seen["back"] == [["After"], ["Mosaic"], "layer"]
    frames, steps = seen["frames"]
    assert frames == [[round(25.5 * number)] * 3 + [255] for number in (1, 2, 3)]
    assert steps == 1
