"""What a preview asks of the daemon."""

from __future__ import annotations

from velatura.contract import manifest
from velatura_gimp.engine_arguments import arguments_of
from velatura_gimp.preview_requests import can_preview, preview_spec

from . import test_arguments
from .test_arguments import entry, spec

engines = test_arguments.engines


def test_a_preview_is_the_same_in_small(engines: manifest.Manifest) -> None:
    made = arguments_of("gatys", engines)
    large = spec(made, engine="gatys", stroke=12.0, feather=8.0, finest=512, start=3, steps=9)
    small = preview_spec(large, 0.25, engines)
    assert small["engine"] == "glaze-live"
    assert small["common"]["stroke"] == 3.0
    assert small["common"]["feather"] == 2.0
    assert small["common"]["finest"] == 512
    assert small["params"] == small["inputs"] == {}
    assert large["common"]["stroke"] == 12.0


def test_a_preview_has_the_knobs_that_both_engines_have(engines: manifest.Manifest) -> None:
    large = spec(arguments_of("glaze", engines), engine="glaze", grain=2.5, polish=12)
    assert preview_spec(large, 1.0, engines)["params"] == {"grain": 2.5}


def test_a_preview_is_of_engines_that_take_the_same_styles(engines: manifest.Manifest) -> None:
    styled = {"styles": [{"name": "scream"}], "regions": []}
    partly = {"styles": [], "regions": [styled]}
    for given in (styled, partly):
        assert can_preview({"engine": "gatys", **given}, engines)
    bank = {**engines, "bank": entry(styles=("bank",))}
    assert not can_preview({"engine": "bank", **styled}, bank)
    assert not can_preview({"engine": "gatys", **styled}, {"gatys": engines["gatys"]})
    assert can_preview({"engine": "identity", "styles": [], "regions": []}, engines)


def test_an_instant_engine_paints_its_preview_itself() -> None:
    """Small, with whatever it was given, and lengths in the document as much shorter."""
    size = {"type": "number", "default": 9.0, "unit": "px", "scales": True}
    made = {"dots": entry(styles=(), facts={"duration": "instant", "content": "none"}, size=size)}
    large = spec(arguments_of("dots", made), engine="dots", width=400, height=3)
    assert can_preview(large, made)
    small = preview_spec(large, 0.25, made)
    assert (small["size"], small["params"]) == ([100, 1], {"size": 2.25})
