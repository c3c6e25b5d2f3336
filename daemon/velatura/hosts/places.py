"""Where Krita and GIMP keep their plugins, on every system and in every package of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["krita", "gimp"]
KINDS: tuple[Kind, ...] = ("krita", "gimp")
TITLES: dict[Kind, str] = {"krita": "Krita", "gimp": "GIMP"}
FLATPAKS: dict[Kind, str] = {"krita": "org.kde.krita", "gimp": "org.gimp.GIMP"}
FIRST_GIMP = "3.0"
APPIMAGE_FOLDERS = ("Applications", "AppImages", "Desktop", "Downloads", "bin", ".local/bin")


@dataclass(frozen=True)
class Machine:
    """What decides where things are: ``sys.platform``, the home folder, the environment."""

    platform: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def here(cls) -> Machine:
        """This machine and user."""
        return cls(sys.platform, Path.home(), os.environ)

    def below(self, prefix: Path) -> Machine:
        """The same system with ``prefix`` as home, and nothing set that leads elsewhere."""
        return Machine(self.platform, prefix, {})

    def folder(self, variable: str, usual: str) -> Path:
        """The folder that ``variable`` names, else ``usual`` below home."""
        given = self.environment.get(variable, "")
        return Path(given) if given else self.home / usual

    def programs(self, pattern: str) -> list[Path]:
        """Programs on the path whose names match."""
        folders = [each for each in self.environment.get("PATH", "").split(os.pathsep) if each]
        return sorted(path for folder in folders for path in Path(folder).glob(pattern))


@dataclass(frozen=True)
class Host:
    """One place that a host reads plugins from.

    ``folder`` is Krita's folder of resources or GIMP's own folder, ``settings`` Krita's kritarc. The host is there when
    one of ``signs`` is. ``package`` says which of a host's packages it is, in words.
    """

    kind: Kind
    package: str
    folder: Path
    signs: tuple[Path, ...]
    settings: Path | None = None

    @property
    def title(self) -> str:
        """What a person calls it."""
        name = f"{TITLES[self.kind]} {self.folder.name}" if self.kind == "gimp" else "Krita"
        return f"{name} ({self.package})" if self.package else name

    @property
    def sandboxed(self) -> bool:
        """Whether it can neither start programs outside nor see the user's runtime directory."""
        return self.package == "Flatpak"

    @property
    def moves_home(self) -> bool:
        """Whether what it starts takes another folder for the person's home."""
        return self.package == "AppImage"

    @property
    def plugin(self) -> Path:
        """The folder of our plugin in it."""
        if self.kind == "krita":
            return self.folder / "pykrita" / "velatura_krita"
        return self.folder / "plug-ins" / "velatura_gimp"


def find(machine: Machine, kinds: tuple[Kind, ...] = KINDS) -> list[Host]:
    """The hosts that are there."""
    return [
        host for host in candidates(machine, kinds) if any(sign.exists() for sign in host.signs)
    ]


def usual(machine: Machine, kinds: tuple[Kind, ...] = KINDS) -> list[Host]:
    """One host of each kind as its own installer leaves it, there or not."""
    found = candidates(machine, kinds)
    return [next(host for host in found if host.kind == kind) for kind in kinds]


def candidates(machine: Machine, kinds: tuple[Kind, ...] = KINDS) -> list[Host]:
    """Every place where a host of these kinds may read plugins, the usual one of each kind first."""
    places = {"krita": krita_hosts, "gimp": gimp_hosts}
    return [host for kind in kinds for host in places[kind](machine)]


def krita_hosts(machine: Machine) -> Iterator[Host]:
    """Krita 5 and 6: one folder for all versions."""
    if machine.platform == "win32":
        roaming, local = _app_data(machine)
        program = machine.folder("ProgramFiles", "Program Files") / "Krita (x64)"
        yield _krita("", roaming, local, program)
        for store in sorted(local.glob("Packages/*Krita_*/LocalCache")):
            yield _krita("Store", store / "Roaming", store / "Local")
    elif machine.platform == "darwin":
        library = machine.home / "Library"
        programs = [each / "krita.app" for each in _applications(machine)]
        yield _krita("", library / "Application Support", library / "Preferences", *programs)
    else:
        data = machine.folder("XDG_DATA_HOME", ".local/share")
        config = machine.folder("XDG_CONFIG_HOME", ".config")
        programs = [*machine.programs("krita"), *_appimages(machine, "krita")]
        yield _krita("", data, config, *programs)
        flatpak = machine.home / ".var" / "app" / FLATPAKS["krita"]
        yield _krita("Flatpak", flatpak / "data", flatpak / "config", *_flatpaks(machine, "krita"))
        for home in _portable_homes(machine, "krita"):
            yield _krita("AppImage", home / ".local" / "share", home / ".config", home)


def gimp_hosts(machine: Machine) -> Iterator[Host]:
    """GIMP 3: a folder for each version."""
    if machine.platform == "win32":
        roaming, local = _app_data(machine)
        program = machine.folder("ProgramFiles", "Program Files") / "GIMP 3"
        yield from _gimps("", roaming, program, local / "Programs" / "GIMP 3")
    elif machine.platform == "darwin":
        programs = [each / "GIMP.app" for each in _applications(machine)]
        yield from _gimps("", machine.home / "Library" / "Application Support", *programs)
    else:
        installed = machine.programs("gimp-3.*")
        programs = [*installed, *_appimages(machine, "gimp")]
        if given := machine.environment.get("GIMP3_DIRECTORY"):
            yield Host("gimp", "", Path(given), (Path(given), *programs))
        else:
            config = machine.folder("XDG_CONFIG_HOME", ".config")
            version = installed[-1].name.removeprefix("gimp-") if installed else FIRST_GIMP
            yield from _gimps("", config, *programs, unstarted=version)
        flatpak = machine.home / ".var" / "app" / FLATPAKS["gimp"] / "config"
        yield from _gimps("Flatpak", flatpak, *_flatpaks(machine, "gimp"))
        for home in _portable_homes(machine, "gimp"):
            yield from _gimps("AppImage", home / ".config", home)


def _krita(package: str, data: Path, config: Path, *programs: Path) -> Host:
    settings = config / "kritarc"
    return Host("krita", package, data / "krita", (data / "krita", settings, *programs), settings)


def _gimps(
    package: str, config: Path, *programs: Path, unstarted: str = FIRST_GIMP
) -> Iterator[Host]:
    """A host for each version that has been started; ``unstarted`` is the version that makes its folder next."""
    folders = sorted((config / "GIMP").glob("3.*")) or [config / "GIMP" / unstarted]
    for folder in folders:
        yield Host("gimp", package, folder, (folder, *programs))


def _app_data(machine: Machine) -> tuple[Path, Path]:
    roaming = machine.folder("APPDATA", "AppData/Roaming")
    return roaming, machine.folder("LOCALAPPDATA", "AppData/Local")


def _applications(machine: Machine) -> tuple[Path, Path]:
    return Path("/Applications"), machine.home / "Applications"


def _flatpaks(machine: Machine, kind: Kind) -> Iterator[Path]:
    data = machine.folder("XDG_DATA_HOME", ".local/share")
    for installation in (Path("/var/lib/flatpak"), data / "flatpak"):
        yield installation / "app" / FLATPAKS[kind]


def _appimages(machine: Machine, kind: Kind) -> list[Path]:
    """Files of AppImages, which share the home of hosts that the system has, unless they have one beside them."""
    folders = [machine.home / name for name in APPIMAGE_FOLDERS]
    files = [path for folder in folders for path in sorted(folder.glob("*.[Aa]pp[Ii]mage"))]
    return [path for path in files if path.name.lower().startswith(kind)]


def _portable_homes(machine: Machine, kind: Kind) -> Iterator[Path]:
    for path in _appimages(machine, kind):
        home = path.with_name(f"{path.name}.home")
        if home.is_dir():
            yield home
