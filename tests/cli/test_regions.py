"""Parts of a picture with styles of their own, through the daemon and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..shell import Outcome, Shell, open_shell
from .conftest import Velatura, own_code

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studio() -> Iterator[Shell]:
    """Places whose daemon the first command starts, with a photo, masks and a map."""
    with open_shell() as opened:
        generator = np.random.default_rng(4)
        noise = generator.integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(noise).save(opened.home / "photo.png")
        Image.fromarray(noise[::-1, :40]).save(opened.home / "style.png")
        left = np.zeros((48, 64), np.uint8)
        left[:, :32] = 255
        Image.fromarray(left).save(opened.home / "left.png")
        Image.fromarray(left[::2, ::2]).save(opened.home / "small.png")
        Image.fromarray(left[:, :40]).save(opened.home / "part.png")
        coloured = np.zeros((48, 64, 3), np.uint8)
        coloured[:, :32], coloured[:, 32:] = (0, 0, 255), (255, 255, 0)
        Image.fromarray(coloured).save(opened.home / "map.png")
        parted = noise // 4
        parted[:, 44:] += 180
        Image.fromarray(parted).save(opened.home / "parted.png")
        yield opened


@pytest.fixture
def run(studio: Shell, velatura_in: Callable[[Shell], Velatura]) -> Velatura:
    return velatura_in(studio)


@pytest.fixture
def paint(run: Velatura, tmp_path: Path) -> Callable[..., np.ndarray]:
    """What comes back for options, after seeing that both ways write the same bytes."""

    def call(*options: object, content: str = "photo.png") -> np.ndarray:
        files = []
        for name, way in (("daemon.png", ()), ("direct.png", ("--no-daemon",))):
            outcome = run("stylize", content, "-o", tmp_path / name, *options, *way)
            assert (outcome.code, outcome.err) == (0, ""), outcome
            files.append((tmp_path / name).read_bytes())
        assert files[0] == files[1]
        return np.asarray(Image.open(tmp_path / "daemon.png")).astype(int)

    return call


def content_of(studio: Shell, name: str = "photo.png") -> np.ndarray:
    return np.asarray(Image.open(studio.home / name)).astype(int)


def test_without_a_style_for_the_rest_it_stays_as_it_is(
    studio: Shell, paint: Callable[..., np.ndarray]
) -> None:
    painted = paint("--region", "left.png=starry-night")
    np.testing.assert_array_equal(painted[:, 32:], content_of(studio)[:, 32:])
    assert (painted[:, :32] != content_of(studio)[:, :32]).mean() > 0.9


def test_a_region_has_a_strength_and_the_rest_a_style(
    studio: Shell, paint: Callable[..., np.ndarray]
) -> None:
    content = content_of(studio)
    full = paint("--region", "left.png=starry-night", "--style", "style.png")
    assert (full[:, 32:] != content[:, 32:]).mean() > 0.9
    faint = paint("--region", "left.png*0.25=starry-night", "--style", "style.png")
    np.testing.assert_array_equal(faint[:, 32:], full[:, 32:])
    expected = content[:, :32] + 0.25 * (full[:, :32] - content[:, :32])
    assert np.abs(faint[:, :32] - expected).max() <= 1


def test_the_same_mask_twice_mixes_styles(paint: Callable[..., np.ndarray]) -> None:
    twice = ("--region", "left.png=starry-night:1", "--region", "left.png=scream:3")
    mixed = paint(*twice)
    alone = paint("--region", "left.png=scream")
    other = paint("--region", "left.png=starry-night")
    assert 0 < np.abs(mixed - alone).mean() < np.abs(other - alone).mean()


def test_a_map_paints_what_masks_would(studio: Shell, paint: Callable[..., np.ndarray]) -> None:
    mapped = paint("--map", "map.png", "--paint", "blue=starry-night", "--paint", "#ff0=scream")
    masked = paint("--region", "left.png=starry-night", "--style", "scream")
    # What is left over is one minus the others, to the last bit of a float.
    np.testing.assert_allclose(mapped, masked, atol=1)
    blue = paint("--map", "map.png", "--paint", "blue=starry-night")
    np.testing.assert_array_equal(blue[:, 32:], content_of(studio)[:, 32:])


def test_a_picture_is_parted_by_itself(studio: Shell, paint: Callable[..., np.ndarray]) -> None:
    styles = ("--style", "starry-night", "--style", "scream")
    parted = paint("--regions", "auto:2", *styles, content="parted.png")
    first = np.abs(parted - paint("--style", "starry-night", content="parted.png"))
    second = np.abs(parted - paint("--style", "scream", content="parted.png"))
    # A part has statistics of its own, so it is not quite what the whole would be there.
    assert first[:, :40].mean() < 0.8 * second[:, :40].mean()
    assert second[:, 48:].mean() < 0.8 * first[:, 48:].mean()


@pytest.mark.parametrize(
    "options",
    [
        ("--stroke", "2"),
        ("--colours", "luminance"),
        ("--finest", "32"),
        ("--tileable", "both"),
        ("--style-crop", "0,0,0.5,0.5"),
        ("--style-rotation", "90"),
        ("--style-scale", "2"),
        ("--region", "left.png=scream", "--feather", "6"),
    ],
)
def test_common_knobs_and_views_reach_the_engine_both_ways(
    paint: Callable[..., np.ndarray], options: tuple[str, ...]
) -> None:
    style = ("--style", "style.png")
    assert (paint(*style, *options) != paint(*style, *options[:-2])).any()


def test_a_style_is_limited_to_a_part_of_its_picture(paint: Callable[..., np.ndarray]) -> None:
    whole, part = paint("--style", "style.png"), paint("--style", "style.png@part.png")
    assert (whole != part).any()


def test_a_smaller_mask_is_brought_to_size_with_a_note(run: Velatura, tmp_path: Path) -> None:
    arguments = ("stylize", "photo.png", "--region", "small.png=scream", "-o")
    outcome = run(*arguments, tmp_path / "out.png", "--json")
    note = "The mask of region 1 was resized from 32 × 24 to 64 × 48."
    assert outcome.json["notes"] == [note]


@pytest.mark.parametrize("way", [(), ("--no-daemon",)], ids=["daemon", "direct"])
def test_what_masks_cannot_do_is_one_sentence(
    run: Velatura, tmp_path: Path, way: tuple[str, ...]
) -> None:
    def refused(*options: str) -> Outcome:
        return run("stylize", "photo.png", "-o", tmp_path / "out.png", *options, *way)

    assert "in different proportions" in refused("--region", "part.png=scream").complaint()
    assert "has no #008000" in refused("--map", "map.png", "--paint", "green=scream").complaint()
    code = own_code(tmp_path)
    assert "only a picture can be masked" in refused("--style", f"{code}@left.png").complaint()
    assert not (tmp_path / "out.png").exists()
