"""A daemon that is older than the plugin, in the real Krita."""

from __future__ import annotations

import re
from pathlib import Path

from velatura_link.connection import FILE_NAME, read_connection

from ..waiting import wait_until
from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401
from .profiles import Profile


def test_a_daemon_of_an_older_protocol_is_named(
    krita: Krita,
    profile: Profile,
    plugin: Path,  # noqa: F811
) -> None:
    messages = plugin / "velatura_link" / "messages.py"
    newer, count = re.subn(r"(?m)^PROTOCOL = \d+$", "PROTOCOL = 99", messages.read_text())
    assert count == 1
    messages.write_text(newer)
    profile.shell.start("serve")
    wait_until(lambda: read_connection(profile.runtime / FILE_NAME), "the daemon")
    seen = krita.play(SCRIPTS / "krita_meets_an_old_daemon.py", timeout=180).value
    named = [each for each in seen["said"] if each and "protocol" in each[0]]
    assert len(named) == 2
    assert "same release" in named[-1][1]
    assert not seen["ready"]
