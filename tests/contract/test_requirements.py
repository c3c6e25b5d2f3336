"""Whether a scene is one that an engine takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from velatura.contract.engine import Descriptor, Input, StyleKind
from velatura.contract.requirements import check_fits, check_index, kinds_of
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster

GREY = Raster(np.full((4, 4, 3), 128, np.uint8))
PICTURE = Style(picture=GREY)


def descriptor(**facts: Any) -> Descriptor:
    return Descriptor(name="toy", title="Toy", summary="A toy.", source="a test", **facts)


def scene(*styles: Style, **facts: Any) -> Scene:
    return Scene(content=GREY, regions=(Region(styles),) if styles else (), **facts)


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        (PICTURE, "picture"),
        (Style(picture=GREY, before=GREY), "pair"),
        (Style(code=Path("code")), "code"),
        (Style(checkpoint=Path("net")), "checkpoint"),
        (Style(checkpoint=Path("bank"), index=3), "bank"),
    ],
)
def test_a_style_is_what_it_has(style: Style, kind: StyleKind) -> None:
    assert kinds_of(style) == (kind,)
    check_fits(descriptor(styles=(kind,)), scene(style))


@pytest.mark.parametrize("kind", ["picture", "code"])
def test_a_picture_with_its_code_is_both(kind: StyleKind) -> None:
    both = Style(picture=GREY, code=Path("code"))
    assert kinds_of(both) == ("picture", "code")
    check_fits(descriptor(styles=(kind,)), scene(both))


def test_a_style_of_another_kind_is_refused() -> None:
    with pytest.raises(BadRequest, match="does not take a picture"):
        check_fits(descriptor(styles=("checkpoint",)), scene(PICTURE))


def test_a_style_that_is_needed_must_be_there() -> None:
    with pytest.raises(BadRequest, match="needs a style"):
        check_fits(descriptor(), scene())
    check_fits(descriptor(fewest_styles=0), scene())


def test_an_engine_without_styles_takes_none() -> None:
    with pytest.raises(BadRequest, match="does not take"):
        check_fits(descriptor(styles=(), fewest_styles=0), scene(PICTURE))


def test_an_engine_that_starts_from_nothing_takes_no_content() -> None:
    with pytest.raises(BadRequest, match="starts from nothing"):
        check_fits(descriptor(content="none"), scene(PICTURE))


def test_inputs_are_those_of_the_descriptor() -> None:
    takes = descriptor(inputs=(Input(name="flow", kind="raster", title="Flow", required=True),))
    check_fits(takes, scene(PICTURE, inputs={"flow": GREY}))
    with pytest.raises(BadRequest, match="needs the input “Flow”"):
        check_fits(takes, scene(PICTURE))
    with pytest.raises(BadRequest, match="no input “speed”"):
        check_fits(takes, scene(PICTURE, inputs={"flow": GREY, "speed": 1.0}))


def test_a_region_has_as_many_styles_as_the_engine_takes() -> None:
    check_fits(descriptor(fewest_styles=2, most_styles=2), scene(PICTURE, PICTURE))
    with pytest.raises(BadRequest, match="needs at least 2 styles; region 1 has 1"):
        check_fits(descriptor(fewest_styles=2), scene(PICTURE))
    with pytest.raises(BadRequest, match="takes at most 1 of the 2 styles of region 1"):
        check_fits(descriptor(most_styles=1), scene(PICTURE, PICTURE))


def test_an_index_names_a_banks_style_and_nothing_else() -> None:
    both = descriptor(styles=("bank", "picture"))
    bank = Style(checkpoint=Path("bank"))
    check_fits(both, scene(replace(bank, index=0)))
    for style, sentence in (
        (bank, "which style of the bank"),
        (replace(bank, index=-1), "the index -1"),
        (replace(PICTURE, index=0), "the index 0"),
    ):
        with pytest.raises(BadRequest, match=sentence):
            check_fits(both, scene(style))


def test_a_bank_has_the_styles_that_the_engine_counts() -> None:
    assert check_index(Style(checkpoint=Path("bank"), index=2), 3) == 2
    for index in (3, -1, None):
        with pytest.raises(BadRequest, match="it has 3") as refused:
            check_index(Style(checkpoint=Path("bank"), index=index), 3)
        assert refused.value.hint == "Its styles are numbered from 0 to 2."


def test_a_pair_has_two_halves_of_one_size() -> None:
    pairs = descriptor(styles=("pair",))
    with pytest.raises(BadRequest, match="lacks its painted half"):
        check_fits(pairs, scene(Style(code=Path("code"), before=GREY)))
    small = Raster(np.full((4, 3, 3), 128, np.uint8))
    with pytest.raises(BadRequest, match="3 × 4 pixels before, 4 × 4 after"):
        check_fits(pairs, scene(replace(PICTURE, before=small)))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("raster", GREY, 1.0),
        ("file", Path("file"), GREY),
        ("state", Path("file"), "text"),
        ("number", 1, True),
        ("number", 0.5, "0.5"),
        ("text", "text", 1),
    ],
)
def test_an_input_is_of_its_kind(kind: Any, good: Any, bad: Any) -> None:
    takes = descriptor(inputs=(Input(name="more", kind=kind, title="More"),))
    check_fits(takes, scene(PICTURE, inputs={"more": good}))
    with pytest.raises(BadRequest, match="The input “More” must be "):
        check_fits(takes, scene(PICTURE, inputs={"more": bad}))
