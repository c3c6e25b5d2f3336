"""Velatura as a wheel, for plugins that bring their daemon along: built by the project's own build backend."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from velatura import __version__
from velatura.errors import BadRequest, VelaturaError
from velatura.hosts.payload import IN_CHECKOUT, Entry, PluginMissing
from velatura_link.environment import version_in

CHECKOUT = IN_CHECKOUT.parent


class CannotBuild(VelaturaError):
    """The build backend made no wheel."""

    code = "system"


def build_wheel(checkout: Path = CHECKOUT) -> Entry:
    """The wheel of a checkout, by its file name.

    Raises :class:`PluginMissing` where Velatura runs from an installation, which has nothing that a wheel could be
    built from, and :class:`CannotBuild` with what the build backend said.
    """
    if not (checkout / "pyproject.toml").is_file():
        raise PluginMissing(
            "Only a checkout of Velatura can build the wheel that belongs in a plugin's zip.",
            hint="Pass the wheel of this release: `velatura package HOST --wheel FILE`.",
        )
    with tempfile.TemporaryDirectory(prefix="velatura-wheel-") as folder:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        done = subprocess.run(
            build, cwd=checkout, capture_output=True, encoding="utf-8", errors="replace"
        )
        built = sorted(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not built:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise CannotBuild(
                f"The wheel could not be built: {''.join(last) or done.returncode}",
                hint="`python3 installer setup` installs what building needs.",
            )
        return Entry(built[0].name, built[0].read_bytes())


def given_wheel(path: Path) -> Entry:
    """The wheel at ``path``. Raises :class:`BadRequest` for another file, or another version than the plugins'."""
    version = version_in(path.name) if path.name.startswith("velatura-") else ""
    if version != __version__:
        found = f"is of version {version}" if version else "is not a wheel of Velatura"
        raise BadRequest(f"{path} {found}; the plugins are of version {__version__}.")
    return Entry(path.name, path.read_bytes())
