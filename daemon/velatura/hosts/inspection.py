"""Looking at hosts: what is in them, whether it is loaded, whether it finds the daemon."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from velatura import __version__
from velatura.hosts.payload import DAEMON, payload
from velatura.hosts.places import Host, Machine
from velatura.hosts.plugins import is_enabled, may_see_runtime, read_text
from velatura_link.connection import FILE_NAME, read_connection
from velatura_link.daemon_env import DaemonEnv
from velatura_link.errors import LinkError
from velatura_link.launch import WAKE_NAME, find_daemon
from velatura_link.messages import PROTOCOL


@dataclass(frozen=True)
class Sight:
    """What a person is told of a host: whether all is well, what was found, the next step if there is one."""

    well: bool
    found: str
    advice: str = ""


@dataclass(frozen=True)
class Told:
    """What the file beside a plugin says: its version, how to start the daemon, where its connection file is."""

    version: str
    command: tuple[str, ...]
    connection: Path


def look(host: Host, machine: Machine, connection: Path) -> Sight:
    """``connection`` is where this installation's daemon has its connection file."""
    named = f"{host.title} {version}" if (version := version_of(host)) else host.title
    again = f"`velatura install {host.kind}`"
    if not host.plugin.is_dir():
        return Sight(True, f"{named}, without the plugin", f"{again} installs it.")
    told = _told(host)
    if (brought := DaemonEnv.beside(host.plugin)) is not None:
        return _look_at_brought(host, f"{named}: plugin {brought.version} from a zip", told)
    if told is None:
        return Sight(
            False, f"{named}: plugin that does not know where the daemon is", f"{again} repairs it."
        )
    found = f"{named}: plugin {told.version}"
    if told.version != __version__ or not _is_ours(host):
        return Sight(False, f"{found}, not of this Velatura's version", f"{again} replaces it.")
    if not is_enabled(host):
        return Sight(False, f"{found}, not enabled", f"Quit the host, then run {again}.")
    if told.connection != connection:
        return Sight(
            False,
            f"{found}, looks for the daemon at {told.connection.parent}",
            f"{again} repairs it.",
        )
    if not may_see_runtime(host, machine):
        return Sight(False, f"{found}, has no access to the daemon's folder", f"{again} grants it.")
    well, reach, advice = _reach(told, sandboxed=host.sandboxed)
    return Sight(
        well, f"{found}, enabled; {reach}", advice or (f"{again} repairs it." * (not well))
    )


def _look_at_brought(host: Host, found: str, told: Told | None) -> Sight:
    """A plugin from a zip has a daemon of its own, and need not be of this installation."""
    if not is_enabled(host):
        return Sight(False, f"{found}, not enabled", "The *Python Plugin Manager* enables it.")
    if told is None:
        return Sight(
            True, f"{found}, without a daemon", "*Install Velatura's painter* there makes one."
        )
    well, reach, advice = _reach(told, sandboxed=False)
    mended = "*Install Velatura's painter* there repairs it." * (not well)
    return Sight(well, f"{found}; {reach}", advice or mended)


def version_of(host: Host) -> str:
    """The host's own version as its files tell it, empty where they do not."""
    if host.kind == "gimp":
        said = re.search(r'\(config-version "([^"]+)"\)', read_text(host.folder / "gimprc"))
        return said[1] if said else ""
    cache = host.folder / "resourcecache.sqlite"
    if not cache.is_file():
        return ""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"{cache.as_uri()}?mode=ro", uri=True)) as database,
    ):
        row = database.execute("SELECT krita_version FROM version_information").fetchone()
        return str(row[0]).split()[0] if row else ""
    return ""


def _told(host: Host) -> Told | None:
    try:
        facts = json.loads((host.plugin / DAEMON).read_bytes())
        return Told(
            str(facts["version"]), tuple(map(str, facts["command"])), Path(facts["connection"])
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_ours(host: Host) -> bool:
    """Whether the plugin's code is what would be installed now."""
    return all(
        (host.folder / entry.name).is_file()
        and (host.folder / entry.name).read_bytes() == entry.content
        for entry in payload(host.kind).entries
        if not entry.name.endswith(".json")
    )


def _reach(told: Told, *, sandboxed: bool) -> tuple[bool, str, str]:
    """Whether a plugin gets to a daemon, in words, and what helps."""
    runtime = told.connection.parent
    try:
        running = find_daemon(runtime)
        left = read_connection(told.connection)
    except LinkError as error:
        return False, error.message, error.hint
    if running is not None:
        if running.protocol == PROTOCOL:
            return True, f"reaches the daemon, protocol {PROTOCOL}", ""
        spoken = f"the daemon speaks protocol {running.protocol}, this plugin {PROTOCOL}"
        return False, spoken, "Run `velatura stop`, then try again."
    if sandboxed and not (runtime / WAKE_NAME).exists():
        return True, "cannot start the daemon", "`velatura install service` makes that possible."
    if not sandboxed and shutil.which(told.command[0]) is None:
        return False, f"cannot start the daemon: {told.command[0]} is gone", ""
    gone = f" (one that was killed left its {FILE_NAME} behind)" if left is not None else ""
    return True, f"starts the daemon when needed{gone}", ""
