"""What the docker's preview shows, in the real Krita."""

from __future__ import annotations

from pathlib import Path

import skimage.data
from PIL import Image

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile

SIZE = (1300, 1100)


def test_the_layer_in_front_is_seen_without_a_daemon(
    krita: Krita,
    profile: Profile,
    plugin: Path,  # noqa: F811
) -> None:
    profile.start_no_daemon()
    seen = krita.play(SCRIPTS / "krita_previews.py", timeout=120).value
    assert seen["without a picture"] == [True, "No picture is open."]
    assert seen["first"] == [0xE0, 0x40, 0x20]
    assert seen["caption"] == "Choose a style"
    assert seen["second"] == [0x10, 0x50, 0xD0]
    assert seen["after a stroke"] == [0, 255, 0]
    assert seen["another"]
    assert seen["closed"] == "No picture is open."
    assert not seen["daemon"]


def test_at_its_own_size_the_preview_has_the_pixels_that_apply_gives(
    krita: Krita,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    photo = tmp_path / "photo.png"
    Image.fromarray(skimage.data.coffee()).resize(SIZE).save(photo)
    arguments = {"photo": str(photo), "middle": [SIZE[0] / 2, SIZE[1] / 2]}
    seen = krita.play(SCRIPTS / "krita_own_size.py", timeout=300, **arguments).value
    for shown, room in zip(seen["window"], seen["device"], strict=True):
        assert room <= shown <= room + 1
    # Tiles meet within two levels, and nearly everywhere they are the same.
    assert seen["largest difference"] <= 2
    assert seen["different"] < 0.05
    assert seen["shown after Apply"]
    assert seen["caption"] == ""
