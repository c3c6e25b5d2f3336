"""What engines can be given and give, of every kind: checkpoints, pairs, nothing, frames; and filters."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from velatura.contract import registry
from velatura.contract.common_params import CommonParams
from velatura.contract.engine import PICTURE, EngineParams, Input, Iterative, Output
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import BadRequest, EngineFailed, OutOfMemory
from velatura.imaging.colour import from_float
from velatura.imaging.raster import Depth, Raster, RasterShape, Transfer
from velatura.imaging.tiles import Box
from velatura.library.weights import write_state
from velatura.pipeline.render import Output as Given
from velatura.pipeline.render import render
from velatura.pipeline.style_input import style_key
from velatura.runtime.model_cache import WarmModels

from ..toy_package import PACKAGE
from ..toys import DEPTHS, TRANSFERS, described, grey, new_run, noise

pytestmark = pytest.mark.usefixtures("toys")

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def colours(path: Path, *those: tuple[float, float, float]) -> Path:
    write_state({"colours": torch.tensor(those)}, path)
    return path


def given(
    name: str, scene: Scene, run: Run | None = None, *, tile: int = 1024, **knobs: object
) -> dict[str, Given]:
    engine = registry.load(name)
    run = run or Run(WarmModels(torch.device("cpu"), torch.float32))
    return render(engine, scene, registry.validate(engine, knobs), run, tile=tile)


def painted(name: str, scene: Scene, run: Run | None = None, **knobs: Any) -> Raster:
    found = given(name, scene, run, **knobs)["picture"]
    assert isinstance(found, Raster)
    return found


def flat(*colour: float, height: int = 12, width: int = 10) -> Raster:
    return Raster(np.broadcast_to(np.float32(colour), (height, width, len(colour))).copy())


# Checkpoints and banks


def test_a_checkpoint_is_a_style(tmp_path: Path) -> None:
    style = Style(checkpoint=colours(tmp_path / "red", RED))
    found = painted("toy-checkpoint", Scene(flat(0, 0, 0), (Region((style,)),)), amount=0.25)
    np.testing.assert_allclose(found.pixels[0, 0], [0.25, 0, 0], atol=1e-6)


def test_styles_of_a_bank_are_mixed_by_weight(tmp_path: Path) -> None:
    bank = colours(tmp_path / "bank", RED, BLUE)
    styles = (Style(checkpoint=bank, index=0, weight=1), Style(checkpoint=bank, index=1, weight=3))
    found = painted("toy-checkpoint", Scene(flat(0, 0, 0), (Region(styles),)), amount=1)
    np.testing.assert_allclose(found.pixels[0, 0], [0.25, 0, 0.75], atol=1e-6)


def test_a_style_that_the_bank_lacks_is_named(tmp_path: Path) -> None:
    style = Style(checkpoint=colours(tmp_path / "bank", RED, BLUE), index=2)
    with pytest.raises(BadRequest, match="no style 2: it has 2"):
        painted("toy-checkpoint", Scene(flat(0, 0, 0), (Region((style,)),)))


# Pairs


def pair(before: Raster, after: Raster, **view: Any) -> Style:
    return Style(picture=after, before=before, **view)


def test_what_was_done_to_one_picture_is_done_to_another() -> None:
    scene = Scene(flat(0.2, 0.2, 0.2), (Region((pair(flat(0, 0, 0), flat(0.5, 0, 0)),)),))
    found = painted("toy-pair", scene)
    np.testing.assert_allclose(found.pixels[0, 0], [0.7, 0.2, 0.2], atol=1e-6)


@pytest.mark.parametrize("rotation", [0.0, 90.0, 30.0])
def test_both_halves_are_cropped_and_turned_alike(rotation: float) -> None:
    dice = np.random.default_rng(3)
    before = dice.random((40, 60, 3), np.float32) / 2
    after = before.copy()
    before[:, 30:], after[:, 30:] = 0, 1
    after[:, :30, 1] += 0.25
    style = pair(Raster(before), Raster(after), crop=(0, 0, 0.5, 1), rotation=rotation)
    found = painted("toy-pair", Scene(flat(0.2, 0.2, 0.2), (Region((style,)),)))
    np.testing.assert_allclose(found.pixels[0, 0], [0.2, 0.45, 0.2], atol=2e-3)


def test_what_is_hidden_in_either_half_does_not_count() -> None:
    before, after = flat(0, 0, 0, 1), flat(0.5, 0, 0)
    before.pixels[:, 5:, 3] = 0
    after.pixels[:, 5:] = 1
    found = painted("toy-pair", Scene(flat(0.2, 0.2, 0.2), (Region((pair(before, after),)),)))
    # Resampling smears the border between the halves a little.
    np.testing.assert_allclose(found.pixels[0, 0], [0.7, 0.2, 0.2], atol=0.05)


def test_a_pair_is_remembered_by_both_halves() -> None:
    after = flat(0.5, 0, 0)
    keys = {style_key(Style(after, before=each), 64) for each in (None, flat(0, 0, 0), after)}
    assert len(keys) == 3


def test_halves_of_different_sizes_are_refused() -> None:
    scene = Scene(flat(0, 0, 0), (Region((pair(flat(0, 0, 0, width=9), flat(0, 0, 0)),)),))
    with pytest.raises(BadRequest, match=r"halves of a pair differ in size: 9 × 12 .* 10 × 12"):
        painted("toy-pair", scene)


# No content


@pytest.mark.parametrize("transfer", TRANSFERS)
@pytest.mark.parametrize("depth", DEPTHS)
def test_what_starts_from_nothing_has_the_size_and_depth_asked_for(
    depth: Depth, transfer: Transfer
) -> None:
    style = Style(picture=flat(0.5, 0.25, 0.75))
    scene = Scene(None, (Region((style,)),), size=(7, 5), depth=depth, transfer=transfer)
    found = painted("toy-texture", scene)
    assert found.shape == RasterShape(7, 5, 3, depth, transfer)
    again = painted("toy-texture", replace(scene, depth="f32", transfer="srgb"))
    np.testing.assert_array_equal(found.pixels, from_float(again.pixels, found))


def test_where_nothing_is_painted_there_is_nothing() -> None:
    mask = np.zeros((5, 8, 1), np.float32)
    mask[:, :4], mask[:, 4:6] = 1, 0.5
    region = Region((Style(picture=flat(1, 1, 1)),), Raster(mask))
    found = painted("toy-texture", Scene(None, (region,), size=(8, 5), strength=0.5))
    assert found.channels == 4
    assert list(found.pixels[0, :, 3]) == [128, 128, 128, 128, 64, 64, 0, 0]


def test_a_size_is_needed_and_a_content_refused() -> None:
    style = Region((Style(picture=flat(1, 1, 1)),))
    with pytest.raises(BadRequest, match="needs a size"):
        painted("toy-texture", Scene(None, (style,)))
    with pytest.raises(BadRequest, match="starts from nothing"):
        painted("toy-texture", Scene(flat(0, 0, 0), (style,)))


# Frames and their state


def frames(scene: Scene, count: int, folder: Path, run: Run | None = None) -> dict[str, Given]:
    """What ``count`` frames of the same scene give, one after the other: the last of them."""
    outputs: dict[str, Given] = {}
    for _ in range(count):
        inputs = {}
        if outputs:
            state = outputs["state"]
            assert isinstance(state, bytes)
            (folder / "state").write_bytes(state)
            inputs = {"state": folder / "state"}
        outputs = given("toy-frames", replace(scene, inputs=inputs), run)
    return outputs


def test_a_frame_goes_on_from_what_the_one_before_left(tmp_path: Path) -> None:
    scene = Scene(flat(0, 0, 0), (Region((Style(picture=flat(1, 0, 0)),)),))
    outputs = frames(scene, 3, tmp_path)
    assert json.loads(outputs["state"]) == {"frame": 3}
    picture, amount = outputs["picture"], outputs["amount"]
    assert isinstance(picture, Raster) and isinstance(amount, Raster)
    np.testing.assert_allclose(picture.pixels[0, 0], [0.3, 0, 0], atol=1e-5)
    assert amount.shape == RasterShape(10, 12, 1, "f32", "srgb")


def halves() -> tuple[Region, Region]:
    left = np.zeros((12, 10, 1), np.float32)
    left[:, :5] = 1
    red, blue = Style(picture=flat(*RED)), Style(picture=flat(*BLUE))
    return Region((red,), Raster(left)), Region((blue,))


def test_each_region_has_a_state_of_its_own(tmp_path: Path) -> None:
    run = new_run()
    outputs = frames(Scene(flat(0, 0, 0), halves()), 4, tmp_path, run)
    picture = outputs["picture"]
    assert isinstance(picture, Raster)
    np.testing.assert_allclose(picture.pixels[0, 0], [0.4, 0, 0], atol=1e-5)
    np.testing.assert_allclose(picture.pixels[0, 9], [0, 0, 0.4], atol=1e-5)
    assert run.notes == []


def test_a_state_of_other_regions_is_not_used_and_that_is_said(tmp_path: Path) -> None:
    scene = Scene(flat(0, 0, 0), halves())
    for before, after in ((scene, replace(scene, regions=scene.regions[1:])), (scene, scene)):
        (tmp_path / "state").write_bytes(bytes(frames(before, 2, tmp_path)["state"]))
        if after is scene:
            (tmp_path / "state").write_text('{"frame": 2}')
        run = new_run()
        found = given("toy-frames", replace(after, inputs={"state": tmp_path / "state"}), run)
        picture = found["picture"]
        assert isinstance(picture, Raster)
        np.testing.assert_allclose(picture.pixels[0, 9], [0, 0, 0.1], atol=1e-5)
        assert [str(note) for note in run.notes] == [
            "The regions differ from those of the previous frame, so this one starts afresh."
        ]


class Flows(Iterative[EngineParams]):
    """Remembers its flow; says of each region which it is, in a raster of half the size, and in a file."""

    descriptor = described(
        "flows",
        inputs=(Input(name="flow", kind="flow", title="Flow"),),
        outputs=(
            PICTURE,
            Output(name="which", title="Which"),
            Output(name="list", kind="file", title="List", suffix="txt"),
        ),
    )
    Params = EngineParams

    def __init__(self, extra: str = "which") -> None:
        self.extra = extra
        self.flow: Any = None

    def stylize(self, scene: Scene, params: EngineParams, run: Run) -> Any:
        self.flow = scene.inputs.get("flow")
        content = scene.content
        assert content is not None
        picture = torch.zeros((1, 3, content.height, content.width))
        value = scene.regions[0].strength if scene.regions else 1.0
        small = Raster(np.full((content.height // 2, content.width // 2, 1), value, np.float16))
        return {"picture": picture, self.extra: b"file" if self.extra == "list" else small}


def test_vectors_of_a_flow_shrink_with_the_picture() -> None:
    flow = np.zeros((40, 80, 3), np.float32)
    flow[:] = (8, -4, 1)
    engine = Flows()
    common = CommonParams(finest=20)
    scene = Scene(flat(0, 0, 0, height=40, width=80), common=common, inputs={"flow": Raster(flow)})
    render(engine, scene, EngineParams(), new_run())
    assert engine.flow.pixels.shape == (10, 20, 3)
    np.testing.assert_allclose(engine.flow.pixels[5, 10], [2, -1, 1], atol=1e-5)


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        (np.zeros((40, 80, 3), np.uint8), "three float channels"),
        (np.zeros((40, 80, 2), np.float32), "three float channels"),
        (np.zeros((20, 40, 3), np.float32), "has 40 × 20 pixels, the picture 80 × 40"),
    ],
)
def test_a_flow_that_is_none_is_refused(flow: Any, sentence: str) -> None:
    scene = Scene(flat(0, 0, 0, height=40, width=80), inputs={"flow": Raster(flow)})
    with pytest.raises(BadRequest, match=sentence):
        render(Flows(), scene, EngineParams(), new_run())


# Outputs beside the picture


def test_a_raster_of_several_regions_is_each_ones_where_it_has_most() -> None:
    left = np.zeros((12, 10, 1), np.float32)
    left[:, :6] = 0.7
    regions = (Region((), Raster(left), strength=0.5), Region((), strength=0.25))
    found = render(Flows(), Scene(flat(0, 0, 0), regions), EngineParams(), new_run())["which"]
    assert isinstance(found, Raster)
    assert found.depth == "f16"
    assert found.pixels[0, :, 0].tolist() == [0.5, 0.5, 0.5, 0.25, 0.25]


def test_files_of_several_regions_are_left_out_and_that_is_said() -> None:
    run = new_run()
    scene = Scene(flat(0, 0, 0), halves())
    assert set(render(Flows("list"), scene, EngineParams(), run)) == {"picture"}
    assert run.notes == [
        "Files of several regions cannot be combined: paint the regions one after the other."
    ]
    alone = Scene(flat(0, 0, 0))
    assert render(Flows("list"), alone, EngineParams(), new_run())["list"] == b"file"


def test_an_output_that_the_descriptor_lacks_is_the_engines_fault() -> None:
    with pytest.raises(EngineFailed, match="gave “more”, which its descriptor does not name"):
        render(Flows("more"), Scene(flat(0, 0, 0)), EngineParams(), new_run())


# Filters


def blurred(pixels: np.ndarray[Any, Any], radius: int) -> np.ndarray[Any, Any]:
    from scipy.ndimage import uniform_filter

    found: np.ndarray[Any, Any] = uniform_filter(
        pixels.astype(np.float64), (2 * radius + 1,) * 2 + (1,), mode="nearest"
    )
    return found


@pytest.mark.parametrize("tile", [128, 1024])
@pytest.mark.parametrize("radius", [0, 3, 40])
def test_a_filter_sees_its_neighbourhood_in_any_tile(radius: int, tile: int) -> None:
    content = Raster(noise(150, 310, 3, "f32") / 4)
    found = painted("toy-filter", Scene(content), radius=radius, tile=tile)
    np.testing.assert_allclose(found.pixels, blurred(content.pixels, radius), atol=1e-5)


def test_a_window_of_what_a_filter_paints_is_that_part_of_the_whole() -> None:
    scene = Scene(Raster(noise(150, 310, 4, "u16")))
    whole = painted("toy-filter", scene, tile=128)
    part = painted("toy-filter", replace(scene, window=Box(100, 20, 300, 90)), tile=128)
    assert part.pixels.tobytes() == np.ascontiguousarray(whole.pixels[20:90, 100:300]).tobytes()


def test_a_filter_can_be_painted_smaller_and_without_a_seam() -> None:
    content = Raster(noise(60, 80, 3, "u8"))
    common = CommonParams(finest=40, tileable="both")
    assert painted("toy-filter", Scene(content, common=common)).shape == content.shape


def test_a_filter_that_changes_the_size_is_told() -> None:
    engine = registry.load("toy-filter")
    engine.apply = lambda tile, scene, params, run: tile.pixels[:-1]  # type: ignore[attr-defined]
    with pytest.raises(EngineFailed, match=r"where .* was expected"):
        render(engine, Scene(flat(0, 0, 0)), engine.Params(), Run(None))


def test_tiles_of_a_filter_are_halved_where_memory_runs_out() -> None:
    engine: Any = registry.load("toy-filter")
    apply, sides = engine.apply, []

    def short(tile: Any, *rest: Any) -> Any:
        sides.append(tile.tile.core.width)
        if tile.tile.core.width > 256:
            raise MemoryError
        return apply(tile, *rest)

    engine.apply = short
    run = Run(None)
    render(engine, Scene(Raster(noise(9, 600, 3, "u8"))), engine.Params(), run, tile=512)
    assert max(sides) > 256 >= sides[-1]
    assert run.tile == 256
    engine.apply = lambda *_: (_ for _ in ()).throw(MemoryError())
    with pytest.raises(OutOfMemory):
        render(engine, Scene(flat(0, 0, 0)), engine.Params(), Run(None))


def test_a_filter_never_loads_torch() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); import numpy as np\n"
        "from velatura_toys.filter import ENGINE\n"
        "from velatura.contract.run import Run\n"
        "from velatura.contract.scene import Scene\n"
        "from velatura.imaging.raster import Raster\n"
        "from velatura.pipeline.recipe import recipe_of\n"
        "from velatura.pipeline.render import render\n"
        "scene, run = Scene(Raster(np.zeros((9, 9, 3), np.uint8))), Run(None)\n"
        "render(ENGINE(), scene, ENGINE.Params(), run)\n"
        "recipe_of(ENGINE(), scene, ENGINE.Params(), run)\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Common knobs


def test_knobs_that_make_no_difference_are_said() -> None:
    content = flat(0, 0, 0)
    common = CommonParams(stroke=9, finest=8, colours="luminance", feather=2, tileable="x")
    run = new_run()
    painted("identity", Scene(content, common=common), run)
    assert [str(note).split()[0] for note in run.notes] == [
        "Stroke",
        "Finest",
        "Colours",
        "Tileable",
    ]
    run = new_run()
    painted("toy-filter", Scene(content, common=common), run)
    assert [str(note).split()[0] for note in run.notes] == ["Stroke"]
    run = new_run()
    painted("identity", Scene(content), run)
    assert run.notes == []


def test_masks_go_along_with_no_content() -> None:
    with pytest.raises(BadRequest, match="5 × 4 pixels, the picture 8 × 5"):
        region = Region((Style(picture=flat(1, 1, 1)),), grey(1, 4, 5))
        painted("toy-texture", Scene(None, (region,), size=(8, 5)))
