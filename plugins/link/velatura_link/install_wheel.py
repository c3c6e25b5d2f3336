"""Installing a wheel and what it requires into an environment: by uv with the fitting build of torch, else by pip.

Standard library only. Uv is told what pip was told of mirrors and proxies. What it fetched lies beside the environment
until it is whole, so that a second try goes on from there.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from . import uv
from .environment import Environment
from .install_steps import Cancel, OnStep, UvSteps, pip_steps
from .run_process import InstallFailed, follow
from .torch_build import TorchBuild, size_of_bytes, usual_build

_QUIETLY = ("--no-input", "--disable-pip-version-check", "--no-warn-script-location")


class OnlyUsualBuild(InstallFailed):
    """The build that suits the machine cannot be fetched, and the usual one is larger: the person has to agree."""


@dataclass(frozen=True)
class WheelInstall:
    """``wheel`` goes into ``made``, with ``build`` of torch. In ``fetched`` uv keeps what it fetches meanwhile.

    ``agreed``: the person knows how large the usual build is, which comes where ``build`` cannot be had.
    """

    made: Environment
    wheel: Path
    build: TorchBuild
    fetched: Environment
    agreed: bool = False

    def run(self, on_step: OnStep, cancelled: Cancel) -> None:
        """Install. Raises :class:`InstallFailed`, :class:`OnlyUsualBuild` or :class:`~.followed.Cancelled`."""
        python = str(self.made.python)
        pip = [python, "-m", "pip"]
        told: list[str] = []
        follow([*pip, "--version"], told.append, cancelled)
        install = [*pip, "install", *_QUIETLY, "--progress-bar", _progress(" ".join(told))]
        trouble: InstallFailed | None = None
        if self.build.backend:
            trouble = self._by_uv(pip, install, on_step, cancelled)
        if trouble is not None and not self.agreed and self._would_grow():
            size = size_of_bytes(usual_build().fetched)
            raise OnlyUsualBuild(
                "The build of torch that suits this machine cannot be downloaded here.",
                hint="The usual build is available, {size}: install again to download it.\n{reason}"
                if trouble.hint
                else "The usual build is available, {size}: install again to download it.",
                size=size,
                reason=trouble.hint,
            )
        if trouble is not None or not self.build.backend:
            follow([*install, str(self.wheel)], pip_steps(on_step), cancelled)
        follow([python, "-c", "import velatura"], lambda line: None, cancelled)
        self.fetched.clear()

    def _by_uv(
        self, pip: list[str], install: list[str], on_step: OnStep, cancelled: Cancel
    ) -> InstallFailed | None:
        """Why uv could not do it; None when it has."""
        program = uv.fetch(self.made, install, on_step, cancelled)
        if program is None:
            return InstallFailed("There is no uv.")
        self.fetched.begin()
        settings = uv.settings_of_pip(pip, cancelled)
        command = [str(program), "pip", "install", "--python", str(self.made.python)]
        command += ["--torch-backend", self.build.backend, "--compile-bytecode", "--no-progress"]
        command += ["--cache-dir", str(self.fetched.where), "--directory", str(self.made.where)]
        try:
            follow([*command, str(self.wheel)], UvSteps(on_step), cancelled, settings)
        except InstallFailed as error:
            return error
        return None

    def _would_grow(self) -> bool:
        """Whether pip would fetch a larger torch than the person was told of; one that is there already stays."""
        if usual_build().fetched <= self.build.fetched or self.made.has("torch"):
            return False
        try:
            with zipfile.ZipFile(self.wheel) as archive:
                facts = [
                    name for name in archive.namelist() if name.endswith(".dist-info/METADATA")
                ]
                return any(b"\nRequires-Dist: torch" in archive.read(name) for name in facts)
        except zipfile.BadZipFile:  # pip says it better
            return False


def _progress(version: str) -> str:
    """Only since 24.1 can pip say its progress to programs."""
    found = re.match(r"pip (\d+)\.(\d+)", version)
    return "raw" if found is not None and (int(found[1]), int(found[2])) >= (24, 1) else "off"
