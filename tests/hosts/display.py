"""A screen for hosts that nobody sees: keys, clicks and pictures of it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..waiting import wait_until
from .inside import PATIENCE, Inside


@dataclass(frozen=True)
class Display:
    """A screen that nobody sees, without a window manager."""

    name: str
    inside: Inside

    def xdotool(self, *words: object) -> str:
        """Keys and clicks; what xdotool prints."""
        return self._run("xdotool", *words)

    def windows(self, title: str) -> list[str]:
        """Ids of the visible windows whose title has a match of ``title``, a regular expression."""
        with contextlib.suppress(AssertionError):  # xdotool fails when there is none
            return self.xdotool("search", "--onlyvisible", "--name", title).split()
        return []

    def wait_for_window(self, title: str, seconds: float = PATIENCE) -> str:
        """The id of a window with that title, once it is there; it has the keys then."""
        found = wait_until(lambda: self.windows(title), f"a window “{title}”", seconds)
        self.xdotool("windowfocus", "--sync", found[-1])
        return str(found[-1])

    def screenshot(self, path: Path) -> Path:
        """The whole screen as a file below /tmp."""
        self._run("import", "-window", "root", path)
        return path

    def _run(self, *words: object) -> str:
        return self.inside.run(
            [str(word) for word in words], {"DISPLAY": self.name, "LC_ALL": "C.UTF-8"}
        )


@contextmanager
def open_display(inside: Inside, size: str = "1600x1000") -> Iterator[Display]:
    """An X server of a number that is free, ended at the end."""
    server = inside.start(
        ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"],
        {},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert server.stdout is not None
        number = server.stdout.readline().strip()
        assert number, "Xvfb does not start"
        yield Display(f":{number}", inside)
    finally:
        server.terminate()
        server.wait(PATIENCE)
