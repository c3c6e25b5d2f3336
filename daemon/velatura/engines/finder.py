"""Finds what states a descriptor: files of a folder, each named like the one thing in it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from velatura.errors import EngineFailed

T = TypeVar("T")


@cache
def names(package: ModuleType, descriptor: str) -> tuple[str, ...]:
    """Names of the files in ``package`` in which a class states a ``descriptor`` of that type, sorted.

    Sources are read, not imported: what is in them may need torch.
    """
    states = re.compile(rf"^    descriptor\b[^\n]*=\s*{re.escape(descriptor)}\(", re.MULTILINE)
    found = []
    for folder in package.__path__:
        for module in pkgutil.iter_modules([folder]):
            source = Path(folder, f"{module.name}.py")
            if source.is_file() and states.search(source.read_text("utf-8")):
                found.append(module.name.replace("_", "-"))
    return tuple(sorted(found))


def load(package: ModuleType, name: str, base: type[T]) -> type[T]:
    """The subclass of ``base`` that the file called ``name`` states, importing no other file's.

    Raises :class:`EngineFailed` when there is none, or when it calls itself otherwise.
    """
    module = importlib.import_module(f"{package.__name__}.{name.replace('-', '_')}")
    what = base.__name__.lower()
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, base)
            and "descriptor" in vars(value)
            and value.__module__ == module.__name__
        ):
            called: str = vars(value)["descriptor"].name
            if called != name:
                raise EngineFailed(
                    f"The {what} in {module.__name__} calls itself “{called}”.",
                    hint=f"It is named like its file: “{name}”.",
                )
            return value
    raise EngineFailed(f"{module.__name__} has no {what} in it.")
