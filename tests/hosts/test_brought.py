"""A host whose plugin came as a zip installs the daemon, in the real Krita and the real GIMP."""

from __future__ import annotations

import json
from pathlib import Path

from velatura_link.environment import Environment

from ..waiting import wait_until
from .brought import install_without_a_host, package, unpacked, use_stand_in
from .display import Display
from .harness import SCRIPTS, Gimp, Krita
from .inside import PATIENCE
from .profiles import Profile
from .slow_index import PACKAGE, open_slow_index
from .test_gimp_window import GLAZE, look_for, painted_waves
from .test_installed import unpack

TITLE = "Velatura's painter"


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
    assert seen["layers"][0] == "Starry Night — Glaze"
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


def test_gimp_upgrades_the_daemon_when_a_newer_zip_was_unpacked(
    gimp_window: Gimp, display: Display, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("gimp", profile, tmp_path)
    use_stand_in(profile, tmp_path)
    install_without_a_host(profile, plugin)
    environment = Environment(profile.home / "data" / "environment")
    assert environment.version == "9.9"
    unpack(package("gimp", profile, tmp_path, "9.10"), profile.plug_ins)
    picture = painted_waves(tmp_path / "waves.png", 150, 110)
    with gimp_window.start(picture, script=SCRIPTS / "gimp_waits.py", layers=2):
        look_for(display, "velatura: install", "waves")
        display.wait_for_window(TITLE)
        assert environment.version == "9.9"
        display.xdotool("key", "Return")
        wait_until(lambda: environment.version == "9.10", "the newer daemon", PATIENCE)
        wait_until(lambda: is_gone(display), "the end of the dialog")
    assert environment.whole
    assert json.loads((plugin / "daemon.json").read_bytes())["version"] == "9.10"


def test_krita_installs_and_removes_the_daemon(
    krita: Krita, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("krita", profile, tmp_path)
    use_stand_in(profile, tmp_path)
    seen = krita.play(SCRIPTS / "krita_installs.py", timeout=200).value
    assert seen["offered"] == "Install Velatura's painter"
    assert seen["progress"]
    assert seen["ready"]
    assert seen["removed"] == "Install Velatura's painter"
    assert not (plugin / "daemon.json").exists()
    assert not (profile.home / "data" / "environment").exists()


def test_krita_cancels_and_repairs_the_installation(
    krita: Krita, profile: Profile, tmp_path: Path
) -> None:
    unpacked("krita", profile, tmp_path, requires=PACKAGE)
    use_stand_in(profile, tmp_path)
    with open_slow_index(tmp_path / "hurry") as index:
        profile.variables["PIP_INDEX_URL"] = index.url
        seen = krita.play(SCRIPTS / "krita_repairs.py", hurry=str(index.hurry), timeout=300).value
        # Pip was ended, not left to go on fetching.
        assert index.given_up == ["/ballast-1.0-py3-none-any.whl"]
    assert seen["fetching"] == ["Fetching ballast, 20 MB", True, "Cancel"]
    assert seen["cancelled"] == [False, "Install Velatura's painter", False]
    assert seen["installed"] == ["ready", False, True]
    assert seen["asked"]
    assert seen["repairing"] == [True, "Cancel"]
    assert seen["repaired"] == [True, True]


def test_krita_upgrades_the_daemon_when_a_newer_zip_was_imported(
    krita: Krita, profile: Profile, tmp_path: Path
) -> None:
    plugin = unpacked("krita", profile, tmp_path)
    use_stand_in(profile, tmp_path)
    newer = package("krita", profile, tmp_path, "9.10")
    imported = krita.play(SCRIPTS / "krita_upgrades.py", zip=str(newer), timeout=200).value
    assert imported == ["velatura_krita"]
    # Krita's importer makes the folder anew, and so forgets what the plugin was told.
    assert not (plugin / "daemon.json").exists()
    seen = krita.play(SCRIPTS / "krita_upgrades.py", timeout=200).value
    assert (
        seen["offered"]
        == "This plugin came with a newer version of Velatura's painter: 9.10. The installed one is 9.9."
    )
    assert seen["shown"] == ["Cancel", True]
    assert (seen["before"], seen["after"]) == ("9.9", "9.10")
    assert not seen["said"]
    assert json.loads((plugin / "daemon.json").read_bytes())["version"] == "9.10"
