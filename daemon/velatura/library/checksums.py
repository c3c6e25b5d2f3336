"""SHA-256 of files, computed once and remembered by path, size and time of change."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from velatura.library.places import cache_dir

BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits. Raises :class:`OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def remembered_sha256(path: Path) -> str:
    """:func:`sha256_of`, read from memory while the file's size and time of change stay the same.

    Half a gigabyte takes a second to hash and nothing to remember.
    """
    path = path.resolve()
    facts = path.stat()
    key = str(path)
    memory = _read()
    match memory.get(key):
        case [facts.st_size, facts.st_mtime_ns, str(digest)]:
            return digest
    digest = sha256_of(path)
    # What another process writes between the two lines is computed again one day: no harm.
    _write({**_read(), key: [facts.st_size, facts.st_mtime_ns, digest]})
    return digest


def _memory() -> Path:
    return cache_dir() / "checksums.json"


def _read() -> dict[str, object]:
    try:
        memory = json.loads(_memory().read_bytes())
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _write(memory: dict[str, object]) -> None:
    """Replace the memory; a cache that cannot be written costs time and nothing else."""
    try:
        _memory().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=_memory().parent, prefix=".checksums-", delete=False, encoding="utf-8"
        ) as draft:
            json.dump(memory, draft)
        Path(draft.name).replace(_memory())
    except OSError:
        pass
