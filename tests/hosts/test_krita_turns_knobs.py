"""Wheel, double click and Escape in the docker, with a real mouse and keys, and the library after a restart."""

from __future__ import annotations

import json
import time
from pathlib import Path

from .display import Display
from .harness import SCRIPTS, Krita, Running
from .krita_plugin import plugin  # noqa: F401

SCRIPT = SCRIPTS / "krita_turns_knobs.py"
PATIENCE = 240.0


def test_nothing_is_turned_in_passing_and_typing_can_be_given_up(
    krita: Krita,
    plugin: Path,  # noqa: F811
    display: Display,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "hands"
    folder.mkdir()
    folder.chmod(0o777)
    with krita.start(script=SCRIPT, first=True, folder=str(folder)) as running:
        lend_hands(running, display, folder, tmp_path / "seen.png")
        seen = running.finish(60).value
    assert seen["engine stays"]
    assert seen["engine has no focus"]
    assert seen["scrolled"]
    assert seen["list is closed"]
    assert seen["engine still stays"]
    assert seen["seed in passing"] == 0
    assert seen["seed after a click"] == 2
    # The first click of two is not taken for one.
    assert seen["typing"]
    assert seen["told at a double click"] == []
    assert seen["after Escape"] == [True, 0.0, []]
    assert seen["after Return"] == [True, 33.0, [33.0]]
    assert 100 < seen["after a click"] < 156
    again = krita.play(SCRIPT, first=False, timeout=120).value
    assert again["chosen"] == seen["last"]
    assert again["rows below"]
    assert again["seen"]


def lend_hands(running: Running, display: Display, folder: Path, shot: Path) -> None:
    """Do what the script asks for, until its host ends."""
    deadline = time.monotonic() + PATIENCE
    while running.process.poll() is None and time.monotonic() < deadline:
        for asked in sorted(folder.glob("*.ask")):
            for action in json.loads(asked.read_text()):
                if action[0] == "sleep":
                    time.sleep(action[1])
                else:
                    display.xdotool(*action)
            display.screenshot(shot)
            asked.unlink()
        time.sleep(0.05)
