"""The daemon of a plugin from a zip is brought up to date while it paints."""

from __future__ import annotations

import io
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from velatura import __version__
from velatura.hosts.payload import Entry
from velatura_link import torch_build
from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, read_connection
from velatura_link.daemon_env import WHEELS, DaemonEnv, Step
from velatura_link.request import Pixels, Request

from ..shell import Shell, open_shell
from ..waiting import wait_until

NEWER = f"{__version__}.post1"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A person's places, in which pip fetches nothing."""
    with open_shell() as opened:
        for name, value in opened.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(opened.home / "config"))
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_NO_DEPS", "1")
        # With a card, pip's build is no surprise: it does without uv, and asks nothing.
        monkeypatch.setattr(torch_build, "has_nvidia_driver", lambda: True)
        yield opened


def unpacked(plugin: Path, version: str, made: Entry) -> DaemonEnv:
    """The home of a plugin from a zip that has this checkout's Velatura, said to be of that version, in its wheel."""
    folder = plugin / WHEELS
    folder.mkdir(parents=True, exist_ok=True)
    with (
        zipfile.ZipFile(io.BytesIO(made.content)) as source,
        zipfile.ZipFile(folder / made.name.replace(__version__, version), "w") as target,
    ):
        for name in source.namelist():
            text = source.read(name)
            if name.endswith(("METADATA", "velatura_link/__init__.py")):
                text = text.replace(__version__.encode(), version.encode())
            if not name.endswith("RECORD"):
                target.writestr(name.replace(__version__, version), text)
        target.writestr(f"velatura-{version}.dist-info/RECORD", "")
    home = DaemonEnv.beside(plugin)
    assert home is not None
    return home


def ignored(step: Step) -> None: ...


def never() -> bool:
    return False


def test_a_daemon_that_paints_hands_over_to_the_newer_one(shell: Shell, wheel: Entry) -> None:
    home = unpacked(shell.home / "plugin", __version__, wheel)
    home.install(ignored, never)
    # What is required is here already, and large.
    [packages] = home.where.glob("[Ll]ib/**/site-packages")
    (packages / "required.pth").write_text(sysconfig.get_path("purelib"))
    serve = [home.environment.python, "-m", "velatura.cli.main", "serve", "--engines", "identity"]
    old = subprocess.Popen(serve)
    wait_until((shell.runtime / FILE_NAME).exists, "the daemon")
    newer = unpacked(home.plugin, NEWER, wheel)
    assert newer.outdated
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 4), np.uint8)
    content = Pixels(pixels.tobytes(), 32, 32, 4, "u8")
    with Client(read_connection(shell.runtime / FILE_NAME), name="test") as client:
        job = client.submit(Request("identity", {"steps": 5000, "pause": 0.1}, content))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        newer.install(ignored, never)
        successor = wait_until(
            lambda: (
                (found := read_connection(shell.runtime / FILE_NAME))
                and found.pid != old.pid
                and found
            ),
            "the successor",
        )
        assert successor.version == NEWER
        # The old one goes on with what it had.
        assert old.poll() is None
        assert not job.done
        job.cancel()
    assert old.wait(90) == 0
    assert Path(psutil.Process(successor.pid).cmdline()[0]).is_relative_to(home.where)
