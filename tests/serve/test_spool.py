from __future__ import annotations

import os
from pathlib import Path

import pytest

from velatura.errors import QuotaExceeded, TooLarge
from velatura.serve.blobs.spool import Spool, Stored, remove_stale_spools
from velatura.serve.config import Limits

KIB = 1 << 10


def name(number: int) -> bytes:
    return number.to_bytes(16, "big")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 100 * KIB, Limits(blob=60 * KIB))


def put(spool: Spool, number: int, size: int, digest: bytes | None = None) -> Stored:
    """A sealed blob that the session ``number`` holds."""
    stored = spool.create(name(number), size, number)
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
        spool.create(name(1), 61 * KIB, "session")
    assert spool.bytes == 0
    assert not list(spool.folder.iterdir())


def test_the_blob_that_nobody_has_needed_for_longest_makes_room(spool: Spool) -> None:
    for number in (1, 2, 3):
        put(spool, number, 30 * KIB, bytes([number]) * 32)
    for number in (3, 1):
        spool.let_go(number)
    put(spool, 4, 30 * KIB)
    there = [number for number in (1, 2, 3) if spool.with_digest(bytes([number]) * 32, 30 * KIB)]
    assert there == [1, 2]


def test_a_spool_full_of_blobs_in_use_refuses(spool: Spool) -> None:
    for number in (1, 2):
        put(spool, number, 45 * KIB)
    with pytest.raises(QuotaExceeded):
        spool.create(name(3), 20 * KIB, 3)
    spool.let_go(1)
    spool.create(name(3), 20 * KIB, 3)


def test_a_blob_without_a_digest_goes_with_its_last_holder(spool: Spool) -> None:
    stored = put(spool, 1, 10)
    spool.hold("job", name(1), stored)
    spool.release(1, name(1))
    assert spool.find(name(1)) is stored
    spool.let_go("job")
    assert spool.find(name(1)) is None
    assert (len(spool), spool.bytes) == (0, 0)


def test_each_name_of_a_blob_lasts_for_itself(spool: Spool) -> None:
    stored = put(spool, 1, 10, b"d" * 32)
    spool.hold(1, name(2), stored)
    spool.release(1, name(1))
    assert spool.find(name(1)) is None
    assert spool.find(name(2)) is stored
    spool.release(1, name(2))
    assert spool.find(name(2)) is None
    assert spool.with_digest(b"d" * 32, 10) is stored


def test_letting_go_of_what_one_never_held_changes_nothing(spool: Spool) -> None:
    stored = put(spool, 1, 10)
    spool.release("thief", name(1))
    spool.let_go("thief")
    assert spool.find(name(1)) is stored


def test_a_forgotten_blob_may_be_put_again_under_its_name(spool: Spool) -> None:
    spool.forget(put(spool, 1, 10))
    assert spool.find(name(1)) is None
    again = put(spool, 1, 20)
    assert spool.find(name(1)) is again
    spool.let_go(1)
    assert spool.bytes == 0


def test_the_file_of_a_dropped_blob_is_written_over(spool: Spool) -> None:
    first = put(spool, 1, 20 * KIB)
    spool.let_go(1)
    second = spool.create(name(2), 10 * KIB, 2)
    assert second.path == first.path
    assert second.path.stat().st_size == 10 * KIB


def test_spare_files_count_against_the_quota(spool: Spool) -> None:
    put(spool, 1, 50 * KIB)
    spool.let_go(1)
    put(spool, 2, 60 * KIB)
    assert sum(path.stat().st_size for path in spool.folder.iterdir()) <= spool.quota


def test_a_result_is_taken_over_and_counted(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_bytes(bytes(10))
    stored = spool.adopt(name(2), path, 10, 123, "job")
    assert spool.find(name(2)) is stored
    assert (stored.sealed, stored.check, spool.bytes) == (True, 123, 10)
    spool.let_go("job")
    assert spool.find(name(2)) is None
    assert spool.bytes == 0


def test_what_a_dead_worker_was_painting_is_removed(spool: Spool) -> None:
    kept = put(spool, 1, 10)
    painting = spool.folder / "4711-abc.result"
    other = spool.folder / "4712-abc.result"
    for path in (painting, other):
        path.write_bytes(b"x")
    spool.sweep(4711)
    assert [path.exists() for path in (painting, other, kept.path)] == [False, True, True]


def test_closing_leaves_nothing(spool: Spool) -> None:
    put(spool, 1, 10)
    spool.close()
    assert not spool.folder.exists()


def test_only_the_spools_of_dead_daemons_are_removed(tmp_path: Path) -> None:
    mine, dead = tmp_path / f"aa-{os.getpid()}", tmp_path / "bb-999999999"
    mine.mkdir()
    dead.mkdir()
    remove_stale_spools(tmp_path)
    assert mine.exists()
    assert not dead.exists()
