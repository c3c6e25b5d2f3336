"""The harness itself: each host opens a picture and reads what is in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from ..waiting import wait_until
from .display import Display
from .harness import SCRIPTS, Gimp, Krita, Outcome, ScriptFailed
from .profiles import Profile

WIDTH, HEIGHT = 37, 21


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Noise, half of it seen through."""
    path = tmp_path / "noise.png"
    pixels = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 3] |= 1  # where nothing is seen a host may forget the colour
    Image.fromarray(pixels).save(path)
    return path


def pixels_of(seen: Outcome) -> np.ndarray:
    shape = (seen.value["height"], seen.value["width"], 4)
    return np.frombuffer(bytes.fromhex(seen.value["pixels"]), np.uint8).reshape(shape)


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_krita_reads_pixels(krita: Krita, picture: Path) -> None:
    seen = krita.play(SCRIPTS / "krita_reads.py", picture=str(picture))
    assert seen.code == 0
    assert np.array_equal(pixels_of(seen)[..., [2, 1, 0, 3]], np.asarray(Image.open(picture)))


def test_gimp_console_reads_pixels(gimp: Gimp, picture: Path) -> None:
    seen = gimp.play(SCRIPTS / "gimp_reads.py", picture=str(picture))
    assert seen.code == 0
    assert np.array_equal(pixels_of(seen), np.asarray(Image.open(picture)))


def test_gimp_window_reads_pixels(gimp_window: Gimp, picture: Path) -> None:
    seen = gimp_window.play(SCRIPTS / "gimp_reads.py", picture)
    assert np.array_equal(pixels_of(seen), np.asarray(Image.open(picture)))


def test_what_goes_wrong_in_krita_fails_the_test(krita: Krita) -> None:
    with pytest.raises(ScriptFailed, match="KeyError: 'picture'"):
        krita.play(SCRIPTS / "krita_reads.py")


def test_what_goes_wrong_in_gimp_fails_the_test(gimp: Gimp) -> None:
    with pytest.raises(ScriptFailed, match="IndexError"):
        gimp.play(SCRIPTS / "gimp_reads.py")


def test_an_artist_starts_a_host_and_is_seen(
    gimp_window: Gimp, display: Display, picture: Path, tmp_path: Path
) -> None:
    with gimp_window.start(picture) as running:
        display.wait_for_window("noise")
        shown = display.screenshot(tmp_path / "screen.png")
        processes = running.processes()
    assert Image.open(shown).size == (1600, 1000)
    assert len(processes) > 1  # plug-ins: GIMP's own run as processes, too
    wait_until(lambda: not any(lives(each) for each in processes), "the end of every process")


def test_a_daemon_started_from_inside_is_met_outside(profile: Profile) -> None:
    command = [*profile.daemon_command, "--engines", "identity"]
    with (profile.home / "daemon.log").open("w") as log:
        profile.inside.start(command, profile.environment, stdout=log, stderr=log)
    wait_until(lambda: profile.shell("--json", "status").json["running"], "the daemon")
