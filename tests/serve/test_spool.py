from __future__ import annotations

from pathlib import Path

import pytest

from velatura.errors import QuotaExceeded, TooLarge
from velatura.serve.config import Limits
from velatura.serve.spool import Spool, Stored, remove_stale_spools

KIB = 1 << 10


def name(number: int) -> bytes:
    return number.to_bytes(16, "big")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 100 * KIB, Limits(blob=60 * KIB))


def put(spool: Spool, number: int, size: int, digest: bytes | None = None) -> Stored:
    stored = spool.create(name(number), size)
    spool.seal(stored, number, digest)
    return stored


def test_a_blob_is_found_by_its_id_and_by_its_digest(spool: Spool) -> None:
    stored = put(spool, 1, 10, b"d" * 32)
    assert spool.find(name(1)) is stored
    assert spool.with_digest(b"d" * 32, 10) is stored
    assert spool.with_digest(b"d" * 32, 11) is None
    assert spool.find(name(2)) is None


def test_a_blob_over_the_limit_gets_no_room(spool: Spool) -> None:
    with pytest.raises(TooLarge):
        spool.create(name(1), 61 * KIB)
    assert spool.bytes == 0
    assert not list(spool.folder.iterdir())


def test_the_least_recently_used_blob_that_nobody_holds_makes_room(spool: Spool) -> None:
    for number in (1, 2, 3):
        put(spool, number, 30 * KIB)
    spool.hold(spool.find(name(2)) or pytest.fail(), "job")
    spool.find(name(1))
    put(spool, 4, 30 * KIB)
    there = [number for number in (1, 2, 3, 4) if spool.find(name(number))]
    assert there == [1, 2, 4]


def test_a_spool_full_of_blobs_in_use_refuses(spool: Spool) -> None:
    for number in (1, 2):
        spool.hold(put(spool, number, 45 * KIB), "job")
    with pytest.raises(QuotaExceeded):
        spool.create(name(3), 20 * KIB)
    spool.let_go("job")
    spool.create(name(3), 20 * KIB)


def test_a_blob_that_is_written_is_never_evicted(spool: Spool) -> None:
    spool.create(name(1), 50 * KIB)
    with pytest.raises(QuotaExceeded):
        spool.create(name(2), 55 * KIB)
    assert spool.find(name(1)) is not None


def test_the_file_of_a_dropped_blob_is_written_over(spool: Spool) -> None:
    first = put(spool, 1, 20 * KIB)
    spool.forget(first)
    assert spool.find(name(1)) is None
    second = spool.create(name(2), 10 * KIB)
    assert second.path == first.path
    assert second.path.stat().st_size == 10 * KIB


def test_a_result_is_taken_over_and_counted(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_bytes(bytes(10))
    stored = spool.adopt(name(2), path, 10, 123)
    assert spool.find(name(2)) is stored
    assert (stored.sealed, stored.check, spool.bytes) == (True, 123, 10)
    spool.forget(stored)
    assert spool.find(name(2)) is None
    assert spool.bytes == 0


def test_closing_leaves_nothing(spool: Spool) -> None:
    put(spool, 1, 10)
    spool.close()
    assert not spool.folder.exists()


def test_only_the_spools_of_dead_daemons_are_removed(tmp_path: Path) -> None:
    import os

    mine, dead = tmp_path / f"aa-{os.getpid()}", tmp_path / "bb-999999999"
    mine.mkdir()
    dead.mkdir()
    remove_stale_spools(tmp_path)
    assert mine.exists()
    assert not dead.exists()
