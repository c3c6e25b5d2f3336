"""A program that is run for what it says meanwhile, and ended when nobody wants it any more."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from .errors import LinkError
from .launch import clean_environment
from .text import Text

_BEAT = 0.1
_LAST_WORDS = 12
# Settings of pip's and uv's that would lead them out of the environment that they are to fill.
_ASTRAY = (
    *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "VIRTUAL_ENV"),
    *("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_PROJECT", "UV_WORKING_DIR", "UV_NO_CACHE"),
)


class InstallFailed(LinkError):
    """The daemon could not be installed or removed."""


class Cancelled(LinkError):
    """The person gave it up."""


def follow(
    command: Sequence[str],
    on_line: Callable[[str], None],
    cancelled: Callable[[], bool],
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run ``command``, telling its lines, with ``variables`` in its environment besides this process's own.

    Raises :class:`Cancelled` or, with its last words, :class:`InstallFailed`.
    """
    process = _started(command, variables or {})
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    last: deque[str] = deque(maxlen=_LAST_WORDS)
    try:
        while True:
            if cancelled():
                raise Cancelled("The installation was cancelled.")
            try:
                line = lines.get(timeout=_BEAT)
            except queue.Empty:
                continue
            if line is None:
                break
            last.append(line)
            on_line(line)
    except BaseException:
        _end(process)
        raise
    if process.wait():
        raise InstallFailed(
            "The daemon cannot be installed (exit code {code}).",
            hint=Text("\n".join(last)),
            code=process.returncode,
        )


def windowless() -> int:
    """What keeps Windows from opening a console for a program that is run."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _started(command: Sequence[str], variables: Mapping[str, str]) -> subprocess.Popen[str]:
    environment = {k: v for k, v in clean_environment().items() if k not in _ASTRAY}
    environment.update(variables)
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**environment, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            start_new_session=os.name == "posix",
            creationflags=windowless(),
        )
    except OSError as error:
        raise InstallFailed(
            "{command} cannot be started: {error}.", command=command[0], error=str(error)
        ) from error


def _read(output: IO[str] | None, lines: queue.SimpleQueue[str | None]) -> None:
    if output is not None:
        with output:
            for line in output:
                lines.put(line.rstrip())
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """End it with all that it started."""
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            capture_output=True,
            creationflags=windowless(),
        )
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
