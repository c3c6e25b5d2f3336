"""Where hosts are, on systems that this one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.hosts.places import Host, Kind, Machine, candidates, find, usual


def made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def found(machine: Machine, kind: Kind) -> list[Host]:
    return find(machine, (kind,))


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    for platform in ("linux", "darwin", "win32"):
        hosts = find(Machine(platform, tmp_path, {"ProgramFiles": str(tmp_path / "Program Files")}))
        assert [host for host in hosts if tmp_path in host.folder.parents] == []


@pytest.mark.parametrize(
    ("platform", "folder", "settings"),
    [
        ("linux", ".local/share/krita", ".config/kritarc"),
        ("linux", ".var/app/org.kde.krita/data/krita", ".var/app/org.kde.krita/config/kritarc"),
        ("darwin", "Library/Application Support/krita", "Library/Preferences/kritarc"),
        ("win32", "AppData/Roaming/krita", "AppData/Local/kritarc"),
        (
            "win32",
            "AppData/Local/Packages/49800Krita_x/LocalCache/Roaming/krita",
            "AppData/Local/Packages/49800Krita_x/LocalCache/Local/kritarc",
        ),
    ],
)
def test_krita_is_found_by_its_folder(
    platform: str, folder: str, settings: str, tmp_path: Path
) -> None:
    made(tmp_path / folder)
    [host] = found(Machine(platform, tmp_path, {}), "krita")
    assert host.folder == tmp_path / folder
    assert host.settings == tmp_path / settings
    assert host.plugin == tmp_path / folder / "pykrita" / "velatura_krita"


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".config/GIMP/3.2"),
        ("linux", ".var/app/org.gimp.GIMP/config/GIMP/3.0"),
        ("darwin", "Library/Application Support/GIMP/3.0"),
        ("win32", "AppData/Roaming/GIMP/3.0"),
    ],
)
def test_gimp_is_found_by_its_folder(platform: str, folder: str, tmp_path: Path) -> None:
    made(tmp_path / folder)
    [host] = found(Machine(platform, tmp_path, {}), "gimp")
    assert host.plugin == tmp_path / folder / "plug-ins" / "velatura_gimp"
    assert host.settings is None


def test_every_version_of_gimp_is_a_host_and_2_10_is_none(tmp_path: Path) -> None:
    for version in ("2.10", "3.0", "3.2"):
        made(tmp_path / ".config" / "GIMP" / version)
    hosts = found(Machine("linux", tmp_path, {}), "gimp")
    assert [host.title for host in hosts] == ["GIMP 3.0", "GIMP 3.2"]


def test_a_host_that_was_never_started_is_found_by_its_program(tmp_path: Path) -> None:
    programs = made(tmp_path / "bin-of-the-system")
    for name in ("krita", "gimp-3.2"):
        (programs / name).touch()
    hosts = find(Machine("linux", tmp_path, {"PATH": f"/nowhere:{programs}"}))
    assert [host.title for host in hosts] == ["Krita", "GIMP 3.2"]


def test_an_appimage_shares_the_systems_folders_or_has_a_home_beside_it(tmp_path: Path) -> None:
    image = made(tmp_path / "Applications") / "krita-5.2.9-x86_64.appimage"
    image.touch()
    machine = Machine("linux", tmp_path, {})
    [host] = found(machine, "krita")
    assert host.folder == tmp_path / ".local" / "share" / "krita"
    home = made(image.with_name(f"{image.name}.home"))
    _, portable = found(machine, "krita")
    assert portable.title == "Krita (AppImage)"
    assert portable.folder == home / ".local" / "share" / "krita"


def test_the_environment_moves_folders(tmp_path: Path) -> None:
    moved = {
        "XDG_DATA_HOME": str(tmp_path / "d"),
        "XDG_CONFIG_HOME": str(tmp_path / "c"),
        "GIMP3_DIRECTORY": str(made(tmp_path / "g")),
    }
    krita, gimp = usual(Machine("linux", tmp_path, moved))
    assert krita.folder == tmp_path / "d" / "krita"
    assert krita.settings == tmp_path / "c" / "kritarc"
    assert gimp.folder == tmp_path / "g"
    windows = {"APPDATA": str(tmp_path / "r"), "LOCALAPPDATA": str(tmp_path / "l")}
    krita, gimp = usual(Machine("win32", tmp_path, windows))
    assert (krita.folder, krita.settings) == (tmp_path / "r" / "krita", tmp_path / "l" / "kritarc")
    assert gimp.folder == tmp_path / "r" / "GIMP" / "3.0"


def test_below_a_prefix_nothing_leads_elsewhere(tmp_path: Path) -> None:
    machine = Machine("linux", Path("/home/somebody"), {"XDG_DATA_HOME": "/elsewhere"})
    for host in usual(machine.below(tmp_path)):
        assert tmp_path in host.folder.parents


def test_only_flatpaks_are_sandboxed(tmp_path: Path) -> None:
    hosts = candidates(Machine("linux", tmp_path, {}))
    assert {host.package for host in hosts if host.sandboxed} == {"Flatpak"}
    assert len([host for host in hosts if not host.sandboxed]) == 2
