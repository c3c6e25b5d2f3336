"""All changes or none, and nothing left beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.hosts.changes import CannotChange, Change, apply, pending
from velatura.hosts.payload import Entry

FOLDER = (Entry("a.py", b"new"), Entry("inside/run.py", b"#!", executable=True))


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A plugin, a file, and an empty folder that was there before."""
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "old.py").write_bytes(b"old")
    (tmp_path / "settings").write_bytes(b"mine")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_folders_and_files_are_replaced(home: Path) -> None:
    changes = [Change(home / "plugin", FOLDER), Change(home / "far" / "off", b"new")]
    apply(changes, home)
    assert tree(home / "plugin") == {"a.py": b"new", "inside": None, "inside/run.py": b"#!"}
    assert (home / "plugin" / "inside" / "run.py").stat().st_mode & 0o111
    assert not (home / "plugin" / "a.py").stat().st_mode & 0o111
    assert (home / "far" / "off").read_bytes() == b"new"
    assert sorted(path.name for path in home.iterdir()) == ["empty", "far", "plugin", "settings"]
    assert pending(changes) == []


def test_what_python_compiled_is_no_change_and_a_lost_run_bit_is(home: Path) -> None:
    change = Change(home / "plugin", FOLDER)
    apply([change], home)
    (home / "plugin" / "__pycache__").mkdir()
    (home / "plugin" / "__pycache__" / "a.pyc").touch()
    assert change.done
    (home / "plugin" / "inside" / "run.py").chmod(0o644)
    assert not change.done


def test_removing_takes_empty_folders_along(home: Path) -> None:
    before = tree(home)
    put = Change(home / "data" / "krita" / "pykrita" / "it", FOLDER)
    apply([put], home)
    apply([Change(put.path, None)], home)
    assert tree(home) == before


def test_a_file_keeps_its_mode(home: Path) -> None:
    (home / "settings").chmod(0o600)
    apply([Change(home / "settings", b"ours")], home)
    assert (home / "settings").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("failing", range(1, 5))
def test_after_a_failure_everything_is_as_it_was(
    home: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, calls, replace = tree(home), [], Path.replace

    def fail(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == failing:
            raise OSError(13, "Permission denied", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CannotChange, match=r"Permission denied; nothing was changed\."):
        apply(
            [
                Change(home / "plugin", FOLDER),
                Change(home / "settings", None),
                Change(home / "other", b"new"),
            ],
            home,
        )
    assert tree(home) == before


def test_after_a_kill_between_two_steps_nothing_is_lost(home: Path) -> None:
    (home / "plugin").rename(home / ".plugin.velatura-old")
    (home / ".plugin.velatura-new").mkdir()
    apply([Change(home / "settings", b"ours"), Change(home / "plugin", None)], home)
    assert sorted(path.name for path in home.iterdir()) == ["empty", "settings"]
