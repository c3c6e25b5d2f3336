"""The docker under Qt 6, as Krita 6 has it: a stand-in for Krita, a real daemon, real widgets without a screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..daemons import Daemon, start_daemon

SCRIPT = Path(__file__).with_name("qt6_docker.py")
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PATIENCE = 240


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    started = start_daemon(tmp_path / "home")
    yield started
    started.kill()


@pytest.mark.slow
def test_every_panel_works_under_qt_6(daemon: Daemon, tmp_path: Path) -> None:
    able = subprocess.run(
        [sys.executable, "-c", "import PyQt6.QtWidgets"], capture_output=True, check=False
    )
    if able.returncode and "VELATURA_HOSTS_REQUIRED" not in os.environ:
        pytest.skip("needs the libraries of Qt 6's own (libegl1, libgl1, libxkbcommon0 …)")
    y, x = np.mgrid[:200, :320]
    waves = np.stack([np.sin(x / 5), np.cos(y / 7), np.sin((x + y) / 9)], axis=-1)
    Image.fromarray((127.5 + 127.5 * waves).astype(np.uint8)).save(daemon.home / "style.png")
    daemon.ready()
    shot = tmp_path / "docker.png"
    ran = subprocess.run(
        [sys.executable, SCRIPT, PLUGINS, daemon.home, shot],
        env={
            **daemon.environment,
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / "data"),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["qt"].startswith("6.")
    assert seen["styles at first sight"] == 25
    assert seen["engines"] >= 4
    assert seen["shares"] == [0.75, 0.25]
    assert seen["turned"] == 90
    assert seen["strength"] == 0.95
    assert seen["in German"] == ["1,25", 0.75]
    assert seen["seed"] > 0
    assert seen["preset"] == ["An Evening", "An Evening (changed)"]
    assert seen["reset"] == 0
    assert seen["popup"]
    assert "There is no picture in the clipboard." in seen["pasted"]
    assert seen["file is shown"]
    assert seen["folder"]
    assert seen["said"] == "Nothing is selected."
    assert seen["layers"] == ["photo", "Style 75 % + Great Wave 25 % — Glaze"]
    assert seen["bounds"] == [0, 0, 120, 80]
    assert seen["changed"]
    assert seen["kept"]
    # The settings, and what the result was painted with.
    choices, result = sorted(seen["in the document"])
    assert choices == "velatura/choices"
    assert result.startswith("velatura_result/")
    with Image.open(shot) as picture:
        # Thumbnails and the preview: not an empty docker.
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 1000
