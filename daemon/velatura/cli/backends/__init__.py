"""Where a request is carried out."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from velatura.cli.backends.base import Backend


def open_backend(*, daemon: bool) -> AbstractContextManager[Backend]:
    """The daemon, which is started if it does not run, or this process."""
    if daemon:
        from velatura.cli.backends.daemon import DaemonBackend

        return DaemonBackend()
    from velatura.cli.backends.local import LocalBackend

    return LocalBackend()
