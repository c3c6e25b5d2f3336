"""Whether a scene is one that an engine takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from velatura.contract.engine import Descriptor, Input, StyleKind
from velatura.contract.requirements import check_fits, kinds_of
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
