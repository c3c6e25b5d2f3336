"""The spool: blobs as files in the cache directory, under a quota, named by id and by digest.

The broker writes what clients send, workers map it, and the other way round, so that pixels are copied once on their
way in and once on their way out. Only the event loop touches a :class:`Spool`; bytes are written and hashed by
:mod:`velatura.serve.scribe`.
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
IDLE_BYTES = 256 << 20
"""Named blobs that nobody holds are kept up to here, in case they are put again. Nameless ones cannot be."""


@dataclass(eq=False)
class Stored:
    """The bytes of one sealed or growing blob; several ids may name it."""

    path: Path
    size: int
    file: FileIO
    check: int | None = None
    digest: bytes | None = None
    holders: set[Hashable] = field(default_factory=set)
    ids: set[bytes] = field(default_factory=set)

    @property
    def sealed(self) -> bool:
        return self.check is not None


class Spool:
    """Files of one daemon below ``folder``, at most ``quota`` bytes together."""

    def __init__(self, folder: Path, quota: int, limits: Limits) -> None:
        self.folder = folder
        self.quota = quota
        self.bytes = 0
        self._limits = limits
        self._by_id: dict[bytes, Stored] = {}
        self._by_digest: dict[bytes, Stored] = {}
        self._recent: OrderedDict[Stored, None] = OrderedDict()
        self._spare: list[tuple[int, Path, FileIO]] = []
        self._serial = 0
        folder.mkdir(parents=True, mode=0o700)

    def __len__(self) -> int:
        return len(self._recent)

    def find(self, blob: bytes) -> Stored | None:
        """What ``blob`` names, most recently used from now on."""
        stored = self._by_id.get(blob)
        if stored is not None:
            self._recent.move_to_end(stored)
        return stored

    def create(self, blob: bytes, size: int) -> Stored:
        """Room for a blob of ``size`` bytes. Raises :class:`TooLarge` or :class:`QuotaExceeded` before any byte."""
        if size > self._limits.blob:
            raise TooLarge(
                f"A blob of {size:,} bytes is over the limit of {self._limits.blob:,}.",
                hint="Work on a smaller layer or start the daemon with a higher limit.",
            )
        self.make_room(size)
        path, file = self._take_file(size)
        stored = Stored(path, size, file)
        self._enter(blob, stored)
        return stored

    def adopt(self, blob: bytes, path: Path, size: int, check: int) -> Stored:
        """Take over a file that a worker has written."""
        stored = Stored(path, size, FileIO(path, "r+"), check)
        self._enter(blob, stored)
        return stored

    def alias(self, blob: bytes, stored: Stored) -> None:
        """Let ``blob`` be one more name of ``stored``."""
        stored.ids.add(blob)
        self._by_id[blob] = stored
        self._recent.move_to_end(stored)

    def with_digest(self, digest: bytes | None, size: int) -> Stored | None:
        """A sealed blob with these bytes, if there is one."""
        stored = self._by_digest.get(digest) if digest is not None else None
        return stored if stored is not None and stored.size == size else None

    def seal(self, stored: Stored, check: int, digest: bytes | None) -> None:
        """All bytes are written and are what ``check`` and ``digest`` say."""
        stored.check, stored.digest = check, digest
        if digest is not None:
            self._by_digest.setdefault(digest, stored)

    def hold(self, stored: Stored, holder: Hashable) -> None:
        """Keep ``stored`` while ``holder`` (a session or a job) is there."""
        stored.holders.add(holder)

    def let_go(self, holder: Hashable) -> None:
        """``holder`` is gone. Named blobs that nobody holds stay for a while, the recently used ones longest."""
        for stored in self._recent:
            stored.holders.discard(holder)
        self._trim()

    def release(self, stored: Stored, holder: Hashable) -> None:
        """``holder`` needs ``stored`` no longer."""
        stored.holders.discard(holder)
        self._trim()

    def forget(self, stored: Stored) -> None:
        """Remove the bytes and every name of them."""
        if stored not in self._recent:
            return
        del self._recent[stored]
        self.bytes -= stored.size
        for blob in stored.ids:
            self._by_id.pop(blob, None)
        if stored.digest is not None and self._by_digest.get(stored.digest) is stored:
            del self._by_digest[stored.digest]
        self._keep_or_remove(stored)

    def make_room(self, size: int) -> None:
        """Evict unused blobs, the oldest first, until ``size`` bytes fit. Raises :class:`QuotaExceeded`."""
        if self.bytes + size > self.quota:
            self._drop_spares()
            for stored in self._idle():
                if self.bytes + size <= self.quota:
                    break
                self.forget(stored)
        if self.bytes + size > self.quota:
            raise QuotaExceeded(
                f"The spool has no room for {size:,} more bytes (quota {self.quota:,}).",
                hint="Wait until other jobs are done, or start the daemon with a larger --quota.",
            )
        free = shutil.disk_usage(self.folder).free
        if free < size + DISK_RESERVE:
            raise QuotaExceeded(
                f"The disk with {self.folder} has only {free:,} bytes left.",
                hint="Free some space or set VELATURA_CACHE to a folder on another disk.",
            )

    def close(self) -> None:
        """Remove everything."""
        for stored in list(self._recent):
            stored.file.close()
        self._recent.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sweep(self, pid: int) -> None:
        """Remove what a worker that died was painting: its files are named by its process id."""
        known = {stored.path for stored in self._recent}
        for path in self.folder.glob(f"{pid}-*"):
            if path not in known and path not in [spare for _, spare, _ in self._spare]:
                path.unlink(missing_ok=True)

    def _idle(self) -> list[Stored]:
        return [stored for stored in self._recent if stored.sealed and not stored.holders]

    def _trim(self) -> None:
        idle = self._idle()
        excess = sum(stored.size for stored in idle if stored.digest is not None) - IDLE_BYTES
        for stored in idle:
            if stored.digest is None:
                self.forget(stored)
            elif excess > 0:
                excess -= stored.size
                self.forget(stored)

    def _enter(self, blob: bytes, stored: Stored) -> None:
        stored.ids.add(blob)
        self._by_id[blob] = stored
        self._recent[stored] = None
        self.bytes += stored.size

    def give_away(self, size: int) -> Path | None:
        """A spare file of at least ``size`` bytes for a worker to paint over; None when there is none."""
        spare = self._take_spare(size)
        if spare is None:
            return None
        path, file = spare
        file.close()
        return path

    def _take_spare(self, size: int) -> tuple[Path, FileIO] | None:
        for index, (spare_size, path, file) in enumerate(self._spare):
            if spare_size >= size:
                del self._spare[index]
                return path, file
        return None

    def _take_file(self, size: int) -> tuple[Path, FileIO]:
        spare = self._take_spare(size)
        if spare is not None:
            path, file = spare
            file.truncate(size)
            return path, file
        self._serial += 1
        path = self.folder / f"{self._serial:08d}.blob"
        file = FileIO(path, "x+")
        file.truncate(size)
        return path, file

    def _keep_or_remove(self, stored: Stored) -> None:
        spare = sum(size for size, _, _ in self._spare)
        if spare + stored.size <= SPARE_BYTES:
            self._spare.append((stored.size, stored.path, stored.file))
        else:
            stored.file.close()
            stored.path.unlink(missing_ok=True)

    def _drop_spares(self) -> None:
        for _, path, file in self._spare:
            file.close()
            path.unlink(missing_ok=True)
        self._spare.clear()


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
