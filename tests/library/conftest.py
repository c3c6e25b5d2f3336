"""A person's folders of their own, and a server that has weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..shop import Shop, open_shop


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Data and cache in a temporary folder; no folder given, no mirror, no proxy."""
    monkeypatch.setenv("VELATURA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VELATURA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("VELATURA_MODELS", raising=False)
    monkeypatch.delenv("VELATURA_MIRROR", raising=False)
    return tmp_path


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened
