"""A plugin that came with a wheel gives its daemon a home: a real environment, real pip, a wheel of a few bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from velatura_link import pythons, uv
from velatura_link.daemon_env import TOLD, WHEELS, DaemonEnv, Step
from velatura_link.environment import MARKER
from velatura_link.install_steps import step_of
from velatura_link.pythons import NoPython, candidates, find_python
from velatura_link.run_process import Cancelled, InstallFailed, follow

NAME = "velatura-9.9-py3-none-any.whl"
FILES = {
    "velatura/__init__.py": "",
    "velatura/cli/__init__.py": "",
    "velatura/cli/main.py": "import sys\nprint('daemon', *sys.argv[1:])\n",
    "velatura-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: velatura\nVersion: 9.9\n",
    "velatura-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
    "Tag: py3-none-any\n",
    "velatura-9.9.dist-info/RECORD": "",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DaemonEnv:
    """What a plugin that was unpacked from a zip finds, on a machine where nothing else is."""
    monkeypatch.setenv("VELATURA_RUNTIME", str(tmp_path / "runtime"))
    monkeypatch.setenv("VELATURA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    # Looking for it in vain takes seconds; test_filling.py has it.
    monkeypatch.setattr(uv, "fetch", lambda *anything: None)
    return unpacked(tmp_path / "plugin", "9.9")


def unpacked(plugin: Path, version: str, more: str = "") -> DaemonEnv:
    """The home that a plugin in that folder can make, after one of that version was unpacked into it."""
    wheels = plugin / WHEELS
    wheels.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheels / NAME.replace("9.9", version), "w") as archive:
        for name, text in FILES.items():
            text = text.replace("daemon", version if version != "9.9" else "daemon")
            archive.writestr(name.replace("9.9", version), text.replace("9.9", version) + more)
    found = DaemonEnv.beside(plugin)
    assert found is not None
    return found


def never() -> bool:
    return False


def ignored(step: Step) -> None: ...


def command_of(home: DaemonEnv) -> list[str]:
    command = json.loads((home.plugin / TOLD).read_text())["command"]
    assert isinstance(command, list)
    return command


def test_installing_tells_the_plugin_how_to_start_the_daemon(home: DaemonEnv) -> None:
    assert home.wanted
    steps: list[Step] = []
    home.install(steps.append, never)
    assert home.whole
    assert not home.wanted
    assert [step.phase for step in steps] == ["preparing", "installing"]
    said = subprocess.run(command_of(home), capture_output=True, text=True).stdout.split()
    assert said == ["daemon", "serve", "--idle-stop", "1800"]
    steps.clear()
    home.install(steps.append, never)
    assert steps == []


def test_the_hosts_python_stays_out_of_it(home: DaemonEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PIP_TARGET", str(home.plugin / "astray"))
    home.install(ignored, never)
    assert home.whole
    assert not (home.plugin / "astray").exists()


def test_a_half_made_environment_is_none(home: DaemonEnv) -> None:
    home.install(ignored, never)
    (home.where / MARKER).unlink()
    left = home.where / "left"
    left.touch()
    assert home.wanted
    home.install(ignored, never)
    assert home.whole
    assert not left.exists()


def said_by(home: DaemonEnv) -> str:
    """What the daemon that the plugin was told of says first."""
    done = subprocess.run(command_of(home), capture_output=True, text=True)
    return done.stdout.split(" ")[0]


def test_a_newer_wheel_is_offered_and_takes_the_place_of_the_old_one(home: DaemonEnv) -> None:
    home.install(ignored, never)
    assert not home.outdated
    kept = next(home.where.rglob("pip/__init__.py"))
    inode = kept.stat().st_ino
    newer = unpacked(home.plugin, "9.10")
    assert newer.version == "9.10"
    assert (newer.outdated, newer.wanted, newer.whole) == (True, False, False)
    assert newer.environment.version == "9.9"
    newer.install(ignored, never)
    assert (newer.outdated, newer.whole) == (False, True)
    assert said_by(newer) == "9.10"
    # What did not change was neither fetched nor copied.
    assert kept.stat().st_ino == inode
    assert [path.name for path in home.where.parent.iterdir()] == [home.where.name]


def test_programs_of_an_upgraded_environment_know_where_they_are(home: DaemonEnv) -> None:
    home.install(ignored, never)
    script = home.environment.python.with_name("pip")
    newer = unpacked(home.plugin, "9.10")
    with zipfile.ZipFile(newer.wheel, "a") as archive:
        points = "[console_scripts]\nvelatura = velatura.cli.main:__name__.strip\n"
        archive.writestr("velatura-9.10.dist-info/entry_points.txt", points)
    newer.install(ignored, never)
    for program in (script, script.with_name("velatura")):
        assert program.read_text().startswith(f"#!{newer.environment.python}")
        assert os.access(program, os.X_OK)


def test_an_upgrade_that_fails_leaves_the_old_one_at_work(home: DaemonEnv) -> None:
    home.install(ignored, never)
    before = {path: path.stat().st_ino for path in home.where.rglob("*") if path.is_file()}
    broken = unpacked(home.plugin, "9.10", more="\nraise SystemExit(3)\n")
    with pytest.raises(InstallFailed):
        broken.install(ignored, never)
    assert {path: path.stat().st_ino for path in home.where.rglob("*") if path.is_file()} == before
    assert said_by(broken) == "daemon"
    assert broken.outdated
    assert [path.name for path in home.where.parent.iterdir()] == [home.where.name]


def test_an_upgrade_that_is_cancelled_leaves_the_old_one_at_work(home: DaemonEnv) -> None:
    home.install(ignored, never)
    newer = unpacked(home.plugin, "9.10")
    seen: list[Step] = []
    draft = newer.environment.draft
    for given_up in (
        lambda: True,
        lambda: any(draft.where.rglob("pip")),
        lambda: Step("installing") in seen,
    ):
        with pytest.raises(Cancelled):
            newer.install(seen.append, given_up)
        assert said_by(newer) == "daemon"
        assert [path.name for path in home.where.parent.iterdir()] == [home.where.name]


def test_a_program_that_was_killed_while_it_upgraded_is_made_up_for(home: DaemonEnv) -> None:
    home.install(ignored, never)
    newer = unpacked(home.plugin, "9.10")
    # It had moved the old one away, and not yet put the new one there.
    home.environment.copy_to(home.environment.draft, lambda: None)
    home.where.rename(home.environment.before.where)
    assert newer.wanted
    newer.install(ignored, never)
    assert said_by(newer) == "9.10"
    assert [path.name for path in home.where.parent.iterdir()] == [home.where.name]


def test_an_older_plugin_uses_a_newer_environment(home: DaemonEnv, tmp_path: Path) -> None:
    unpacked(tmp_path / "other", "9.10").install(ignored, never)
    assert (home.whole, home.outdated, home.wanted) == (True, False, True)
    home.install(ignored, never)
    assert said_by(home) == "9.10"


def test_a_plugin_that_was_put_in_anew_joins_the_environment(home: DaemonEnv) -> None:
    home.join()
    assert not (home.plugin / TOLD).exists()
    home.install(ignored, never)
    (home.plugin / TOLD).unlink()
    home.join()
    assert not home.wanted
    assert said_by(home) == "daemon"


def test_a_plugin_that_has_a_service_joins_nothing(home: DaemonEnv) -> None:
    home.install(ignored, never)
    (home.plugin / TOLD).unlink()
    launchers = Path(os.environ["XDG_CONFIG_HOME"]) / "velatura"
    launchers.mkdir(parents=True)
    (launchers / "launcher.json").write_text('{"command": ["velatura"]}')
    home.join()
    assert not (home.plugin / TOLD).exists()


def test_what_velatura_did_not_make_stays(home: DaemonEnv) -> None:
    own = home.where / "letter.txt"
    own.parent.mkdir(parents=True)
    own.touch()
    with pytest.raises(InstallFailed, match="in the way"):
        home.install(ignored, never)
    home.remove(ignored, never)
    assert own.exists()


@pytest.mark.parametrize("beside", ["environment-next", "environment-before"])
def test_what_lies_where_an_upgrade_works_stays_too(home: DaemonEnv, beside: str) -> None:
    home.install(ignored, never)
    own = home.where.with_name(beside) / "letter.txt"
    own.parent.mkdir()
    own.touch()
    with pytest.raises(InstallFailed, match="in the way"):
        unpacked(home.plugin, "9.10").install(ignored, never)
    assert own.exists()
    assert said_by(home) == "daemon"


def test_repairing_makes_it_anew(home: DaemonEnv) -> None:
    home.install(ignored, never)
    broken = next(home.where.rglob("velatura/cli/main.py"))
    broken.unlink()
    home.repair(ignored, never)
    assert home.whole
    assert broken.exists()


def test_cancelling_ends_what_runs_and_leaves_no_whole_environment(home: DaemonEnv) -> None:
    seen: list[Step] = []
    began = time.monotonic()

    def given_up() -> bool:
        # Some time after the first step: venv or pip is at work then.
        return bool(seen) and time.monotonic() - began > 1.5

    with pytest.raises(Cancelled):
        home.install(seen.append, given_up)
    assert not home.whole
    assert home.wanted
    assert not (home.plugin / TOLD).exists()
    home.install(ignored, never)
    assert home.whole


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_cancelling_ends_children_of_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"import os, pathlib, time; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(Cancelled):
        follow(
            [sys.executable, "-c", script],
            lambda line: None,
            lambda: pid.exists() and pid.read_text() != "",
        )
    deadline = time.monotonic() + 5
    while _runs(int(pid.read_text())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(int(pid.read_text()))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_what_pip_says_comes_with_the_failure(home: DaemonEnv) -> None:
    home.wheel.write_bytes(b"no wheel at all")
    with pytest.raises(InstallFailed, match="exit code 1") as caught:
        home.install(ignored, never)
    assert NAME in caught.value.hint
    assert not home.whole


def test_removing_leaves_nothing(home: DaemonEnv) -> None:
    home.install(ignored, never)
    home.remove(ignored, never)
    assert not home.where.parent.exists()
    assert [path.name for path in home.plugin.iterdir()] == [WHEELS]
    assert home.wanted
    home.remove(ignored, never)


def test_removing_leaves_what_is_the_persons(home: DaemonEnv) -> None:
    style = home.where.parent / "styles" / "sea.png"
    style.parent.mkdir(parents=True)
    style.touch()
    (home.plugin / TOLD).write_text(json.dumps({"command": [sys.executable]}))
    home.remove(ignored, never)
    assert style.exists()
    assert command_of(home) == [sys.executable]


def test_two_at_once_wait_for_each_other(home: DaemonEnv) -> None:
    troubles: list[Exception] = []

    def install() -> None:
        try:
            home.install(ignored, never)
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=install) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert home.whole


def test_a_plugin_of_the_installer_has_no_home_to_make(tmp_path: Path) -> None:
    assert DaemonEnv.beside(tmp_path) is None


def test_a_daemon_that_can_be_started_is_not_offered(home: DaemonEnv) -> None:
    (home.plugin / TOLD).write_text(json.dumps({"command": [sys.executable]}))
    assert not home.wanted
    (home.plugin / TOLD).write_text(json.dumps({"command": ["/moved/away"]}))
    assert home.wanted
    launchers = Path(os.environ["XDG_CONFIG_HOME"]) / "velatura"
    launchers.mkdir(parents=True)
    (launchers / "launcher.json").write_text('{"command": ["velatura"]}')
    assert not home.wanted


def program(folder: Path, name: str, verdict: str) -> Path:
    """A program that says ``verdict`` to whatever it is asked."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {verdict} >&2\nexit 1\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on the path."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "krita"))
    return folder


def test_no_python_is_a_sentence_and_a_hint(programs: Path) -> None:
    with pytest.raises(NoPython, match=r"3\.10") as caught:
        find_python()
    assert "Install Python" in caught.value.hint
    program(programs, "python3", "old")
    with pytest.raises(NoPython, match=r"3\.10"):
        find_python()


def test_a_python_without_venv_is_told_apart(programs: Path) -> None:
    program(programs, "python3", "bare")
    with pytest.raises(NoPython, match="venv") as caught:
        find_python()
    assert "python3-venv" in caught.value.hint


def test_the_first_good_python_is_taken(programs: Path) -> None:
    program(programs, "python3", "old")
    good = program(programs, "python3.12", "good")
    assert find_python() == [str(good)]


def test_a_host_is_not_started_for_a_python(programs: Path) -> None:
    program(programs, "krita", "good")
    assert list(candidates()) == []


def test_a_python_that_is_gone_with_its_host_is_not_taken(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "python3", "good")
    monkeypatch.setenv("APPDIR", str(programs))
    assert list(candidates()) == []


def test_the_question_is_understood() -> None:
    assert pythons._verdict([sys.executable]) == "good"


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("Collecting torch", None),
        ("  Downloading torch-2.15.0-cp312-none-linux.whl.metadata (29 kB)", None),
        (
            "  Downloading torch-2.15.0-cp312-none-linux.whl (890.1 MB)",
            Step("downloading", "torch", 0, 890_100_000),
        ),
        ("Using cached numpy-2.2-cp312.whl (16.1 MB)", Step("downloading", "numpy", 0, 16_100_000)),
        ("Progress 1048576 of 890100000", Step("downloading", "numpy", 1048576, 890100000)),
        ("Installing collected packages: numpy, torch", Step("installing")),
    ],
)
def test_pips_lines_are_understood(line: str, step: Step | None) -> None:
    assert step_of(line, Step("downloading", "numpy")) == step
