from __future__ import annotations

import gc
import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from velatura_link.client import Client
from velatura_link.connection import Connection
from velatura_link.errors import Disconnected, JobFailed, ProtocolError
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Result, Uploading
from velatura_link.request import (
    EncodedFile,
    Pixels,
    RegionRef,
    Request,
    StyleRef,
    encode_request,
    payloads,
)
from velatura_link.sockets import SocketTransport
from velatura_link.transport import SLOW_CHUNK
from velatura_link.wording import Notice

_PATIENCE = 20.0

MakeClient = Callable[..., Client]


@pytest.fixture
def broker(fake_broker: Callable[[], Any]) -> Any:
    return fake_broker()


def _pixels(side: int = 64, seed: int = 0) -> Pixels:
    block = hashlib.shake_256(bytes([seed])).digest(65521)
    size = side * side * 4
    return Pixels((block * (size // len(block) + 1))[:size], side, side, 4, "u8")


def _events(job: Any) -> list[Event]:
    return [job.events.get_nowait() for _ in range(job.events.qsize())]


def test_pixels_go_there_and_come_back(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    pixels = _pixels(1024)
    job = client.submit(Request("identity", content=pixels))
    result = job.wait(_PATIENCE)
    assert result.picture.view == pixels.view
    assert (result.picture.width, result.picture.channels) == (1024, 4)
    assert result.notes == ("done",)
    events = _events(job)
    kinds = {type(event) for event in events}
    assert kinds == {Uploading, Accepted, Progress, Downloading, Result}
    assert events[-1] is result
    assert [e.sent for e in events if isinstance(e, Uploading)][-1] == 1024 * 1024 * 4
    assert [e.received for e in events if isinstance(e, Downloading)][-1] == 1024 * 1024 * 4


def test_moved_slider_sends_no_pixels(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    pixels = _pixels()
    for steps in range(3):
        client.submit(Request("identity", {"steps": steps}, pixels)).wait(_PATIENCE)
    assert broker.seen["blob.put"] == 1
    assert broker.seen["submit"] == 3
    _until(lambda: broker.seen["release"] == 3)


def test_result_that_becomes_a_content_sends_no_pixels(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    first = client.submit(Request("identity", content=_pixels())).wait(_PATIENCE)
    chunks = broker.seen["blob.chunk"]
    client.submit(Request("identity", content=first.picture)).wait(_PATIENCE)
    assert broker.seen["blob.chunk"] == chunks


def test_forgotten_pixels_are_dropped_at_the_broker(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    job = client.submit(Request("identity", content=_pixels()))
    job.wait(_PATIENCE)
    assert not broker.dropped
    # Not left to the collector: pixels are large, and hosts seldom make what wakes it.
    gc.disable()
    try:
        del job
        _until(lambda: len(broker.dropped) == 1)
    finally:
        gc.enable()


def test_pixels_that_are_collected_while_a_job_is_handed_over_stop_nothing(broker: Any) -> None:
    # Once, Krita stood still for good: its collector ran while a thread held the lock that the dropping wanted too.
    garbage: list[Any] = []

    class Collecting(SocketTransport):
        def wake(self) -> None:
            garbage.clear()
            super().wake()

    client = Client(broker.connection, transport=Collecting)
    job = client.submit(Request("identity", content=_pixels()))
    job.wait(_PATIENCE)
    garbage.append(job)
    del job
    results: list[Result] = []
    second = Request("identity", content=_pixels(seed=1))
    thread = threading.Thread(
        target=lambda: results.append(client.submit(second).wait(_PATIENCE)), daemon=True
    )
    thread.start()
    thread.join(_PATIENCE)
    assert not garbage
    assert results
    _until(lambda: len(broker.dropped) == 1)
    client.close()


def test_damaged_download_is_fetched_again(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    broker.spoil = 1
    pixels = _pixels(256)
    assert (
        client.submit(Request("identity", content=pixels)).wait(_PATIENCE).picture.view
        == pixels.view
    )
    assert broker.seen["blob.get"] == 2


def test_download_damaged_twice_fails(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    broker.spoil = 2
    with pytest.raises(JobFailed) as caught:
        client.submit(Request("identity", content=_pixels(256))).wait(_PATIENCE)
    assert caught.value.code == "bad_check"
    assert broker.seen["blob.get"] == 2


def test_broken_upload_resumes_where_it_was(client_of: MakeClient, broker: Any) -> None:
    notices: list[Notice] = []
    client = client_of(broker.connection, on_notice=notices.append)
    broker.die_after = 3
    pixels = _pixels(1024)
    job = client.submit(Request("identity", content=pixels))
    assert job.wait(_PATIENCE).picture.view == pixels.view
    assert broker.offsets == [0, 3 * SLOW_CHUNK]
    assert [notice.code for notice in notices] == ["reconnected"]


def test_restarted_daemon_gets_unfinished_jobs_again_under_their_ids(
    client_of: MakeClient, broker: Any
) -> None:
    notices: list[Notice] = []
    client = client_of(start=lambda: broker.connection, on_notice=notices.append)
    first = client.instance
    broker.hold = True
    pixels = _pixels()
    job = client.submit(Request("identity", content=pixels))
    _until(lambda: broker.seen["blob.end"] == 1)
    broker.blobs.clear()
    broker.hold = False
    broker.start()
    assert job.wait(_PATIENCE).picture.view == pixels.view
    assert broker.jobs == [job.id, job.id]
    assert [notice.code for notice in notices] == ["restarted"]
    assert client.instance != first


def test_lost_blob_is_put_again(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    pixels = _pixels()
    client.submit(Request("identity", content=pixels)).wait(_PATIENCE)
    broker.forget = True
    assert (
        client.submit(Request("identity", content=pixels)).wait(_PATIENCE).picture.view
        == pixels.view
    )
    assert broker.seen["blob.end"] == 2


def test_draining_daemon_hands_new_jobs_to_its_successor(
    client_of: MakeClient, fake_broker: Callable[[], Any]
) -> None:
    old, new = fake_broker(), fake_broker()
    current = [old]
    client = client_of(start=lambda: current[0].connection)
    old.hold = True
    pixels = _pixels()
    staying = client.submit(Request("identity", content=pixels))
    _until(lambda: old.seen["blob.end"] == 1)
    old.draining = True
    moved = client.submit(Request("identity", content=pixels))
    _until(lambda: old.seen["submit"] == 2)
    current[0] = new
    assert moved.wait(_PATIENCE).picture.view == pixels.view
    assert new.jobs == [moved.id]
    assert client.instance == new.connection.instance
    assert not staying.done
    staying.cancel()
    _until(lambda: staying.id in old.cancelled)


def test_draining_daemon_without_successor_fails_the_job(
    client_of: MakeClient, broker: Any
) -> None:
    client = client_of(broker.connection)
    broker.draining = True
    with pytest.raises(JobFailed) as caught:
        client.submit(Request("identity", content=_pixels())).wait(_PATIENCE)
    assert caught.value.code == "draining"


def test_finish_brings_the_result_of_what_is_there(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    broker.hold = True
    pixels = _pixels()
    job = client.submit(Request("identity", content=pixels))
    _until(lambda: broker.seen["blob.end"] == 1)
    assert not job.done
    for _ in range(3):
        job.finish()
    assert job.wait(_PATIENCE).picture.view == pixels.view
    job.finish()
    client.ping()
    assert broker.seen["finish"] == 1


def test_finish_before_a_job_is_submitted_is_told_with_it(
    client_of: MakeClient, broker: Any
) -> None:
    client = client_of(broker.connection)
    broker.hold = True
    jobs = [client.submit(Request("identity", content=_pixels(seed=seed))) for seed in range(9)]
    for job in jobs:
        job.finish()
    for job in jobs:
        job.wait(_PATIENCE)
    assert 1 <= broker.seen["finish"] <= len(jobs)


def test_a_restarted_daemon_is_told_anew_to_finish(client_of: MakeClient, broker: Any) -> None:
    client = client_of(start=lambda: broker.connection)
    broker.hold = True
    broker._on_finish = lambda *_: None
    job = client.submit(Request("identity", content=_pixels()))
    _until(lambda: broker.seen["blob.end"] == 1)
    job.finish()
    _until(lambda: broker.seen["finish"] == 1)
    del broker._on_finish
    broker.start()
    job.wait(_PATIENCE)
    assert broker.seen["finish"] == 2


def test_a_result_has_its_recipe(client_of: MakeClient, broker: Any) -> None:
    result = client_of(broker.connection).submit(Request("glaze", content=_pixels()))
    assert result.wait(_PATIENCE).recipe == {"format": 1, "engine": "glaze"}


def test_cancel_drops_an_upload_on_its_way(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    reached = threading.Event()
    job = client.submit(
        Request("identity", content=_pixels(4096)),
        on_event=lambda event: reached.set() if isinstance(event, Accepted) else None,
    )
    assert reached.wait(_PATIENCE)
    job.cancel()
    with pytest.raises(JobFailed) as caught:
        job.wait(0)
    assert caught.value.code == "cancelled"
    _until(lambda: job.id in broker.cancelled and len(broker.dropped) == 1)
    assert not broker.uploads
    assert not broker.blobs


def test_cancel_of_one_job_leaves_pixels_that_another_needs(
    client_of: MakeClient, broker: Any
) -> None:
    client = client_of(broker.connection)
    pixels = _pixels(2048)
    one = client.submit(Request("identity", content=pixels))
    two = client.submit(Request("identity", content=pixels))
    one.cancel()
    assert two.wait(_PATIENCE).picture.view == pixels.view
    assert broker.seen["blob.put"] == 1


def test_too_large_pictures_are_refused_before_a_byte_is_sent(
    client_of: MakeClient, broker: Any
) -> None:
    broker.limits = {"side": 32, "pixels": 1000, "blob": 5000}
    client = client_of(broker.connection)
    for pixels in (
        Pixels(bytes(33), 33, 1, 1, "u8"),
        _pixels(32),
        Pixels(bytes(5004), 417, 3, 4, "u8"),
    ):
        with pytest.raises(JobFailed) as caught:
            client.submit(Request("identity", content=pixels)).wait(_PATIENCE)
        assert caught.value.code == "too_large"
    assert broker.seen["blob.put"] == 0


def test_only_so_many_uploads_are_open_at_once(client_of: MakeClient, broker: Any) -> None:
    broker.limits = {"blobs": 1}
    client = client_of(broker.connection)
    jobs = [client.submit(Request("identity", content=_pixels(256, seed))) for seed in range(4)]
    for job in jobs:
        job.wait(_PATIENCE)
    assert broker.seen["blob.put"] == broker.seen["blob.end"] == 4


def test_daemon_that_stays_away_fails_the_job(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection, patience=0.3)
    broker.hold = True
    job = client.submit(Request("identity", content=_pixels()))
    _until(lambda: broker.seen["blob.end"] == 1)
    broker.close()
    with pytest.raises(Disconnected):
        job.wait(_PATIENCE)


def test_idle_client_does_not_bring_a_stopped_daemon_back(
    client_of: MakeClient, broker: Any
) -> None:
    starts: list[int] = []
    notices: list[Notice] = []

    def start() -> Connection:
        starts.append(1)
        return broker.connection  # type: ignore[no-any-return]

    client = client_of(start=start, on_notice=notices.append)
    broker.close()
    _until(lambda: [notice.code for notice in notices] == ["lost"])
    assert len(starts) == 1
    broker.start()
    pixels = _pixels()
    assert (
        client.submit(Request("identity", content=pixels)).wait(_PATIENCE).picture.view
        == pixels.view
    )
    assert len(starts) == 2


def test_questions_are_answered(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    assert client.status() == {"t": "status", "instance": client.instance}
    assert client.ping() > 0
    assert client.manifest == {}
    assert client.limits.chunk == 1 << 18


def test_daemon_with_another_secret_is_not_believed(client_of: MakeClient, broker: Any) -> None:
    connection = Connection(broker.connection.instance, broker.connection.endpoints, "00" * 32)
    with pytest.raises(ProtocolError, match="does not know the daemon's secret"):
        client_of(connection, patience=0.0)
    assert broker.seen["prove"] == 0


def test_nobody_there_is_one_clear_sentence(client_of: MakeClient, broker: Any) -> None:
    broker.close()
    with pytest.raises(Disconnected):
        client_of(broker.connection, patience=0.1)


@pytest.mark.parametrize("job_id", [b"abc", "0123456789abcdef"])
def test_a_job_id_of_another_kind_is_refused_at_once(
    client_of: MakeClient, broker: Any, job_id: Any
) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        client_of(broker.connection).submit(Request("identity", content=_pixels()), job_id=job_id)


def test_closed_client_fails_its_jobs_and_takes_no_more(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    broker.hold = True
    job = client.submit(Request("identity", content=_pixels()))
    client.close()
    for each in (job, client.submit(Request("identity", content=_pixels()))):
        with pytest.raises(Disconnected):
            each.wait(_PATIENCE)


def test_threads_may_share_a_client(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            pixels = _pixels(100 + seed, seed)
            for _ in range(5):
                result = client.submit(Request("identity", content=pixels)).wait(_PATIENCE)
                assert result.picture.view == pixels.view
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert broker.seen["blob.put"] == 4


@pytest.mark.parametrize(
    "fields",
    [
        (bytes(15), 2, 2, 4, "u8"),
        (bytes(16), 2, 2, 4, "u9"),
        (bytes(0), 0, 2, 4, "u8"),
        (bytes(20), 2, 2, 5, "u8"),
    ],
)
def test_pixels_that_do_not_fit_are_refused(fields: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        Pixels(*fields)


def test_request_names_every_payload_once_and_by_its_blob() -> None:
    content, mask, style = _pixels(8), Pixels(bytes(64), 8, 8, 1, "u8"), EncodedFile(b"png")
    request = Request(
        "adain",
        {"strength": 0.5},
        content,
        styles=(StyleRef(picture=style, weight=2.0), StyleRef(name="waves", index=3)),
        regions=(RegionRef(mask, (StyleRef(picture=style, mask=mask),), 0.25),),
        inputs={"flow": content, "frame": 4},
    )
    assert payloads(request) == [content, style, mask]
    names = {content: b"c" * 16, mask: b"m" * 16, style: b"s" * 16}
    encoded = encode_request(request, names.__getitem__)
    as_it_is = {"rotation": 0.0, "scale": 1.0}
    raster = {"width": 8, "height": 8, "depth": "u8", "transfer": "srgb"}
    content_reference = {"blob": b"c" * 16, "channels": 4, **raster}
    mask_reference = {"blob": b"m" * 16, "channels": 1, **raster}
    file_reference = {"blob": b"s" * 16, "encoding": "file"}
    assert encoded == {
        "engine": "adain",
        "params": {"strength": 0.5},
        "content": content_reference,
        "seed": 0,
        "styles": [
            {"weight": 2.0, "picture": file_reference, **as_it_is},
            {"weight": 1.0, "name": "waves", "index": 3, **as_it_is},
        ],
        "regions": [
            {
                "mask": mask_reference,
                "styles": [
                    {"weight": 1.0, "picture": file_reference, "mask": mask_reference, **as_it_is}
                ],
                "strength": 0.25,
            }
        ],
        "inputs": {"flow": content_reference, "frame": 4},
        "common": {},
    }


def test_what_a_preset_may_say_is_left_out() -> None:
    encoded = encode_request(Request(preset="night"), lambda _: b"")
    said = {key: value for key, value in encoded.items() if value}
    assert said == {"preset": "night"}
    assert not {"engine", "strength", "segments"} & encoded.keys()
    full = Request("glaze", strength=0.0, segments=0, preset="night")
    assert encode_request(full, lambda _: b"").items() >= {"strength": 0.0, "segments": 0}.items()


def test_a_list_is_fetched_page_by_page(client_of: MakeClient, broker: Any) -> None:
    broker.presets = [{"name": name, "engine": "glaze"} for name in ("a", "b", "c")]
    client = client_of(broker.connection)
    assert client.presets() == broker.presets
    assert broker.seen["presets"] == 3
    assert client.styles() == []


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)
