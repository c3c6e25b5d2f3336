"""Pixels in Krita's order and in the wire's, masks and their places."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_krita.document.channels import alpha_of
from velatura_krita.document.formats import Bounds, ColourSpace, placed
from velatura_krita.document.kept_mask import unpacked
from velatura_krita.model.thumbnails import downsampled, downsampled_mask
from velatura_link.packed_masks import packed
from velatura_link.request import Pixels

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize("channels", [2, 4, 5])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float16, np.float32])
def test_alpha_is_taken_as_it_is(kind: type, channels: int) -> None:
    pixels = RANDOM.random((6, 4, channels)).astype(kind) * 50
    alpha = alpha_of(pixels.tobytes(), channels, pixels.itemsize)
    assert alpha == pixels[..., -1].tobytes()


@pytest.mark.parametrize(
    ("space", "transfer"),
    [
        (ColourSpace("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc"), "srgb"),
        (ColourSpace("RGBA", "U16", "sRGB-elle-V2-g10.icc"), "linear"),
        (ColourSpace("RGBA", "F32", "scRGB (linear)"), "linear"),
        (ColourSpace("RGBA", "U8", "sRGB built-in"), "srgb"),
        (ColourSpace("RGBA", "U8", "ClayRGB-elle-V2-g22.icc"), None),
        (ColourSpace("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc"), None),
        (ColourSpace("CMYKA", "U8", "Chemical proof"), None),
    ],
)
def test_spaces_that_the_wire_has_are_known(space: ColourSpace, transfer: str | None) -> None:
    assert space.transfer == transfer


def test_other_spaces_are_sent_as_srgb_of_their_depth() -> None:
    wide = ColourSpace("RGBA", "F16", "Rec2020-elle-V4-g10.icc").sent_as
    assert (wide.depth, wide.transfer) == ("F16", "linear")
    grey = ColourSpace("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc").sent_as
    assert (grey.model, grey.depth, grey.transfer) == ("RGBA", "U8", "srgb")


def test_strips_are_whole_rows_and_leave_nothing_out() -> None:
    strips = Bounds(-3, 4, 10, 7).strips(row_bytes=40, strip_bytes=100)
    assert [(each.y, each.height) for each in strips] == [(4, 2), (6, 2), (8, 2), (10, 1)]
    assert {(each.x, each.width) for each in strips} == {(-3, 10)}


def test_a_row_longer_than_a_strip_is_a_strip() -> None:
    assert len(Bounds(0, 0, 100, 3).strips(row_bytes=400, strip_bytes=100)) == 3


@pytest.mark.parametrize(
    "within", [Bounds(0, 0, 8, 6), Bounds(3, 2, 8, 6), Bounds(-2, -5, 20, 20), Bounds(50, 50, 2, 2)]
)
def test_a_mask_lies_where_it_lay(within: Bounds) -> None:
    of = Bounds(2, 1, 5, 4)
    mask = RANDOM.integers(1, 255, (4, 5), np.uint8)
    world = np.zeros((100, 100), np.uint8)
    world[21:25, 22:27] = mask
    wanted = world[within.y + 20 :, within.x + 20 :][: within.height, : within.width]
    assert placed(mask.tobytes(), of, within) == wanted.tobytes()


def test_a_selection_survives_as_text() -> None:
    mask = RANDOM.integers(0, 255, 40, np.uint8).tobytes()
    assert unpacked(packed(mask), Bounds(0, 0, 8, 5)) == mask


@pytest.mark.parametrize("text", ["", "!", packed(bytes(39)), packed(bytes(10**6)), "AAAA"])
def test_a_damaged_selection_is_noticed(text: str) -> None:
    with pytest.raises(ValueError):
        unpacked(text, Bounds(0, 0, 8, 5))


@pytest.mark.parametrize(("depth", "kind"), [("u8", np.uint8), ("f32", np.float32)])
def test_a_sketch_is_made_of_the_picture_s_own_pixels(depth: str, kind: type) -> None:
    colours = RANDOM.integers(0, 255, (90, 60, 3), np.uint8)
    pixels = colours if kind is np.uint8 else colours.astype(kind) / 255
    sketch = downsampled(Pixels(pixels.astype(kind).tobytes(), 60, 90, 3, depth), side=30)
    assert sketch is not None
    assert (sketch.width, sketch.height) == (20, 30)
    assert sketch.data == colours[::3, ::3].tobytes()


@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
def test_a_thinned_mask_keeps_its_values(depth: str) -> None:
    kinds = {"u8": np.uint8, "u16": np.uint16, "f16": np.float16, "f32": np.float32}
    mask = np.zeros((40, 60), kinds[depth])
    full = np.iinfo(kinds[depth]).max if depth.startswith("u") else 1.0
    mask[:, 30:] = full
    small = downsampled_mask(Pixels(mask.tobytes(), 60, 40, 1, depth, "linear"), 6, 4)
    assert bytes(small.view) == bytes([0, 0, 0, 255, 255, 255] * 4)
