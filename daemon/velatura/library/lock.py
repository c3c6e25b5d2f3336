"""One process at a time, on one machine: a lock that its holder's death releases."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock file ``path``, waiting for it as long as another process does.

    ``waiting`` is called ten times a second meanwhile; what it raises ends the wait. The file is
    left behind: removing it would let two processes hold two files of one name.
    """
    with path.open("ab") as file:
        while not _taken(file):
            if waiting is not None:
                waiting()
            time.sleep(0.1)
        yield


def _taken(file: IO[bytes]) -> bool:
    try:
        _try_lock(file)
    except OSError:
        return False
    return True
