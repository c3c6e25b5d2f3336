"""The spool: blobs as files in the cache directory, under a quota, named by id and by digest.

The broker writes what clients send, workers map it, and the other way round, so that pixels are copied once on their
way in and once on their way out. Only the event loop touches a :class:`Spool`; bytes are written and hashed by
:mod:`velatura.serve.blobs.blob_writer`.
"""

from __future__ import annotations

import os
import shutil
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from velatura.errors import QuotaExceeded, TooLarge
from velatura.serve.config import Limits

DISK_RESERVE = 64 << 20
"""Bytes of the disk that are never used up."""
SPARE_BYTES = 256 << 20
"""Files of dropped blobs kept for the next: memory that the system has handed out once is cheap to write again, and
new memory costs several times as much as everything else that happens to a byte here."""
MOST_SPARES = 64
"""Of small files there may be any number, and they are looked through one after another."""
IDLE_BYTES = 256 << 20
"""Named blobs that nobody holds are kept up to here, in case they are put again. Nameless ones cannot be."""


@dataclass(eq=False)
class Stored:
    """The bytes of one blob. ``file`` is open while they are written; several ids may name them."""

    path: Path
    size: int
    file: FileIO | None = None
    check: int | None = None
    digest: bytes | None = None
    ids: set[bytes] = field(default_factory=set)

    @property
    def sealed(self) -> bool:
        return self.check is not None


@dataclass(eq=False)
class _Name:
    """What an id stands for, and who needs it."""

    stored: Stored
    holders: set[Hashable] = field(default_factory=set)


class Spool:
    """Files of one daemon below ``folder``, at most ``quota`` bytes together.

    An id is known while somebody holds it: a session, a job, a transfer. Bytes that no id names any more are removed,
    but for those with a digest, which are kept for a while.
    """

    def __init__(self, folder: Path, quota: int, limits: Limits) -> None:
        self.folder = folder
        self.quota = quota
        self.bytes = 0
        self._limits = limits
        self._all: set[Stored] = set()
        self._names: dict[bytes, _Name] = {}
        self._held: dict[Hashable, set[bytes]] = {}
        self._by_digest: dict[bytes, Stored] = {}
        self._idle: OrderedDict[Stored, None] = OrderedDict()
        self._spare: list[tuple[int, Path]] = []
        self._serial = 0
        folder.mkdir(parents=True, mode=0o700)

    def __len__(self) -> int:
        return len(self._all)

    def find(self, blob: bytes) -> Stored | None:
        """What ``blob`` names."""
        name = self._names.get(blob)
        return name.stored if name is not None else None

    def with_digest(self, digest: bytes | None, size: int) -> Stored | None:
        """A sealed blob with these bytes, if there is one."""
        stored = self._by_digest.get(digest) if digest is not None else None
        return stored if stored is not None and stored.size == size else None

    def create(self, blob: bytes, size: int, holder: Hashable) -> Stored:
        """Room for a blob of ``size`` bytes. Raises :class:`TooLarge` or :class:`QuotaExceeded` before any byte."""
        if size > self._limits.blob:
            raise TooLarge(
                "A blob of {size:,} bytes exceeds the limit of {limit:,}.",
                hint="Work on a smaller layer or start the daemon with a higher limit.",
                size=size,
                limit=self._limits.blob,
            )
        self._make_room(size)
        stored = self._open(size)
        self._enter(stored)
        self.hold(holder, blob, stored)
        return stored

    def adopt(self, blob: bytes, path: Path, size: int, check: int, holder: Hashable) -> Stored:
        """Take over a file that a worker has written."""
        stored = Stored(path, size, None, check)
        self._enter(stored)
        self.hold(holder, blob, stored)
        return stored

    def seal(self, stored: Stored, check: int, digest: bytes | None) -> None:
        """All bytes are written and are what ``check`` and ``digest`` say."""
        if stored.file is not None:
            stored.file.close()
            stored.file = None
        stored.check, stored.digest = check, digest
        if digest is not None:
            self._by_digest.setdefault(digest, stored)

    def hold(self, holder: Hashable, blob: bytes, stored: Stored) -> None:
        """Let ``blob`` name ``stored`` for as long as ``holder`` needs it."""
        name = self._names.setdefault(blob, _Name(stored))
        name.holders.add(holder)
        stored.ids.add(blob)
        self._held.setdefault(holder, set()).add(blob)
        self._idle.pop(stored, None)

    def release(self, holder: Hashable, blob: bytes) -> None:
        """``holder`` needs ``blob`` no longer."""
        held = self._held.get(holder)
        if held is not None and blob in held:
            held.remove(blob)
            if not held:
                del self._held[holder]
            self._drop(holder, blob)

    def let_go(self, holder: Hashable) -> None:
        """``holder`` needs nothing any more."""
        for blob in self._held.pop(holder, ()):
            self._drop(holder, blob)

    def forget(self, stored: Stored) -> None:
        """Remove bytes and every name of them, whoever holds it."""
        if stored not in self._all:
            return
        self._all.remove(stored)
        self._idle.pop(stored, None)
        self.bytes -= stored.size
        for blob in stored.ids:
            for holder in self._names.pop(blob).holders:
                self._held[holder].discard(blob)
                if not self._held[holder]:
                    del self._held[holder]
        if stored.digest is not None and self._by_digest.get(stored.digest) is stored:
            del self._by_digest[stored.digest]
        if stored.file is not None:
            stored.file.close()
        self._keep_or_remove(stored)

    def give_away(self, size: int) -> Path | None:
        """A spare file of at least ``size`` bytes for a worker to paint over; None when there is none."""
        for index, (spare_size, path) in enumerate(self._spare):
            if spare_size >= size:
                del self._spare[index]
                return path
        return None

    def sweep(self, pid: int) -> None:
        """Remove what a worker that died was painting: its files are named by its process id."""
        known = {stored.path for stored in self._all} | {path for _, path in self._spare}
        for path in self.folder.glob(f"{pid}-*"):
            if path not in known:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove everything."""
        for stored in self._all:
            if stored.file is not None:
                stored.file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_room(self, size: int) -> None:
        """Give up spare files, then blobs that nobody needs, the oldest first, until ``size`` bytes fit."""
        if self.bytes + self._spare_bytes() + size > self.quota or self._lacks_disk(size):
            self._drop_spares()
            while self._idle and (self.bytes + size > self.quota or self._lacks_disk(size)):
                self.forget(next(iter(self._idle)))
                self._drop_spares()
        if self.bytes + size > self.quota:
            raise QuotaExceeded(
                "The spool has no room for {size:,} more bytes (quota {quota:,}).",
                hint="Wait until other jobs are done, or start the daemon with a larger --quota.",
                size=size,
                quota=self.quota,
            )
        if self._lacks_disk(size):
            raise QuotaExceeded(
                "The disk that holds {folder} has no room for {size:,} more bytes.",
                hint="Free some space or set VELATURA_CACHE to a folder on another disk.",
                folder=str(self.folder),
                size=size,
            )

    def _lacks_disk(self, size: int) -> bool:
        try:
            return shutil.disk_usage(self.folder).free < size + DISK_RESERVE
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _open(self, size: int) -> Stored:
        path = self.give_away(size)
        mode = "r+"
        if path is None:
            self._serial += 1
            path, mode = self.folder / f"{self._serial:08d}.blob", "x+"
        try:
            file = FileIO(path, mode)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        try:
            file.truncate(size)
        except OSError as error:
            file.close()
            path.unlink(missing_ok=True)
            raise _unwritable(self.folder, error) from error
        return Stored(path, size, file)

    def _enter(self, stored: Stored) -> None:
        self._all.add(stored)
        self.bytes += stored.size

    def _drop(self, holder: Hashable, blob: bytes) -> None:
        name = self._names[blob]
        name.holders.discard(holder)
        if name.holders:
            return
        del self._names[blob]
        name.stored.ids.discard(blob)
        if not name.stored.ids:
            self._rest(name.stored)

    def _rest(self, stored: Stored) -> None:
        """No id names these bytes any more; only their digest can bring them back."""
        if stored.digest is None or self._by_digest.get(stored.digest) is not stored:
            self.forget(stored)
            return
        self._idle[stored] = None
        while sum(each.size for each in self._idle) > IDLE_BYTES:
            self.forget(next(iter(self._idle)))

    def _keep_or_remove(self, stored: Stored) -> None:
        total = self._spare_bytes() + stored.size
        few = len(self._spare) < MOST_SPARES
        if few and total <= SPARE_BYTES and self.bytes + total <= self.quota:
            self._spare.append((stored.size, stored.path))
        else:
            stored.path.unlink(missing_ok=True)

    def _spare_bytes(self) -> int:
        return sum(size for size, _ in self._spare)

    def _drop_spares(self) -> None:
        for _, path in self._spare:
            path.unlink(missing_ok=True)
        self._spare.clear()


def _unwritable(folder: Path, error: OSError) -> QuotaExceeded:
    return QuotaExceeded(
        "The spool in {folder} cannot be written to: {reason}.",
        hint="Free some space, or set VELATURA_CACHE to a folder that can be written to.",
        folder=str(folder),
        reason=error.strerror or str(error),
    )


def remove_stale_spools(root: Path) -> None:
    """Remove the spools of daemons that are no longer alive. A spool's name ends in its daemon's process id."""
    if not root.is_dir():
        return
    for folder in root.iterdir():
        pid = folder.name.rpartition("-")[2]
        if pid.isdigit() and not process_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def process_exists(pid: int) -> bool:
    """Whether a process with this id runs."""
    if os.name == "nt":  # signal 0 would end the process there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
