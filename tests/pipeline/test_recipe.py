"""A recipe says what decided a picture, the same whichever way the scene came about."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from velatura.contract.run import Run
from velatura.contract.scene import Origin, Region, Scene, Style
from velatura.engines.identity import Identity
from velatura.imaging.raster import Raster
from velatura.pipeline.recipe import Checks, recipe_of
from velatura.pipeline.render import render
from velatura.pipeline.segments import parted
from velatura.runtime.model_cache import WarmModels
from velatura_link.recipe import Recipe, Source, from_json

from ..toys import Negative, grey


def content(height: int = 20, width: int = 30) -> Raster:
    slope = np.linspace(0, 255, height * width * 3).reshape(height, width, 3)
    return Raster(slope.astype(np.uint8))


def of(scene: Scene, run: Run | None = None) -> Recipe:
    return recipe_of(Identity(), scene, Identity.Params(steps=3), run or Run(None))


def pixels(raster: Raster) -> Source:
    return Source(
        check=f"{zlib.crc32(raster.to_bytes()):08x}",
        width=raster.width,
        height=raster.height,
        channels=raster.channels,
        depth=raster.depth,
        transfer=raster.transfer,
    )


def test_it_names_every_knob_and_what_was_painted_from(tmp_path: Path) -> None:
    file = tmp_path / "flow"
    file.write_bytes(b"flow")
    photo, mask, layer = content(), grey(1, 20, 30), content(9, 9)
    named = Style(picture=content(8, 8), origin=Origin("a" * 64, "waves", "Waves"), weight=2)
    scene = Scene(
        photo,
        (Region((named,), mask, 0.5), Region((Style(picture=layer, mask=grey(1, 9, 9)),))),
        strength=0.7,
        seed=11,
        inputs={"flow": file, "start": layer, "sharpness": 0.5},
    )
    recipe = of(scene)
    assert recipe.engine == "identity"
    assert recipe.params == {"steps": 3, "pause": 0.0}
    assert recipe.common["colours"] == "none"
    assert recipe.content == pixels(photo)
    assert (recipe.strength, recipe.seed) == (0.7, 11)
    (region,) = recipe.regions
    assert (region.mask, region.strength) == (pixels(mask), 0.5)
    assert region.styles[0].source == Source(digest="a" * 64, name="waves", title="Waves")
    assert region.styles[0].weight == 2
    (rest,) = recipe.styles
    assert (rest.source, rest.mask) == (pixels(layer), pixels(grey(1, 9, 9)))
    digest = hashlib.sha256(b"flow").hexdigest()
    expected = {"flow": Source(digest=digest), "start": pixels(layer), "sharpness": 0.5}
    assert recipe.inputs == expected
    assert from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("styles", [1, 2, 3])
def test_a_parted_picture_has_its_styles_in_turn_and_no_masks(styles: int) -> None:
    given = [Style(picture=content(8, 8 + number)) for number in range(styles)]
    photo = content(40, 60)
    scene = Scene(photo, parted(photo, given, 4), segments=4)
    recipe = of(scene)
    assert (recipe.segments, recipe.regions) == (4, ())
    assert [style.source.width for style in recipe.styles] == [8 + n for n in range(styles)]


def test_a_known_check_is_not_computed_again() -> None:
    photo, checks = content(), Checks()
    checks.know(photo, 7)
    recipe = recipe_of(Identity(), Scene(photo), Identity.Params(), Run(None), checks)
    assert recipe.content is not None
    assert recipe.content.check == "00000007"


def test_it_says_after_how_many_steps_a_picture_was_stopped() -> None:
    run = Run(None, stop_after=2)
    render(Identity(), Scene(content()), Identity.Params(steps=9), run)
    assert of(Scene(content()), run).stop_after == 2


@pytest.mark.parametrize(
    ("title", "said"), [("two\nlines", "two lines"), ("no\udcfftext", "no?text")]
)
def test_a_title_becomes_one_line_of_text(title: str, said: str) -> None:
    style = Style(picture=content(), origin=Origin("a" * 64, "a-name", title))
    recipe = of(Scene(content(), (Region((style,)),)))
    assert recipe.styles[0].source.title == said
    assert from_json(recipe.to_json().encode()) == recipe


def test_weights_are_named_by_every_run_that_uses_them() -> None:
    models = WarmModels(torch.device("cpu"), torch.float32)
    for _ in range(2):
        run = Run(models)

        def eyes(run: Run = run) -> str:
            run.reads("vgg", "b" * 64)
            return "eyes"

        def painter(run: Run = run) -> str:
            run.model("eyes", eyes)
            run.reads("painter", "c" * 64)
            return "painter"

        run.reads("encoder", "a" * 64)
        run.model("painter", painter)
        assert run.weights == {"encoder": "a" * 64, "vgg": "b" * 64, "painter": "c" * 64}
    run = Run(models)
    run.model("eyes", lambda: pytest.fail("it is warm"))
    assert run.weights == {"vgg": "b" * 64}


@pytest.mark.parametrize(("tile", "said"), [(16, 16), (64, None)])
def test_tiles_are_named_where_the_picture_was_cut(tile: int, said: int | None) -> None:
    run = Run(WarmModels(torch.device("cpu"), torch.float32))
    scene = Scene(content())
    render(Negative(), scene, Negative.Params(), run, tile=tile)
    recipe = recipe_of(Negative(), scene, Negative.Params(), run)
    assert recipe.tile == said
    assert recipe.dtype == "float32"
    assert recipe.torch == torch.__version__
