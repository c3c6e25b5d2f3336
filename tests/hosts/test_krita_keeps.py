"""Own styles that are added in the real Krita, and found by everybody who asks the daemon."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile
from .rings import rings

WIDTH, HEIGHT = 96, 64


def test_a_style_that_is_added_in_krita_is_there_on_the_command_line(
    krita: Krita,
    profile: Profile,
    plugin: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    profile.start_no_daemon()
    given, first, second = (
        tmp_path / "given.png",
        tmp_path / "Rings.png",
        tmp_path / "2" / "Rings.png",
    )
    second.parent.mkdir()
    rings(WIDTH, HEIGHT, 9.0).save(given)
    rings(160, 120, 5.0).save(first)
    rings(160, 120, 3.0).save(second)
    seen = krita.play(
        SCRIPTS / "krita_keeps.py",
        given=str(given),
        first=str(first),
        second=str(second),
        into=str(tmp_path / "raw"),
        timeout=240,
    ).value

    # Before a daemon is there it waits on the shelf, chosen and shown.
    assert seen["waiting"] == [[None, "Rings.png"]]
    assert seen["shown"] == ["Rings"]
    # Then it is the daemon's, and everything that named the file means the same style.
    assert seen["moved"] == [["rings", None]]
    assert seen["chosen"] == ["rings"]
    assert seen["of the document"] == ["rings"]
    assert seen["own"] == ["Rings", "Rings 2"]
    assert seen["message"] is None
    assert seen["name"] == "Rings 2"
    assert seen["still chosen"] == ["rings-2"]

    shell = krita.profile.shell
    listed = shell("styles", "list", "--json").json
    assert "rings-2" in listed
    assert "rings" not in listed
    assert Path(listed["rings-2"]).read_bytes() == second.read_bytes()
    painted = tmp_path / "painted.png"
    done = shell("stylize", given, "--style", "rings-2", "-o", painted)
    assert done.code == 0, done.err
    raw = np.fromfile(tmp_path / "raw", np.uint8).reshape(HEIGHT, WIDTH, 4)
    assert np.array_equal(raw[..., [2, 1, 0, 3]], np.asarray(Image.open(painted)))
