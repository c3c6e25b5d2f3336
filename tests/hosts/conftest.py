"""Hosts to drive, where the root with both of them is; elsewhere these tests are skipped, unless they are required."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .display import Display, open_display
from .harness import Gimp, Krita
from .inside import Inside
from .profiles import Profile, open_profile
from .root import SUITE, root_path


@pytest.fixture(scope="session")
def root() -> Path:
    """The root with both hosts in it."""
    path = root_path(os.environ.get("VELATURA_HOSTS_SUITE", SUITE))
    if os.geteuid() == 0 and path.is_dir():
        return path
    reason = f"needs root and both hosts in {path}: python -m tests.hosts.root"
    if os.environ.get("VELATURA_HOSTS_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def display(root: Path) -> Iterator[Display]:
    """One screen for all tests of a process."""
    with open_display(Inside(root)) as opened:
        yield opened


@pytest.fixture
def profile(root: Path) -> Iterator[Profile]:
    """A fresh home."""
    with open_profile(root) as opened:
        yield opened


@pytest.fixture
def krita(profile: Profile, display: Display) -> Krita:
    """Krita with its window."""
    return Krita(profile, display)


@pytest.fixture(scope="session")
def gimp_is_there(root: Path) -> None:
    """Skips where the suite's GIMP is too old for the plugin."""
    if not (root / "usr/bin/gimp-console").exists():
        pytest.skip("there is no GIMP 3 in this suite")


@pytest.fixture
def gimp(gimp_is_there: None, profile: Profile, display: Display) -> Gimp:
    """GIMP without a window."""
    return Gimp(profile, display)


@pytest.fixture
def gimp_window(gimp_is_there: None, profile: Profile, display: Display) -> Gimp:
    """GIMP with its window."""
    return Gimp(profile, display, window=True)
