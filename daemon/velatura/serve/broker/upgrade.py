"""Noticing that another Velatura was installed in the place of the one that runs."""

from __future__ import annotations

from pathlib import Path

import velatura

_SITE = Path(velatura.__file__).resolve().parents[1]


def installation_stamp(site: Path = _SITE) -> tuple[tuple[str, int, int, int], ...]:
    """What an installer left in ``site`` beside the package, with sizes, times and inodes.

    These are the files of ``velatura-*.dist-info``, which every installer writes anew and the last. A checkout has
    none, so that editing its code does not replace its daemon. A fraction of a millisecond.
    """
    found = []
    for path in sorted(site.glob("velatura-*.dist-info/*")):
        try:
            info = path.stat()
        except OSError:  # an installer is just replacing it
            continue
        found.append((str(path.relative_to(site)), info.st_size, info.st_mtime_ns, info.st_ino))
    return tuple(found)
