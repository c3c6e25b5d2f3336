from __future__ import annotations

import hashlib
import random
import threading
from pathlib import Path

import pytest

from velatura.errors import BadWeights, Cancelled
from velatura.library import download as module
from velatura.library.download import Patience, Unreachable, download

from ..shop import Shop

CONTENT = random.Random(1).randbytes(700_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
QUICK = Patience(attempts=3, pause=0.01)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "net.pth"


def left_beside(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()} - {"net.pth.lock"}


def test_a_file_arrives_whole_with_progress_to_its_last_byte(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    heard: list[tuple[int, int]] = []
    download(
        f"{shop.url}/net.pth",
        target,
        sha256=DIGEST,
        progress=lambda done, total: heard.append((done, total)),
    )
    assert target.read_bytes() == CONTENT
    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert left_beside(target) == {"net.pth"}


def test_broken_connections_are_resumed_where_they_broke(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    shop.drops = [100_000, 250_000]
    download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert target.read_bytes() == CONTENT
    assert shop.ranges == [None, "bytes=100000-", "bytes=350000-"]


def test_a_later_call_resumes_what_an_earlier_one_left(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    shop.drops = [300_000, 0, 0]
    with pytest.raises(Unreachable, match="300000 of 700000"):
        download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert not target.exists()
    download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert target.read_bytes() == CONTENT
    assert shop.ranges[-1] == "bytes=300000-"


def test_a_server_without_ranges_starts_over(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    shop.drops = [100_000]
    shop.knows_ranges = False
    download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert target.read_bytes() == CONTENT


def test_two_versions_of_a_file_are_never_joined(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = bytes(700_000)
    shop.drops = [100_000, 0, 0]
    with pytest.raises(Unreachable):
        download(f"{shop.url}/net.pth", target, sha256=None, patience=QUICK)
    shop.goods["net.pth"], shop.etag = CONTENT, '"two"'
    download(f"{shop.url}/net.pth", target, sha256=None, patience=QUICK)
    assert target.read_bytes() == CONTENT


def test_without_checksum_and_version_nothing_is_resumed(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    shop.drops, shop.etag = [100_000], None
    download(f"{shop.url}/net.pth", target, sha256=None, patience=QUICK)
    assert shop.ranges == [None, None]
    assert target.read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_given_up(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    target.parent.mkdir()
    (target.parent / "net.pth.part").write_bytes(bytes(800_000))
    (target.parent / "net.pth.version").write_text(shop.etag or "")
    download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert target.read_bytes() == CONTENT


def test_wrong_bytes_are_refused_and_nothing_of_them_stays(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT[:-1] + b"?"
    with pytest.raises(BadWeights, match="SHA-256"):
        download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert left_beside(target) == set()


def test_another_size_is_refused_before_the_bytes_come(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    with pytest.raises(BadWeights, match="offers 700000 bytes, but the file has 5"):
        download(f"{shop.url}/net.pth", target, sha256=DIGEST, size=5, patience=QUICK)
    assert not target.exists()


def test_what_accept_refuses_does_not_stay(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = b"<html>log in first</html>"

    def accept(path: Path, digest: str) -> None:
        raise BadWeights("not a network")

    with pytest.raises(BadWeights, match="not a network"):
        download(f"{shop.url}/net.pth", target, sha256=None, accept=accept, patience=QUICK)
    assert left_beside(target) == set()


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    shop.errors = [503, 429]
    download(f"{shop.url}/net.pth", target, sha256=DIGEST, patience=QUICK)
    assert len(shop.ranges) == 3
    with pytest.raises(Unreachable, match="404"):
        download(f"{shop.url}/other.pth", target.with_name("other"), sha256=None, patience=QUICK)
    assert len(shop.ranges) == 4


def test_nobody_listening_is_unreachable(target: Path) -> None:
    with pytest.raises(Unreachable, match="refused"):
        download("http://127.0.0.1:1/net.pth", target, sha256=None, patience=QUICK)


def test_no_address_is_unreachable(target: Path) -> None:
    with pytest.raises(Unreachable, match="not an address"):
        download("net.pth", target, sha256=None, patience=QUICK)


def test_cancelling_keeps_the_part_and_takes_no_half_file(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        download(f"{shop.url}/net.pth", target, sha256=DIGEST, progress=cancel, patience=QUICK)
    assert not target.exists()
    assert 0 < (target.parent / "net.pth.part").stat().st_size <= len(CONTENT)


def test_two_at_once_fetch_it_once(shop: Shop, target: Path) -> None:
    shop.goods["net.pth"] = CONTENT
    threads = [
        threading.Thread(
            target=download, args=(f"{shop.url}/net.pth", target), kwargs={"sha256": DIGEST}
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() == CONTENT
    assert len(shop.ranges) == 1


def test_progress_is_told_at_most_ten_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.05, 0.11, 0.12])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    heard: list[int] = []
    report = module._seldom(lambda done, total: heard.append(done))
    for done in (1, 2, 3, 4):
        report(done, 4)
    assert heard == [1, 3, 4]
