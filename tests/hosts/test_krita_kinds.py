"""Engines that another package adds, of every kind that the contract has, in the real Krita's docker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..toy_package import installed
from .harness import SCRIPTS, Krita
from .krita_plugin import install
from .profiles import Profile

TOYS = {"toy-checkpoint", "toy-filter", "toy-frames", "toy-pair", "toy-texture"}
NO_MODEL = "This engine needs trained models: add a model file with +."
CONTENT = (80, 60, 40)
AFTER = (120, 70, 40)
"""Red, green, blue; Krita's pixels have blue first."""
PREPARE = """
import sys
from pathlib import Path
from velatura.contract.manifest import build, code_hash, write
from velatura_toys.checkpoint import save

# A first daemon imports every engine to find out; on a busy machine that takes longer than a script waits.
write(Path(sys.argv[1]), code_hash(), build())
save(Path(sys.argv[2]), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
"""


def near(pixel: list[int], colour: tuple[float, ...]) -> bool:
    """Whether Krita's pixel is opaque and has that colour."""
    wanted = [*reversed(colour), 255]
    return bool(np.abs(np.subtract(pixel, wanted)).max() <= 1)


@pytest.mark.slow("a real host, and every kind of engine in it one after the other")
def test_every_kind_of_engine_paints_from_the_docker(
    profile: Profile, krita: Krita, tmp_path: Path
) -> None:
    folder = install(profile)
    path = installed(tmp_path / "packages")
    told = json.loads((folder / "daemon.json").read_bytes())
    root, mount, *command = told["command"]
    told["command"] = [root, mount, "/usr/bin/env", f"PYTHONPATH={path}", *command]
    (folder / "daemon.json").write_text(json.dumps(told))
    model, after = tmp_path / "mosaic.safetensors", tmp_path / "after.png"
    subprocess.run(
        [sys.executable, "-c", PREPARE, profile.environment["VELATURA_CACHE"], model],
        env={**os.environ, "PYTHONPATH": path},
        check=True,
    )
    Image.fromarray(np.full((48, 64, 3), AFTER, np.uint8)).save(after)
    arguments = {"model": str(model), "after": str(after), "shots": str(tmp_path)}
    seen = krita.play(SCRIPTS / "krita_kinds.py", timeout=300, **arguments).value

    assert set(seen["engines"]) >= TOYS
    checkpoint = seen["checkpoint"]
    assert checkpoint["before"] > 20
    assert checkpoint["no styles"] == [[], NO_MODEL]
    assert checkpoint["said"] == "No style is chosen."
    assert checkpoint["styles"] == ["Mosaic"]
    assert checkpoint["name"] == "Mosaic — Toy checkpoint"
    # Half of the second of its colours, which is white.
    assert near(checkpoint["pixel"], tuple((each + 255) / 2 for each in CONTENT))

    pair = seen["pair"]
    assert pair["styles"] > 20
    assert "needs the picture from which" in pair["said"]
    assert pair["given"] == "content"
    # What made it of the content is done to the content.
    assert near(pair["pixel"], AFTER)

    texture = seen["texture"]
    assert texture["source"] == ["canvas", False]
    assert texture["preview"] == "No preview: Apply paints it"
    assert texture["whole"] == ["paintlayer", 0, 0, 64, 48]
    assert texture["opaque"] == [255, 255]
    assert texture["selected"] == ["transparencymask", 8, 4, 20, 10]
    assert texture["mask"] == [100, 255]

    words, pixel = seen["filter"]
    assert words == [[], "This engine needs no style."]
    assert near(pixel, CONTENT)
    kind, title, visible, painted, amount = seen["output"]
    assert (kind, title, visible) == ("grouplayer", "Amount", False)
    tenth = [each + 0.1 * (to - each) for each, to in zip(CONTENT, AFTER, strict=True)]
    assert near(painted, tuple(tenth))
    assert near(amount, (25.5, 25.5, 25.5))
    assert seen["back"] == [["Mosaic"], ["After"], "layer"]

    # A tenth more with each frame: what came before is in the state. All of them are one undo step.
    frames, steps = seen["frames"]
    for number, frame in enumerate(frames, 1):
        assert near(frame, tuple(number / 10 * each for each in AFTER))
    assert steps == ["Add Layer"]
