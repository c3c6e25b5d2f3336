"""The plug-in in a profile, as the installer leaves it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.contract import manifest
from velatura.hosts.payload import DAEMON, daemon_json, payload
from velatura_link.connection import FILE_NAME

from .profiles import Profile


@pytest.fixture(scope="session")
def schema() -> manifest.Manifest:
    """What the plug-in makes its procedures from."""
    return manifest.build()


@pytest.fixture
def installed(profile: Profile, schema: manifest.Manifest) -> Path:
    """The plug-in's folder in the profile."""
    return install(profile, schema)


def install(profile: Profile, schema: manifest.Manifest) -> Path:
    """Put the plug-in into ``profile``, quicker than the installer does; its folder."""
    told = daemon_json(profile.daemon_command, profile.runtime / FILE_NAME)
    made = payload("gimp", schema).with_file(DAEMON, told)
    for entry in made.inside:
        path = profile.plug_ins.parent / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content)
        path.chmod(0o755 if entry.executable else 0o644)
    return profile.plug_ins.parent / made.folder
