"""The plugin in a profile, as an installer leaves it there."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from .profiles import Profile

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PLUGIN = "velatura_krita"


@pytest.fixture
def plugin(profile: Profile) -> Path:
    """The plugin's folder in the profile."""
    return install(profile)


def install(profile: Profile) -> Path:
    """Put the plugin into ``profile`` and enable it; its folder."""
    without_caches = shutil.ignore_patterns("__pycache__")
    folder = profile.pykrita / PLUGIN
    shutil.copytree(PLUGINS / "krita" / PLUGIN, folder, ignore=without_caches)
    shutil.copy(PLUGINS / "krita" / f"{PLUGIN}.desktop", profile.pykrita)
    actions = profile.pykrita.parent / "actions"
    actions.mkdir(exist_ok=True)
    shutil.copy(PLUGINS / "krita" / "actions" / f"{PLUGIN}.action", actions)
    link = folder / "velatura_link"
    shutil.copytree(PLUGINS / "link" / "velatura_link", link, ignore=without_caches)
    (link / "vendor" / "msgpack").mkdir(parents=True)
    spec = find_spec("msgpack")
    assert spec is not None and spec.origin is not None
    for source in Path(spec.origin).parent.glob("*.py"):
        shutil.copy(source, link / "vendor" / "msgpack")
    (link / "vendor" / "__init__.py").touch()
    connection = profile.runtime / "connection.json"
    command = ["/usr/sbin/chroot", *profile.daemon_command[1:]]
    daemon = {"command": command, "connection": str(connection)}
    (folder / "daemon.json").write_text(json.dumps(daemon))
    settings = profile.kritarc.read_text()
    enabled = settings.replace("[python]\n", f"[python]\nenable_{PLUGIN}=true\n")
    profile.kritarc.write_text(enabled)
    return folder
