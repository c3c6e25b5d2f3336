"""A value that others watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Observable(Generic[T]):
    """Holds a value and tells every watcher of a change; belongs to one thread."""

    def __init__(self, value: T) -> None:
        self._value = value
        self._watchers: list[Callable[[T], object]] = []

    @property
    def value(self) -> T:
        """What it is now."""
        return self._value

    def set(self, value: T) -> None:
        """Make it ``value``; watchers hear of it only when that is something else."""
        if value != self._value:
            self._value = value
            for watcher in list(self._watchers):
                watcher(value)

    def watch(self, watcher: Callable[[T], object]) -> None:
        """Call ``watcher`` with the value now and after every change."""
        self._watchers.append(watcher)
        watcher(self._value)

    def forget(self, watcher: Callable[[T], object]) -> None:
        """Tell ``watcher`` no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)
