"""What `velatura install` and `velatura package` leave is what the hosts load."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura.hosts import ini

from ..waiting import wait_until
from .display import Display
from .harness import SCRIPTS, Gimp, Krita
from .profiles import Profile, open_profile

SOMEBODY = 4711
"""A user who is nobody else here."""


def doctor(profile: Profile, subject: str) -> str:
    """What the doctor finds of a host in the profile."""
    profile.shell.variables["HOME"] = str(profile.user)
    findings = profile.shell("doctor", "--json").json["findings"]
    return next(str(each["found"]) for each in findings if each["subject"] == subject)


def test_krita_loads_the_plugin(krita: Krita, profile: Profile) -> None:
    profile.install("krita")
    seen = krita.play(SCRIPTS / "krita_loads.py")
    assert seen.value["module"] == str(profile.pykrita / "velatura_krita" / "__init__.py")
    assert len(seen.value["actions"]) == 3
    assert [name for name in seen.value["dockers"] if "velatura" in name.lower()]
    assert doctor(profile, "krita").startswith("Krita 5.")
    # A Krita that quits writes its settings: the plugin is still enabled.
    assert "enabled" in doctor(profile, "krita")


def test_without_the_plugin_krita_has_none_of_it(krita: Krita, profile: Profile) -> None:
    profile.install("krita")
    profile.shell("uninstall", "krita", "--prefix", profile.user)
    seen = krita.play(SCRIPTS / "krita_loads.py")
    assert seen.value["module"] is None
    assert "velatura_krita" not in profile.kritarc.read_text()


def test_gimp_loads_the_plug_in(gimp: Gimp, profile: Profile) -> None:
    profile.install("gimp")
    seen = gimp.play(SCRIPTS / "gimp_loads.py")
    assert len(seen.value) > 1
    profile.shell("uninstall", "gimp", "--prefix", profile.user)
    assert gimp.play(SCRIPTS / "gimp_loads.py").value == []


def test_kritas_importer_takes_the_package(krita: Krita, profile: Profile, tmp_path: Path) -> None:
    package = profile.shell("package", "krita", "-o", tmp_path, "--json").json["path"]
    folder = str(profile.pykrita.parent)
    seen = krita.play(SCRIPTS / "krita_imports.py", zip=package, folder=folder)
    assert seen.value == ["velatura_krita"]
    text = profile.kritarc.read_text()
    profile.kritarc.write_text(ini.with_value(text, "python", "enable_velatura_krita", "true"))
    assert len(krita.play(SCRIPTS / "krita_loads.py").value["actions"]) == 3


def test_gimp_takes_the_package(gimp: Gimp, profile: Profile, tmp_path: Path) -> None:
    package = profile.shell("package", "gimp", "-o", tmp_path, "--json").json["path"]
    unpack(Path(package), profile.plug_ins)
    assert len(gimp.play(SCRIPTS / "gimp_loads.py").value) > 1


def unpack(package: Path, folder: Path) -> None:
    """As a file manager does, run bits and all."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
        for info in archive.infolist():
            (folder / info.filename).chmod(info.external_attr >> 16 & 0o777)


@pytest.fixture
def somebody(root: Path) -> Iterator[Profile]:
    """The home of a user who may do nothing."""
    with open_profile(root, user=SOMEBODY) as opened:
        yield opened


def test_gimp_need_not_be_root(gimp_is_there: None, somebody: Profile, display: Display) -> None:
    somebody.install("gimp")
    assert len(Gimp(somebody, display).play(SCRIPTS / "gimp_loads.py").value) > 1


def test_neither_krita_nor_the_daemon_need_be_root(somebody: Profile, display: Display) -> None:
    somebody.install("krita")
    assert len(Krita(somebody, display).play(SCRIPTS / "krita_loads.py").value["actions"]) == 3
    log = somebody.home / "daemon.log"
    with log.open("w") as output:
        somebody.inside.start(
            [*somebody.daemon_command, "--engines", "identity"],
            somebody.environment,
            stdout=output,
            stderr=output,
        )
    daemon = wait_until(somebody.shell.processes, "the daemon")[0]
    assert daemon.uids().effective == SOMEBODY
    wait_until(lambda: (somebody.runtime / "connection.json").exists(), log.read_text())
    daemon.terminate()
