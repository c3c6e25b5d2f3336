"""A Python that can make an environment, found from inside a host whose own Python may not be one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .errors import LinkError
from .launch import clean_environment
from .run_process import windowless

_NAMES = ("python3", *(f"python3.{minor}" for minor in range(14, 9, -1)), "python")
_PATIENCE = 20.0
# What is started from a Mac's desktop knows only the system's own folders.
_ON_A_MAC = (
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/Library/Frameworks/Python.framework/Versions/Current/bin",
)
# Understood by any Python, however old. GIMP's own on Windows is MinGW's, for which there is no torch.
_QUESTION = """
import sys, sysconfig
if sys.version_info < (3, 10):
    sys.exit("old")
if sys.maxsize < 2 ** 32 or "mingw" in sysconfig.get_platform():
    sys.exit("foreign")
try:
    import venv, ensurepip
except ImportError:
    sys.exit("bare")
sys.exit("good")
"""


class NoPython(LinkError):
    """There is no Python here that an environment can be made with."""


def find_python() -> list[str]:
    """The command of a Python 3.10 or newer that has venv and ensurepip. Raises :class:`NoPython`."""
    verdicts = set()
    for command in candidates():
        verdict = _verdict(command)
        if verdict == "good":
            return command
        verdicts.add(verdict)
    if "bare" in verdicts:
        raise NoPython(
            "The Python of this system cannot make environments: its venv or ensurepip is missing.",
            hint="On Debian and Ubuntu: sudo apt install python3-venv. Then try again.",
        )
    raise NoPython(
        "The daemon needs Python 3.10 or newer, and there is none on this system.",
        hint="Install Python, for example from python.org, and try again.",
    )


def candidates() -> Iterator[list[str]]:
    """Commands that may be a Python. The system's come first, since a host takes its own along when it goes."""
    if sys.platform == "win32" and (launcher := shutil.which("py")):
        yield [launcher, "-3"]
    path = os.environ.get("PATH", os.defpath)
    if sys.platform == "darwin":
        path = os.pathsep.join((path, *_ON_A_MAC))
    found = [shutil.which(name, path=path) for name in _NAMES]
    # A host that embeds Python may give its own program for it, which would be started once more.
    if Path(sys.executable or "").name.startswith("python"):
        found.append(sys.executable)
    mounted = os.environ.get("APPDIR")  # an AppImage's folder is gone when its host ends
    for program in dict.fromkeys(filter(None, found)):
        if not (mounted and Path(program).is_relative_to(mounted)):
            yield [program]


def _verdict(command: list[str]) -> str:
    try:
        done = subprocess.run(
            [*command, "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=clean_environment(),
            timeout=_PATIENCE,
            creationflags=windowless(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr.strip()
