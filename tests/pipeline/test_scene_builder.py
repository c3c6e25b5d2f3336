"""What an engine is given for a request: masks fitted, styles opened, numbers of one kind."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from velatura.cli.backends.local import PayloadBlobs
from velatura.contract.scene import Scene
from velatura.errors import BadRequest
from velatura.library import styles
from velatura.pipeline.scene_builder import Sources, scene_of
from velatura_link.request import (
    EncodedFile,
    Pixels,
    RegionRef,
    Request,
    StyleRef,
    encode_request,
)

from ..toys import described


def png(pixels: np.ndarray) -> EncodedFile:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return EncodedFile(file.getvalue())


def grey(height: int, width: int) -> EncodedFile:
    return png(np.full((height, width), 200, np.uint8))


CONTENT = Pixels(bytes(12 * 16 * 3), 16, 12, 3, "u8")


@pytest.fixture
def built(tmp_path: Path) -> Any:
    """The scene of a request, and what was noted."""

    def build(request: Request) -> tuple[Scene, list[str]]:
        notes: list[str] = []
        blobs = PayloadBlobs(tmp_path)
        sources = Sources(
            blobs,
            lambda name: tmp_path / name,
            lambda sentence, **values: notes.append(sentence.format(**values)),
        )
        fields = encode_request(request, blobs.name)
        return scene_of(fields, described("toy"), sources), notes

    return build


def test_encoded_masks_are_brought_to_what_they_lie_over(built: Any) -> None:
    style = StyleRef(picture=grey(80, 40), mask=grey(8, 4))
    request = Request(engine="toy", content=CONTENT, regions=(RegionRef(grey(6, 8), (style,)),))
    scene, notes = built(request)
    (region,) = scene.regions
    assert (region.mask.width, region.mask.height) == (16, 12)
    mask = region.styles[0].mask
    assert (mask.width, mask.height) == (40, 80)
    assert len(notes) == 2


def test_without_a_content_masks_have_the_results_size(built: Any) -> None:
    scene, _ = built(Request(engine="toy", size=(32, 24), regions=(RegionRef(grey(6, 8), ()),)))
    assert scene.content is None
    assert (scene.regions[0].mask.width, scene.regions[0].mask.height) == (32, 24)


def test_a_map_has_a_region_for_each_of_its_colours_where_it_stands(built: Any) -> None:
    coloured = np.zeros((12, 16, 3), np.uint8)
    coloured[:, :4], coloured[:, 4:] = (0, 0, 255), (255, 0, 0)
    colours = png(coloured)
    regions = (
        RegionRef(colours, (), 0.5, (255, 0, 0)),
        RegionRef(grey(12, 16), ()),
        RegionRef(colours, (), 1.0, (0, 0, 255)),
    )
    scene, notes = built(Request(engine="toy", content=CONTENT, regions=regions))
    red, drawn, blue = scene.regions
    assert red.mask.pixels[0, :, 0].tolist() == [0] * 4 + [255] * 12
    assert (drawn.mask.pixels == 200).all()
    assert blue.mask.pixels[0, :, 0].tolist() == [255] * 4 + [0] * 12
    assert ([region.strength for region in scene.regions], notes) == ([0.5, 1.0, 1.0], [])


def test_a_code_has_no_picture_to_mask(built: Any) -> None:
    code = EncodedFile.read(styles.show("starry-night").path)
    style = StyleRef(code=EncodedFile(code.data), mask=grey(8, 8))
    with pytest.raises(BadRequest, match="only a picture can be masked"):
        built(Request(engine="toy", content=CONTENT, styles=(style,)))


def test_a_built_in_style_has_a_picture_to_mask(built: Any) -> None:
    style = StyleRef(name="udnie", mask=grey(64, 64))
    scene, _ = built(Request(engine="toy", content=CONTENT, styles=(style,)))
    mask = scene.styles[0].mask
    assert (mask.width, mask.height) == (320, 320)


def test_checkpoints_are_files_by_blob_or_by_name(built: Any, tmp_path: Path) -> None:
    sent, named = StyleRef(file=EncodedFile(b"weights")), StyleRef(model="candy", index=3)
    scene, _ = built(Request(engine="toy", content=CONTENT, styles=(sent, named)))
    one, other = scene.styles
    assert one.checkpoint.read_bytes() == b"weights"
    assert (other.checkpoint, other.index) == (tmp_path / "candy", 3)


def test_a_pair_has_both_of_its_pictures(built: Any) -> None:
    pair = StyleRef(picture=grey(4, 4), before=grey(5, 5), crop=(0, 0, 1, 0.5))
    scene, _ = built(Request(engine="toy", content=CONTENT, styles=(pair,)))
    (style,) = scene.styles
    assert (style.picture.width, style.before.width) == (4, 5)
    assert all(isinstance(side, float) for side in style.crop)


def test_what_is_nil_is_as_what_is_absent(tmp_path: Path) -> None:
    blobs = PayloadBlobs(tmp_path)
    reference = CONTENT.reference(blobs.name(CONTENT))
    fields = {
        "engine": "toy",
        "content": reference,
        "strength": None,
        "regions": None,
        "window": None,
    }
    sources = Sources(blobs, Path, lambda sentence, **values: None)
    assert scene_of(fields, described("toy"), sources).strength == 1.0
