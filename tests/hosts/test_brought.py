"""A host whose plugin came as a zip installs the daemon, in the real Krita and the real GIMP."""

from __future__ import annotations

import json
from pathlib import Path

from ..waiting import wait_until
from .brought import unpacked, use_stand_in
from .display import Display
from .harness import SCRIPTS, Gimp, Krita
from .profiles import Profile
from .test_gimp_window import look_for, painted_waves

TITLE = "Velatura: the daemon"
GLAZE = "without a download"
"""What only the first entry says of itself, since “Velatura” begins the daemon's, too."""


def test_gimp_installs_the_daemon_and_paints(
    gimp_window: Gimp, display: Display, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("gimp", profile, tmp_path)
    use_stand_in(profile, tmp_path)
    picture = painted_waves(tmp_path / "waves.png", 150, 110)
    running = gimp_window.start(picture, script=SCRIPTS / "gimp_waits.py", layers=2, seconds=80)
    with running:
        look_for(display, GLAZE, "waves")
        display.wait_for_window(TITLE)
        display.xdotool("key", "Return")
        wait_until((plugin / "daemon.json").exists, "the daemon")
        wait_until(lambda: not display.windows(TITLE), "the end of the dialog")
        display.wait_for_window("^Velatura")
        display.xdotool("key", "Return")
        seen = running.finish().value
    assert seen["layers"][0] == "starry-night — Glaze"
    [program, *_] = json.loads((plugin / "daemon.json").read_bytes())["command"]
    assert program.endswith("environment/bin/python")


def test_gimp_without_a_python_for_it_stays_as_it_is(
    gimp_window: Gimp, display: Display, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("gimp", profile, tmp_path)
    picture = painted_waves(tmp_path / "waves.png", 150, 110)
    with gimp_window.start(picture, script=SCRIPTS / "gimp_waits.py", layers=2):
        look_for(display, GLAZE, "waves")
        display.wait_for_window(TITLE)
        display.xdotool("key", "Return")
        wait_until(lambda: is_gone(display), "the end of the dialog")
    assert not (plugin / "daemon.json").exists()
    assert not (profile.home / "data" / "environment").exists()


def is_gone(display: Display) -> bool:
    """Whether the dialog is; the first Escape may have ended its work alone."""
    display.xdotool("key", "Escape")
    return not display.windows(TITLE)


def test_krita_installs_and_removes_the_daemon(
    krita: Krita, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("krita", profile, tmp_path)
    use_stand_in(profile, tmp_path)
    seen = krita.play(SCRIPTS / "krita_installs.py").value
    assert seen["offered"] == "Install the daemon"
    assert seen["progress"]
    assert seen["ready"]
    assert seen["removed"] == "Install the daemon"
    assert not (plugin / "daemon.json").exists()
    assert not (profile.home / "data" / "environment").exists()
