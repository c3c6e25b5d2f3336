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

from velatura_link import pythons
from velatura_link.followed import Cancelled, InstallFailed, follow
from velatura_link.home import MARKER, TOLD, WHEELS, Home, Step, step_of
from velatura_link.pythons import NoPython, candidates, find_python

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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """What a plugin that was unpacked from a zip finds, on a machine where nothing else is."""
    monkeypatch.setenv("VELATURA_RUNTIME", str(tmp_path / "runtime"))
    monkeypatch.setenv("VELATURA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_DEPS", "1")
    wheels = tmp_path / "plugin" / WHEELS
    wheels.mkdir(parents=True)
    with zipfile.ZipFile(wheels / NAME, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    found = Home.beside(tmp_path / "plugin")
    assert found is not None
    return found


def never() -> bool:
    return False


def ignored(step: Step) -> None: ...


def command_of(home: Home) -> list[str]:
    command = json.loads((home.plugin / TOLD).read_text())["command"]
    assert isinstance(command, list)
    return command


def test_installing_tells_the_plugin_how_to_start_the_daemon(home: Home) -> None:
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


def test_the_hosts_python_stays_out_of_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PIP_TARGET", str(home.plugin / "astray"))
    home.install(ignored, never)
    assert home.whole
    assert not (home.plugin / "astray").exists()


def test_a_half_made_environment_is_none(home: Home) -> None:
    home.install(ignored, never)
    (home.where / MARKER).unlink()
    left = home.where / "left"
    left.touch()
    assert home.wanted
    home.install(ignored, never)
    assert home.whole
    assert not left.exists()


def test_another_wheel_is_installed_anew(home: Home) -> None:
    home.install(ignored, never)
    newer = home.wheel.with_name(NAME.replace("9.9", "9.10"))
    with zipfile.ZipFile(newer, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name.replace("9.9", "9.10"), text.replace("9.9", "9.10"))
    home.wheel.unlink()
    found = Home.beside(home.plugin)
    assert found is not None
    assert not found.whole
    found.install(ignored, never)
    assert found.whole


def test_repairing_makes_it_anew(home: Home) -> None:
    home.install(ignored, never)
    broken = next(home.where.rglob("velatura/cli/main.py"))
    broken.unlink()
    home.repair(ignored, never)
    assert home.whole
    assert broken.exists()


def test_cancelling_ends_what_runs_and_leaves_no_whole_environment(home: Home) -> None:
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


def test_what_pip_says_comes_with_the_failure(home: Home) -> None:
    home.wheel.write_bytes(b"no wheel at all")
    with pytest.raises(InstallFailed, match="exit code 1") as caught:
        home.install(ignored, never)
    assert NAME in caught.value.hint
    assert not home.whole


def test_removing_leaves_nothing(home: Home) -> None:
    home.install(ignored, never)
    home.remove(ignored, never)
    assert not home.where.parent.exists()
    assert [path.name for path in home.plugin.iterdir()] == [WHEELS]
    assert home.wanted
    home.remove(ignored, never)


def test_removing_leaves_what_is_the_persons(home: Home) -> None:
    style = home.where.parent / "styles" / "sea.png"
    style.parent.mkdir(parents=True)
    style.touch()
    (home.plugin / TOLD).write_text(json.dumps({"command": [sys.executable]}))
    home.remove(ignored, never)
    assert style.exists()
    assert command_of(home) == [sys.executable]


def test_two_at_once_wait_for_each_other(home: Home) -> None:
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
    assert Home.beside(tmp_path) is None


def test_a_daemon_that_can_be_started_is_not_offered(home: Home) -> None:
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
