"""A fresh home for hosts: settings, plugins, and Velatura's own places."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..shell import Shell, open_shell
from .inside import Inside

STAGE = Path(__file__).resolve().parent / "stage"


@dataclass
class Profile:
    """An artist's home: the hosts' settings, plugins and caches, and Velatura's own places."""

    shell: Shell
    inside: Inside
    variables: dict[str, str] = field(default_factory=dict)
    """Put into the hosts' environment, over everything else."""

    @property
    def home(self) -> Path:
        return self.shell.home

    @property
    def runtime(self) -> Path:
        """Where the connection file is; the same path for the daemon and the plugin."""
        return self.shell.runtime

    @property
    def user(self) -> Path:
        """What hosts take for the home of the person who runs them."""
        return self.home / "home"

    @property
    def kritarc(self) -> Path:
        return self.user / ".config" / "kritarc"

    @property
    def pykrita(self) -> Path:
        return self.user / ".local" / "share" / "krita" / "pykrita"

    @property
    def gimp(self) -> Path:
        """GIMP's folder, whatever the version."""
        return self.user / ".config" / "GIMP" / "3.0"

    @property
    def plug_ins(self) -> Path:
        return self.gimp / "plug-ins"

    @property
    def daemon_command(self) -> list[str]:
        """Starts this checkout's daemon from inside."""
        return ["/usr/sbin/chroot", "/mnt", sys.executable, "-m", "velatura.cli.main", "serve"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.shell.variables,
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.user),
            "XDG_RUNTIME_DIR": str(self.home / "session"),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "GIMP3_DIRECTORY": str(self.gimp),
            **self.variables,
        }

    def furnish(self) -> None:
        """What every profile has: quiet hosts, and the stage."""
        for name in ("session", "plays"):
            (self.home / name).mkdir(mode=0o700)
        self.plug_ins.mkdir(parents=True)
        self.kritarc.write_text("OpenGLRenderer=none\n[python]\nenable_velatura_stage=true\n")
        (self.gimp / "gimprc").write_text(
            '(config-version "3.0.4")\n(show-welcome-dialog no)\n(check-updates no)\n'
        )
        shutil.copytree(STAGE, self.pykrita, ignore=shutil.ignore_patterns("__pycache__"))
        self.own()

    def install(self, *kinds: str) -> None:
        """Install the plugins of ``kinds`` as a person does, except that they start the daemon from inside."""
        outcome = self.shell("install", *kinds, "--prefix", self.user)
        assert outcome.code == 0, outcome
        for plugin in (self.pykrita / "velatura_krita", self.plug_ins / "velatura_gimp"):
            if plugin.is_dir():
                told = json.loads((plugin / "daemon.json").read_bytes())
                told["command"] = self.daemon_command
                (plugin / "daemon.json").write_text(json.dumps(told))
        self.own()

    def start_no_daemon(self) -> None:
        """Krita's docker does not start one by itself."""
        with self.kritarc.open("a") as settings:
            settings.write("[velatura]\nautostart=false\n")

    def own(self) -> None:
        """Give everything to the user whom hosts run as."""
        if self.inside.user is not None:
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, self.inside.user, self.inside.user, follow_symlinks=False)


@contextmanager
def open_profile(root: Path, user: int | None = None) -> Iterator[Profile]:
    """A fresh profile. At its end the daemon is stopped, and no process may be left."""
    with open_shell() as shell:
        profile = Profile(shell, Inside(root, user))
        profile.furnish()
        yield profile
