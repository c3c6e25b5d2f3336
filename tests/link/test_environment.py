"""Whose an environment is, and which of two is the newer."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

import pytest

from velatura_link.environment import MARKER, SIGN, Environment, order_of, version_in

ASCENDING = (
    "0.1",
    "0.2.dev3",
    "0.2a1",
    "0.2b1",
    "0.2rc1",
    "0.2rc2",
    "0.2",
    "0.2.post1",
    "0.10",
    "1.0",
)


@pytest.mark.parametrize(("older", "newer"), [*itertools.pairwise(ASCENDING)])
def test_versions_have_an_order(older: str, newer: str) -> None:
    assert order_of(older) < order_of(newer)


def test_what_is_no_version_is_older_than_any() -> None:
    assert order_of("0.1") == order_of("0.1.0")
    assert order_of("what") < order_of("0.0.1")
    assert version_in("velatura-0.1.0-py3-none-any.whl") == "0.1.0"
    assert version_in("velatura.zip") == ""


@pytest.fixture
def made(tmp_path: Path) -> Environment:
    """One with a few files, finished."""
    environment = Environment(tmp_path / "environment")
    environment.begin()
    environment.python.parent.mkdir()
    environment.python.write_text("python")
    wheel = tmp_path / "velatura-1.2-py3-none-any.whl"
    wheel.touch()
    environment.finish(wheel)
    return environment


def test_it_is_whole_when_it_was_finished_and_has_its_python(made: Environment) -> None:
    assert (made.ours, made.whole, made.version) == (True, True, "1.2")
    made.python.unlink()
    assert (made.ours, made.whole, made.version) == (True, False, "1.2")
    made.begin()
    assert (made.ours, made.whole, made.version) == (True, False, "")


def test_a_copy_shares_files_and_is_not_whole(made: Environment) -> None:
    made.copy_to(made.draft, lambda: None)
    assert made.draft.python.samefile(made.python)
    assert (made.draft.ours, made.draft.whole, made.whole) == (True, False, True)
    assert not (made.draft.where / SIGN).samefile(made.where / SIGN)


def test_a_disk_that_shares_no_files_gets_copies(
    made: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*anything: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", cannot)
    made.copy_to(made.draft, lambda: None)
    assert made.draft.python.read_text() == "python"
    assert not made.draft.python.samefile(made.python)


def test_a_full_disk_is_said_by_its_name(
    made: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*anything: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", cannot)
    monkeypatch.setattr(shutil, "copy2", cannot)
    with pytest.raises(OSError, match="No space left"):
        made.copy_to(made.draft, lambda: None)


def test_what_cannot_take_its_place_leaves_it_there(
    made: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.copy_to(made.draft, lambda: None)
    shutil.move(made.draft.python.parent, made.where.parent / "kept")
    rename = Path.replace

    def moved(path: Path, target: Path) -> Path:
        if path == made.draft.where:
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    (made.draft.where / "bin").mkdir()
    monkeypatch.setattr(Path, "replace", moved)
    with pytest.raises(PermissionError):
        made.draft.replace(made)
    assert made.whole
    assert not made.before.where.exists()


def test_nothing_of_other_people_is_removed(tmp_path: Path, made: Environment) -> None:
    other = Environment(tmp_path / "other")
    other.where.mkdir()
    assert (other.ours, other.taken) == (False, False)
    (other.where / "letter").touch()
    assert (other.ours, other.taken) == (False, True)
    other.clear()
    assert (other.where / "letter").exists()
    link = Environment(tmp_path / "link")
    link.where.symlink_to(made.where)
    assert (link.ours, link.taken) == (False, True)
    link.clear()
    assert made.whole


def test_what_is_cleared_is_gone(made: Environment, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (made.where / "lib64").symlink_to(kept)
    size = made.size()
    assert size >= len("python") + (made.where / MARKER).stat().st_size
    made.clear()
    assert not made.where.exists()
    assert kept.exists()
    made.clear()
