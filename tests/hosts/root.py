"""A Debian root with the real Krita and the real GIMP in it: `python -m tests.hosts.root [--suite sid]`.

Suites are trixie, which is tested with every change, and by hand sid and bookworm, which has Krita 5.1 and no GIMP 3.

Made once by mmdebstrap, from the mirrors that apt is configured with, and kept below `$VELATURA_HOSTS`
(`~/.cache/velatura/hosts`) under a name that holds a digest of what it is made of: another list, another root. Needs
Debian and root; a quarter of an hour on a slow line, 1.3 GB.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUITE = "trixie"
PACKAGES = (
    "gimp",
    "krita",
    "python3-gi",
    "gir1.2-gimp-3.0",
    "python3-pyqt5",
    "xvfb",
    "xdotool",
    "x11-utils",
    "imagemagick",
    "fonts-dejavu-core",
    "adwaita-icon-theme",
    "libgl1-mesa-dri",
)
LACKING = {"bookworm": ("gimp", "gir1.2-gimp-3.0")}
"""What a suite has not, or too old for its plugin."""
OPTIONS = (
    "--variant=apt",
    "--mode=root",
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
TOOLS = ("mmdebstrap",)
APT = Path("/etc/apt")


class CannotBuild(Exception):
    """There is no root and none can be made here; the message says why."""


@dataclass(frozen=True)
class Source:
    """An archive that apt is configured with."""

    mirror: str
    suites: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hosts.root", description="Make the root with both hosts."
    )
    parser.add_argument("--suite", default=SUITE, help=f"the Debian release (default: {SUITE})")
    options = parser.parse_args()
    try:
        print(build(options.suite))
    except CannotBuild as error:
        print(f"No root: {error}", file=sys.stderr)
        return 1
    return 0


def root_path(suite: str = SUITE) -> Path:
    """Where the root of ``suite`` is, or would be."""
    given = os.environ.get("VELATURA_HOSTS")
    folder = Path(given) if given else Path("~/.cache/velatura/hosts").expanduser()
    recipe = "\n".join((suite, *OPTIONS, *packages(suite)))
    return folder / f"{suite}-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"


def packages(suite: str) -> tuple[str, ...]:
    """What is put into the root of ``suite``."""
    return tuple(each for each in PACKAGES if each not in LACKING.get(suite, ()))


def build(suite: str = SUITE) -> Path:
    """The root of ``suite``, made now if it is not there. Raises :class:`CannotBuild`."""
    root = root_path(suite)
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            _require_tools()
            _make(root, suite)
    return root


def _require_tools() -> None:
    if os.geteuid() != 0:
        raise CannotBuild("only the superuser can make one.")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise CannotBuild(f"{', '.join(missing)} is missing, and this is no Debian.")
    print(f"Installing {', '.join(missing)} …", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _step(["apt-get", "update", "-qq"], quiet)
    _step(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing], quiet)


def _make(root: Path, suite: str) -> None:
    sources = debian_lines(suite, list(apt_sources()), _codename())
    draft = Path(tempfile.mkdtemp(prefix=f".{root.name}.", dir=root.parent))
    try:
        draft.chmod(0o755)
        include = f"--include={','.join(packages(suite))}"
        _step(["mmdebstrap", *OPTIONS, include, suite, str(draft), *sources], dict(os.environ))
        draft.rename(root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _step(command: list[str], environment: dict[str, str]) -> None:
    code = subprocess.call(command, env=environment, stdout=sys.stderr)
    if code != 0:
        raise CannotBuild(f"{command[0]} ended with exit status {code}; see above.")


def _codename() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def debian_lines(suite: str, sources: list[Source], codename: str) -> list[str]:
    """apt's lines for ``suite``, from the mirrors that have ``codename``, the release of this machine."""

    def mirror(name: str) -> str | None:
        return next((each.mirror for each in sources if name in each.suites), None)

    archive, security = mirror(codename), mirror(f"{codename}-security")
    if not codename or archive is None:
        raise CannotBuild("apt is configured with no mirror of Debian.")
    lines = [f"deb {archive} {suite} main"]
    if security is not None and suite != "sid":
        lines.append(f"deb {security} {suite}-security main")
    return lines


def apt_sources(folder: Path = APT) -> Iterator[Source]:
    """What apt's source lists name, in both of their forms."""
    for path in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*.list"))):
        if path.is_file():
            yield from _one_line_sources(path.read_text())
    for path in sorted((folder / "sources.list.d").glob("*.sources")):
        yield from _stanza_sources(path.read_text())


def _one_line_sources(text: str) -> Iterator[Source]:
    """`deb [options] mirror suite component …`, one a line."""
    for line in text.splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind == "deb":
            rest = rest.strip()
            words = (rest.partition("]")[2] if rest.startswith("[") else rest).split()
            if len(words) > 1:
                yield Source(words[0], (words[1],))


def _stanza_sources(text: str) -> Iterator[Source]:
    """`Types:`, `URIs:`, `Suites:` in paragraphs."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in "\n".join(lines).split("\n\n"):
        fields = {
            key.strip().lower(): value.split()
            for key, colon, value in (line.partition(":") for line in stanza.splitlines())
            if colon
        }
        if "deb" in fields.get("types", []):
            for mirror in fields.get("uris", []):
                yield Source(mirror, tuple(fields.get("suites", [])))


if __name__ == "__main__":
    sys.exit(main())
