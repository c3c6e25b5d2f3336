"""The one place msgpack comes from: the copy that the installer puts beside this package, else the installed one."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def _load() -> ModuleType:
    if __package__ and find_spec(".vendor", __package__) is not None:
        return import_module(".vendor.msgpack", __package__)
    return import_module("msgpack")


msgpack = _load()
