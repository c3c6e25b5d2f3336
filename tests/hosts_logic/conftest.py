"""The daemon's wheel, built once."""

from __future__ import annotations

import pytest

from velatura.hosts.payload import Entry
from velatura.hosts.wheel import build_wheel


@pytest.fixture(scope="session")
def wheel() -> Entry:
    """This checkout's, by its build backend."""
    return build_wheel()
