"""The daemon in the user's session: started by a knock on a socket (systemd), or at login (macOS, Windows).

A knock is a connection to ``wake.sock`` beside the connection file, which every client makes before it starts a daemon
itself (:mod:`velatura_link.launch`). It is the only way for hosts in a sandbox, which cannot start programs outside.
"""

from __future__ import annotations

import json
import plistlib
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from velatura.errors import VelaturaError
from velatura.hosts.changes import Change
from velatura.hosts.places import Machine
from velatura_link.launch import LAUNCHER_NAME, WAKE_NAME

LABEL = "org.velatura.daemon"
SETTINGS = (
    "VELATURA_RUNTIME",
    "VELATURA_CACHE",
    "VELATURA_DATA",
    "VELATURA_MODELS",
    "VELATURA_MIRROR",
)
PATIENCE = 30.0


@dataclass(frozen=True)
class Service:
    """Files to write and what to run: ``starting`` once they are written, ``stopping`` before they go, ``refreshing``
    after that. ``promise`` says when the daemon starts, for a person.
    """

    promise: str
    changes: tuple[Change, ...]
    starting: tuple[tuple[str, ...], ...] = ()
    stopping: tuple[tuple[str, ...], ...] = ()
    refreshing: tuple[tuple[str, ...], ...] = ()


class NoService(VelaturaError):
    """This system has no session manager that is known here."""

    code = "system"


def service(machine: Machine, command: Sequence[str], runtime: Path, launchers: Path) -> Service:
    """The service for this system. ``command`` starts a daemon that stops when idle; at login it starts one that stays.

    ``launchers`` is the user's folder for Velatura's settings: plugins that were installed from a zip learn there how
    to start the daemon. Raises :class:`NoService`.
    """
    launcher = json.dumps({"command": list(command)}, indent=2).encode()
    changes = (Change(launchers / LAUNCHER_NAME, launcher),)
    settings = {name: value for name in SETTINGS if (value := machine.environment.get(name))}
    if machine.platform == "win32":
        return _startup(machine, _staying(command), changes)
    if machine.platform == "darwin":
        return _agent(machine, _staying(command), settings, changes)
    if machine.platform == "linux":
        return _units(machine, command, settings, runtime, changes)
    raise NoService(f"There is no service for {machine.platform}.", hint="Start `velatura serve`.")


def run(commands: Sequence[Sequence[str]]) -> str:
    """Run ``commands``; what the first that failed said, empty when none did."""
    for command in commands:
        try:
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{' '.join(command)}: {error}"
        if done.returncode != 0:
            return f"{' '.join(command)}: {done.stderr.strip() or done.returncode}"
    return ""


def _staying(command: Sequence[str]) -> list[str]:
    """``command`` without its end after idleness."""
    words = list(command)
    at = words.index("--idle-stop")
    return words[:at] + words[at + 2 :]


def _units(
    machine: Machine,
    command: Sequence[str],
    settings: Mapping[str, str],
    runtime: Path,
    changes: tuple[Change, ...],
) -> Service:
    """systemd accepts a knock, starts the daemon for it and goes on listening.

    It accepts by itself (``Accept=yes``), since a connection that nobody takes would start the daemon again and again.
    It ends the daemon's first process alone, since after an upgrade a daemon hands over to one that it starts.
    """
    folder = machine.folder("XDG_CONFIG_HOME", ".config") / "systemd" / "user"
    environment = "".join(f"Environment={_quoted(f'{k}={v}')}\n" for k, v in settings.items())
    start = " ".join(_quoted(word).replace("$", "$$") for word in command)
    units = {
        "velatura.service": f"""\
[Unit]
Description=Velatura, style transfer for Krita and GIMP

[Service]
{environment}ExecStart={start}
KillMode=process
UnsetEnvironment=PYTHONPATH PYTHONHOME LD_LIBRARY_PATH
""",
        "velatura.socket": f"""\
[Unit]
Description=Starts Velatura when a host knocks

[Socket]
ListenStream={str(runtime / WAKE_NAME).replace("%", "%%")}
Accept=yes
SocketMode=0600
DirectoryMode=0700
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
""",
        "velatura@.service": """\
[Unit]
Description=A knock for Velatura
Wants=velatura.service
CollectMode=inactive-or-failed

[Service]
Type=oneshot
ExecStart=/bin/true
""",
    }
    systemctl = ("systemctl", "--user")
    return Service(
        "the daemon starts when a host or the command line needs it",
        (*changes, *(Change(folder / name, text.encode()) for name, text in units.items())),
        starting=(
            (*systemctl, "daemon-reload"),
            (*systemctl, "enable", "--now", "velatura.socket"),
        ),
        stopping=(
            (*systemctl, "disable", "--now", "velatura.socket"),
            (*systemctl, "stop", "velatura.service"),
        ),
        refreshing=((*systemctl, "daemon-reload"),),
    )


def _agent(
    machine: Machine,
    command: Sequence[str],
    settings: Mapping[str, str],
    changes: tuple[Change, ...],
) -> Service:
    path = machine.home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    facts = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "EnvironmentVariables": dict(settings),
        "RunAtLoad": True,
        "ProcessType": "Interactive",
    }
    return Service(
        "the daemon starts at login",
        (*changes, Change(path, plistlib.dumps(facts))),
        starting=(("launchctl", "load", "-w", str(path)),),
        stopping=(("launchctl", "unload", "-w", str(path)),),
    )


def _startup(machine: Machine, command: Sequence[str], changes: tuple[Change, ...]) -> Service:
    """A script that starts the daemon without a console window."""
    roaming = machine.folder("APPDATA", "AppData/Roaming")
    menu = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Startup"
    line = subprocess.list2cmdline(command).replace('"', '""')
    script = f'CreateObject("WScript.Shell").Run "{line}", 0, False\r\n'
    path = menu / "Velatura.vbs"
    return Service(
        "the daemon starts at login",
        (*changes, Change(path, script.encode("utf-16"))),
        starting=(("wscript", str(path)),),
    )


def _quoted(word: str) -> str:
    """As systemd reads a word."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if any(each in escaped for each in " \t\"';") else escaped
