"""Where a recipe says that files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.cli.recipes import seen_from


@pytest.mark.parametrize(
    ("folder", "file", "path"),
    [
        ("work", "work/photo.jpg", "photo.jpg"),
        ("work/out", "work/photo.jpg", "../photo.jpg"),
        (
            "work",
            "art/Bildschirmfoto um 3.05\u202fPM.png",
            "../art/Bildschirmfoto um 3.05\u202fPM.png",
        ),
        ("home/anna/out", "home/anna/photos/a.jpg", "../photos/a.jpg"),
        ("home/anna", "home/anna/a.jpg", "a.jpg"),
        ("disk/out", "home/anna/photos/a.jpg", "a.jpg"),
        ("home/anna/out", "disk/a.jpg", "../../../disk/a.jpg"),
        ("work", "work/two\nlines.jpg", None),
        ("work", "work/\udcff.jpg", None),
    ],
)
def test_a_file_is_seen_from_the_result_and_no_home_is_spelled_out(
    folder: str, file: str, path: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "anna"))
    assert seen_from(tmp_path / folder, tmp_path / file) == path


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "far" / "away")
    (tmp_path / "photo.jpg").touch()
    path = seen_from(tmp_path / "out", tmp_path / "photo.jpg")
    assert path == "../../photo.jpg"
    assert (tmp_path / "far" / "away" / path).resolve() == tmp_path / "photo.jpg"
