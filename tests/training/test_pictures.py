"""Packs: decoded once, cut anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from velatura.contract.run import Run
from velatura.errors import BadRequest
from velatura.training import pictures
from velatura.training.pictures import Crop, Pack, pack, random_crop


@pytest.fixture
def packed(photos: Path, tmp_path: Path, run: Run) -> Pack:
    return pack([photos], 32, tmp_path / "packs", run)


def test_every_picture_has_its_short_side_at_that_many_pixels(packed: Pack) -> None:
    assert len(packed) == 6
    assert all(min(shape) == 32 for shape in packed.shapes)
    assert packed.unreadable == 0


def test_pixels_are_those_of_the_files(photos: Path, tmp_path: Path, run: Run) -> None:
    found = pack([photos], 40, tmp_path / "packs", run)
    assert found.shapes[0] == (40, 56)
    expected = np.asarray(Image.open(photos / "0.png"))
    assert np.array_equal(found.picture(0).numpy(), expected)


def test_what_is_packed_is_not_decoded_again(
    photos: Path, tmp_path: Path, run: Run, packed: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(pictures, "read_picture")
    again = pack([photos], 32, tmp_path / "packs", run)
    assert torch.equal(again.pixels, packed.pixels)
    assert again.digest == packed.digest


def test_other_files_or_another_size_are_another_pack(
    photos: Path, tmp_path: Path, run: Run, packed: Pack
) -> None:
    assert pack([photos], 24, tmp_path / "packs", run).digest != packed.digest
    copy = shutil.copytree(photos, tmp_path / "photos")
    (copy / "5.png").unlink()
    assert len(pack([copy], 32, tmp_path / "packs", run)) == 5


def test_files_that_cannot_be_read_are_left_out_and_counted(
    photos: Path, tmp_path: Path, run: Run
) -> None:
    copy = shutil.copytree(photos, tmp_path / "photos")
    (copy / "3.png").write_bytes(b"no picture")
    found = pack([copy], 32, tmp_path / "packs", run)
    assert (len(found), found.unreadable) == (5, 1)


def test_pictures_are_in_order_however_few_are_read_at_once(
    photos: Path, tmp_path: Path, run: Run, packed: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "AT_ONCE", 4)
    again = pack([photos], 32, tmp_path / "others", run)
    assert again.shapes == packed.shapes
    assert torch.equal(again.pixels, packed.pixels)


def test_a_crop_is_a_part_of_its_picture(packed: Pack) -> None:
    straight = packed.cut([Crop(1, 3, 5, 16)], 16)
    expected = packed.picture(1)[3:19, 5:21].permute(2, 0, 1)[None].float() / 255
    assert torch.equal(straight, expected)
    assert torch.equal(packed.cut([Crop(1, 3, 5, 16, mirrored=True)], 16), expected.flip(-1))
    assert packed.cut([Crop(1, 3, 5, 16), Crop(2, 0, 0, 32)], 24).shape == (2, 3, 24, 24)


def test_random_crops_lie_inside_and_come_at_all_scales(packed: Pack) -> None:
    dice = np.random.default_rng(0)
    sides = set()
    for _ in range(500):
        crop = random_crop(dice, packed.shapes, 2, (8, 1000))
        height, width = packed.shapes[2]
        assert 0 <= crop.top <= height - crop.side
        assert 0 <= crop.left <= width - crop.side
        sides.add(crop.side)
    assert sides == set(range(8, 33))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [((12, 16), set(range(12, 17))), ((16, 16), {16}), ((40, 80), {32})],
)
def test_random_crops_have_the_sides_that_are_wanted_as_far_as_there_are_so_many_pixels(
    packed: Pack, wanted: tuple[float, float], expected: set[int]
) -> None:
    dice = np.random.default_rng(0)
    sides = {random_crop(dice, packed.shapes, 2, wanted).side for _ in range(200)}
    assert sides == expected


def test_some_of_a_pack_is_a_pack(packed: Pack) -> None:
    some = packed.only([4, 1])
    assert len(some) == 2
    assert torch.equal(some.picture(0), packed.picture(4))
    assert torch.equal(some.picture(1), packed.picture(1))


def test_a_folder_without_pictures_is_one_sentence(tmp_path: Path, run: Run) -> None:
    with pytest.raises(BadRequest, match="There is no folder"):
        pack([tmp_path / "nowhere"], 32, tmp_path / "packs", run)
    (tmp_path / "text.txt").write_text("no picture")
    with pytest.raises(BadRequest, match="There is no picture in"):
        pack([tmp_path], 32, tmp_path / "packs", run)
