"""Starting the daemon when it is needed, exactly once for each user."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from .connection import FILE_NAME, Connection, private_directory, read_connection
from .errors import LaunchFailed
from .file_lock import locked
from .places import config_dir, runtime_dir
from .session import answers
from .sockets import SocketTransport
from .text import Text

LAUNCHER_NAME = "launcher.json"
WAKE_NAME = "wake.sock"
"""A Unix socket beside the connection file: the user's service manager starts the daemon for whoever connects to it."""
LOG_NAME = "daemon.log"
IDLE_STOP = 1800
"""Seconds without a client after which a daemon that nobody asked for by name ends."""
SERVE = ("-m", "velatura.cli.main", "serve", "--idle-stop", str(IDLE_STOP))
"""What makes a Python the daemon."""
_LOCK_NAME = "launch.lock"
_PAUSE = 0.02
_LOG_TAIL = 2000
_SANDBOX_HINT = (
    "A Flatpak cannot start anything outside itself: run `velatura install service` once."
)
# A host's own Python must not leak into the daemon's (AppImage, Snap, Flatpak set these).
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")


def find_daemon(runtime: Path | None = None) -> Connection | None:
    """The connection of the daemon that runs now, or None. Nothing is started.

    Raises :class:`UntrustedFile` when the connection file may be another user's.
    """
    connection = read_connection((runtime or runtime_dir()) / FILE_NAME)
    if connection is not None and answers(connection, SocketTransport):
        return connection
    return None


def ensure_daemon(
    command: Sequence[str] | None = None,
    *,
    runtime: Path | None = None,
    timeout: float = 30.0,
    on_wait: Callable[[], None] | None = None,
) -> Connection:
    """The connection of the user's daemon, which is started if there is none.

    However many programs call this at once, one daemon is started and all get its connection. ``command`` starts it
    (without one: :func:`read_launcher`); its output goes to ``daemon.log`` in the runtime directory. ``on_wait`` is
    called again and again while there is something to wait for. Where the user's service manager starts the daemon for
    whoever knocks (:data:`WAKE_NAME`), ``command`` is not run. Raises :class:`LaunchFailed` when no daemon answers
    after ``timeout`` seconds, or at once when it ends by itself, with the end of its log.
    """
    runtime = runtime or runtime_dir()
    deadline = time.monotonic() + timeout
    if (found := find_daemon(runtime)) is not None:
        return found
    private_directory(runtime)
    waiting = partial(_wait_for_launch, deadline, on_wait)
    with locked(runtime / _LOCK_NAME, waiting=waiting, pause=_PAUSE):
        # Whoever held the lock before has probably started it.
        if (found := find_daemon(runtime)) is not None:
            return found
        if _knock(runtime / WAKE_NAME):
            return _await_service(runtime, deadline, on_wait)
        log = runtime / LOG_NAME
        process = _start(list(command) if command is not None else read_launcher(runtime), log)
        return _await_daemon(runtime, process, log, deadline, on_wait)


def read_launcher(runtime: Path) -> list[str]:
    """The command that starts the daemon, as the installer wrote it.

    It is ``{"command": [program, argument, …]}`` in ``launcher.json`` of the runtime directory or else of the user's
    configuration directory. Raises :class:`LaunchFailed` when there is none.
    """
    for path in (runtime / LAUNCHER_NAME, config_dir() / LAUNCHER_NAME):
        try:
            command = json.loads(path.read_text(encoding="utf-8"))["command"]
        except FileNotFoundError:
            continue
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LaunchFailed(
                "{path} does not say how to start the daemon: {error}.",
                path=str(path),
                error=str(error),
            ) from error
        if isinstance(command, list) and command and all(isinstance(each, str) for each in command):
            return command
        raise LaunchFailed("{path} does not say how to start the daemon.", path=str(path))
    raise LaunchFailed(
        "Nothing says how to start the daemon.",
        hint="Run Velatura's installer, or `velatura serve`.",
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without what belongs to a host's own Python."""
    return {key: value for key, value in os.environ.items() if key not in _FOREIGN}


def _knock(wake: Path) -> bool:
    """Whether the service manager heard that a daemon is wanted."""
    if sys.platform == "win32" or not wake.exists():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
        try:
            visitor.connect(str(wake))
        except OSError:
            return False
    return True


def _await_service(
    runtime: Path, deadline: float, on_wait: Callable[[], None] | None
) -> Connection:
    while (found := find_daemon(runtime)) is None:
        if time.monotonic() > deadline:
            raise LaunchFailed(
                "The service manager was asked to start the daemon, but the daemon does not answer.",
                hint="To find out why: systemctl --user status velatura",
            )
        _pause(on_wait)
    return found


def _start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean_environment(),
                cwd=log.parent,
                start_new_session=os.name == "posix",
                creationflags=_detached(),
            )
    except OSError as error:
        hint = _SANDBOX_HINT if Path("/.flatpak-info").exists() else ""
        raise LaunchFailed(
            "The daemon cannot be started: {error}.", hint=hint, error=str(error)
        ) from error
    # Somebody has to take note of its end, or it would stay in the process table.
    threading.Thread(target=process.wait, name="velatura-daemon", daemon=True).start()
    return process


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _await_daemon(
    runtime: Path,
    process: subprocess.Popen[bytes],
    log: Path,
    deadline: float,
    on_wait: Callable[[], None] | None,
) -> Connection:
    while True:
        # Asked before looking for the daemon: one that goes into the background ends after it is there.
        ended = process.poll()
        if (found := find_daemon(runtime)) is not None:
            return found
        if ended:
            raise LaunchFailed(
                "The daemon ended as soon as it was started (exit code {code}).",
                hint=_tail(log),
                code=ended,
            )
        if time.monotonic() > deadline:
            raise LaunchFailed("The daemon was started but does not answer.", hint=_tail(log))
        _pause(on_wait)


def _tail(log: Path) -> Text:
    try:
        text = log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace").strip()
    except OSError:
        text = ""
    if not text:
        return Text("Its log, {log}, is empty.", log=str(log))
    return Text("The end of {log}:\n{text}", log=str(log), text=text)


def _pause(on_wait: Callable[[], None] | None) -> None:
    if on_wait is not None:
        on_wait()
    time.sleep(_PAUSE)


def _wait_for_launch(deadline: float, on_wait: Callable[[], None] | None) -> None:
    if time.monotonic() > deadline:
        raise LaunchFailed("Another program has been starting the daemon for too long.")
    if on_wait is not None:
        on_wait()
