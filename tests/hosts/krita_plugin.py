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
    return install(profile, _engines())


@pytest.fixture
def new_plugin(profile: Profile) -> Path:
    """The plugin's folder in a profile in which no daemon ran yet."""
    return install(profile)


def install(profile: Profile, engines: manifest.Manifest | None = None) -> Path:
    """Put the plugin into ``profile`` and enable it; its folder. A daemon that ran before knows ``engines``."""
    if engines is not None:
        known = Path(profile.environment["VELATURA_CACHE"])
        manifest.write(known, manifest.code_hash(), engines)
    profile.install("krita")
    return profile.pykrita / "velatura_krita"


@cache
def _engines() -> manifest.Manifest:
    return manifest.build()
