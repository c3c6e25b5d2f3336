"""The daemon's own home: an environment in the user's data folder, made from the wheel that came with a plugin.

Standard library only, in whatever Python a host has. Everything here waits, for minutes even, and belongs on a thread.
An environment that is not whole is made anew, from what the installer has kept. One that is older than the plugin is
brought up to date beside its place, so that it goes on painting until the new one takes over.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .connection import FILE_NAME, private_directory
from .environment import Environment, facts_of, order_of, version_in, written
from .errors import LaunchFailed, LinkError
from .file_lock import locked
from .install_steps import Cancel as Cancel
from .install_steps import OnStep as OnStep
from .install_steps import Step as Step
from .install_wheel import OnlyUsualBuild, WheelInstall
from .launch import SERVE, WAKE_NAME, find_daemon, read_launcher
from .places import runtime_dir
from .pythons import find_python
from .run_process import Cancelled, InstallFailed, follow
from .text import Text
from .torch_build import TorchBuild, fitting_build, usual_build

WHEELS = "daemon"
"""The folder of the wheel in a plugin's own."""
TOLD = "daemon.json"
"""Beside the plugin: how to start the daemon."""
AGREED = "velatura-usual-build.txt"
"""In the environment: the fitting build of torch was not to be had, and the person knows how large the usual one is."""
_LOCK = "home.lock"
_PAUSE = 0.1
_STOPPING = 10.0


@dataclass(frozen=True)
class DaemonEnv:
    """``plugin`` is the folder of a plugin that came with ``wheel``; ``where`` is the environment's."""

    plugin: Path
    wheel: Path
    where: Path

    @classmethod
    def beside(cls, plugin: Path) -> DaemonEnv | None:
        """The home that the plugin in that folder can make; None when it came without a wheel."""
        wheels = list((plugin / WHEELS).glob("velatura-*.whl"))
        # One that was unpacked over another has the other's wheel, too.
        newest = max(wheels, key=lambda wheel: order_of(version_in(wheel.name)), default=None)
        return None if newest is None else cls(plugin, newest, Environment.usual().where)

    @property
    def environment(self) -> Environment:
        """What is there, whole or not."""
        return Environment(self.where)

    @property
    def version(self) -> str:
        """Of the daemon that came with the plugin."""
        return version_in(self.wheel.name)

    @property
    def whole(self) -> bool:
        """Whether the environment is complete and made from this wheel, or from one of a newer plugin."""
        there = self.environment
        return there.whole and (there.facts == facts_of(self.wheel) or self._age(there) > 0)

    @property
    def outdated(self) -> bool:
        """Whether the environment is complete, and the plugin came with a newer daemon."""
        return self.environment.whole and self._age(self.environment) < 0

    @property
    def used(self) -> bool:
        """Whether the plugin starts the daemon of this environment."""
        return self._told_program().is_relative_to(self.where)

    @property
    def wanted(self) -> bool:
        """Whether no daemon runs and nothing says how to start one, so that it should be offered."""
        # A repair that was given up leaves a Python, but nothing whole.
        lost = self.used and not self.environment.version
        if (self._told_program().is_file() and not lost) or self._has_other_starter():
            return False
        try:
            return find_daemon(runtime_dir()) is None
        except LinkError:
            return False

    @property
    def build(self) -> TorchBuild:
        """The build of torch that :meth:`install` fetches, the largest it may be, and its cost; takes a second."""
        return usual_build() if (self.where / AGREED).exists() else fitting_build()

    @property
    def repair_build(self) -> TorchBuild:
        """The one that :meth:`repair` fetches."""
        return fitting_build() if self.environment.whole else self.build

    def join(self) -> None:
        """Tell the plugin of the environment if another made it, or an older plugin in the same place."""
        untold = not (self.plugin / TOLD).exists() and not self._has_other_starter()
        if untold and self.environment.whole:
            with contextlib.suppress(OSError):
                self._tell()

    def install(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Make the environment unless it is whole, bring one up to date that is outdated, and tell the plugin of it.

        Raises :class:`~velatura_link.pythons.NoPython`, :class:`InstallFailed` or :class:`Cancelled`; an outdated
        environment is as it was then. :class:`~velatura_link.install_wheel.OnlyUsualBuild` is raised once where only a
        larger build of torch than :attr:`build` says can be fetched; from then on that says the larger one, and the
        next try fetches it where the smaller one still cannot be had.
        """
        with _readable_troubles(), _alone(cancelled):
            self.environment.recover()
            if self.outdated:
                self._upgrade(on_step, cancelled)
            elif not self.whole:
                self._make((self.where / AGREED).exists(), on_step, cancelled)
            self._tell()

    def repair(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Make the environment anew, whatever is there. Raises as :meth:`install`."""
        with _readable_troubles(), _alone(cancelled):
            agreed = (self.where / AGREED).exists() and not self.environment.whole
            self._stop()
            self._make(agreed, on_step, cancelled)
            self._tell()

    def remove(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Stop the daemon, and leave nothing of it but the person's own styles. Raises :class:`InstallFailed`."""
        with _readable_troubles(), _alone(cancelled):
            on_step(Step("removing"))
            self._stop()
            if self.used:
                (self.plugin / TOLD).unlink(missing_ok=True)
            self.environment.recover()
            self.environment.clear()
            self.environment.fetched.clear()
            with contextlib.suppress(OSError):
                self.where.parent.rmdir()

    def _age(self, there: Environment) -> int:
        """Below 0 when what is there is older than the wheel, above 0 when it is newer."""
        have, came = order_of(there.version), order_of(self.version)
        return (have > came) - (have < came)

    def _make(self, agreed: bool, on_step: OnStep, cancelled: Cancel) -> None:
        on_step(Step("preparing"))
        python = find_python()
        made = self.environment
        _require_room(made)
        _require_room(made.fetched)
        made.recover()
        made.clear()
        made.begin()
        if agreed:
            (made.where / AGREED).touch()
        follow([*python, "-m", "venv", str(made.where)], _ignored, cancelled)
        self._fill(made, agreed, on_step, cancelled)

    def _upgrade(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Let an environment take the place of the outdated one, from which it takes over what has not changed."""
        on_step(Step("preparing"))
        draft = self.environment.draft
        _require_room(draft)
        _require_room(self.environment.before)
        _require_room(draft.fetched)

        def go_on() -> None:
            if cancelled():
                raise Cancelled("The upgrade was cancelled.")

        try:
            self.environment.copy_to(draft, go_on)
            self._fill(draft, (self.where / AGREED).exists(), on_step, cancelled)
            if sys.platform == "win32":
                # Its files cannot be moved while it runs; elsewhere it finishes its jobs and hands over.
                self._stop()
            draft.replace(self.environment)
        finally:
            draft.clear()

    def _fill(self, made: Environment, agreed: bool, on_step: OnStep, cancelled: Cancel) -> None:
        """Install the wheel; what is whole then has shown that it works."""
        filling = WheelInstall(made, self.wheel, fitting_build(), self.environment.fetched, agreed)
        try:
            filling.run(on_step, cancelled)
        except OnlyUsualBuild:
            (self.where / AGREED).touch()
            raise
        made.finish(self.wheel)
        (made.where / AGREED).unlink(missing_ok=True)

    def _tell(self) -> None:
        command = [str(self.environment.python), *SERVE]
        connection = str(runtime_dir() / FILE_NAME)
        told = {"command": command, "connection": connection, "version": self.version}
        written(self.plugin / TOLD, told)

    def _told_program(self) -> Path:
        """The program that starts the daemon as the plugin was told; a path that is nowhere when it was not."""
        try:
            return Path(json.loads((self.plugin / TOLD).read_text(encoding="utf-8"))["command"][0])
        except (OSError, ValueError, TypeError, LookupError):
            return self.plugin / WHEELS / "nothing"

    def _has_other_starter(self) -> bool:
        """Whether the daemon is started by what the plugin was not told of: a service, or another installation."""
        if (runtime_dir() / WAKE_NAME).exists():
            return True
        try:
            read_launcher(runtime_dir())
        except LaunchFailed:
            return False
        return True

    def _stop(self) -> None:
        deadline = time.monotonic() + _STOPPING
        # A daemon that does not stop, or an environment that cannot stop it, goes all the same.
        with contextlib.suppress(LinkError):
            stop = [str(self.environment.python), "-m", "velatura.cli.main", "stop", "--now"]
            follow(stop, _ignored, lambda: time.monotonic() > deadline)


def _require_room(environment: Environment) -> None:
    if environment.taken:
        raise InstallFailed(
            "{folder} is in the way: Velatura did not create it.",
            hint="Move it elsewhere, and try again.",
            folder=str(environment.where),
        )


def _ignored(line: str) -> None:
    """Nobody wants to know."""


@contextlib.contextmanager
def _alone(cancelled: Cancel) -> Iterator[None]:
    """While one program works at the environment, others wait."""
    folder = runtime_dir()
    private_directory(folder)
    with locked(folder / _LOCK, waiting=partial(_give_way, cancelled), pause=_PAUSE):
        yield


def _give_way(cancelled: Cancel) -> None:
    if cancelled():
        raise Cancelled("The installation was cancelled.")


@contextlib.contextmanager
def _readable_troubles() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InstallFailed(
            "{file} cannot be changed: {reason}.",
            hint="Close other programs that use Velatura, make room if the disk is full, and try again.",
            file=str(error.filename) if error.filename else Text("A file"),
            reason=error.strerror or str(error),
        ) from error
