"""What tests of several rooms need."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says nothing on a busy machine. `.ci/run` has the same examples each time, so that what it
# finds is the change's own; by hand they are drawn anew.
settings.register_profile("velatura", deadline=None)
settings.load_profile("velatura")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real weights and pictures; they are no part of the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (real weights and pictures)")
    return SHARED
