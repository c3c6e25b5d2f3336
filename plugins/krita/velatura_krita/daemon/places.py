"""How to reach and start the daemon, as the installer wrote it beside this package.

``daemon.json`` is ``{"command": [absolute program, argument, …], "connection": path of the connection file}``. Without
it the places are the user's own, and the command is what the installer left there. A plugin that came as a zip has the
daemon with it, and can give it a home.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from velatura_link.connection import Connection
from velatura_link.daemon_env import DaemonEnv
from velatura_link.launch import ensure_daemon, find_daemon
from velatura_link.places import runtime_dir

FILE = "daemon.json"


@dataclass(frozen=True)
class Places:
    """``command`` starts the daemon, None where nobody said how; ``runtime`` is where the connection file is.

    ``home`` is for the daemon that came with the plugin, None where none did.
    """

    runtime: Path
    command: tuple[str, ...] | None = None
    home: DaemonEnv | None = None

    @classmethod
    def beside(cls, folder: Path) -> Places:
        """What the file in ``folder`` says, as far as it can be understood."""
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            told = {}
        facts = told if isinstance(told, dict) else {}
        command, connection = facts.get("command"), facts.get("connection")
        listed = isinstance(command, list) and all(isinstance(each, str) for each in command)
        known = isinstance(connection, str) and bool(connection)
        return cls(
            runtime=Path(str(connection)).parent if known else runtime_dir(),
            command=tuple(command) if listed and command else None,
            home=DaemonEnv.beside(folder),
        )

    def find(self) -> Connection | None:
        """The daemon that runs, or None."""
        return find_daemon(self.runtime)

    def start(self) -> Connection:
        """The daemon, started if there is none; raises :class:`~velatura_link.errors.LaunchFailed`."""
        # So that it writes its connection file where it is looked for.
        os.environ["VELATURA_RUNTIME"] = str(self.runtime)
        return ensure_daemon(self.command, runtime=self.runtime)
