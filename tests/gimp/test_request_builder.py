"""Wishes as requests: what is sent for what is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from velatura_gimp.request_builder import build_request, parse_request
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

CONTENT = Pixels(bytes(12), 2, 2, 3, "u8")
MANIFEST = {
    "oil": {"descriptor": {"styles": ["picture", "code"], "fewest_styles": 1}},
    "bank": {"descriptor": {"styles": ["bank"], "fewest_styles": 1}},
    "texture": {"descriptor": {"styles": [], "content": "none"}},
}


class Named:
    """Gives for each name pixels of its own."""

    def __init__(self) -> None:
        self.given: dict[str, Pixels] = {}

    def content(self) -> Pixels:
        return CONTENT

    def layer_named(self, name: int | str) -> Pixels:
        return self.given.setdefault(f"layer {name}", Pixels(bytes(3), 1, 1, 3, "u8"))

    def mask(self, name: object) -> Pixels:
        return self.given.setdefault(f"mask {name}", Pixels(bytes(4), 2, 2, 1, "u8"))

    def file(self, path: str) -> EncodedFile:
        return EncodedFile.read(Path(path))


def test_a_wish_is_json_of_known_keys() -> None:
    assert parse_request("{}") == {"engine": "glaze"}
    assert parse_request('{"preset": "mine"}') == {"preset": "mine"}
    for text in ("{", "[]", '{"content": 1}'):
        with pytest.raises(LinkError):
            parse_request(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"params": 3}', "params"),
        ('{"styles": "scream"}', "styles"),
        ('{"styles": ["scream"]}', "styles[0]"),
        ('{"regions": [{"styles": [{}, 1]}]}', "styles[1]"),
    ],
)
def test_what_has_another_form_is_named(text: str, where: str) -> None:
    with pytest.raises(LinkError) as caught:
        parse_request(text)
    assert f"“{where}”" in caught.value.message


def test_everything_that_a_wish_says_is_in_the_request() -> None:
    spec = {
        "engine": "oil",
        "styles": [
            {"name": "sea", "weight": 2, "rotation": 90, "scale": 0.5, "crop": [0, 0, 1, 0.5]}
        ],
        "regions": [{"mask": "selection", "styles": [{"layer": 7}], "strength": 0.5}],
        "params": {"wet": 1},
        "common": {"stroke": 3},
        "strength": 0.25,
        "seed": 9,
        "segments": 2,
        "device": "cpu",
        "inputs": {"start": {"layer": "Sketch"}, "speed": 2},
    }
    source = Named()
    request = build_request(spec, MANIFEST, source)
    (style,), (region,) = request.styles, request.regions
    assert (style.name, style.weight, style.rotation, style.scale) == ("sea", 2, 90, 0.5)
    assert style.crop == (0, 0, 1, 0.5)
    assert region.mask is source.given["mask selection"]
    assert region.styles[0].picture is source.given["layer 7"]
    assert region.strength == 0.5
    assert request.content is CONTENT
    assert (request.params, request.common) == ({"wet": 1}, {"stroke": 3})
    assert (request.strength, request.seed, request.segments) == (0.25, 9, 2)
    assert request.device == "cpu"
    assert request.inputs == {"start": source.given["layer Sketch"], "speed": 2}


@pytest.mark.parametrize(
    ("engine", "name", "field"),
    [
        ("oil", "a.png", "picture"),
        ("oil", "a.code", "code"),
        ("bank", "a.safetensors", "file"),
    ],
)
def test_a_file_is_what_the_engine_takes_it_for(
    tmp_path: Path, engine: str, name: str, field: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"bytes")
    spec = {"engine": engine, "styles": [{"file": str(path)}]}
    (style,) = build_request(spec, MANIFEST, Named()).styles
    sent = getattr(style, field)
    assert bytes(sent.view) == b"bytes"


def test_a_name_is_a_model_where_styles_are_checkpoints() -> None:
    spec = {"engine": "bank", "styles": [{"name": "sea", "index": 3}]}
    (style,) = build_request(spec, MANIFEST, Named()).styles
    assert (style.model, style.name, style.index) == ("sea", None, 3)


def test_an_engine_without_content_is_told_a_size() -> None:
    request = build_request({"engine": "texture"}, MANIFEST, Named())
    assert request.content is None
    assert request.size == (2, 2)


def test_a_region_without_a_style_is_no_style() -> None:
    bare = {"engine": "oil", "regions": [{"mask": "selection", "styles": []}]}
    with pytest.raises(LinkError, match="No style is chosen"):
        build_request(bare, MANIFEST, Named())
    styled = {**bare, "regions": [{"mask": "selection", "styles": [{"name": "sea"}]}]}
    assert len(build_request(styled, MANIFEST, Named()).regions) == 1


@pytest.mark.parametrize(
    "styles", [[], [{}], [{"name": "sea", "layer": 1}]], ids=["none", "empty", "two"]
)
def test_a_style_must_be_one_thing(styles: list[Any]) -> None:
    with pytest.raises(LinkError):
        build_request({"engine": "oil", "styles": styles}, MANIFEST, Named())


def test_a_preset_brings_its_styles() -> None:
    request = build_request(json.loads('{"preset": "mine"}'), MANIFEST, Named())
    assert request.preset == "mine"
    assert request.engine is None
