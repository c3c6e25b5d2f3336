"""Files that are dropped, pictures that are pasted and presets that are chosen, in the real Krita."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..shell import Shell
from ..waiting import wait_until
from .display import Display
from .harness import SCRIPTS, Krita
from .inside import PATIENCE
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile
from .test_gimp_window import painted_waves

SIZE = (120, 90)
PRESET = ("--style", "great-wave", "--stroke", "12", "--strength", "0.5")
NEAR = 4.0
"""Mean difference, in levels of 255, of what is the same painting; of two styles it is many times that."""


def test_what_is_dropped_pasted_and_chosen_is_painted_with(
    krita: Krita,
    profile: Profile,
    display: Display,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    content = painted_waves(tmp_path / "content.png", *SIZE)
    dropped, pasted = tmp_path / "Fiery sea.png", tmp_path / "copied.png"
    stripes(dropped, (250, 90, 20), (60, 0, 0), 9)
    stripes(pasted, (20, 200, 120), (0, 20, 90), 23)
    saved = profile.shell("presets", "save", "rough", *PRESET)
    assert saved.code == 0, saved
    here = tmp_path / "here.json"
    arguments = {"content": str(content), "here": str(here), "into": str(tmp_path)}
    with (
        elsewhere(profile, display, dropped, pasted),
        krita.start(script=SCRIPTS / "krita_collects.py", **arguments) as running,
    ):
        wait_until(here.exists, "the docker", 2 * PATIENCE)
        drag(display, (30, 30), json.loads(here.read_text()))
        seen = running.finish(timeout=240).value
    [title], [copied] = seen["dropped"], seen["pasted"]
    assert title == "Fiery sea"
    assert "lipboard" in copied
    assert seen["chosen"] == ["Great Wave"]
    for name in ("dropped", "pasted", "preset"):
        assert seen[f"of the {name}"][1] == ""
    assert title in seen["of the dropped"][0]

    shell = profile.shell
    wanted = {
        "dropped": by_command(shell, content, "--style", dropped),
        "pasted": by_command(shell, content, "--style", pasted),
        "preset": by_command(shell, content, "--preset", "rough"),
    }
    for name in wanted:
        distances = {other: apart(layer(tmp_path, name), wanted[other]) for other in wanted}
        assert distances[name] < NEAR, distances
        assert min(distances, key=lambda other: distances[other]) == name
        assert min(d for other, d in distances.items() if other != name) > 2 * NEAR, distances


@contextmanager
def elsewhere(profile: Profile, display: Display, dropped: Path, pasted: Path) -> Iterator[None]:
    """Another program's window in the corner of the screen, with a file to drag and a picture that was copied."""
    script = dropped.with_name("elsewhere.py")
    script.write_bytes((SCRIPTS / "elsewhere.py").read_bytes())
    environment = {"DISPLAY": display.name, "HOME": str(profile.user), "LC_ALL": "C.UTF-8"}
    command = ["python3", str(script), str(dropped), str(pasted)]
    process = profile.inside.start(command, environment)
    try:
        display.wait_for_window("^elsewhere$")
        yield
    finally:
        process.kill()
        process.wait(PATIENCE)


def drag(display: Display, start: tuple[int, int], end: tuple[int, int]) -> None:
    """With the left button, slowly enough for both programs to take note of it."""
    display.xdotool("mousemove", *start)
    display.xdotool("mousedown", 1)
    for step in range(1, 9):
        place = (round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True))
        display.xdotool("mousemove", *place)
        time.sleep(0.2)
    display.xdotool("mousemove_relative", 1, 1)
    time.sleep(0.5)
    display.xdotool("mouseup", 1)


def stripes(path: Path, bright: tuple[int, ...], dark: tuple[int, ...], width: int) -> None:
    """A picture to paint in the manner of, as large as engines look at one."""
    x, y = np.meshgrid(np.arange(512), np.arange(512))
    pixels = np.where((((x + 2 * y) // (3 * width)) % 2)[..., None], bright, dark)
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def by_command(shell: Shell, content: Path, *wish: Any) -> np.ndarray[Any, Any]:
    """What the command line paints."""
    into = content.with_name("wanted.png")
    outcome = shell("stylize", content, *wish, "-o", into, "--seed", 0)
    assert outcome.code == 0, outcome
    return np.asarray(Image.open(into).convert("RGB"), np.float64)


def layer(folder: Path, name: str) -> np.ndarray[Any, Any]:
    """What the docker painted, in the order of files."""
    width, height = SIZE
    pixels = np.fromfile(folder / f"{name}.raw", np.uint8).reshape(height, width, 4)
    return pixels[..., 2::-1].astype(np.float64)


def apart(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    return float(np.abs(one - other).mean())
