"""The environments that plugins from a zip made for the daemon: finding, judging and removing them.

:mod:`velatura_link.environment` says whose a folder is; nothing else is touched.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from velatura.hosts import places
from velatura.hosts.changes import CannotChange, prune
from velatura.hosts.inspection import Sight
from velatura.hosts.installed_torch import installed_torch, packages_of
from velatura.hosts.places import Machine
from velatura_link.daemon_env import DaemonEnv
from velatura_link.environment import NAME, Environment, order_of
from velatura_link.places import NAME as OWN
from velatura_link.torch_build import size_of_bytes

PATIENCE = 10.0
INSTALL, REPAIR = (
    f"*{what} Velatura's painter* in Krita or GIMP installs it again; `velatura uninstall daemon` removes it."
    for what in ("Install", "Repair")
)


def find(machine: Machine) -> list[Environment]:
    """Those that are there, this user's own first; hosts with a home of their own keep theirs in it."""
    usual = Environment.usual()
    others = (Environment(data / OWN / NAME) for data in _data_folders(machine))
    return [each for each in dict.fromkeys((usual, *others)) if each.ours]


def look(environment: Environment, machine: Machine) -> Sight:
    """Whether its daemon can be started, and whether a plugin came with a newer one."""
    found = f"{environment.version or 'unfinished'} in {environment.where}, {size_of(environment)}"
    if not environment.version:
        return Sight(False, found, INSTALL)
    # One that a host in a sandbox made starts in there alone.
    if environment == Environment.usual() and not _starts(environment):
        return Sight(False, f"{found}, which does not start", REPAIR)
    torch = installed_torch(packages_of(environment))
    if torch is not None:
        found = f"{found}, with torch's {torch.title}"
    newest = max(_brought(machine), key=order_of, default="")
    if order_of(newest) > order_of(environment.version):
        upgrade = "Krita and GIMP offer to update it."
        return Sight(True, f"{found}; a plugin brought {newest}", upgrade)
    if torch is not None and torch.smaller is not None:
        disk = size_of_bytes(torch.smaller.disk)
        return Sight(
            True,
            f"{found}, for which there is no graphics card",
            f"*Repair Velatura's painter* in Krita or GIMP downloads a build for this machine: {disk} in all.",
        )
    return Sight(True, found)


def size_of(environment: Environment) -> str:
    """How much room it takes, for a person."""
    size = environment.size()
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def remove(environment: Environment) -> None:
    """Stop what runs from it and remove it, and the folder that it was in if nothing else is.

    Raises :class:`CannotChange`.
    """
    if sys.platform == "win32" and Path(sys.prefix) == environment.where:
        raise CannotChange(
            f"The environment {environment.where} cannot remove itself while it runs.",
            hint="*Remove Velatura's painter* in Krita or GIMP does it.",
        )
    _stop(environment)
    try:
        environment.recover()
        environment.clear()
        environment.fetched.clear()
    except OSError as error:
        raise CannotChange(
            f"{error.filename}: {error.strerror}; the rest of {environment.where} is still there.",
            hint="Close Krita and GIMP, then run this again.",
        ) from error
    prune(environment.where.parent, environment.where.parents[1])


def _data_folders(machine: Machine) -> Iterator[Path]:
    for host in places.candidates(machine):
        if host.sandboxed:
            yield machine.home / ".var" / "app" / places.FLATPAKS[host.kind] / "data"
        elif host.moves_home and host.kind == "krita":
            yield host.folder.parent
        elif host.moves_home:
            yield host.folder.parents[2] / ".local" / "share"


def _brought(machine: Machine) -> Iterator[str]:
    """Versions of the daemons that plugins came with."""
    for host in places.candidates(machine):
        if (home := DaemonEnv.beside(host.plugin)) is not None:
            yield home.version


def _starts(environment: Environment) -> bool:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        command = [str(environment.python), "-c", "import velatura"]
        return not subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode
    return False


def _stop(environment: Environment) -> None:
    """End its daemons, each of which ends its workers; then what is left."""
    running = list(_running(environment))
    _end(each for each, command in running if "serve" in command)
    _end(each for each, _ in running)


def _end(processes: Iterable[psutil.Process]) -> None:
    ending = list(processes)
    for each in ending:
        with contextlib.suppress(psutil.Error):
            each.terminate()
    for each in psutil.wait_procs(ending, PATIENCE)[1]:
        with contextlib.suppress(psutil.Error):
            each.kill()


def _running(environment: Environment) -> Iterator[tuple[psutil.Process, list[str]]]:
    """What its Python runs, except for this very program and those that started it."""
    here = psutil.Process()
    own = {here.pid, *(each.pid for each in here.parents())}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            ours = bool(command) and Path(command[0]).is_relative_to(environment.where)
            if ours and process.pid not in own:
                yield process, command
