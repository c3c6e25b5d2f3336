"""The package of toy engines, installed beside Velatura: nothing of the project changes for it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomllib

from velatura.contract import registry
from velatura.pipeline import recipe

PACKAGE = Path(__file__).resolve().parent / "toy_engines"


def installed(folder: Path) -> str:
    """Install the package into ``folder``, as an editable install does; what ``PYTHONPATH`` has to be."""
    facts = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    name, version = facts["name"].replace("-", "_"), facts["version"]
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        line
        for group, entries in facts["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    there = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(folder), str(PACKAGE), *([there] if there else [])])


@contextmanager
def toys_in_this_process(folder: Path) -> Iterator[None]:
    """Have the toys among the registry's engines, installed into ``folder``."""
    paths = installed(folder).split(os.pathsep)[:2]
    sys.path[:0] = paths
    importlib.invalidate_caches()
    _forget_what_is_installed()
    try:
        yield
    finally:
        for path in paths:
            sys.path.remove(path)
        _forget_what_is_installed()


def _forget_what_is_installed() -> None:
    """Clear what is cached of installed engines, so that other tests of this process do not find the toys in it."""
    registry.modules.cache_clear()
    recipe._code.cache_clear()
