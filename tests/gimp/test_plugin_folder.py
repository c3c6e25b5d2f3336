"""What lies beside the plug-in."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from velatura.contract.manifest import manifest_hash
from velatura_gimp.plugin_folder import PluginFolder, canonical
from velatura_link.connection import Connection, write_connection
from velatura_link.errors import LaunchFailed

OLD = {"oil": {"descriptor": {"title": "Öl"}}}
NEW = {**OLD, "ink": {"descriptor": {}}}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PluginFolder:
    monkeypatch.setenv("VELATURA_RUNTIME", str(tmp_path / "elsewhere"))
    (tmp_path / "velatura_gimp.py").touch()
    os.utime(tmp_path / "velatura_gimp.py", (1, 1))
    (tmp_path / "schema.json").write_text(json.dumps(OLD))
    return PluginFolder(tmp_path)


def test_a_newer_manifest_waits_for_gimps_next_start(places: PluginFolder) -> None:
    places.keep(NEW)
    assert places.manifest() == OLD
    assert places.entry.stat().st_mtime > 1  # GIMP will ask for procedures again
    places.promote()
    assert places.manifest() == NEW
    assert sorted(path.name for path in places.path.iterdir()) == [
        "schema.json",
        "velatura_gimp.py",
    ]


def test_a_manifest_that_says_nothing_new_changes_nothing(places: PluginFolder) -> None:
    places.keep(OLD)
    places.keep(None)
    places.promote()
    assert places.manifest() == OLD
    assert places.entry.stat().st_mtime == 1


def test_without_a_manifest_there_are_no_engines(tmp_path: Path) -> None:
    assert PluginFolder(tmp_path).manifest() == {}


def test_the_hash_of_a_manifest_is_the_daemons() -> None:
    assert hashlib.sha256(canonical(OLD).encode()).hexdigest() == manifest_hash(OLD)


def test_what_cannot_be_started_is_one_error_with_what_to_do(places: PluginFolder) -> None:
    told = {"command": ["/nowhere/velatura"], "connection": str(places.path / "run" / "c.json")}
    (places.path / "daemon.json").write_text(json.dumps(told))
    with pytest.raises(LaunchFailed, match="cannot be started") as caught:
        places.connection()
    assert caught.value.hint.startswith("Start GIMP again.")
    assert "/nowhere/velatura" in caught.value.hint
    assert "daemon" not in str(caught.value).lower()


def test_a_daemon_of_another_protocol_is_named(places: PluginFolder) -> None:
    runtime = places.path / "run"
    told = {"command": ["/bin/false"], "connection": str(runtime / "connection.json")}
    (places.path / "daemon.json").write_text(json.dumps(told))
    old = Connection("aa", ("tcp://127.0.0.1:1",), "00" * 32, protocol=0)
    write_connection(runtime / "connection.json", old)
    with pytest.raises(LaunchFailed, match=r"of different versions \(1 and 0\)") as caught:
        places.connection()
    assert "Install Velatura again" in caught.value.hint
