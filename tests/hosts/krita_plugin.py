"""The plugin in a profile, as the installer leaves it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from .profiles import Profile


@pytest.fixture
def plugin(profile: Profile) -> Path:
    """The plugin's folder in the profile."""
    return install(profile)


def install(profile: Profile) -> Path:
    """Put the plugin into ``profile`` and enable it; its folder."""
    profile.install("krita")
    return profile.pykrita / "velatura_krita"
