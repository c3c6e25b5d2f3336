"""Where the daemon and its clients meet on this machine, found without any dependency.

The answers are those of platformdirs (``user_runtime_path("velatura")``, ``user_config_path("velatura")``,
``user_data_path("velatura")``), so that every program of one user looks in the same place.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

NAME = "velatura"


def runtime_dir() -> Path:
    """The directory of the connection file: ``$VELATURA_RUNTIME``, else the platform's place for such files.

    Raises ``PermissionError`` when the only place left is one that another user made first.
    """
    if chosen := os.environ.get("VELATURA_RUNTIME"):
        return Path(chosen)
    if sys.platform == "win32":
        return _local_app_data() / "Temp" / NAME / NAME
    xdg = _xdg("XDG_RUNTIME_DIR")
    if sys.platform == "darwin":
        return (xdg or Path("~/Library/Caches/TemporaryItems").expanduser()) / NAME
    if xdg is not None and is_private(xdg):
        return xdg / NAME
    user = _user_runtime()
    return (user if is_private(user) else _temporary_runtime()) / NAME


def config_dir() -> Path:
    """The user's settings for Velatura."""
    if sys.platform == "win32":
        return _local_app_data() / NAME / NAME
    if xdg := _xdg("XDG_CONFIG_HOME"):
        return xdg / NAME
    if sys.platform == "darwin":
        return Path("~/Library/Application Support").expanduser() / NAME
    return Path("~/.config").expanduser() / NAME


def data_dir() -> Path:
    """What must outlive an upgrade: ``$VELATURA_DATA``, else the platform's place for the user's data."""
    if chosen := os.environ.get("VELATURA_DATA"):
        return Path(chosen)
    if sys.platform == "win32":
        return _local_app_data() / NAME / NAME
    if xdg := _xdg("XDG_DATA_HOME"):
        return xdg / NAME
    if sys.platform == "darwin":
        return Path("~/Library/Application Support").expanduser() / NAME
    return Path("~/.local/share").expanduser() / NAME


def _xdg(variable: str) -> Path | None:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else None


def _local_app_data() -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")


def _user_runtime() -> Path:
    if sys.platform.startswith("openbsd"):
        return Path(f"/tmp/run/user/{os.geteuid()}")
    if sys.platform.startswith(("freebsd", "netbsd")):
        return Path(f"/var/run/user/{os.geteuid()}")
    return Path(f"/run/user/{os.geteuid()}")


def _temporary_runtime() -> Path:
    # The name can be guessed, so somebody else may have made the directory before us.
    path = Path(tempfile.gettempdir()) / f"runtime-{os.geteuid()}"
    try:
        info = path.lstat()
    except FileNotFoundError:
        return path
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user; set VELATURA_RUNTIME instead.")
    return path


def is_private(path: Path) -> bool:
    """Whether ``path`` is a directory of this user that no other may enter; on Windows nobody can tell."""
    try:
        info = path.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(info.st_mode)
        and info.st_uid == os.geteuid()
        and stat.S_IMODE(info.st_mode) == 0o700
    )
