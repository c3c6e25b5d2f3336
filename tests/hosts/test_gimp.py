"""Layer in, layer out, in the real GIMP: what an artist's pixels go through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from velatura.library import assets

from . import gimp_plugin
from .harness import SCRIPTS, Gimp
from .profiles import Profile

installed, schema = gimp_plugin.installed, gimp_plugin.schema

pytestmark = pytest.mark.usefixtures("installed")
WIDTH, HEIGHT = 117, 90
Case = dict[str, Any]
Array = np.ndarray[Any, Any]

# Precision, babl's name of what a layer of it holds (a nearer one where Python has none), NumPy's.
PRECISIONS = {
    "U8_NON_LINEAR": ("R'G'B'A u8", np.uint8),
    "U8_PERCEPTUAL": ("R'G'B'A u8", np.uint8),
    "U8_LINEAR": ("RGBA u8", np.uint8),
    "U16_NON_LINEAR": ("R'G'B'A u16", np.uint16),
    "U16_LINEAR": ("RGBA u16", np.uint16),
    "HALF_NON_LINEAR": ("R'G'B'A half", np.float16),
    "HALF_LINEAR": ("RGBA half", np.float16),
    "FLOAT_NON_LINEAR": ("R'G'B'A float", np.float32),
    "FLOAT_LINEAR": ("RGBA float", np.float32),
    "U32_LINEAR": ("RGBA float", np.float32),
    "DOUBLE_NON_LINEAR": ("R'G'B'A float", np.float32),
}


def noise(dtype: Any, channels: int = 4, width: int = WIDTH, height: int = HEIGHT) -> Array:
    random = np.random.default_rng(5)
    if np.issubdtype(dtype, np.integer):
        return random.integers(0, np.iinfo(dtype).max + 1, (height, width, channels), dtype)
    pixels = random.random((height, width, channels), np.float32)
    pixels[..., : 3 if channels > 2 else 1] *= 1.5  # brighter than white
    return pixels.astype(dtype)


def waves(width: int = WIDTH, height: int = HEIGHT) -> Array:
    """Something to paint, with soft holes."""
    y, x = np.mgrid[:height, :width] / 9.0
    planes = [np.sin(x), np.cos(y), np.sin(x + y), np.cos(x - 2 * y)]
    return (127.5 + 127.5 * np.stack(planes, axis=-1)).astype(np.uint8)


class JobRunner:
    """Cases for scripts/gimp_paints.py, and what became of them."""

    def __init__(self, gimp: Gimp, folder: Path) -> None:
        self.gimp = gimp
        self.folder = folder
        self.cases: list[Case] = []

    def raw(self, pixels: Array) -> str:
        path = self.folder / f"raw-{len(list(self.folder.iterdir()))}"
        path.write_bytes(pixels.tobytes())
        return str(path)

    def add(self, pixels: Array, form: str = "R'G'B'A u8", **facts: Any) -> None:
        """One more image with a layer of ``pixels``."""
        height, width, channels = pixels.shape
        kind = {1: "GRAY", 2: "GRAYA", 3: "RGB", 4: "RGBA"}[channels]
        case: Case = {
            "size": [width, height],
            "base": "GRAY" if channels < 3 else "RGB",
            "precision": "U8_NON_LINEAR",
            "extent": [0, 0, width, height],
            "type": f"{kind}_IMAGE",
            "pixels": [self.raw(pixels), form],
            "format": form,
            "procedure": "velatura-run",
            "arguments": {"request": '{"engine": "identity"}'},
        }
        self.cases.append({**case, **facts})

    def paint(self) -> list[Case]:
        """What became of all cases."""
        played = self.gimp.play(
            SCRIPTS / "gimp_paints.py", cases=self.cases, into=str(self.folder), timeout=240
        )
        return list(played.value)


@pytest.fixture
def runner(gimp: Gimp, tmp_path: Path) -> JobRunner:
    return JobRunner(gimp, tmp_path)


@pytest.fixture
def stylized(profile: Profile, tmp_path: Path) -> Iterator[Any]:
    """The command line's painting of a picture of 8 bits."""

    def paint(pixels: Array, *words: str) -> Array:
        Image.fromarray(pixels).save(tmp_path / "in.png")
        done = profile.shell("stylize", tmp_path / "in.png", "-o", tmp_path / "out.png", *words)
        assert done.code == 0, done
        return np.asarray(Image.open(tmp_path / "out.png"))

    yield paint


def pixels_of(layer: Case, dtype: Any = np.uint8) -> Array:
    width, height = layer["extent"][2:]
    return np.fromfile(layer["pixels"], dtype).reshape(height, width, -1)


def test_every_precision_comes_back_unchanged(runner: JobRunner) -> None:
    for precision, (form, dtype) in PRECISIONS.items():
        runner.add(noise(dtype), form, precision=precision)
    for (precision, (_, dtype)), seen in zip(PRECISIONS.items(), runner.paint(), strict=True):
        assert seen["error"] is None, precision
        (new, ground), *others = seen["images"]
        assert not others
        assert np.array_equal(pixels_of(new, dtype), pixels_of(ground, dtype)), precision
        if not precision.startswith("U32"):
            assert np.array_equal(pixels_of(ground, dtype), noise(dtype)), precision


def test_layers_without_alpha_and_grey_ones_stay_so(runner: JobRunner) -> None:
    forms = {1: "Y' u8", 2: "Y'A u8", 3: "R'G'B' u8"}
    for channels, form in forms.items():
        runner.add(noise(np.uint8, channels), form)
    runner.add(noise(np.uint16, 1), "Y u16", precision="U16_LINEAR")
    for seen in runner.paint():
        new, ground = seen["images"][0]
        assert new["alpha"] == ground["alpha"]
        assert Path(new["pixels"]).read_bytes() == Path(ground["pixels"]).read_bytes()


@pytest.mark.parametrize("engine", ["glaze"])
def test_a_painting_is_the_command_lines(runner: JobRunner, stylized: Any, engine: str) -> None:
    knobs = {"style": "great-wave", "strength": 0.8, "stroke": 6.0, "colours": "luminance"}
    runner.add(waves(), procedure=f"velatura-{engine}", arguments=knobs)
    ((new, ground),) = runner.paint()[0]["images"]
    words = (
        "--style",
        "great-wave",
        "--strength",
        "0.8",
        "--stroke",
        "6",
        "--colours",
        "luminance",
    )
    assert new["name"] == "Great Wave — Glaze"
    assert np.array_equal(pixels_of(new), stylized(waves(), *words))
    assert np.array_equal(pixels_of(new)[..., 3], waves()[..., 3])
    assert np.array_equal(pixels_of(ground), waves())


def test_styles_are_names_files_and_layers(
    runner: JobRunner, stylized: Any, tmp_path: Path
) -> None:
    style = waves(64, 64)[..., [2, 0, 1]]
    Image.fromarray(style).save(tmp_path / "waves.png")
    chosen = [
        {"style": "great-wave:2, scream"},
        {"style-file": str(tmp_path / "waves.png")},
        {"style-layer": "Ground"},
    ]
    for arguments in chosen:
        runner.add(waves(), procedure="velatura-glaze", arguments=arguments)
    mixed, filed, layered = (each["images"][0][0] for each in runner.paint())
    assert mixed["name"] == "Great Wave + Scream — Glaze"
    words = ("--style", "great-wave:2", "--style", "scream")
    assert np.array_equal(pixels_of(mixed), stylized(waves(), *words))
    assert filed["name"] == "Waves — Glaze"
    words = ("--style", str(tmp_path / "waves.png"))
    assert np.array_equal(pixels_of(filed), stylized(waves(), *words))
    assert layered["name"] == "Ground — Glaze"
    assert not np.array_equal(pixels_of(layered), waves())


def test_a_layer_may_be_anywhere(runner: JobRunner) -> None:
    extents = ([-30, -20, WIDTH, HEIGHT], [40, 50, WIDTH, HEIGHT], [500, 500, WIDTH, HEIGHT])
    for extent in extents:
        runner.add(noise(np.uint8), size=[60, 70], extent=extent)
    for extent, seen in zip(extents, runner.paint(), strict=True):
        new, ground = seen["images"][0]
        assert new["extent"] == ground["extent"] == extent
        assert np.array_equal(pixels_of(new), noise(np.uint8))


@pytest.mark.parametrize("extent", [[0, 0, 117, 90], [-30, 20, 117, 90], [10, 10, 30, 40]])
def test_a_soft_selection_is_a_region(
    runner: JobRunner, stylized: Any, tmp_path: Path, extent: list[int]
) -> None:
    """With its edge exact, wherever the layer lies."""
    canvas = [100, 80]
    content = waves(*extent[2:])
    select = [20, 30, 40, 25, 6]
    arguments = {"style": "great-wave", "rest-style": "scream"}
    facts = {"size": canvas, "extent": extent, "select": select, "procedure": "velatura-glaze"}
    runner.add(content, **facts, arguments={"style": "great-wave"})
    runner.add(content, **facts, arguments=arguments)
    alone, both = runner.paint()
    selection = np.fromfile(alone["selection"], np.uint8).reshape(canvas[1], canvas[0])
    assert len(np.unique(selection)) > 20  # a soft edge
    mask = region_of(selection, extent)
    Image.fromarray(mask).save(tmp_path / "mask.png")
    region = ("--region", f"{tmp_path / 'mask.png'}=great-wave")
    painted = pixels_of(alone["images"][0][0])
    assert np.array_equal(painted, stylized(content, *region))
    assert np.array_equal(painted[mask == 0], content[mask == 0])
    assert not np.array_equal(painted, content)
    everywhere = stylized(content, *region, "--style", "scream")
    assert np.array_equal(pixels_of(both["images"][0][0]), everywhere)


def region_of(selection: Array, extent: list[int]) -> Array:
    """``selection`` where the layer lies; nothing is selected outside of the canvas."""
    x, y, width, height = extent
    far = np.pad(selection, 200)
    return far[200 + y : 200 + y + height, 200 + x : 200 + x + width]


def test_a_layer_mask_is_a_region_or_is_kept(
    runner: JobRunner, stylized: Any, tmp_path: Path
) -> None:
    mask = noise(np.uint8, 1)
    facts = {"mask": runner.raw(mask), "procedure": "velatura-glaze"}
    runner.add(waves(), **facts, arguments={"style": "scream", "mask-style": "great-wave"})
    runner.add(waves(), **facts, arguments={"style": "scream"})
    guided, masked = (each["images"][0][0] for each in runner.paint())
    Image.fromarray(mask[..., 0]).save(tmp_path / "mask.png")
    words = ("--region", f"{tmp_path / 'mask.png'}=great-wave", "--style", "scream")
    assert np.array_equal(pixels_of(guided), stylized(waves(), *words))
    assert guided["mask"] is None
    assert np.array_equal(pixels_of(masked), stylized(waves(), "--style", "scream"))
    assert Path(masked["mask"]).read_bytes() == mask.tobytes()


def test_in_place_what_is_not_selected_stays(runner: JobRunner, stylized: Any) -> None:
    arguments = {"style": "great-wave", "output": "in-place"}
    facts = {"procedure": "velatura-glaze", "arguments": arguments}
    runner.add(waves(), **facts, select=[20, 30, 40, 25, 0])
    runner.add(waves(), **facts)
    some, all_of_it = runner.paint()
    (layer,) = some["images"][0]
    painted = stylized(waves(), "--style", "great-wave")
    selected = np.fromfile(some["selection"], np.uint8).reshape(HEIGHT, WIDTH) == 255
    assert np.array_equal(pixels_of(layer)[selected], painted[selected])
    assert np.array_equal(pixels_of(layer)[~selected], waves()[~selected])
    assert np.array_equal(pixels_of(all_of_it["images"][0][0]), painted)


def test_an_image_with_a_palette_is_painted_as_a_copy(runner: JobRunner) -> None:
    runner.add(waves(), base="INDEXED")
    runner.add(waves(), base="INDEXED", arguments={"request": "{}", "output": "in-place"})
    for seen in runner.paint()[:1]:
        assert seen["error"] is None
        (ground,), (new, copy) = seen["images"]
        assert np.array_equal(pixels_of(new), pixels_of(copy))
        assert np.array_equal(pixels_of(copy), pixels_of(ground))


def test_errors_say_what_to_do(runner: JobRunner) -> None:
    wishes = {
        "{": "not JSON",
        '{"engine": "oil"}': "There is no engine called “oil”",
        '{"engine": "glaze", "styles": [{"name": "nobody"}]}': "has no “nobody”",
        '{"engine": "glaze"}': "No style is chosen",
        '{"engine": "gatys", "styles": [{"name": "numbers"}]}': "Gatys needs a picture to imitate",
        '{"engine": "glaze", "styles": [{"file": "/nowhere.png"}]}': "/nowhere.png cannot be read",
        '{"regions": [{"mask": "selection", "styles": [{"name": "scream"}]}]}': "Nothing is selected",
        '{"engine": "glaze", "strenght": 1}': "has no “strenght”",
    }
    code = assets.STYLES / "scream.code"
    assert runner.gimp.profile.shell("styles", "add", code, "--name", "numbers").code == 0
    for wish in wishes:
        runner.add(waves(), arguments={"request": wish})
    for seen, text in zip(runner.paint(), wishes.values(), strict=True):
        assert text in seen["error"]
        assert len(seen["images"][0]) == 1


def test_a_profile_and_colours_outside_of_srgb_are_kept(runner: JobRunner) -> None:
    """Bytes of Adobe RGB come back as they were wherever nothing was painted over them; deeper values as near as babl
    has them."""
    facts = {"adobe": True, "format": None}
    runner.add(noise(np.uint8), **facts)
    runner.add(noise(np.uint16), "R'G'B'A u16", precision="U16_NON_LINEAR", **facts)
    painting = {"procedure": "velatura-glaze", "arguments": {"style": "scream"}}
    runner.add(noise(np.uint8), **facts, **painting, select=[20, 30, 40, 25, 0])
    same, deep, painted = (each["images"][0] for each in runner.paint())
    assert np.array_equal(*map(pixels_of, same))
    new, ground = (pixels_of(each, np.uint16).astype(int) for each in deep)
    assert np.abs(new - ground).max() < 0.005 * 65535
    new, ground = map(pixels_of, painted)
    changed = (new != ground).any(axis=-1)
    assert changed[30:55, 20:60].mean() > 0.9
    assert changed.sum() == changed[30:55, 20:60].sum()


def test_what_is_chosen_may_be_a_mask_or_a_group(runner: JobRunner) -> None:
    mask = {"mask": runner.raw(noise(np.uint8, 1))}
    runner.add(noise(np.uint8), **mask, choose="mask")
    runner.add(noise(np.uint8), within=True, choose="layer")
    runner.add(noise(np.uint8), within=True, choose="group")
    by_mask, inside, group = (each["images"][0] for each in runner.paint())
    assert [each["name"] for each in by_mask] == ["Identity", "Ground"]
    assert [each["name"] for each in inside] == ["Group", "Identity", "Ground"]
    assert [each["name"] for each in group] == ["Identity", "Group", "Ground"]
    assert np.array_equal(pixels_of(group[0]), pixels_of(group[1]))


def test_what_cannot_be_painted_is_said(runner: JobRunner) -> None:
    in_place = {"arguments": {"request": '{"engine": "identity"}', "output": "in-place"}}
    runner.add(noise(np.uint8), choose="channel")
    runner.add(noise(np.uint8), within=True, choose="group", **in_place)
    errors = [each["error"] for each in runner.paint()]
    for error, text in zip(errors, ("not channels", "A group"), strict=True):
        assert text in error


def test_scripts_say_it_as_json(runner: JobRunner, stylized: Any, tmp_path: Path) -> None:
    wish = {
        "engine": "glaze",
        "styles": [{"name": "scream", "rotation": 90, "weight": 2}, {"name": "great-wave"}],
        "common": {"tileable": "x"},
        "seed": 3,
    }
    runner.add(waves(), arguments={"request": json.dumps(wish)})
    (seen,) = runner.paint()
    assert seen["painted"] == "Scream + Great Wave — Glaze"
    assert not np.array_equal(pixels_of(seen["images"][0][0]), waves())
