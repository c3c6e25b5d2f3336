"""What an artist sees and does in GIMP's window."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from velatura_link.connection import FILE_NAME

from ..waiting import wait_until
from . import gimp_plugin
from .display import Display
from .harness import SCRIPTS, Gimp, Running
from .inside import PATIENCE
from .profiles import Profile, open_profile

installed, schema = gimp_plugin.installed, gimp_plugin.schema

CANCEL = (820, 856)
"""Where the progress bar has its button in the window that GIMP opens for a picture of 4000²."""
FILE, KEEP = (677, 612), (660, 636)
"""Where the dialog has a style's file, and the button that keeps it once it is chosen."""


SOMEBODY = 4711


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return painted_waves(tmp_path / "waves.png", 150, 110)


def painted_waves(path: Path, width: int, height: int) -> Path:
    y, x = np.mgrid[:height, :width] / 9.0
    planes = [np.sin(x), np.cos(y), np.sin(x + y)]
    Image.fromarray((127.5 + 127.5 * np.stack(planes, axis=-1)).astype(np.uint8)).save(path)
    return path


GLAZE = "without a download"
"""Finds the default engine: for “velatura” alone GIMP's search shows every entry of ours, in no order of ours."""


def look_for(display: Display, action: str, window: str) -> None:
    """Have GIMP's search of actions find ``action`` and do it."""
    display.wait_for_window(window)
    display.xdotool("key", "slash")
    display.wait_for_window("Search Actions")
    display.xdotool("type", "--delay", "20", action)
    display.xdotool("key", "--delay", "300", "Down", "Return")


def choose_file(display: Display, path: Path) -> None:
    """Type ``path`` into GTK's chooser, as often as it takes: what is typed while it reads a folder is lost."""
    title = "A Picture to Imitate"
    display.wait_for_window(title)

    def chosen() -> bool:
        display.xdotool("key", "ctrl+l", "ctrl+a")
        display.xdotool("type", "--delay", "20", path)
        display.xdotool("key", "Return")
        time.sleep(1.0)
        return not display.windows(title)

    wait_until(chosen, "the file", PATIENCE)


def paint(display: Display, dialog: str = "^Velatura") -> None:
    """Press Return in the dialog, as often as it takes: a key that comes before the window listens is lost."""
    display.wait_for_window(dialog)

    def gone() -> bool:
        display.xdotool("key", "Return")
        time.sleep(1.0)
        return not display.windows(dialog)

    wait_until(gone, "the end of the dialog", PATIENCE)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("what", "more"),
    [
        ({"values": {"style": "great-wave"}}, 1),
        ({"values": {"style": "great-wave", "output": "in-place"}}, 0),
        ({"values": {"style": "great-wave"}, "copies": 1}, 2),
        ({"values": {}, "procedure": "velatura-edit", "again": True}, 0),
    ],
    ids=["new-layer", "in-place", "two-layers", "edit"],
)
def test_undo_is_one_step_and_restores_every_byte(
    gimp_window: Gimp,
    display: Display,
    picture: Path,
    tmp_path: Path,
    what: dict[str, Any],
    more: int,
) -> None:
    """GIMP counts the steps: an image is clean again only when as many were undone as were done."""
    ready = tmp_path / "ready"
    arguments = {"procedure": "velatura-glaze", **what}
    running = gimp_window.start(
        picture, script=SCRIPTS / "gimp_undoes.py", ready=str(ready), **arguments
    )
    with running:
        wait_until(ready.exists, "the painting", 2 * PATIENCE)
        display.wait_for_window("waves")
        display.xdotool("key", "ctrl+z")
        seen = running.finish().value
    assert seen["painted"] == [True, more, True]
    assert seen["undone"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("key", "kept"), [("alt+s", True), ("Escape", False)])
def test_a_slow_engine_is_stopped_or_given_up(
    gimp_window: Gimp, display: Display, picture: Path, key: str, kept: bool
) -> None:
    """It would take two minutes. What is there after some steps is kept, or nothing is changed."""
    with gimp_window.start(picture, script=SCRIPTS / "gimp_stops.py") as running:
        display.wait_for_window("^Velatura: Edit This Result$")
        display.xdotool("key", "Return")
        display.wait_for_window("^Velatura is painting$")

        def ended() -> bool:
            # It can be stopped from the first step on.
            display.xdotool("key", key)
            return not display.windows("^Velatura is painting$")

        wait_until(ended, "the end of the painting", 30)
        seen = running.finish().value
    assert seen == (["Identity", "waves.png"] if kept else ["Old", "waves.png"])


def test_an_artist_paints_and_repeats(
    gimp_window: Gimp, display: Display, picture: Path, profile: Profile
) -> None:
    """Once installed: by the search of actions, the dialog's OK, and Ctrl+F. Settings stay with the image."""
    profile.install("gimp")
    settings = {"velatura-glaze": {"strength": 0.25, "style": "scream"}}
    running = gimp_window.start(
        picture, script=SCRIPTS / "gimp_waits.py", layers=3, settings=settings
    )
    with running:
        look_for(display, GLAZE, "waves")
        display.wait_for_window("^Velatura")
        wait_until(lambda: jobs(profile), "a preview")
        paint(display)
        wait_until(lambda: plugins(running) == [], "the end of the plug-in")
        display.wait_for_window("waves")
        display.xdotool("key", "ctrl+f")
        seen = running.finish().value
    assert seen["layers"][:2] == ["Scream — Glaze #1", "Scream — Glaze"]
    assert seen["settings"]["velatura-glaze"]["strength"] == 0.25


def test_somebody_without_rights_installs_and_paints(root: Path, display: Display) -> None:
    """A fresh home, nothing of the machine's but the daemon, and nothing typed but what an artist types."""
    with open_profile(root, user=SOMEBODY) as profile:
        picture = painted_waves(profile.home / "waves.png", 150, 110)
        profile.install("gimp")
        gimp = Gimp(profile, display, window=True)
        with gimp.start(picture, script=SCRIPTS / "gimp_waits.py", layers=2) as running:
            look_for(display, GLAZE, "waves")
            paint(display)
            seen = running.finish().value
        connection = profile.runtime / FILE_NAME
        assert connection.stat().st_uid == SOMEBODY
        # The profile's own end speaks with daemons of this user alone.
        os.kill(json.loads(connection.read_bytes())["pid"], signal.SIGTERM)
    assert seen["layers"][0] == "Starry Night — Glaze"


@pytest.mark.usefixtures("installed")
def test_the_language_is_gimps(
    gimp_window: Gimp, display: Display, profile: Profile, picture: Path
) -> None:
    """Found by its German label, which is the dialog's title, too."""
    with (profile.gimp / "gimprc").open("a") as settings:
        settings.write('(language "de")\n')
    with gimp_window.start(picture, script=SCRIPTS / "gimp_waits.py", layers=2):
        look_for(display, "velatura mit gatys", "waves")
        display.wait_for_window("^Velatura mit Gatys$")


@pytest.mark.usefixtures("installed")
def test_a_file_is_a_style_that_can_be_kept(
    gimp_window: Gimp, display: Display, profile: Profile, picture: Path, tmp_path: Path
) -> None:
    """Without a style nothing can be painted; a file becomes one, and then one of the library."""
    style = painted_waves(tmp_path / "sea.png", 300, 400)
    settings = {"velatura-gatys": {"style": ""}}
    with gimp_window.start(
        picture, script=SCRIPTS / "gimp_waits.py", layers=2, seconds=300, settings=settings
    ) as running:
        look_for(display, "velatura with gatys", "waves")
        dialog = display.wait_for_window("^Velatura with Gatys$")
        wait_until(lambda: jobs(profile), "the daemon")
        display.xdotool("key", "Return")
        display.xdotool("mousemove", *FILE, "click", 1)
        choose_file(display, style)

        def kept() -> bool:
            display.xdotool("mousemove", *KEEP, "click", 1)
            return "sea" in profile.shell("--json", "styles", "list").json

        wait_until(kept, "a style of the library", 30)
        assert display.windows("^Velatura with Gatys$") == [dialog]
        assert plugins(running) != []


@pytest.mark.usefixtures("installed")
def test_cancel_frees_the_daemon_at_once(
    gimp_window: Gimp, display: Display, profile: Profile, tmp_path: Path
) -> None:
    large = painted_waves(tmp_path / "large.png", 4000, 4000)
    running = gimp_window.start(large, script=SCRIPTS / "gimp_waits.py", layers=2)
    with running:
        look_for(display, GLAZE, "large")
        paint(display)
        wait_until(lambda: states(profile) == ["busy"], "a job")
        display.wait_for_window("large")
        display.xdotool("mousemove", *CANCEL, "click", 1)
        wait_until(lambda: plugins(running) == [], "the end of the plug-in", 2.0)
        # A tile at most, and not what is left of a minute.
        wait_until(lambda: states(profile) == ["idle"], "an idle worker", 20.0)


def plugins(running: Running) -> list[psutil.Process]:
    """The processes that run Velatura's procedures."""
    words = {each: each.as_dict(["cmdline"])["cmdline"] or () for each in running.processes()}
    return [
        each for each in words if any(word.endswith("velatura_gimp.py") for word in words[each])
    ]


def status(profile: Profile) -> Any:
    return profile.shell("--json", "status").json


def states(profile: Profile) -> list[str]:
    """Those of the workers; none while the daemon is too busy to answer."""
    return [worker["state"] for worker in status(profile).get("workers", ())]


def jobs(profile: Profile) -> bool:
    answer = status(profile)
    return bool(answer["running"]) and answer["sessions"] > 0
