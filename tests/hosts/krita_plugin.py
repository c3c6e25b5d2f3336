"""The plugin in a profile, as the installer leaves it there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from velatura.contract import manifest

from .profiles import Profile


@pytest.fixture
def plugin(profile: Profile) -> Path:
    """The plugin's folder in the profile, where a daemon ran before: it is known which engines there are.

    The first daemon imports every engine to find out, torch with them. On a busy machine that takes longer than a
    script waits for it.
    """
    known = Path(profile.environment["VELATURA_CACHE"])
    manifest.write(known, manifest.code_hash(), _engines())
    return install(profile)


@pytest.fixture
def new_plugin(profile: Profile) -> Path:
    """The plugin's folder in a profile in which no daemon ran yet."""
    return install(profile)


def install(profile: Profile) -> Path:
    """Put the plugin into ``profile`` and enable it; its folder."""
    profile.install("krita")
    return profile.pykrita / "velatura_krita"


@cache
def _engines() -> manifest.Manifest:
    return manifest.build()
