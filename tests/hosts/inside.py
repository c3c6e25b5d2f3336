"""Starting programs in the root of both hosts, with the machine's /tmp and, at /mnt, its own root in view."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 90.0
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/games"
# Run by `unshare -m`, so all of it is gone when the host is. An interpreter in a home that is closed to others is shown
# to an unprivileged user by putting an open folder over that home.
ENTER = """
set -e
mount --rbind / "$ROOT/mnt"
mount --rbind /proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount --bind /tmp "$ROOT/tmp"
if [ -n "$OPEN" ]; then
  mkdir -p /run/velatura-python
  mount --bind "$PYTHON" /run/velatura-python
  mount -t tmpfs -o mode=755 none "$ROOT/mnt$OPEN"
  mkdir -p "$ROOT/mnt$PYTHON"
  mount --move /run/velatura-python "$ROOT/mnt$PYTHON"
fi
exec chroot "$ROOT" "$@"
"""


@dataclass(frozen=True)
class Inside:
    """The root of both hosts. ``user`` (None: root) is who commands run as."""

    root: Path
    user: int | None = None

    def start(
        self, command: list[str], environment: Mapping[str, str], **options: Any
    ) -> subprocess.Popen[str]:
        """``command`` in the root, in a process group of its own, with no other environment than that."""
        variables = [f"{key}={value}" for key, value in environment.items()]
        inside = [*self._as_user(), "env", "-i", f"PATH={SEARCH_PATH}", *variables, *command]
        return subprocess.Popen(
            ["unshare", "-m", "sh", "-c", ENTER, "enter", *inside],
            env={"PATH": os.environ["PATH"], "ROOT": str(self.root), **self._opened()},
            start_new_session=True,
            encoding="utf-8",
            errors="replace",
            **options,
        )

    def run(self, command: list[str], environment: Mapping[str, str]) -> str:
        """What a short ``command`` prints."""
        process = self.start(command, environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, f"{command}: {out}"
        return out

    def _as_user(self) -> list[str]:
        if self.user is None:
            return []
        who, may = str(self.user), "+sys_chroot"
        return [
            *("setpriv", "--reuid", who, "--regid", who, "--clear-groups"),
            *("--bounding-set", f"-all,{may}"),
            *("--inh-caps", f"-all,{may}", "--ambient-caps", f"-all,{may}"),
        ]

    def _opened(self) -> dict[str, str]:
        python = Path(sys.base_prefix).resolve()
        closed = [each for each in reversed(python.parents) if not each.stat().st_mode & 0o005]
        if self.user is None or not closed:
            return {"OPEN": ""}
        return {"OPEN": str(closed[0]), "PYTHON": str(python)}
