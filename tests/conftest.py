"""What tests of several rooms need."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real weights and pictures; they are no part of the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (real weights and pictures)")
    return SHARED
