"""What lies beside the plug-in: the manifest, and how to reach and start the daemon. Knows nothing of GIMP.

``schema.json`` is the manifest that GIMP's procedures are made from. A newer one waits as ``schema-next.json`` until
GIMP asks for procedures again, so that a plug-in never has other arguments than the GIMP that runs. ``daemon.json`` is
``{"command": [absolute program, argument, …], "connection": path of the connection file}``, written by the installer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from velatura_link import __version__
from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, Connection, read_connection
from velatura_link.daemon_env import DaemonEnv
from velatura_link.engines import Manifest
from velatura_link.errors import LaunchFailed
from velatura_link.launch import ensure_daemon
from velatura_link.messages import PROTOCOL
from velatura_link.places import runtime_dir

from .texts import tr


@dataclass(frozen=True)
class PluginFolder:
    """The plug-in's folder."""

    path: Path

    @property
    def entry(self) -> Path:
        """What GIMP runs; GIMP asks it for its procedures again when it has another time."""
        return self.path / "velatura_gimp.py"

    def manifest(self) -> dict[str, Any]:
        """The manifest that procedures are made from; empty when there is none."""
        return _read(self.path / "schema.json")

    def promote(self) -> None:
        """Let the newer manifest, if there is one, be the manifest from now on."""
        with contextlib.suppress(OSError):
            (self.path / "schema-next.json").replace(self.path / "schema.json")

    def keep(self, manifest: Manifest | None) -> None:
        """Keep ``manifest`` for GIMP's next start, if it says anything new; a folder that cannot be written stays."""
        if manifest is None or manifest == self.manifest():
            return
        with contextlib.suppress(OSError):
            with tempfile.NamedTemporaryFile("w", dir=self.path, delete=False) as draft:
                draft.write(canonical(manifest))
            Path(draft.name).replace(self.path / "schema-next.json")
            os.utime(self.entry)

    def home(self) -> DaemonEnv | None:
        """Where the daemon goes that came with the plug-in; None when the installer brought the plug-in."""
        return DaemonEnv.beside(self.path)

    def connection(self, on_wait: Callable[[], None] | None = None) -> Connection:
        """Where the daemon listens, which is started if there is none; see :func:`ensure_daemon`.

        ``on_wait`` is called meanwhile. Raises :class:`LaunchFailed` with what to do.
        """
        told = _read(self.path / "daemon.json")
        runtime = Path(told.get("connection") or runtime_dir() / FILE_NAME).parent
        # So that a daemon which is started here writes its connection file where it is looked for.
        os.environ["VELATURA_RUNTIME"] = str(runtime)
        try:
            return ensure_daemon(told.get("command"), runtime=runtime, on_wait=on_wait)
        except LaunchFailed as error:
            _refuse_other_protocol(read_connection(runtime / FILE_NAME))
            raise LaunchFailed(
                tr("Velatura's painter cannot be started."), hint=self._way_out(error)
            ) from error

    def _way_out(self, error: LaunchFailed) -> str:
        todo = (
            tr("Start GIMP again. If that does not help, install Velatura again.")
            if self.home() is None
            else tr("“Velatura: Install or Remove…” in the same menu installs and repairs it.")
        )
        why = str(error.__cause__ or error.hint or error.message)
        return f"{todo}\n{tr('The reason: {why}', why=why)}"

    def client(self, **options: Any) -> Client:
        """A client of the daemon, which is started again whenever it is missing.

        Raises :class:`~velatura_link.errors.LinkError`.
        """
        known = self.manifest()
        digest = hashlib.sha256(canonical(known).encode()).hexdigest()
        return Client(
            start=self.connection,
            name="gimp",
            version=__version__,
            manifest=known,
            manifest_hash=digest,
            **options,
        )


def _refuse_other_protocol(found: Connection | None) -> None:
    """Say so if a daemon of another version is in the way of ours."""
    if found is not None and found.protocol != PROTOCOL:
        raise LaunchFailed(
            tr(
                "This plug-in and Velatura's painter are of different versions ({own} and {other}).",
                other=found.protocol,
                own=PROTOCOL,
            ),
            hint=tr("Install Velatura again, and start GIMP again."),
        )


def canonical(manifest: Manifest) -> str:
    """The text whose SHA-256 is the manifest's hash."""
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
