"""A mixture of styles that is put together with the mouse, in the real Krita, and painted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velatura.library import assets

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .rings import rings

WIDTH, HEIGHT = 144, 96


def test_a_mixture_is_painted_as_the_command_line_paints_it(
    krita: Krita,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    given, style, into = tmp_path / "given.png", tmp_path / "rings.png", tmp_path / "raw"
    rings(WIDTH, HEIGHT, 9.0).save(given)
    rings(320, 200, 5.0).save(style)
    script = SCRIPTS / "krita_mixes.py"
    files = {"given": str(given), "style": str(style), "into": str(into)}
    seen = krita.play(script, timeout=240, **files).value
    # One style needs no shares; another is mixed in, half and half, and has parts to choose, too.
    assert seen["alone"] == [True]
    assert seen["styles"] == [True, False]
    assert seen["equal"] == [0.5, 0.5]
    assert seen["of a built-in style"]
    # Dragged to three quarters, the other has the rest.
    assert seen["shares"] == [0.75, 0.25]
    assert seen["weights"] == pytest.approx([1.5, 0.5])
    assert seen["seen of it"] == [320, 200]
    left, top, right, bottom = seen["view"]["crop"]
    assert 0.1 < left < right < 1.0
    assert 0.1 < top < bottom < 1.0
    assert seen["view"]["rotation"] == 90
    assert seen["view"]["scale"] > 1.2
    assert "enlarged" in seen["message"]  # the part that was chosen is a hundred pixels high
    assert seen["name"] == "Rings 75 % + Great Wave 25 % — Glaze"
    # A view on the command line is for all styles, and leaves a code's file alone.
    wish = ["--style", f"{style}:3", "--style", f"{assets.STYLES / 'great-wave.code'}:1"]
    view = [
        *("--style-crop", f"{left},{top},{right},{bottom}"),
        *("--style-rotation", "90"),
        *("--style-scale", seen["view"]["scale"]),
    ]
    painted = _stylized(krita, given, *wish, *view)
    result = np.fromfile(into, np.uint8).reshape(HEIGHT, WIDTH, 4)[..., [2, 1, 0, 3]]
    assert np.array_equal(result, painted)
    assert not np.array_equal(result, _stylized(krita, given, *wish))
    # It travels in the document and in the history, and a view is not forgotten for another style.
    assert seen["in the document"]
    assert seen["one left"] == 1
    assert seen["offered"] == [1, "Mix in"]
    assert seen["view came back"]
    assert seen["from history"]
    assert seen["shown"] == [0.75, 0.25]
    # A region begins with the first style's view and has its own from then on. The editor goes when its style does, or
    # at a second click.
    assert seen["region's first view"]
    assert seen["of a region"] == [180, True]
    assert seen["put away"]
    assert seen["removed"] == ["great-wave"]
    assert seen["closed"]


def _stylized(krita: Krita, given: Path, *wish: object) -> np.ndarray:
    """What the command line paints."""
    painted = given.with_name("painted.png")
    outcome = krita.profile.shell("stylize", given, *wish, "-o", painted)
    assert outcome.code == 0, outcome.err
    return np.asarray(Image.open(painted))
