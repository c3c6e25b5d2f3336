"""What an engine gives beside the picture, and pixels of any kind as a layer has them."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_krita.document.channels import as_rgba
from velatura_krita.document.formats import LINEAR, SRGB, ColourSpace, space_of_pixels
from velatura_krita.model.extra_outputs import carried_outputs, extra_outputs
from velatura_link.request import Pixels

OUTPUTS = [
    {"name": "picture", "kind": "raster", "title": "Picture"},
    {"name": "provenance", "kind": "raster", "title": "Where it comes from"},
    {"name": "code", "kind": "file", "title": "Style code"},
    {"name": "state", "kind": "state", "title": "State"},
]
MANIFEST = {
    "video": {"descriptor": {"outputs": OUTPUTS, "frames": "ordered"}},
    "still": {"descriptor": {"outputs": OUTPUTS, "frames": "independent"}},
}
OPAQUE = {"uint8": 255, "uint16": 65535, "float16": 1.0, "float32": 1.0}


def test_pictures_are_for_people_and_states_for_the_next_frame() -> None:
    assert extra_outputs(MANIFEST, "video") == {"provenance": "Where it comes from"}
    assert carried_outputs(MANIFEST, "video") == ("state",)
    assert carried_outputs(MANIFEST, "still") == ()
    assert extra_outputs(MANIFEST, "gone") == {}


@pytest.mark.parametrize("kind", OPAQUE)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pixels_of_any_channels_get_all_four(kind: str, channels: int) -> None:
    given = (np.random.default_rng(3).random((5, 7, channels)) * 200).astype(kind)
    depth = {"uint8": "u8", "uint16": "u16", "float16": "f16", "float32": "f32"}[kind]
    made = np.frombuffer(as_rgba(given.tobytes(), channels, depth), kind).reshape(5, 7, 4)
    colours = given[..., :3] if channels > 2 else np.repeat(given[..., :1], 3, axis=2)
    assert np.array_equal(made[..., :3], colours)
    alpha = given[..., -1] if channels in (2, 4) else np.full((5, 7), OPAQUE[kind], kind)
    assert np.array_equal(made[..., 3], alpha)


def test_a_picture_of_another_depth_has_the_space_that_it_came_in() -> None:
    layer = ColourSpace("RGBA", "F32", "sRGB-elle-V2-g10.icc")
    flat = Pixels(bytes(3), 1, 1, 3, "u8")
    assert space_of_pixels(flat, layer) == ColourSpace("RGBA", "U8", SRGB)
    deep = Pixels(bytes(16), 1, 1, 4, "f32", "linear")
    assert space_of_pixels(deep, layer) == layer
    half = Pixels(bytes(6), 1, 1, 3, "f16", "linear")
    assert space_of_pixels(half, ColourSpace("CMYKA", "U8", "x")) == ColourSpace(
        "RGBA", "F16", LINEAR
    )
