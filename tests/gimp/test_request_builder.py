"""Specs as requests: what is sent for what is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from velatura_gimp.pixels import Form
from velatura_gimp.request_builder import build_request, parse_request
from velatura_link.errors import LinkError
from velatura_link.request import EncodedFile, Pixels

CONTENT = Pixels(bytes(12), 2, 2, 3, "u8")
INPUTS = [
    {"name": "start", "kind": "raster", "title": "Start"},
    {"name": "flow", "kind": "flow", "title": "Flow"},
    {"name": "speed", "kind": "number", "title": "Speed"},
    {"name": "map", "kind": "raster", "title": "Map", "required": True, "when": {"guided": True}},
    {"name": "last", "kind": "state", "title": "Last", "required": True},
]
OIL = {"styles": ["picture", "code"], "fewest_styles": 1, "inputs": INPUTS, "rank": 1}
MANIFEST: dict[str, Any] = {
    "oil": {"descriptor": OIL},
    "bank": {"descriptor": {"styles": ["bank"], "fewest_styles": 1}},
    "either": {"descriptor": {"styles": ["picture", "checkpoint"], "fewest_styles": 1}},
    "pair": {
        "descriptor": {"styles": ["pair"], "fewest_styles": 1, "most_styles": 1, "title": "Pair"}
    },
    "texture": {"descriptor": {"styles": [], "content": "none"}},
    "dream": {"descriptor": {"styles": [], "content": "optional"}},
}


class Named:
    """Gives for each name pixels of its own."""

    def __init__(self) -> None:
        self.given: dict[str, Pixels] = {}

    size = (2, 2)
    form = Form(4, "u16", "linear")

    def content(self) -> Pixels:
        return CONTENT

    def flow(self, name: int | str) -> Pixels:
        return self.given.setdefault(f"flow {name}", Pixels(bytes(12), 1, 1, 3, "f32", "linear"))

    def layer_named(self, name: int | str) -> Pixels:
        return self.given.setdefault(f"layer {name}", Pixels(bytes(3), 1, 1, 3, "u8"))

    def mask(self, name: object) -> Pixels:
        return self.given.setdefault(f"mask {name}", Pixels(bytes(4), 2, 2, 1, "u8"))

    def file(self, path: str) -> EncodedFile:
        return EncodedFile.read(Path(path))


def test_a_spec_is_json_of_known_keys() -> None:
    assert parse_request("{}", MANIFEST) == {"engine": "oil"}
    assert parse_request('{"preset": "mine"}', MANIFEST) == {"preset": "mine"}
    for text in ("{", "[]", '{"content": 1}'):
        with pytest.raises(LinkError):
            parse_request(text, MANIFEST)


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
        parse_request(text, MANIFEST)
    assert f"“{where}”" in caught.value.message


def test_everything_that_a_spec_says_is_in_the_request() -> None:
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
        ("bank", "a.t7", "file"),
        ("either", "a.PTH", "file"),
        ("either", "a.jpg", "picture"),
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
    assert (request.size, request.depth, request.transfer) == ((2, 2), "u16", "linear")


def test_a_size_may_be_left_open() -> None:
    request = build_request({"engine": "texture", "size": [7, 0]}, MANIFEST, Named())
    assert request.size == (7, 2)
    for size in ([7], [7, "a"], [7, -1]):
        with pytest.raises(LinkError, match="width and height"):
            build_request({"engine": "texture", "size": size}, MANIFEST, Named())


def test_a_content_that_is_optional_is_left_out_where_a_size_is_given() -> None:
    over = build_request({"engine": "dream"}, MANIFEST, Named())
    assert (over.content, over.size) == (CONTENT, None)
    new = build_request({"engine": "dream", "size": [5, 4]}, MANIFEST, Named())
    assert (new.content, new.size) == (None, (5, 4))


def test_a_pair_is_two_pictures(tmp_path: Path) -> None:
    path = tmp_path / "after.png"
    path.write_bytes(b"after")
    source = Named()
    spec = {"engine": "pair", "styles": [{"file": str(path), "before": {"layer": 3}}]}
    (style,) = build_request(spec, MANIFEST, source).styles
    assert style.picture is not None
    assert bytes(style.picture.view) == b"after"
    assert style.before is source.given["layer 3"]


def test_a_request_for_the_command_line_is_one_here(tmp_path: Path) -> None:
    """Paths stand where the wire has blobs; layers may stand there, too."""
    for name in ("after.png", "before.png", "sky.png", "start.png"):
        (tmp_path / name).write_bytes(name.encode())
    after, before, sky, start = (
        str(tmp_path / name) for name in ("after.png", "before.png", "sky.png", "start.png")
    )
    spec = {
        "engine": "oil",
        "styles": [{"picture": after, "before": before, "mask": {"layer": 3}}],
        "regions": [{"mask": sky, "colour": [0, 0, 255], "styles": [{"picture": {"layer": 4}}]}],
        "inputs": {"start": {"blob": start, "encoding": "file"}},
        "stop_after": 3,
        "window": [0, 0, 1, 1],
    }
    source = Named()
    request = build_request(spec, MANIFEST, source)
    (style,), (region,) = request.styles, request.regions
    sent = [style.picture, style.before, region.mask, request.inputs["start"]]
    assert [bytes(each.view) for each in sent if isinstance(each, EncodedFile)] == [
        b"after.png",
        b"before.png",
        b"sky.png",
        b"start.png",
    ]
    assert style.mask is source.given["layer 3"]
    assert region.styles[0].picture is source.given["layer 4"]
    assert (region.colour, request.stop_after, request.window) == ((0, 0, 255), 3, (0, 0, 1, 1))


def test_half_a_pair_is_none() -> None:
    with pytest.raises(LinkError, match="before it was painted is missing"):
        build_request({"engine": "pair", "styles": [{"layer": 1}]}, MANIFEST, Named())


def test_no_more_styles_than_the_engine_takes() -> None:
    pair = {"layer": 1, "before": {"layer": 2}}
    spec = {"engine": "pair", "styles": [pair, pair]}
    with pytest.raises(LinkError, match="Pair takes no more than 1"):
        build_request(spec, MANIFEST, Named())


def test_inputs_are_what_their_kind_says() -> None:
    source = Named()
    spec = {"engine": "oil", "styles": [{"name": "sea"}]}
    given = {"flow": {"layer": 4}, "speed": "2.5"}
    inputs = build_request({**spec, "inputs": given}, MANIFEST, source).inputs
    assert inputs == {"flow": source.given["flow 4"], "speed": 2.5}
    with pytest.raises(LinkError, match="“fast” is not a number"):
        build_request({**spec, "inputs": {"speed": "fast"}}, MANIFEST, source)


def test_an_input_that_is_needed_must_be_there() -> None:
    """With the knobs that need it; a state comes with the frame before."""
    spec = {"engine": "oil", "styles": [{"name": "sea"}], "params": {"guided": True}}
    with pytest.raises(LinkError, match="“Map” is missing"):
        build_request(spec, MANIFEST, Named())
    given = {"map": {"layer": 1}}
    assert build_request({**spec, "inputs": given}, MANIFEST, Named()).inputs.keys() == {"map"}


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
