"""The service in a real session: systemd as the user's manager, in a namespace with a /run of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import open_shell

SYSTEMD = Path("/lib/systemd/systemd")
SESSION = """
mount -t tmpfs none /run
mkdir -p -m 700 /run/systemd/system /run/user/0
export XDG_RUNTIME_DIR=/run/user/0 VELATURA_RUNTIME=/run/user/0/velatura HOME="$PWD/person"
mkdir "$HOME"
"$SYSTEMD" --user 2> manager.log & manager=$!
trap 'kill $manager; wait $manager' EXIT
until systemctl --user is-active --quiet default.target basic.target; do sleep 0.1; done
velatura() { "$PYTHON" -m velatura.cli.main "$@"; }
velatura install service
velatura stylize in.png --style in.png --engine identity -o out.png
systemctl --user is-active velatura.service
velatura stop
velatura stylize in.png --style in.png --engine identity -o again.png
velatura stop
velatura uninstall
systemctl --user is-active velatura.socket || true
find "$HOME" /run/user/0/velatura -name "*velatura*" -o -name "*.sock"
"""


@pytest.mark.slow
def test_a_knock_starts_the_daemon_and_nothing_stays() -> None:
    if os.geteuid() != 0 or not SYSTEMD.exists() or shutil.which("systemctl") is None:
        pytest.skip("needs root and systemd")
    with open_shell() as shell:
        Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(shell.home / "in.png")
        done = subprocess.run(
            ["unshare", "-m", "bash", "-ec", SESSION],
            cwd=shell.home,
            env={
                **os.environ,
                **shell.variables,
                "PYTHON": sys.executable,
                "SYSTEMD": str(SYSTEMD),
            },
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0].startswith("service: installed")
        assert "active" in lines
        assert lines[-3].startswith("service: removed")
        assert lines[-2:] == ["inactive", "/run/user/0/velatura"]
        assert {"out.png", "again.png"} <= shell.files
