"""The docker offers, installs and removes a daemon that came with the plugin."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from velatura_krita.daemon.daemon_installer import DaemonInstaller, shown_step
from velatura_krita.daemon.places import Places
from velatura_krita.model.progress import Shown
from velatura_krita.model.state import Message
from velatura_link.daemon_env import Cancel, DaemonEnv, OnStep, Step
from velatura_link.run_process import Cancelled, InstallFailed
from velatura_link.torch_build import TorchBuild


class Docker:
    """Everything that DaemonInstaller tells, on the thread that asks for it."""

    def __init__(self, folder: Path) -> None:
        self.messages: list[Message | None] = []
        self.installed = 0
        self._calls: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self.installer = DaemonInstaller(
            Places.beside(folder), self._calls.put, self.messages.append, self._begin
        )

    def _begin(self) -> None:
        self.installed += 1

    def wait_for_a_message(self) -> None:
        """Until something was said."""
        self._calls.get(timeout=10)()

    def wait(self) -> None:
        """Until nothing is being done any more."""
        while self.installer.busy:
            self._calls.get(timeout=10)()


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """A docker of a plugin from a zip, where no daemon is."""
    for name in ("VELATURA_RUNTIME", "VELATURA_DATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    wheel = tmp_path / "plugin" / "daemon" / "velatura-1-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    wheel.touch()
    return Docker(tmp_path / "plugin")


def test_without_a_daemon_it_is_offered(docker: Docker) -> None:
    assert docker.installer.find() is None
    assert docker.installer.absent("", "").action == "install"


def test_the_offer_says_what_is_fetched_and_why(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        DaemonEnv,
        "build",
        property(lambda home: TorchBuild("cpu", "cpu", 350_000_000, 1_100_000_000)),
    )
    docker.installer.find()
    hint = docker.installer.absent("", "").hint
    assert "about 350 MB from the internet and takes up 1.1 GB of disk space" in hint
    assert "for the processor" in hint


def test_a_repair_says_what_is_fetched_and_asks(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = TorchBuild("cuda", "", 3_000_000_000, 6_000_000_000)
    monkeypatch.setattr(DaemonEnv, "repair_build", property(lambda home: usual))
    docker.installer.offer_repair()
    docker.wait_for_a_message()
    asked = docker.messages[-1]
    assert asked is not None
    assert asked.action == "repair"
    assert "about 3 GB from the internet and takes up 6 GB" in asked.hint
    assert "works without one" in asked.hint
    assert not docker.installer.busy


def test_a_plugin_of_the_installer_offers_to_start_it(docker: Docker, tmp_path: Path) -> None:
    other = Docker(tmp_path)
    assert other.installer.find() is None
    assert other.installer.absent("", "").action == "start"


def test_progress_is_shown_and_the_daemon_started_at_the_end(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(home: DaemonEnv, on_step: OnStep, cancelled: Cancel) -> None:
        on_step(Step("downloading", "torch", 200_000_000, 800_000_000))
        (home.plugin / "daemon.json").write_text('{"command": ["/usr/bin/env"]}')

    monkeypatch.setattr(DaemonEnv, "install", install)
    docker.installer.install()
    docker.installer.install()
    docker.wait()
    seen = [each.progress for each in docker.messages if each is not None]
    assert seen[-1] == Shown("Fetching torch, 200 of 800 MB", 0.25)
    assert all(each.action == "cancel" for each in docker.messages if each is not None)
    assert docker.messages[-1] is None
    assert docker.installed == 1


def test_cancelling_offers_it_again(docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def install(home: DaemonEnv, on_step: OnStep, cancelled: Cancel) -> None:
        begun.set()
        while not cancelled():
            pass
        raise Cancelled("Enough.")

    monkeypatch.setattr(DaemonEnv, "install", install)
    docker.installer.install()
    assert begun.wait(10)
    docker.installer.cancel()
    docker.wait()
    last = docker.messages[-1]
    assert last is not None
    assert (last.action, last.bad) == ("install", False)
    assert docker.installed == 0


def test_a_failure_says_why(docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(home: DaemonEnv, on_step: OnStep, cancelled: Cancel) -> None:
        raise InstallFailed("No room.", hint="Make some.")

    monkeypatch.setattr(DaemonEnv, "install", install)
    docker.installer.install()
    docker.wait()
    assert docker.messages[-1] == Message("No room.", "Make some.", bad=True, action="install")


def test_what_was_removed_is_offered_again(docker: Docker) -> None:
    docker.installer.remove()
    docker.wait()
    last = docker.messages[-1]
    assert last is not None
    assert last.action == "install"


def test_a_size_that_nobody_knows_is_not_said() -> None:
    assert shown_step(Step("downloading", "torch")) == Shown("Fetching torch")
    assert shown_step(Step("downloading", "torch", 0, 890_100_000)) == Shown(
        "Fetching torch, 890 MB"
    )


@pytest.fixture
def outdated(docker: Docker) -> DaemonEnv:
    """A whole environment of version 0, that the plugin was told of; the plugin came with version 1."""
    home = docker.installer.home
    assert home is not None
    old = home.wheel.with_name("velatura-0-py3-none-any.whl")
    old.touch()
    home.environment.begin()
    home.environment.python.parent.mkdir()
    home.environment.python.touch()
    home.environment.finish(old)
    old.unlink()
    return home


def test_a_newer_daemon_than_the_one_that_is_there_is_offered(
    docker: Docker, outdated: DaemonEnv
) -> None:
    assert docker.installer.offer() is None
    docker.installer.find()
    offer = docker.installer.offer()
    assert offer is not None
    assert (
        offer.text
        == "This plugin came with a newer version of Velatura's painter: 1. The installed one is 0."
    )
    assert (offer.action, offer.bad) == ("upgrade", False)
    assert docker.installer.absent("", "") == offer
    assert docker.installer.absent("It ended.", "").action == "start"


def test_an_environment_that_the_plugin_does_not_use_is_not_offered_a_newer_daemon(
    docker: Docker, outdated: DaemonEnv
) -> None:
    (outdated.plugin / "daemon.json").write_text('{"command": ["/usr/bin/env"]}')
    docker.installer.find()
    assert docker.installer.offer() is None


def test_an_upgrade_that_fails_says_that_the_old_one_is_there(
    docker: Docker, outdated: DaemonEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(home: DaemonEnv, on_step: OnStep, cancelled: Cancel) -> None:
        raise InstallFailed("No room.", hint="Make some.")

    monkeypatch.setattr(DaemonEnv, "install", install)
    docker.installer.find()
    docker.installer.install()
    docker.wait()
    hint = "The old version is still there.\nMake some."
    assert docker.messages[-1] == Message("No room.", hint, bad=True, action="upgrade")


def test_an_upgrade_that_is_cancelled_is_offered_again_and_the_old_one_started(
    docker: Docker, outdated: DaemonEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(home: DaemonEnv, on_step: OnStep, cancelled: Cancel) -> None:
        raise Cancelled("Enough.")

    monkeypatch.setattr(DaemonEnv, "install", install)
    docker.installer.find()
    docker.installer.install()
    docker.wait()
    last = docker.messages[-1]
    assert last is not None
    assert (last.action, last.bad) == ("upgrade", False)
    assert docker.installed == 1


def test_what_was_brought_up_to_date_is_not_offered_any_more(
    docker: Docker, outdated: DaemonEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        DaemonEnv, "install", lambda home, *anything: home.environment.finish(home.wheel)
    )
    docker.installer.find()
    docker.installer.install()
    docker.wait()
    assert docker.messages[-1] is None
    assert docker.installed == 1
