"""One program at a time on one machine: a locked file. The system lets go of it when its holder ends, however it ends.

The file itself stays: were it removed, two programs could hold two files of one name.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(path: Path) -> IO[bytes] | None:
    """The file ``path``, open and locked until it is closed; None while another program holds it."""
    file = path.open("ab")
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def locked(
    path: Path, *, waiting: Callable[[], None] | None = None, pause: float = 0.1
) -> Iterator[None]:
    """Hold the lock file ``path``, waiting for it as long as another program does.

    ``waiting`` is called every ``pause`` seconds meanwhile; what it raises ends the wait.
    """
    while (file := try_lock(path)) is None:
        if waiting is not None:
            waiting()
        time.sleep(pause)
    with file:
        yield
