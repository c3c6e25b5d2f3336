"""Plugins into hosts and out again, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from velatura import __version__
from velatura_link.environment import Environment

from ..shell import Outcome, Shell
from ..waiting import wait_until

Velatura = Callable[..., Outcome]
KRITARC = "OpenGLRenderer=none\n\n[python]\nenable_other=true\n\n[theme]\nTheme=\ud800\n"


@pytest.fixture
def velatura(
    shell: Shell, velatura_in: Callable[[Shell], Velatura], monkeypatch: pytest.MonkeyPatch
) -> Velatura:
    """The command line of a person without any host."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "GIMP3_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(made(shell.home / "person")))
    monkeypatch.setenv("PATH", "/nowhere")
    return velatura_in(shell)


@pytest.fixture
def home(shell: Shell) -> Path:
    """Where a person's hosts have their folders."""
    return shell.home / "person"


@pytest.fixture
def hosts(home: Path) -> Path:
    """That with hosts in it, which have settings of their own."""
    made(home / ".local/share/krita/pykrita")
    made(home / ".config/GIMP/3.0/plug-ins")
    kritarc(home).write_bytes(KRITARC.encode("utf-8", "surrogatepass"))
    return home


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kritarc(home: Path) -> Path:
    return home / ".config/kritarc"


def pykrita(home: Path) -> Path:
    return home / ".local/share/krita/pykrita"


def plug_in(home: Path) -> Path:
    return home / ".config/GIMP/3.0/plug-ins/velatura_gimp"


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(each["title"].partition(":")[0], each["state"]) for each in outcome.json["done"]]


def test_every_host_that_is_found_gets_its_plugin(
    velatura: Velatura, hosts: Path, shell: Shell
) -> None:
    outcome = velatura("install", "--json")
    assert told(outcome) == [("Krita", "installed"), ("GIMP 3.0", "installed")]
    assert (pykrita(hosts) / "velatura_krita.desktop").is_file()
    assert (hosts / ".local/share/krita/actions/velatura_krita.action").is_file()
    assert os.access(plug_in(hosts) / "velatura_gimp.py", os.X_OK)
    assert "glaze" in json.loads((plug_in(hosts) / "schema.json").read_bytes())
    for plugin in (pykrita(hosts) / "velatura_krita", plug_in(hosts)):
        facts = json.loads((plugin / "daemon.json").read_bytes())
        assert facts["command"][0] == sys.executable
        assert facts["connection"] == str(shell.runtime / "connection.json")
        assert facts["version"] == __version__


def test_of_kritas_settings_one_line_changes(velatura: Velatura, hosts: Path) -> None:
    before = kritarc(hosts).read_bytes()
    assert "quit it" in velatura("install", "krita").out
    after = kritarc(hosts).read_bytes()
    assert after == before.replace(b"[python]\n", b"[python]\nenable_velatura_krita=true\n")


def test_the_second_time_nothing_is_done(velatura: Velatura, hosts: Path) -> None:
    velatura("install")
    before = tree(hosts)
    assert {state for _, state in told(velatura("install", "--json"))} == {"already there"}
    assert tree(hosts) == before


def test_an_upgrade_replaces_the_folder(velatura: Velatura, hosts: Path) -> None:
    velatura("install", "krita")
    plugin = pykrita(hosts) / "velatura_krita"
    before = tree(plugin)
    (plugin / "of_an_older_version.py").touch()
    (plugin / "__init__.py").write_text("old")
    assert told(velatura("install", "krita", "--json")) == [("Krita", "upgraded")]
    assert tree(plugin) == before


def test_uninstalling_leaves_nothing_behind(velatura: Velatura, hosts: Path) -> None:
    before = tree(hosts)
    velatura("install")
    made(plug_in(hosts) / "__pycache__")
    (plug_in(hosts) / "schema-next.json").touch()
    assert told(velatura("uninstall", "--json")) == [("Krita", "removed"), ("GIMP 3.0", "removed")]
    # Only a folder that was there and empty is gone, too.
    assert set(before) - set(tree(hosts)) <= {
        ".local/share/krita/pykrita",
        ".local/share/krita",
        ".local/share",
        ".local",
        ".config/GIMP/3.0/plug-ins",
        ".config/GIMP/3.0",
        ".config/GIMP",
    }
    assert tree(hosts).items() <= before.items()
    assert velatura("uninstall").out == "Nothing was installed.\n"


def test_a_dry_run_does_nothing(velatura: Velatura, hosts: Path) -> None:
    before = tree(hosts)
    out = velatura("install", "--dry-run").out
    assert f"write {plug_in(hosts)}" in out
    assert f"replace {kritarc(hosts)}" in out
    assert tree(hosts) == before
    velatura("install")
    before = tree(hosts)
    assert f"remove {plug_in(hosts)}" in velatura("uninstall", "--dry-run").out
    assert tree(hosts) == before


def test_a_prefix_is_a_home_whose_hosts_were_never_started(
    velatura: Velatura, home: Path, tmp_path: Path
) -> None:
    velatura("install", "--prefix", tmp_path / "other")
    assert (plug_in(tmp_path / "other") / "velatura_gimp.py").is_file()
    assert kritarc(tmp_path / "other").read_text() == "[python]\nenable_velatura_krita=true\n"
    assert tree(home) == {}
    velatura("uninstall", "--prefix", tmp_path / "other")
    assert tree(tmp_path / "other") == {}


def test_a_flatpak_is_let_see_the_daemon(velatura: Velatura, home: Path) -> None:
    made(home / ".var/app/org.kde.krita/data/krita")
    overrides = made(home / ".local/share/flatpak/overrides") / "org.kde.krita"
    overrides.write_text("[Context]\nfilesystems=/pictures;\n")
    assert "velatura install service" in velatura("install", "krita").out
    assert overrides.read_text() == ("[Context]\nfilesystems=/pictures;xdg-run/velatura:create;\n")
    assert told(velatura("install", "--json", "krita")) == [("Krita (Flatpak)", "already there")]
    velatura("uninstall", "krita")
    assert overrides.read_text() == "[Context]\nfilesystems=/pictures;\n"


def test_a_daemon_from_an_appimage_is_at_home(velatura: Velatura, home: Path) -> None:
    image = made(home / "Applications") / "krita-5.2.9-x86_64.appimage"
    image.touch()
    portable = made(image.with_name(f"{image.name}.home"))
    assert ("Krita (AppImage)", "installed") in told(velatura("install", "--json"))
    facts = json.loads((pykrita(portable) / "velatura_krita" / "daemon.json").read_bytes())
    assert f"HOME={home}" in facts["command"]
    assert sys.executable in facts["command"]


def test_a_service_that_nobody_starts_is_written_all_the_same(
    velatura: Velatura, home: Path
) -> None:
    outcome = velatura("install", "service")
    assert "service: written but not started" in outcome.out
    assert "systemctl" in outcome.out
    unit = (home / ".config/systemd/user/velatura.service").read_text()
    assert f"ExecStart={sys.executable} -m velatura.cli.main serve --idle-stop" in unit
    assert told(velatura("uninstall", "--json")) == [("service", "removed")]
    assert tree(home) == {}


def test_who_has_no_host_is_told(velatura: Velatura, home: Path) -> None:
    assert velatura("install").complaint(code=1) == "Krita and GIMP cannot be found here."
    made(home / ".config/GIMP/3.2")
    assert velatura("install", "krita").complaint(code=1) == "Krita cannot be found here."
    assert told(velatura("install", "--json")) == [("GIMP 3.2", "installed")]


def test_what_cannot_be_installed_is_bad_input(velatura: Velatura, tmp_path: Path) -> None:
    assert "blender" in velatura("install", "blender").complaint()
    assert "prefix" in velatura("install", "service", "--prefix", tmp_path).complaint()


def test_a_package_is_written_where_it_is_wanted(velatura: Velatura, tmp_path: Path) -> None:
    out = velatura("package", "krita", "-o", tmp_path / "zips").out
    assert f"velatura_krita-{__version__}.zip" in out
    assert len(list((tmp_path / "zips").iterdir())) == 1
    assert "krita" in velatura("package", "blender").complaint()


def doctor(velatura: Velatura, subject: str) -> tuple[bool, str, str]:
    """What the doctor finds of a host."""
    [finding] = [
        each for each in velatura("doctor", "--json").json["findings"] if each["subject"] == subject
    ]
    return finding["well"], finding["found"], finding["advice"]


def test_the_doctor_says_what_is_next(velatura: Velatura, hosts: Path) -> None:
    well, found, advice = doctor(velatura, "krita")
    assert (well, found) == (True, "Krita, without the plugin")
    assert advice == "`velatura install krita` installs it."
    velatura("install")
    well, found, advice = doctor(velatura, "krita")
    assert (well, advice) == (True, "")
    assert found == f"Krita: plugin {__version__}, enabled; starts the daemon when needed"
    plugin = pykrita(hosts) / "velatura_krita"
    facts = json.loads((plugin / "daemon.json").read_bytes())

    kritarc(hosts).write_text("")
    assert doctor(velatura, "krita")[:2] == (False, f"Krita: plugin {__version__}, not enabled")
    velatura("install")
    (plugin / "daemon.json").write_text(json.dumps({**facts, "command": ["/gone/python"]}))
    well, found, _ = doctor(velatura, "krita")
    assert not well
    assert "/gone/python is gone" in found
    (plugin / "daemon.json").write_text(json.dumps({**facts, "connection": "/gone/c.json"}))
    assert "looks for the daemon at /gone" in doctor(velatura, "krita")[1]
    (plugin / "__init__.py").write_text("old")
    assert "not of this Velatura's version" in doctor(velatura, "krita")[1]
    (plugin / "daemon.json").unlink()
    assert "does not know where the daemon is" in doctor(velatura, "krita")[1]
    velatura("install")
    assert doctor(velatura, "krita")[0]


@pytest.fixture
def brought(shell: Shell) -> Environment:
    """An environment as a plugin from a zip makes it, with this checkout's Velatura in it."""
    environment = Environment(shell.home / "data" / "environment")
    environment.begin()
    venv.create(environment.where)
    [packages] = environment.where.glob("[Ll]ib/**/site-packages")
    (packages / "checkout.pth").write_text("\n".join(sys.path))
    environment.finish(wheel_of(shell.home, "0.0.9"))
    return environment


def wheel_of(folder: Path, version: str) -> Path:
    """Something with a wheel's name."""
    wheel = made(folder) / f"velatura-{version}-py3-none-any.whl"
    wheel.touch()
    return wheel


def test_uninstalling_takes_the_daemon_of_a_zip_along(
    velatura: Velatura, home: Path, shell: Shell, brought: Environment
) -> None:
    serve = [brought.python, "-m", "velatura.cli.main", "serve", "--engines", "identity"]
    daemon = subprocess.Popen(serve, env={**os.environ, **shell.variables})
    try:
        wait_until((shell.runtime / "connection.json").exists, "the daemon")
        style = made(shell.home / "data" / "styles") / "sea.png"
        style.touch()
        out = velatura("uninstall", "--dry-run").out
        assert f"daemon 0.0.9: would be removed, {brought.where}, " in out
        assert f"remove {brought.where}" in out
        assert " MB" in out
        assert brought.whole
        assert daemon.poll() is None
        assert told(velatura("uninstall", "--json")) == [("daemon 0.0.9", "removed")]
        # It was asked to end, and did so in order.
        assert daemon.wait(10) == 0
    finally:
        daemon.kill()
    assert not (shell.runtime / "connection.json").exists()
    assert [path.name for path in (shell.home / "data").rglob("*")] == ["styles", "sea.png"]
    assert velatura("uninstall").out == "Nothing was installed.\n"


def test_a_daemon_that_runs_from_elsewhere_goes_on(
    velatura_in: Callable[[Shell], Velatura], served: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(made(served.home / "nobody")))
    environment = Environment(served.home / "data" / "environment")
    environment.begin()
    velatura = velatura_in(served)
    [outcome] = told(velatura("uninstall", "daemon", "--json"))
    assert outcome == ("daemon that was left unfinished", "removed")
    assert not environment.where.exists()
    assert velatura("status", "--json").code == 0
    assert served.daemons()


def test_by_name_the_daemon_of_a_zip_goes_alone_and_is_the_users_own(
    velatura: Velatura, hosts: Path, shell: Shell, brought: Environment, tmp_path: Path
) -> None:
    velatura("install", "krita")
    assert told(velatura("uninstall", "krita", "--json")) == [("Krita", "removed")]
    assert told(velatura("uninstall", "--prefix", tmp_path, "--json")) == []
    assert "prefix" in velatura("uninstall", "daemon", "--prefix", tmp_path).complaint()
    assert "no “daemon”" in velatura("install", "daemon").complaint()
    assert brought.whole
    velatura("install", "krita")
    launchers = made(hosts / ".config/velatura")
    (launchers / "launcher.json").write_text(json.dumps({"command": [str(brought.python)]}))
    assert "uninstall service" in velatura("uninstall", "daemon", "--dry-run").out
    assert told(velatura("uninstall", "daemon", "--json")) == [("daemon 0.0.9", "removed")]
    assert (pykrita(hosts) / "velatura_krita").is_dir()
    assert not (shell.home / "data").exists()


def test_a_folder_that_velatura_did_not_make_stays(velatura: Velatura, shell: Shell) -> None:
    letter = made(shell.home / "data" / "environment") / "letter.txt"
    letter.touch()
    assert velatura("uninstall").out == "Nothing was installed.\n"
    assert letter.exists()


def test_what_a_host_in_a_flatpak_made_goes_too(velatura: Velatura, home: Path) -> None:
    environment = Environment(home / ".var/app/org.gimp.GIMP/data/velatura/environment")
    environment.begin()
    assert told(velatura("uninstall", "--json")) == [("daemon that was left unfinished", "removed")]
    assert not environment.where.parent.exists()


def test_the_doctor_judges_the_daemon_of_a_zip(
    velatura: Velatura, hosts: Path, brought: Environment
) -> None:
    well, found, advice = doctor(velatura, "from a zip")
    assert (well, advice) == (True, "")
    assert found.startswith(f"0.0.9 in {brought.where}, ")
    velatura("install", "krita")
    plugin = pykrita(hosts) / "velatura_krita"
    (plugin / "daemon.json").unlink()
    wheel_of(plugin / "daemon", "0.0.10")
    assert doctor(velatura, "krita") == (
        True,
        "Krita: plugin 0.0.10 from a zip, without a daemon",
        "*Install Velatura's painter* there makes one.",
    )
    well, found, advice = doctor(velatura, "from a zip")
    assert well
    assert found.endswith("; a plugin brought 0.0.10")
    assert "offer to update it" in advice
    brought.python.unlink()
    well, found, advice = doctor(velatura, "from a zip")
    assert not well
    assert found.endswith("which does not start")
    assert "Repair" in advice
    brought.begin()
    well, found, advice = doctor(velatura, "from a zip")
    assert not well
    assert found.startswith("unfinished")
    assert "Install Velatura's painter" in advice
    kritarc(hosts).write_text("")
    assert doctor(velatura, "krita")[:2] == (
        False,
        "Krita: plugin 0.0.10 from a zip, not enabled",
    )


def test_the_doctor_knows_gimps_version(velatura: Velatura, hosts: Path) -> None:
    (hosts / ".config/GIMP/3.0/gimprc").write_text('(config-version "3.0.4")\n')
    assert doctor(velatura, "gimp")[1] == "GIMP 3.0 3.0.4, without the plugin"


def test_the_doctor_sends_flatpaks_to_the_service(velatura: Velatura, home: Path) -> None:
    made(home / ".var/app/org.gimp.GIMP/config/GIMP/3.0")
    velatura("install")
    well, found, advice = doctor(velatura, "gimp")
    assert well
    assert "cannot start the daemon" in found
    assert "velatura install service" in advice


def test_the_doctor_sees_that_a_plugin_reaches_the_daemon(
    velatura_in: Callable[[Shell], Velatura], served: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = made(served.home / "person")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", "/nowhere")
    made(pykrita(home))
    velatura = velatura_in(served)
    velatura("install", "krita")
    well, found, _ = doctor(velatura, "krita")
    assert well
    assert found.endswith("reaches the daemon, protocol 1")
