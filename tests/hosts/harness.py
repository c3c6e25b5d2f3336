"""The real Krita and the real GIMP, each with a fresh profile, to be driven by scripts or by keys.

Fixtures (conftest.py): ``krita``, ``gimp`` (gimp-console, 2 s), ``gimp_window``; what they share: ``profile``,
``display``. ``profile.install("krita", "gimp")`` installs plugins as a person does. Everything below /tmp, ``tmp_path``
and the profile's home and sockets among it, has the same path inside and outside. ``python -m tests.hosts.root`` makes
the root they run in.

A script is a file with ``main(stage)`` (stage/velatura_stage/in_krita.py and in_gimp.py say what a stage has, and how a
script waits). It runs inside the host; its value comes back as JSON, its exceptions, and those of slots meanwhile, fail
the test:

    def test_reads(krita, tmp_path):
        seen = krita.play(SCRIPTS / "krita_reads.py", picture=str(tmp_path / "in.png"))
        assert seen.value["width"] == 64                  # also: .code .out .err .seconds

``gimp.play(…)`` and ``gimp_window.play(…, "in.png")`` (files to open come after the script) likewise. While a script
waits, or with none at all, the test can look and type:

    with krita.start("in.png") as running:                # no script: what an artist starts
        display.wait_for_window("in.png")
        display.xdotool("key", "ctrl+shift+v")
        display.screenshot(tmp_path / "seen.png")
    # leaving ends the host and its plug-ins; running.finish() waits for its own end instead

    running = gimp_window.start(script=SCRIPTS / "gimp_asks.py")     # calls a procedure interactively
    display.wait_for_window("Velatura")
    display.xdotool("key", "Return")
    seen = running.finish(timeout=60)

The daemon: ``profile.shell("status")`` is the command line in the host's places, ``profile.shell.start("serve", …)`` a
daemon on the machine. A plugin starts its own with ``profile.daemon_command``, which leaves the root by /mnt, where
the machine's own is. The end of a profile stops the daemon and fails the test when a process is left.

``VELATURA_HOSTS_SUITE=sid`` takes the root of another suite; in bookworm's, tests of GIMP are skipped.
``open_profile(root, user=UID)`` is for hosts that run as that user, who owns the profile and may do nothing more than
chroot.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from velatura_link.launch import LOG_NAME

from .display import Display
from .inside import PATIENCE
from .profiles import Profile

SCRIPTS = Path(__file__).resolve().parent / "scripts"
GIMP_BATCH = (
    "import sys; sys.path.insert(0, '{}'); from velatura_stage import in_gimp; in_gimp.begin()"
)


class ScriptFailed(AssertionError):
    """What went wrong in the host, with the end of what the host said."""


@dataclass(frozen=True)
class Outcome:
    """What is left of a host: exit code, what it said, what the script returned, how long all of it took."""

    code: int
    out: str
    err: str
    value: Any
    seconds: float


@dataclass
class Running:
    """A host that runs. As a context: ended at the end."""

    process: subprocess.Popen[str]
    play: Path
    logs: tuple[Path, ...] = ()
    """What the daemon and its worker say, told with what went wrong."""
    started: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def finish(self, timeout: float = PATIENCE) -> Outcome:
        """What is left when the host has ended by itself; it is killed after ``timeout`` seconds.

        Raises :class:`ScriptFailed` when the script, or a slot while it ran, raised something.
        """
        late = False
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            late = True
        self.kill()
        out, err = (_text(self.play / name) for name in ("out", "err"))
        if late:
            raise ScriptFailed(f"The host did not end within {timeout} s.\n{self._end(out, err)}")
        answer = self._answer()
        if answer["errors"]:
            raise ScriptFailed("\n".join((*answer["errors"], self._end(out, err))))
        seconds = time.monotonic() - self.started
        return Outcome(self.process.returncode, out, err, answer["value"], seconds)

    def _end(self, out: str, err: str) -> str:
        told = [f"It said:\n{out[-2000:]}\n{err[-4000:]}"]
        told += [f"{log.name}:\n{_text(log)[-3000:]}" for log in self.logs if log.exists()]
        return "\n".join(told)

    def _answer(self) -> dict[str, Any]:
        if not (self.play / "play.json").exists():
            return {"value": None, "errors": []}
        try:
            answer: dict[str, Any] = json.loads((self.play / "answer.json").read_text())
        except FileNotFoundError:
            return {"value": None, "errors": ["The script did not come to its end."]}
        return answer

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the host and what it started, except for what has a session of its own, as the daemon has."""
        others = self.processes()[1:]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        for each in others:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(number)
        self.process.wait(PATIENCE)

    def processes(self) -> list[psutil.Process]:
        """The host's processes, its plug-ins among them."""
        try:
            host = psutil.Process(self.process.pid)
            return [host, *host.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@dataclass
class Host(ABC):
    """A host to be started in a profile, as often as wanted."""

    profile: Profile
    display: Display

    @abstractmethod
    def command(self, files: list[str], *, has_script: bool) -> list[str]: ...

    def start(self, *files: object, script: Path | None = None, **arguments: Any) -> Running:
        """The host on its way, with ``files`` opened and ``main`` of ``script`` called."""
        plays = self.profile.home / "plays"
        play = plays / str(len(list(plays.iterdir())))
        play.mkdir()
        environment = {**self.profile.environment, "DISPLAY": self.display.name}
        if script is not None:
            copy = play / script.name
            copy.write_bytes(script.read_bytes())
            facts = {"script": str(copy), "arguments": arguments}
            (play / "play.json").write_text(
                json.dumps({**facts, "answer": str(play / "answer.json")})
            )
            environment["VELATURA_STAGE"] = str(play / "play.json")
        self.profile.own()
        command = self.command([str(file) for file in files], has_script=script is not None)
        with (play / "out").open("wb") as out, (play / "err").open("wb") as err:
            process = self.profile.inside.start(
                command, environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        cache = Path(environment["VELATURA_CACHE"])
        return Running(process, play, (self.profile.runtime / LOG_NAME, cache / "worker.log"))

    def play(
        self, script: Path, *files: object, timeout: float = PATIENCE, **arguments: Any
    ) -> Outcome:
        """Run ``script`` to the host's end; see :meth:`Running.finish`."""
        with self.start(*files, script=script, **arguments) as running:
            return running.finish(timeout)


class Krita(Host):
    def command(self, files: list[str], *, has_script: bool) -> list[str]:
        return ["krita", "--nosplash", *files]


@dataclass
class Gimp(Host):
    """GIMP with its window, or as the console that batches run in."""

    window: bool = False

    def command(self, files: list[str], *, has_script: bool) -> list[str]:
        command = ["gimp", "--no-splash"] if self.window else ["gimp-console", "-i"]
        if not has_script:
            return [*command, *files]
        batch = GIMP_BATCH.format(self.profile.pykrita)
        return [*command, *files, "--batch-interpreter=python-fu-eval", "-b", batch, "--quit"]


def _text(path: Path) -> str:
    return path.read_text(errors="replace")
