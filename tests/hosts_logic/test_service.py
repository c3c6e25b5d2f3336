"""What would start the daemon in a user's session."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from velatura.hosts.changes import Change, apply
from velatura.hosts.places import Machine
from velatura.hosts.service import NoService, Service, run, service

COMMAND = ["/opt/my velatura/bin/python", "-m", "velatura.cli.main", "serve", "--idle-stop", "1800"]


def on(platform: str, home: Path, **environment: str) -> Service:
    return service(Machine(platform, home, environment), COMMAND, home / "run", home / "settings")


def content(found: Service, name: str) -> bytes:
    [change] = [change for change in found.changes if change.path.name == name]
    assert isinstance(change.content, bytes)
    return change.content


def test_a_knock_starts_the_daemon_through_systemd(tmp_path: Path) -> None:
    found = on("linux", tmp_path, VELATURA_DATA="/a b/100%")
    daemon = content(found, "velatura.service").decode()
    start = '"/opt/my velatura/bin/python" -m velatura.cli.main serve --idle-stop 1800'
    assert f"ExecStart={start}\n" in daemon
    assert 'Environment="VELATURA_DATA=/a b/100%%"\n' in daemon
    socket = content(found, "velatura.socket").decode()
    assert f"ListenStream={tmp_path}/run/wake.sock\n" in socket
    assert "Accept=yes" in socket
    assert "Wants=velatura.service" in content(found, "velatura@.service").decode()
    assert ("systemctl", "--user", "enable", "--now", "velatura.socket") in found.starting


def test_systemd_understands_its_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    program = tmp_path / "my velatura"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    found = service(
        Machine("linux", tmp_path, {}),
        [str(program), "serve", "--idle-stop", "9"],
        tmp_path / "run",
        tmp_path / "settings",
    )
    apply(found.changes, tmp_path)
    units = [change.path for change in found.changes if "systemd" in change.path.parts]
    shutil.copy(units[-1], units[-1].with_name("velatura@1.service"))
    named = [units[-1].with_name("velatura@1.service"), *units[:-1]]
    done = subprocess.run(
        [analyze, "verify", "--user", "--man=no", *named],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_at_login_on_a_mac_it_stays(tmp_path: Path) -> None:
    found = on("darwin", tmp_path, VELATURA_DATA="/d")
    facts = plistlib.loads(content(found, "org.velatura.daemon.plist"))
    assert facts["ProgramArguments"] == COMMAND[:-2]
    assert facts["EnvironmentVariables"] == {"VELATURA_DATA": "/d"}
    assert facts["RunAtLoad"] is True


def test_at_login_on_windows_there_is_no_console(tmp_path: Path) -> None:
    script = content(on("win32", tmp_path), "Velatura.vbs").decode("utf-16")
    assert '.Run """/opt/my velatura/bin/python"" -m velatura.cli.main serve", 0, False' in script


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_plugins_from_a_zip_learn_how_to_start_the_daemon(platform: str, tmp_path: Path) -> None:
    launcher = json.loads(content(on(platform, tmp_path), "launcher.json"))
    assert launcher == {"command": COMMAND}


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_nothing_is_left_of_it(platform: str, tmp_path: Path) -> None:
    found = on(platform, tmp_path)
    apply(found.changes, tmp_path)
    apply([Change(change.path, None) for change in found.changes], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_systems_are_told(tmp_path: Path) -> None:
    with pytest.raises(NoService, match="plan9"):
        on("plan9", tmp_path)


def test_the_first_command_that_fails_is_told() -> None:
    assert run([("true",)]) == ""
    assert "no-such-program" in run([("true",), ("no-such-program",), ("false",)])
    assert run([("false",)]) == "false: 1"
