"""Enter, pressed while something is painted: the wish to stop and keep what is there."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 0.2
"""Between two looks at the terminal."""


@contextmanager
def on_enter(act: Callable[[], None], *, where: bool = True) -> Iterator[None]:
    """Call ``act``, on a thread, each time that Enter is pressed before this is left.

    Only in a terminal that can be read and shows the bar, and where ``where`` says so: what is piped into a command
    is not its keyboard.
    """
    if not (where and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        yield
        return
    left = threading.Event()
    pressed = _pressed_on_windows if os.name == "nt" else _pressed

    def watch() -> None:
        while not left.is_set():
            if pressed(left):
                act()

    thread = threading.Thread(target=watch, name="enter", daemon=True)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()


def _pressed(left: threading.Event) -> bool:
    """Whether a line was typed within :data:`SECONDS`; it is taken from the terminal."""
    import select

    terminal = sys.stdin.fileno()
    ready, _, _ = select.select([terminal], [], [], SECONDS)
    if not ready:
        return False
    # The terminal hands out whole lines; none is its end (Ctrl-D, or a window that was closed), which is no Enter.
    try:
        if os.tcgetpgrp(terminal) != os.getpgrp():
            # In the background: what is typed is the shell's, and reading it would stop this process.
            left.wait(SECONDS)
            return False
        line = os.read(terminal, 1024)
    except OSError:  # the terminal is gone, or it controls another session
        line = b""
    if not line:
        left.wait()
    return bool(line)


def _pressed_on_windows(left: threading.Event) -> bool:
    import msvcrt

    left.wait(SECONDS)
    keys = ""
    while msvcrt.kbhit():  # type: ignore[attr-defined]
        keys += msvcrt.getwch()  # type: ignore[attr-defined]
    return "\r" in keys
