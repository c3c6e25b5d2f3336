"""Layer in, layer out, in the real Krita: what an artist's pixels go through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from velatura_link.client import Client
from velatura_link.connection import read_connection
from velatura_link.request import Pixels, RegionRef, Request, StyleRef

from .display import Display
from .harness import SCRIPTS, Krita
from .krita_plugin import install
from .profiles import Profile, open_profile

Case = dict[str, Any]
Report = dict[str, Any]
Array = np.ndarray[Any, Any]

WIDTH, HEIGHT = 120, 90
SRGB, LINEAR = "sRGB-elle-V2-srgbtrc.icc", "sRGB-elle-V2-g10.icc"
KINDS = {"U8": np.uint8, "U16": np.uint16, "F16": np.float16, "F32": np.float32}
SPACES = [
    ("RGBA", "U8", SRGB),
    ("RGBA", "U16", LINEAR),
    ("RGBA", "U16", SRGB),
    ("RGBA", "F16", LINEAR),
    ("RGBA", "F32", LINEAR),
]
OUTPUTS = ("layer", "group", "in-place")
IDENTITY = {"engine": "identity"}
GLAZE = {"engine": "glaze", "styles": [{"name": "starry-night"}]}


def noise(depth: str, width: int = WIDTH, height: int = HEIGHT, channels: int = 4) -> Array:
    """Pixels in Krita's order; every alpha is there, but none of 0: Krita forgets what nobody sees."""
    random = np.random.default_rng(9)
    kind = KINDS[depth]
    if np.issubdtype(kind, np.integer):
        pixels = random.integers(0, np.iinfo(kind).max + 1, (height, width, channels), kind)
    else:
        pixels = random.random((height, width, channels), np.float32).astype(kind)
        pixels[..., : channels - 1] *= 1.5
    pixels[..., -1] = np.maximum(pixels[..., -1], kind(1) if depth[0] == "U" else kind(0.01))
    return pixels


def waves(width: int = WIDTH, height: int = HEIGHT) -> Array:
    """Something to paint, with soft holes; U8, in Krita's order."""
    y, x = np.mgrid[:height, :width] / 9.0
    planes = [np.sin(x), np.cos(y), np.sin(x + y), np.cos(x - 2 * y)]
    pixels = (127.5 + 127.5 * np.stack(planes, axis=-1)).astype(np.uint8)
    pixels[..., 3] = np.maximum(pixels[..., 3], 1)
    return pixels


def solid(depth: str) -> Array:
    """Waves that nothing is seen through."""
    values = waves()
    values[..., 3] = 255
    return values if depth == "U8" else values.astype(np.uint16) * 257


def soft(width: int, height: int) -> Array:
    """A selection with a soft edge all around."""
    y, x = np.mgrid[:height, :width]
    far = np.hypot(x - width / 2, y - height / 2)
    return np.clip((min(width, height) / 2 - far) * 12, 0, 255).astype(np.uint8)


class JobRunner:
    """Makes cases, has all of them painted in one Krita, and asks the same daemon for what should have come."""

    def __init__(self, profile: Profile, folder: Path) -> None:
        self.profile = profile
        self.folder = folder
        self.cases: dict[str, Case] = {}
        self.reports: dict[str, Report] = {}

    def keep(self, pixels: Array) -> str:
        path = self.folder / f"{len(list(self.folder.iterdir()))}.raw"
        path.write_bytes(pixels.tobytes())
        return str(path)

    def layer(self, pixels: Array, x: int = 0, y: int = 0, name: str = "content") -> Case:
        height, width = pixels.shape[:2]
        return {"name": name, "bounds": [x, y, width, height], "pixels": self.keep(pixels)}

    def selection(self, values: Array, x: int, y: int) -> Case:
        height, width = values.shape
        return {"bounds": [x, y, width, height], "pixels": self.keep(values)}

    def case(self, name: str, layers: list[Case], choices: Case, **facts: Any) -> None:
        self.cases[name] = {
            "size": [WIDTH, HEIGHT],
            "space": SPACES[0],
            "layers": layers,
            "choices": json.dumps({"version": 1, **choices}),
            "into": str(self.folder / f"{name}.painted"),
            **facts,
        }

    def paint(self, krita: Krita) -> None:
        cases = list(self.cases.values())
        script = SCRIPTS / "krita_paints.py"
        seen = krita.play(script, cases=cases, timeout=60 + 15 * len(cases))
        self.reports = dict(zip(self.cases, seen.value, strict=True))

    def report(self, name: str) -> Report:
        """What became of a case that went well: seen on the canvas; one undo step, which brings every byte back."""
        report = self.reports[name]
        assert not report["bad"], report
        assert report["annotated"]
        assert len(report["after"]) == len(report["before"]) + 1, report
        assert report["undone"] == report["before"], report
        assert report["redone"] == report["after"], report
        assert report["composited"], report
        assert report["undone on the canvas"], report
        assert report["redone on the canvas"], report
        assert report["restored"]
        return report

    def result(self, name: str) -> Array:
        """The painted layer over the bounds of the one that was given."""
        case = self.cases[name]
        _, _, width, height = case["layers"][-1]["bounds"]
        return np.fromfile(case["into"], KINDS[case["space"][1]]).reshape(height, width, -1)

    def asked(self, **wish: Any) -> Array:
        """What the daemon gives for a request, in Krita's order."""
        connection = read_connection(self.profile.runtime / "connection.json")
        with Client(connection, name="test") as client:
            picture = client.submit(Request(engine="glaze", **wish)).wait(60).picture
        shape = (picture.height, picture.width, 4)
        return np.frombuffer(picture.view, np.uint8).reshape(shape)[..., [2, 1, 0, 3]]


def content(pixels: Array) -> Pixels:
    """Krita's U8 pixels as the wire has them."""
    height, width = pixels.shape[:2]
    return Pixels(pixels[..., [2, 1, 0, 3]].tobytes(), width, height, 4, "u8")


def mask_of(values: Array) -> Pixels:
    return Pixels(values.tobytes(), values.shape[1], values.shape[0], 1, "u8", "linear")


NIGHT, WAVE = StyleRef(name="starry-night"), StyleRef(name="great-wave")
PLACES = {
    "inside": (40, 30, 17, 23),
    "left": (40, 30, -11, -7),
    "right": (40, 30, WIDTH - 9, HEIGHT - 5),
    "larger": (WIDTH + 50, HEIGHT + 31, -20, -13),
}
FOREIGN = {
    "grey": (("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc"), 2, 1.0),
    "clay": (("RGBA", "U16", "ClayRGB-elle-V2-g22.icc"), 4, 40.0),
    "wide": (("RGBA", "F32", "Rec2020-elle-V4-g10.icc"), 4, 1e-3),
}
EDGE = soft(70, 50)
LEFT, RIGHT = np.zeros((2, HEIGHT, WIDTH), np.uint8)
LEFT[:, :50], RIGHT[10:, 60:] = 255, 130


def muted(depth: str, channels: int) -> Array:
    """Noise whose colours lie in every space."""
    pixels = noise(depth, channels=channels)
    if channels == 4:
        white = float(pixels[..., 3].max())
        share = pixels[..., :3] / white
        grey = 0.3 + 0.5 * share[..., :1]
        pixels[..., :3] = (white * (grey + 0.05 * share)).astype(pixels.dtype)
    return pixels


def layers_of_a_group() -> tuple[Array, Array]:
    below, above = noise("U8", 60, 50), noise("U8", 20, 20)
    below[..., 3], above[..., 3] = 255, 255
    return below, above


def set_up(runner: JobRunner) -> None:
    for space in SPACES:
        runner.case(
            f"{space[1]} {space[2]}", [runner.layer(noise(space[1]))], IDENTITY, space=space
        )
    for name, (width, height, x, y) in PLACES.items():
        runner.case(name, [runner.layer(noise("U8", width, height), x, y)], IDENTITY)
    runner.case("glaze", [runner.layer(waves())], GLAZE)
    chosen = runner.selection(EDGE, 40, 35)
    runner.case("selection", [runner.layer(waves(80, 60), 13, 8)], GLAZE, selection=chosen)
    covers = []
    for name, alpha in (("left", LEFT), ("right", RIGHT)):
        colour = np.full((HEIGHT, WIDTH, 4), 90, np.uint8)
        colour[..., 3] = alpha
        covers.append(runner.layer(colour, name=name))
    regions = [
        {"title": "left", "style": {"name": "great-wave"}, "node": "-", "strength": 1.0},
        {"title": "right", "style": {"name": "starry-night"}, "node": "-", "strength": 0.5},
    ]
    runner.case(
        "regions",
        [*covers, runner.layer(waves())],
        {"engine": "glaze", "regions": regions},
        region_layers=["left", "right"],
    )
    chosen = runner.selection(EDGE, 30, 20)
    grouped = {**GLAZE, "output": "group"}
    runner.case("group", [runner.layer(waves())], grouped, selection=chosen)
    in_place = {**IDENTITY, "output": "in-place"}
    runner.case("in place", [runner.layer(noise("U8", 50, 40), 5, 6)], in_place)
    for depth, space in (("U8", SPACES[0]), ("U16", SPACES[2])):
        for output in OUTPUTS:
            wish = {**GLAZE, "output": output}
            runner.case(f"solid {depth} {output}", [runner.layer(solid(depth))], wish, space=space)
    below, above = layers_of_a_group()
    children = [runner.layer(below, 10, 5, "below"), runner.layer(above, 30, 20, "above")]
    group = {"kind": "group", "name": "group", "children": children, "bounds": [10, 5, 60, 50]}
    runner.case("of a group", [group], IDENTITY)
    for name, (space, channels, _) in FOREIGN.items():
        runner.case(name, [runner.layer(muted(space[1], channels))], IDENTITY, space=space)


@pytest.fixture(scope="module")
def runner(
    root: Path, display: Display, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JobRunner]:
    """Every case, painted."""
    with open_profile(root) as profile:
        install(profile)
        runner = JobRunner(profile, tmp_path_factory.mktemp("pixels"))
        set_up(runner)
        runner.paint(Krita(profile, display))
        yield runner


@pytest.mark.parametrize("space", SPACES, ids=lambda space: f"{space[1]} {space[2]}")
def test_every_depth_comes_back_bit_for_bit(runner: JobRunner, space: tuple[str, str, str]) -> None:
    name = f"{space[1]} {space[2]}"
    report = runner.report(name)
    assert np.array_equal(runner.result(name), noise(space[1]))
    assert report["space"] == list(space)
    assert report["kept"]


@pytest.mark.parametrize("name", PLACES)
def test_layers_of_any_place_and_size_stay_where_they_are(runner: JobRunner, name: str) -> None:
    width, height, x, y = PLACES[name]
    assert runner.report(name)["bounds"] == [x, y, width, height]
    assert np.array_equal(runner.result(name), noise("U8", width, height))


def test_glaze_gives_what_the_daemon_gives(runner: JobRunner) -> None:
    assert runner.report("glaze")["after"][-1] == ["Starry Night — Glaze", "paintlayer"]
    wanted = runner.asked(content=content(waves()), styles=(NIGHT,))
    assert not np.array_equal(wanted, waves())
    assert np.array_equal(runner.result("glaze"), wanted)


def test_glaze_gives_what_the_command_line_gives(runner: JobRunner, tmp_path: Path) -> None:
    given, painted = tmp_path / "given.png", tmp_path / "painted.png"
    Image.fromarray(waves()[..., [2, 1, 0, 3]]).save(given)
    seen = runner.profile.shell("stylize", given, "--style", "starry-night", "-o", painted)
    assert seen.code == 0, seen.err
    assert np.array_equal(
        runner.result("glaze")[..., [2, 1, 0, 3]], np.asarray(Image.open(painted))
    )


def test_a_soft_selection_is_exact_also_over_the_layer_s_edge(runner: JobRunner) -> None:
    pixels = waves(80, 60)
    mask = np.zeros((60, 80), np.uint8)
    mask[35 - 8 :, 40 - 13 :] = EDGE[: 8 + 60 - 35, : 13 + 80 - 40]
    wanted = runner.asked(content=content(pixels), regions=(RegionRef(mask_of(mask), (NIGHT,)),))
    runner.report("selection")
    assert np.array_equal(runner.result("selection"), wanted)
    assert np.array_equal(runner.result("selection")[mask == 0], pixels[mask == 0])


def test_two_regions_are_painted_each_in_its_style(runner: JobRunner) -> None:
    right = RegionRef(mask_of(RIGHT), (NIGHT,), strength=0.5)
    regions = (RegionRef(mask_of(LEFT), (WAVE,)), right)
    runner.report("regions")
    wanted = runner.asked(content=content(waves()), regions=regions)
    assert np.array_equal(runner.result("regions"), wanted)


def test_a_group_keeps_the_selection_as_a_mask(runner: JobRunner) -> None:
    seen = runner.reports["group"]
    if seen["version"].startswith("5.1"):
        assert seen["message"] == "Krita 5.2 or newer is needed for a group with a mask."
        assert seen["after"] == seen["before"]
        return
    report = runner.report("group")
    wanted = runner.asked(content=content(waves()), styles=(NIGHT,))
    assert np.array_equal(runner.result("group"), wanted)
    veil = np.fromfile(runner.cases["group"]["into"] + ".mask", np.uint8).reshape(HEIGHT, WIDTH)
    selected = np.zeros((HEIGHT, WIDTH), np.uint8)
    selected[20:70, 30:100] = EDGE
    assert np.array_equal(veil, selected)
    assert report["shown"]
    assert report["after"][-1][1] == "grouplayer"
    assert report["masks"] == ["transparencymask"]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("depth", ["U8", "U16"])
def test_what_is_painted_is_on_the_canvas(runner: JobRunner, depth: str, output: str) -> None:
    name = f"solid {depth} {output}"
    runner.report(name)
    canvas = np.fromfile(runner.cases[name]["into"] + ".canvas", KINDS[depth])
    canvas = canvas.reshape(HEIGHT, WIDTH, 4)
    assert not np.array_equal(canvas, solid(depth))
    assert np.array_equal(canvas, runner.result(name))


def test_in_place_hides_the_layer_and_undo_shows_it(runner: JobRunner) -> None:
    report = runner.report("in place")
    assert np.array_equal(runner.result("in place"), noise("U8", 50, 40))
    assert report["after"][-1] == ["content", "paintlayer"]
    assert report["hidden"]


def test_a_group_layer_is_painted_as_it_is_seen(runner: JobRunner) -> None:
    below, above = layers_of_a_group()
    below[15:35, 20:40] = above
    runner.report("of a group")
    assert np.array_equal(runner.result("of a group"), below)


@pytest.mark.parametrize("name", FOREIGN)
def test_other_colours_are_converted_there_and_back_and_it_is_said(
    runner: JobRunner, name: str
) -> None:
    space, channels, allowed = FOREIGN[name]
    report, pixels = runner.report(name), muted(space[1], channels)
    assert "converted" in report["message"]
    assert report["space"] == list(space)
    assert report["kept"]
    painted = runner.result(name)
    far = np.abs(painted.astype(np.float64) - pixels.astype(np.float64))
    assert far[pixels[..., -1] > pixels[..., -1].max() / 2].max() <= allowed
    assert np.array_equal(painted[..., -1], pixels[..., -1])
