"""Engines of every kind, as a package of somebody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..toy_package import toys_in_this_process


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The toy engines are in the registry."""
    with toys_in_this_process(tmp_path_factory.mktemp("toys")):
        yield
