"""Daemons come and go under the docker, in the real Krita."""

from __future__ import annotations

from pathlib import Path

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile


def test_the_docker_says_what_happens_and_goes_on(
    krita: Krita,
    profile: Profile,
    plugin: Path,  # noqa: F811
) -> None:
    profile.start_no_daemon()
    seen = krita.play(SCRIPTS / "krita_lives.py", plugin=str(plugin), timeout=240).value
    # No daemon: said, and a button starts one.
    assert seen["absent"] == "start"
    assert seen["started"]
    # Two documents at once, each with its own job and choices.
    assert seen["another document is free"]
    assert seen["second"] == ["Background", "Identity"]
    assert seen["its choices came back"]
    assert seen["first"] == ["Background", "Identity"]
    # Stopped by its action: nothing is inserted, nothing goes on in the daemon.
    assert seen["progress"]
    assert seen["stopped"] == ["Background", "Identity"]
    assert seen["jobs left"] == 0
    # What the daemon refuses is told in the docker, and its button tries again.
    text, hint, bad, action = seen["refused"]
    assert "no-such-style" in text
    assert hint
    assert (bad, action) == (True, "again")
    assert seen["again"] == ["Background", "Identity", "Identity"]
    assert seen["no selection"] == "Nothing is selected."
    # Killed in the middle: said, started again, and the job is done.
    assert "Velatura's painter stopped. It is being restarted." in seen["told"]
    assert "Velatura's painter has restarted; work continues." in seen["told"]
    assert seen["went on"] == ["Background", "Identity", "Identity", "Identity"]
    assert seen["history"] == 4
    assert seen["from history"]
