"""What an engine gives beside the picture, as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from velatura.cli.further_outputs import write_further
from velatura.errors import BadRequest
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster


def test_further_pictures_are_written_beside_the_picture_in_full_depth(tmp_path: Path) -> None:
    pixels = np.arange(36, dtype=np.uint16).reshape(3, 4, 3) * 1800
    notes = write_further(tmp_path / "out.jpg", {"provenance": Raster(pixels)})
    written = tmp_path / "out.provenance.png"
    assert notes == [f"Wrote {written}."]
    assert np.array_equal(read_picture(written).raster.pixels, pixels)


def test_an_engine_that_gives_the_picture_alone_leaves_nothing_else(tmp_path: Path) -> None:
    assert write_further(tmp_path / "out.png", {}) == []
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be written"):
        write_further(
            tmp_path / "no" / "out.png", {"provenance": Raster(np.zeros((1, 1, 3), np.uint8))}
        )
