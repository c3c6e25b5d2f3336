"""What tells two things apart that something was computed from."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from velatura.contract.common_params import CommonParams
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.raster import Raster
from velatura.runtime.cache_keys import key_of


def raster(value: int) -> Raster:
    return Raster(np.full((4, 4, 3), value, np.uint8))


def test_equal_scenes_have_the_same_key_and_others_another(tmp_path: Path) -> None:
    code = tmp_path / "a.code"
    code.write_bytes(b"one")
    style = Style(picture=raster(3))
    scene = Scene(raster(1), (Region((style,)),), inputs={"b": 2.0, "a": "x"})
    same = Scene(raster(1), (Region((Style(picture=raster(3)),)),), inputs={"a": "x", "b": 2.0})
    assert key_of(scene) == key_of(same)
    others = [
        replace(scene, content=raster(2)),
        replace(scene, regions=(Region((replace(style, weight=2.0),)),)),
        replace(scene, regions=(Region((replace(style, code=code),)),)),
        replace(scene, regions=(Region((style,), mask=Raster(raster(1).pixels[:, :, :1])),)),
        replace(scene, inputs={"a": "x", "b": 3.0}),
        replace(scene, common=CommonParams.model_validate({"detail": 0.25})),
    ]
    keys = [key_of(each) for each in (scene, *others)]
    assert len(set(keys)) == len(keys)


def test_a_file_that_was_written_anew_is_another(tmp_path: Path) -> None:
    path = tmp_path / "a.code"
    path.write_bytes(b"one")
    before = key_of(path)
    os.utime(path, ns=(1, 1))
    assert key_of(path) != before


def test_what_cannot_be_told_apart_has_no_key() -> None:
    with pytest.raises(TypeError, match="object has no key"):
        key_of([object()])
