"""What ties a process to the broker that started it."""

from __future__ import annotations

import os
import threading


def end_with_broker() -> None:
    """From now on, end this process when its standard input ends: when the broker is gone, however it went."""
    threading.Thread(target=_wait, name="end-with-broker", daemon=True).start()


def _wait() -> None:
    # Not through sys.stdin, whose lock the interpreter wants for itself when it ends.
    while os.read(0, 1):
        pass
    os._exit(0)
