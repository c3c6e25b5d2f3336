"""Engines of every kind in the real GIMP, from a package of somebody else's: the plug-in does not change for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from velatura.contract import manifest

from ..toy_package import installed, toys_in_this_process
from . import gimp_plugin
from .display import Display
from .harness import SCRIPTS, Gimp
from .profiles import Profile
from .test_gimp_window import paint

pytestmark = pytest.mark.usefixtures("toys")
GROUND = (100, 150, 200)
STYLE = (200, 100, 100)
NEAR = 1.5
"""Levels of 255 that colours may be off by rounding."""
Case = dict[str, Any]


@pytest.fixture
def toys(profile: Profile, tmp_path: Path) -> Iterator[None]:
    """The plug-in and a daemon that have the toys, too."""
    folder = tmp_path / "site"
    path = installed(folder)
    with toys_in_this_process(folder):
        plugin = gimp_plugin.install(profile, manifest.build())
        told = json.loads((plugin / "daemon.json").read_bytes())
        root, mount, *command = told["command"]
        told["command"] = [root, mount, "/usr/bin/env", f"PYTHONPATH={path}", *command]
        (plugin / "daemon.json").write_text(json.dumps(told))
        # A first daemon imports every engine to find out; on a busy machine that takes longer than a script waits.
        cache = Path(profile.environment["VELATURA_CACHE"])
        manifest.write(cache, manifest.code_hash(), manifest.build())
        yield


def play(gimp: Gimp, *cases: Case) -> list[Any]:
    """What became of ``cases``, of scripts/gimp_kinds.py."""
    return list(gimp.play(SCRIPTS / "gimp_kinds.py", cases=cases, timeout=240).value)


def case(engine: str, image: dict[str, Any] | None = None, **facts: Any) -> Case:
    """One more call of the procedure of ``engine`` on the lowest of ``image``'s layers, or of those in ``choose``."""
    choose = facts.pop("choose", list(image or ())[:1])
    select, asks = facts.pop("select", None), facts.pop("asks", False)
    return {
        "procedure": f"velatura-{engine}",
        "image": image or {},
        "choose": choose,
        "select": select,
        "asks": asks,
        "arguments": facts,
    }


def near(colour: tuple[float, ...]) -> Any:
    return pytest.approx(colour, abs=NEAR)


def test_models_pairs_and_filters_paint(gimp: Gimp, tmp_path: Path) -> None:
    """A colour from a model's file, the second of a bank; what was done to another picture; a blur."""
    from velatura_toys.checkpoint import save  # type: ignore[import-not-found]

    bank = save(tmp_path / "bank.safetensors", (0.0, 0.0, 0.0), (1.0, 0.0, 1.0))
    layers = {"Ground": GROUND, "Before": (10, 20, 30), "After": (40, 40, 20)}
    model, pair, half, blur, many = play(
        gimp,
        case("toy-checkpoint", {"Ground": GROUND}, checkpoint=str(bank), style_index=1, amount=1.0),
        case("toy-pair", layers, style_layer="After", before_layer="Before"),
        case("toy-pair", layers, style_layer="After"),
        case("toy-filter", {"Ground": GROUND}, radius=2),
        case("toy-texture", {"Ground": GROUND}, style="scream, great-wave"),
    )
    assert model["error"] is None, model
    assert model["layers"]["Bank — Toy checkpoint"]["colour"] == near((255, 0, 255))
    assert pair["layers"]["After — Toy pair"]["colour"] == near((130, 170, 190))
    assert "before it was painted is missing" in half["error"]
    assert blur["layers"]["Toy filter"]["colour"] == near(GROUND)
    assert "takes no more than 1" in many["error"]


def test_a_new_picture_is_a_layer_or_an_image(gimp: Gimp) -> None:
    """As large as is asked for, or as the image, or where something is selected; also without any image."""
    ground = {"Ground": GROUND, "Style": STYLE}
    asked, whole, selected, image, alone = play(
        gimp,
        case("toy-texture", ground, style_layer="Style", width=20, height=10),
        case("toy-texture", ground, style_layer="Style"),
        case("toy-texture", ground, style_layer="Style", select=[4, 6, 16, 8]),
        case("toy-texture", ground, style_layer="Style", output="new-image", width=20, height=10),
        case("toy-texture", style="scream", width=20, height=10),
    )
    assert asked["error"] is None, asked
    for seen, extent in (
        (asked, [0, 0, 20, 10]),
        (whole, [0, 0, 32, 32]),
        (selected, [4, 6, 16, 8]),
        (image, [0, 0, 20, 10]),
        (alone, [0, 0, 20, 10]),
    ):
        new = seen["layers"][seen["painted"]]
        assert (new["extent"], new["masked"]) == (extent, seen is selected)
    assert asked["layers"]["Style — Toy texture"]["colour"] == pytest.approx(STYLE, abs=16)
    assert [each["same_image"] for each in (asked, selected, image, alone)] == [1, 1, 0, 0]
    assert [len(each["layers"]) for each in (asked, image, alone)] == [3, 1, 1]
    assert (image["precision"], alone["precision"]) == ("u16-non-linear", "u8-non-linear")


def test_frames_are_painted_from_the_lowest_up_each_with_what_the_one_before_left(
    gimp: Gimp,
) -> None:
    """A tenth more of the style with each; the other output is a hidden layer, where it is wanted."""
    frames = {"One": (0, 0, 0), "Two": (0, 0, 0), "Three": (0, 0, 0), "Style": (200, 200, 200)}
    choose = ["Three", "One", "Two"]
    (seen,) = play(
        gimp,
        case("toy-frames", frames, choose=choose, style_layer="Style", add_amount=True),
    )
    assert seen["error"] is None, seen
    painted = [name for name in seen["layers"] if "Toy frames" in name and "Amount" not in name]
    colours = [seen["layers"][name]["colour"] for name in reversed(painted)]
    assert colours == [near((20, 20, 20)), near((40, 40, 40)), near((60, 60, 60))]
    amounts = [each for name, each in seen["layers"].items() if "Amount" in name]
    assert [each["visible"] for each in amounts] == [False] * 3


def test_the_dialog_asks_what_the_engine_takes(
    gimp_window: Gimp, display: Display, tmp_path: Path
) -> None:
    """A model for one, and neither a picture nor a layer for another; Return paints."""
    from velatura_toys.checkpoint import save  # type: ignore[import-not-found]

    model = str(save(tmp_path / "magenta.safetensors", (1.0, 0.0, 1.0)))
    cases = (
        case("toy-checkpoint", {"Ground": GROUND}, checkpoint=model, amount=1.0, asks=True),
        case("toy-texture", style="scream", width=20, height=10, asks=True),
    )
    running = gimp_window.start(script=SCRIPTS / "gimp_kinds.py", cases=cases)
    with running:
        for title in ("Toy checkpoint", "Toy texture"):
            paint(display, f"^Velatura with {title}$")
        coloured, new = running.finish(240).value
    assert coloured["error"] is None, coloured
    assert coloured["layers"]["Magenta — Toy checkpoint"]["colour"] == near((255, 0, 255))
    assert new["layers"]["Scream — Toy texture"]["extent"] == [0, 0, 20, 10]
