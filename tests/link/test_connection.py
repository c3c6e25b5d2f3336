from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

import platformdirs
import pytest

from velatura_link.connection import FILE_NAME, Connection, read_connection, write_connection
from velatura_link.errors import LinkError, UntrustedFile
from velatura_link.places import config_dir, data_dir, runtime_dir

_CONNECTION = Connection(
    instance="ab" * 16,
    endpoints=("ipc:///run/user/1000/velatura/4711.sock", "tcp://127.0.0.1:40123"),
    secret="0f" * 32,
    pid=4711,
    version="0.1.0",
    started=1767225600.0,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runtime" / FILE_NAME


def test_connection_comes_back_as_it_was_written(path: Path) -> None:
    write_connection(path, _CONNECTION)
    assert read_connection(path) == _CONNECTION
    assert _CONNECTION.key == b"\x0f" * 32


def test_the_secret_is_not_printed() -> None:
    assert _CONNECTION.secret not in repr(_CONNECTION)


def test_connection_is_private_even_under_a_generous_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        write_connection(path, _CONNECTION)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_writing_narrows_an_open_directory_and_leaves_nothing_else(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    write_connection(path, _CONNECTION)
    write_connection(path, _CONNECTION)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_no_file_is_no_connection(path: Path) -> None:
    assert read_connection(path) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_file_open_to_others_is_not_trusted(path: Path, mode: int) -> None:
    write_connection(path, _CONNECTION)
    path.chmod(mode)
    with pytest.raises(UntrustedFile, match="open to other users"):
        read_connection(path)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_directory_open_to_others_is_not_trusted(path: Path, mode: int) -> None:
    write_connection(path, _CONNECTION)
    path.parent.chmod(mode)
    with pytest.raises(UntrustedFile, match="open to other users"):
        read_connection(path)


def test_link_to_a_file_is_not_followed(path: Path) -> None:
    write_connection(path, _CONNECTION)
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)
    with pytest.raises(UntrustedFile):
        read_connection(path)


def test_file_of_another_user_is_not_trusted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_connection(path, _CONNECTION)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(UntrustedFile, match="another user"):
        read_connection(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"instance": "a", "endpoints": [], "secret": "zz", "protocol": 1}',
    ],
)
def test_damaged_file_is_one_clear_sentence(path: Path, text: str) -> None:
    write_connection(path, _CONNECTION)
    path.write_text(text)
    with pytest.raises(LinkError, match="damaged"):
        read_connection(path)


@pytest.mark.parametrize("private", [True, False])
def test_runtime_directory_is_where_platformdirs_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    monkeypatch.delenv("VELATURA_RUNTIME", raising=False)
    tmp_path.chmod(0o700 if private else 0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = platformdirs.user_runtime_path("velatura")
    assert runtime_dir() == expected
    assert (runtime_dir() == tmp_path / "velatura") is private


def test_runtime_directory_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VELATURA_RUNTIME", str(tmp_path))
    assert runtime_dir() == tmp_path


def test_config_directory_is_where_platformdirs_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("/somewhere/else", "", "relative"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert config_dir() == platformdirs.user_config_path("velatura")


def test_data_directory_is_where_platformdirs_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VELATURA_DATA", raising=False)
    for value in ("/somewhere/else", "", "relative"):
        monkeypatch.setenv("XDG_DATA_HOME", value)
        assert data_dir() == platformdirs.user_data_path("velatura")
