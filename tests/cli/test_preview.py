"""The file in which previews are shown."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.cli.preview import PreviewFile
from velatura.imaging import files
from velatura.imaging.raster import Raster


def flat(value: int) -> Raster:
    return Raster(np.full((6, 8, 3), value, np.uint8))


def test_the_last_preview_is_there_when_all_is_done(tmp_path: Path) -> None:
    path = tmp_path / "preview.png"
    with PreviewFile(path) as preview:
        for value in range(50):
            preview.show(flat(value))
    assert np.asarray(Image.open(path)).max() == 49
    assert [each.name for each in tmp_path.iterdir()] == ["preview.png"]
    assert preview.notes == []


def test_nobody_waits_for_a_preview_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def slowly(path: Path, raster: Raster, **options: object) -> None:
        time.sleep(0.2)
        written.append(int(raster.pixels.max()))

    monkeypatch.setattr("velatura.cli.preview.write_picture", slowly)
    with PreviewFile(tmp_path / "preview.png") as preview:
        began = time.monotonic()
        for value in range(50):
            preview.show(flat(value))
        assert time.monotonic() - began < 0.15
    assert len(written) <= 2
    assert written[-1] == 49


def test_a_preview_is_due_some_time_after_the_last(tmp_path: Path) -> None:
    with PreviewFile(tmp_path / "preview.png") as preview:
        assert preview.seconds == 2.0
        assert not preview.due()
        preview.seconds = 0.05
        time.sleep(0.06)
        assert preview.due()
        preview.show(flat(1))
        assert not preview.due()


def test_a_preview_that_cannot_be_written_is_told_and_stops_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with PreviewFile(folder / "preview.png") as preview:
        folder.rmdir()
        preview.show(flat(1))
    assert len(preview.notes) == 1
    assert "preview.png cannot be written: No such file" in preview.notes[0]


def test_a_failed_write_leaves_the_preview_before_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "preview.png"
    files.write_picture(path, flat(7))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with PreviewFile(path) as preview:
        preview.show(flat(1))
    assert np.asarray(Image.open(path)).max() == 7
    assert [each.name for each in tmp_path.iterdir()] == ["preview.png"]
    assert "No space left on device" in preview.notes[0]
