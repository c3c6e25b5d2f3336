"""What every engine keeps of the contract, whoever wrote it: all that the registry has, and the toys of every kind."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from velatura.contract import registry
from velatura.contract.engine import PICTURE, FeedForward, Filter, Iterative, Pixelwise
from velatura.contract.phases import PHASES
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.errors import Cancelled
from velatura.imaging.colour import to_float
from velatura.imaging.raster import Depth, Raster, Transfer
from velatura.imaging.tiles import Box, Tile, round_up
from velatura.pipeline.render import Output, render
from velatura.pipeline.tensors import content_tile, tile_side

from ..toy_package import toys_in_this_process
from .conformance import Bench, LiveBytes, Witness, photo

with tempfile.TemporaryDirectory() as folder, toys_in_this_process(Path(folder)):
    ENGINES = registry.names()
    TILED = tuple(
        name
        for name in ENGINES
        if isinstance(engine := registry.load(name), (Filter, Pixelwise)) or engine.descriptor.tiles
    )
    IN_STEPS = tuple(name for name in ENGINES if isinstance(registry.load(name), Iterative))

every_engine = pytest.mark.parametrize("bench", ENGINES, indirect=True)


def painted(bench: Bench, scene: Scene, **options: Any) -> Raster:
    found = given(bench, scene, **options)["picture"]
    assert isinstance(found, Raster)
    return found


def given(bench: Bench, scene: Scene, observer: Any = None, **options: Any) -> dict[str, Output]:
    bench.require_weights()
    return render(bench.engine, scene, bench.params, bench.run(observer), **options)


def prepared_for_tiles(bench: Bench, run: Run) -> Any:
    """What tiles of a picture share: what is kept of one in a single piece would be handed out instead."""
    scene = bench.scene(130, 130)
    assert isinstance(bench.engine, FeedForward)
    token = tile_side.set(128)
    try:
        with torch.no_grad():
            return bench.engine.prepare(scene, bench.params, run)
    finally:
        tile_side.reset(token)


def apart(one: Raster, other: Raster) -> float:
    """The largest difference, in levels of 255."""
    return float(np.abs(to_float(one) - to_float(other)).max()) * 255


@every_engine
def test_what_the_descriptor_says_fits_together(bench: Bench) -> None:
    engine, facts = bench.engine, bench.engine.descriptor
    assert facts.title and facts.summary and facts.source
    assert facts.outputs[0] == PICTURE
    assert len({each.name for each in facts.outputs}) == len(facts.outputs)
    assert len({each.name for each in facts.inputs}) == len(facts.inputs)
    assert all(each.suffix for each in facts.outputs if each.kind in ("file", "state"))
    assert facts.content == "required" or isinstance(engine, Iterative)
    assert facts.styles or facts.fewest_styles == 0
    assert not facts.most_styles or facts.most_styles >= facts.fewest_styles
    assert facts.preview in ("", *ENGINES)
    assert not facts.interruptible or isinstance(engine, Iterative) or facts.hidden
    assert not facts.phases.keys() & PHASES.keys()
    assert min(facts.multiple, facts.least, facts.memory) >= 1 and facts.halo >= 0
    if isinstance(engine, (Filter, Pixelwise)):
        assert facts.outputs == (PICTURE,) and not facts.weights
    states = {each.name for each in facts.outputs if each.kind == "state"}
    assert states == {each.name for each in facts.inputs if each.kind == "state"}
    assert facts.frames == "ordered" or not states
    assert not any(each.required for each in facts.inputs if each.kind == "state")
    rasters = {each.name for each in facts.inputs if each.kind == "raster"}
    assert facts.refines in ("", *rasters)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (35, 2), (50, 37)])
@every_engine
def test_a_picture_of_any_size_is_painted(bench: Bench, size: tuple[int, int]) -> None:
    found = painted(bench, bench.scene(*size))
    assert (found.width, found.height) == size


@pytest.mark.parametrize("bench", TILED, indirect=True)
def test_tiles_give_what_the_whole_gives(bench: Bench) -> None:
    scene = bench.scene(content=photo(260, 90, 4, "f32"))
    allowed = 0.0 if isinstance(bench.engine, Pixelwise) else 1.0
    assert apart(painted(bench, scene, tile=128), painted(bench, scene)) <= allowed


@pytest.mark.parametrize("bench", TILED, indirect=True)
def test_the_halo_is_as_wide_as_what_is_seen(bench: Bench) -> None:
    """With wider surroundings a tile's core is the same: 1/255 apart at most, for what padding does."""
    engine = bench.engine
    if not isinstance(engine, FeedForward):
        return  # A filter is given no more than its halo, so that tiles show it; pixels have none.
    bench.require_weights()
    facts, run = engine.descriptor, bench.run()
    prepared = prepared_for_tiles(bench, run)
    halo, wider = (round_up(facts.halo + more, facts.multiple) for more in (0, 64))
    start, end = wider, wider + round_up(16, facts.multiple)
    core = Box(start, start, end, end)
    content = photo(end + wider, end + wider)

    def core_with(margin: int) -> Any:
        outer = Box(start - margin, start - margin, end + margin, end + margin)
        piece = content_tile(content, Tile(core, outer), None, run, facts)
        with torch.inference_mode():
            return engine.apply(piece, prepared, run)[:, :, piece.core[0], piece.core[1]]

    difference = (core_with(halo) - core_with(wider)).abs().max()
    assert float(difference) <= 1 / 255


@pytest.mark.parametrize("bench", ENGINES, indirect=True)
def test_a_tile_takes_no_more_memory_than_was_said(bench: Bench) -> None:
    engine = bench.engine
    if not isinstance(engine, FeedForward):
        return  # The others say nothing of memory: rows, or as much as there is.
    bench.require_weights()
    facts, run = engine.descriptor, bench.run()
    prepared = prepared_for_tiles(bench, run)
    box = Box(0, 0, 192, 192)
    piece = content_tile(photo(192, 192), Tile(box, box), None, run, facts)
    with torch.inference_mode(), LiveBytes() as live:
        engine.apply(piece, prepared, run)
    assert live.most <= facts.memory * piece.tensor.shape[2] * piece.tensor.shape[3]


@every_engine
def test_the_same_seed_gives_the_same_picture(bench: Bench) -> None:
    scene = bench.scene(seed=7)
    allowed = {"bitwise": 0.0, "close": 2.0, "no": 255.0}[bench.engine.descriptor.deterministic]
    assert apart(painted(bench, scene), painted(bench, scene)) <= allowed


@pytest.mark.parametrize("steps", [1, 3])
@every_engine
def test_a_cancel_is_heard_within_a_step(bench: Bench, steps: int) -> None:
    heard = Witness()
    given(bench, bench.scene(), heard)
    witness = Witness(cancel_at=min(steps, len(heard.reports)))
    with pytest.raises(Cancelled):
        given(bench, bench.scene(), witness)
    assert len(witness.reports) == witness.cancel_at


@every_engine
def test_steps_go_forward_in_phases_that_have_a_title(bench: Bench) -> None:
    witness = Witness()
    given(bench, bench.scene(), witness)
    known = PHASES.keys() | bench.engine.descriptor.phases.keys()
    own = {report.phase for report in witness.reports if not report.phase.startswith("download ")}
    # What makes a time for others pass is shown to nobody.
    assert own <= known or bench.engine.descriptor.hidden
    for phase in own:
        steps = [report.step for report in witness.reports if report.phase == phase]
        assert steps == sorted(steps)
    assert all(0 <= report.step <= report.steps for report in witness.reports)


@pytest.mark.parametrize("bench", IN_STEPS, indirect=True)
def test_there_is_something_to_see_on_the_way(bench: Bench) -> None:
    witness = Witness()
    given(bench, bench.scene(48, 40), witness)
    assert witness.previews
    for preview in witness.previews:
        batch, channels, height, width = preview.shape
        assert (batch, channels) == (1, 3)
        assert abs(width / height - 48 / 40) < 0.2
        assert bool(preview.isfinite().all())


@every_engine
def test_outputs_are_those_of_the_descriptor_and_a_state_can_go_back(bench: Bench) -> None:
    facts, scene = bench.engine.descriptor, bench.scene()
    outputs = given(bench, scene)
    kinds = {each.name: each.kind for each in facts.outputs}
    assert outputs.keys() <= kinds.keys()
    for name, output in outputs.items():
        assert isinstance(output, Raster) == (kinds[name] == "raster")
    inputs = dict(scene.inputs)
    for name, output in outputs.items():
        if kinds[name] == "state":
            assert isinstance(output, bytes)
            inputs[name] = bench.folder / f"{bench.name}-{name}"
            (bench.folder / f"{bench.name}-{name}").write_bytes(output)
    assert given(bench, replace(scene, inputs=inputs)).keys() == outputs.keys()


@pytest.mark.parametrize("transfer", ["srgb", "linear"])
@pytest.mark.parametrize("depth", ["u8", "u16", "f16", "f32"])
@every_engine
def test_depth_alpha_and_what_a_mask_leaves_out_stay(
    bench: Bench, depth: Depth, transfer: Transfer
) -> None:
    content = photo(48, 40, 4, depth, transfer)
    facts = bench.engine.descriptor
    mask = np.zeros((40, 48, 1), np.float32)
    mask[8:30, 10:40] = 1
    scene = bench.scene(content=content, regions=(Region(bench.styles(), Raster(mask)),))
    if facts.content == "none":
        scene = replace(scene, depth=depth, transfer=transfer)
    found = painted(bench, scene)
    assert (found.depth, found.transfer, found.channels) == (depth, transfer, 4)
    outside = mask[:, :, 0] == 0
    assert found.alpha is not None
    if facts.content == "none":
        assert (found.alpha[outside] == 0).all()
        return
    assert content.alpha is not None
    assert found.alpha.tobytes() == content.alpha.tobytes()
    assert found.pixels[outside].tobytes() == content.pixels[outside].tobytes()


@every_engine
def test_regions_have_their_own_styles(bench: Bench) -> None:
    """What is painted in a region's inside does not change with another region's style, beyond what blends there."""
    mask = np.zeros((48, 96, 1), np.float32)
    mask[:, :48] = 1
    one, other, third = (bench.styles(seed) for seed in (1, 2, 3))
    scene = bench.scene(96, 48)
    pictures = [
        painted(bench, replace(scene, regions=(Region(one, Raster(mask)), Region(rest))))
        for rest in (other, third)
    ]
    assert pictures[0].shape == pictures[1].shape
    if bench.engine.descriptor.regions == "composite":
        assert np.array_equal(pictures[0].pixels[:, :48], pictures[1].pixels[:, :48])


@every_engine
def test_hidden_colours_of_a_style_change_nothing(bench: Bench) -> None:
    if "picture" not in bench.engine.descriptor.styles:
        return
    seen = photo(40, 36, 4, seed=4).pixels.copy()
    seen[:, 20:, 3], seen[:, :20, 3] = 0, 255
    pictures = []
    for colour in (0, 255):
        seen[:, 20:, :3] = colour
        style = Style(picture=Raster(seen.copy()))
        pictures.append(painted(bench, bench.scene(regions=(Region((style,)),))))
    assert apart(*pictures) <= 2
