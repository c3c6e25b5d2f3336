"""Jobs from submit to their end (docs/reference/protocol.md, sections 5 and 6)."""

from __future__ import annotations

import time
import zlib
from typing import Any

from .. import messages as m
from ..recipe import from_described
from .bench import Bench, Peer, pattern, raster, require

_LONG = {"steps": 2000, "pause": 0.02}
_SIDE = 16


def every_raster_comes_back_byte_for_byte(bench: Bench) -> None:
    peer = bench.peer()
    for depth, width in m.DEPTH_BYTES.items():
        for channels in sorted(m.CHANNELS):
            # 0x3c… is near 1 as f16 and small as f32: bytes that are a sensible number in every depth.
            data = bytes(0x3C if i % 2 else i % 251 for i in range(7 * 5 * channels * width))
            reference = raster(peer.put(data), 7, 5, channels, depth)
            output = _picture(peer, peer.result(peer.submit(reference)))
            came = {**output, "blob": reference["blob"]}
            require(reference.items() <= came.items(), f"{depth} × {channels} came otherwise.")
            require(output["check"] == zlib.crc32(data), "The check is wrong.")
            require(peer.get(output["blob"], len(data)) == data, f"{depth} × {channels} changed.")


def job_tells_its_life(bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(_content(peer), params={"steps": 5, "pause": 0.15})
    position = peer.expect(m.ACCEPTED, job=job).header["position"]
    require(isinstance(position, int) and position >= 0, "accepted has no position.")
    progress = peer.expect(m.PROGRESS, job=job).header
    require(progress["step"] <= progress["steps"] or not progress["steps"], "Progress runs over.")
    result = peer.result(job)
    require({"queued", "running"} <= result["seconds"].keys(), "The result has no seconds.")
    require(isinstance(result["notes"], list), "The result has no notes.")
    recipe = from_described(result["recipe"])
    require(recipe.engine == "identity", f"The recipe names the engine {recipe.engine}.")
    require(recipe.params["steps"] == 5, "The recipe has another knob than the request.")
    check = f"{zlib.crc32(pattern(_SIDE * _SIDE * 4)):08x}"
    require(recipe.content and recipe.content.check == check, "The recipe has another content.")


def job_waits_for_its_blobs(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(_SIDE * _SIDE * 4, seed=21)
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=len(data), digest=None)
    peer.expect(m.BLOB_GO, blob=blob)
    job = peer.submit(raster(blob, _SIDE, _SIDE))
    peer.expect(m.ACCEPTED, job=job)
    peer.quiet(m.RESULT, m.FAILED)
    peer.send(m.BLOB_CHUNK, data, blob=blob, offset=0)
    peer.send(m.BLOB_END, blob=blob, check=zlib.crc32(data))
    output = _picture(peer, peer.result(job))
    require(peer.get(output["blob"], len(data)) == data, "The bytes changed.")


def blob_serves_many_jobs(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    jobs = [peer.submit(content, params={"steps": steps}) for steps in (1, 2, 3)]
    for job in jobs:
        peer.result(job)


def submitting_twice_runs_once(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    job = peer.submit(content, params={"steps": 4, "pause": 0.1})
    peer.expect(m.ACCEPTED, job=job)
    peer.submit(content, job=job, params={"steps": 4, "pause": 0.1})
    peer.expect(m.ACCEPTED, job=job)
    peer.result(job)
    peer.quiet(m.RESULT, m.FAILED, timeout=0.8)


def submitting_a_finished_job_repeats_its_result(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    job = peer.submit(content)
    first = peer.result(job)
    peer.submit(content, job=job)
    second = peer.result(job)
    require(first["outputs"] == second["outputs"], "The second result is another one.")


def cancel_ends_a_running_job_soon(bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(_content(peer), params=_LONG)
    peer.expect(m.PROGRESS, job=job)
    peer.send(m.CANCEL, job=job)
    peer.failure(job, "cancelled")
    _idle_soon(peer)


def cancel_ends_a_waiting_job(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    running = peer.submit(content, params=_LONG)
    peer.expect(m.PROGRESS, job=running)
    waiting = peer.submit(content)
    peer.expect(m.ACCEPTED, job=waiting)
    peer.send(m.CANCEL, job=waiting)
    header = peer.final(waiting)
    require(header["t"] == m.RESULT or header["code"] == "cancelled", f"It ended with {header}.")
    peer.send(m.CANCEL, job=running)
    peer.failure(running, "cancelled")


def cancel_ends_a_job_whose_pixels_are_on_their_way(bench: Bench) -> None:
    peer = bench.peer()
    blob = m.new_id()
    side = 1024
    peer.send(m.BLOB_PUT, blob=blob, size=side * side * 4, digest=None)
    peer.expect(m.BLOB_GO, blob=blob)
    job = peer.submit(raster(blob, side, side))
    peer.expect(m.ACCEPTED, job=job)
    peer.send(m.BLOB_CHUNK, bytes(m.CHUNK_LIMIT // 4), blob=blob, offset=0)
    before = _status(peer)["spool"]["blobs"]
    peer.send(m.BLOB_DROP, blob=blob)
    peer.send(m.CANCEL, job=job)
    peer.failure(job, "cancelled", "blob_missing")
    require(_status(peer)["spool"]["blobs"] < before, "The half upload is still in the spool.")


def cancelling_an_unknown_job_does_no_harm(bench: Bench) -> None:
    peer = bench.peer()
    peer.send(m.CANCEL, job=m.new_id())
    peer.result(peer.submit(_content(peer)))


def finish_ends_a_running_job_with_what_is_there(bench: Bench) -> None:
    peer = bench.peer()
    data = pattern(_SIDE * _SIDE * 4, seed=23)
    job = peer.submit(raster(peer.put(data), _SIDE, _SIDE), params=_LONG)
    peer.expect(m.PROGRESS, job=job)
    peer.send(m.FINISH, job=job)
    result = peer.result(job)
    output = _picture(peer, result)
    require(peer.get(output["blob"], len(data)) == data, "The bytes changed.")
    require(result["notes"], "No note says after how many steps it was stopped.")
    ((template, values),) = result["note_sources"]
    require(
        template.format(**values) == result["notes"][0], "The note's source makes another note."
    )


def finishing_a_job_that_waits_or_is_unknown_does_no_harm(bench: Bench) -> None:
    peer = bench.peer()
    peer.send(m.FINISH, job=m.new_id())
    content = _content(peer)
    running = peer.submit(content, params=_LONG)
    peer.expect(m.PROGRESS, job=running)
    waiting = peer.submit(content, params=_LONG)
    peer.expect(m.ACCEPTED, job=waiting)
    peer.send(m.FINISH, job=waiting)
    peer.send(m.FINISH, job=running)
    ended = {peer.expect(m.RESULT, m.FAILED).header["job"] for _ in range(2)}
    require(ended == {running, waiting}, "A job that was to stop early did not end.")
    peer.send(m.FINISH, job=running)
    peer.quiet(m.FAILED)


def newer_job_replaces_an_older_one(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    old = peer.submit(content, params=_LONG, replaces="live preview")
    peer.expect(m.PROGRESS, job=old)
    new = peer.submit(content, replaces="live preview")
    peer.failure(old, "replaced")
    peer.result(new)


def jobs_of_two_sessions_do_not_replace_each_other(bench: Bench) -> None:
    first, second = bench.peer(), bench.peer()
    one = first.submit(_content(first), params={"steps": 20, "pause": 0.02}, replaces="same")
    first.expect(m.ACCEPTED, job=one)
    second.result(second.submit(_content(second), replaces="same"))
    first.result(one)


def interactive_job_goes_before_a_batch_job_that_runs(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    batch = peer.submit(content, params=_LONG, priority="batch")
    peer.expect(m.PROGRESS, job=batch)
    peer.result(peer.submit(content, priority="interactive"))
    peer.send(m.CANCEL, job=batch)
    peer.failure(batch, "cancelled")


def job_ends_with_its_session(bench: Bench) -> None:
    for politely in (True, False):
        watcher, peer = bench.peer(), bench.peer()
        job = peer.submit(_content(peer), params=_LONG, on_disconnect="cancel", grace=0)
        peer.expect(m.PROGRESS, job=job)
        peer.leave(politely=politely)
        _idle_soon(watcher)


def kept_job_is_delivered_to_a_later_session(bench: Bench) -> None:
    first = bench.peer()
    data = pattern(_SIDE * _SIDE * 4, seed=31)
    content = raster(first.put(data), _SIDE, _SIDE)
    terms: dict[str, Any] = {"on_disconnect": "keep", "grace": 30}
    params = {"steps": 10, "pause": 0.05}
    job = first.submit(content, params=params, **terms)
    first.expect(m.PROGRESS, job=job)
    first.leave(politely=False)
    second = bench.peer()
    second.submit(content, job=job, params=params, **terms)
    output = _picture(second, second.result(job))
    require(second.get(output["blob"], len(data)) == data, "The bytes changed.")


def released_job_is_forgotten(bench: Bench) -> None:
    peer = bench.peer()
    content = _content(peer)
    job = peer.submit(content)
    peer.result(job)
    peer.send(m.RELEASE, job=job)
    peer.failure(peer.submit(content, job=job, params={"no_such_knob": 1}), "bad_params")


def unknown_engine_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    peer.failure(peer.submit(_content(peer), engine="no such engine"), "unknown_engine")


def unknown_knob_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    peer.failure(peer.submit(_content(peer), params={"no_such_knob": 1}), "bad_params")


def knob_out_of_range_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    peer.failure(peer.submit(_content(peer), params={"steps": -1}), "bad_params")


def missing_blob_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    peer.failure(peer.submit(raster(m.new_id(), 4, 4)), "blob_missing")


def missing_content_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    peer.failure(peer.submit(None), "bad_request")


def malformed_request_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    for reference in ({"blob": b"short"}, raster(m.new_id(), 0, 4), raster(m.new_id(), 4, 4, 9)):
        peer.failure(peer.submit(reference), "bad_request", "bad_picture")
    peer.send(m.SUBMIT, job=m.new_id(), request="not a map")
    header = peer.expect(m.FAILED).header
    require(header["code"] == "bad_request", f"The code is {header['code']}.")


def too_large_picture_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    assert peer.welcome is not None
    side = (peer.welcome.limits.side or 1 << 20) + 1
    blob = peer.put(bytes(side))
    peer.failure(peer.submit(raster(blob, side, 1, 1)), "too_large")


def broken_picture_file_is_refused(bench: Bench) -> None:
    peer = bench.peer()
    blob = peer.put(b"this is no picture")
    peer.failure(peer.submit({"blob": blob, "encoding": "file"}), "bad_picture", "bad_request")


def previews_are_optional(bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(_content(peer), params={"steps": 5, "pause": 0.05}, preview=None)
    while (message := peer.expect(m.PREVIEW, m.RESULT, m.PROGRESS, job=job)).header[
        "t"
    ] != m.RESULT:
        require(message.header["t"] != m.PREVIEW, "A preview came that nobody wanted.")


def previews_can_be_fetched(bench: Bench) -> None:
    """An engine need not make previews; those it makes are rasters that are there."""
    peer = bench.peer()
    job = peer.submit(_content(peer), params={"steps": 10, "pause": 0.05}, preview=0.05)
    while (message := peer.expect(m.PREVIEW, m.RESULT, job=job)).header["t"] == m.PREVIEW:
        m.check_raster(message.header["raster"])


def status_counts(bench: Bench) -> None:
    peer = bench.peer()
    job = peer.submit(_content(peer), params=_LONG)
    peer.expect(m.PROGRESS, job=job)
    status = _status(peer)
    require(status["instance"] == bench.connection.instance, "status names another instance.")
    require(status["sessions"] >= 1, "status counts no session.")
    require(status["jobs"]["running"] >= 1, "status counts no running job.")
    require(status["spool"]["bytes"] > 0 and status["spool"]["blobs"] > 0, "The spool is empty.")
    require(status["workers"], "status names no worker.")
    peer.send(m.CANCEL, job=job)
    peer.failure(job, "cancelled")


def two_sessions_work_at_once(bench: Bench) -> None:
    peers = [bench.peer() for _ in range(3)]
    jobs = [peer.submit(_content(peer, seed=40 + i)) for i, peer in enumerate(peers)]
    for i, (peer, job) in enumerate(zip(peers, jobs, strict=True)):
        output = _picture(peer, peer.result(job))
        size = _SIDE * _SIDE * 4
        require(peer.get(output["blob"], size) == pattern(size, seed=40 + i), "Pictures mixed up.")


def _content(peer: Peer, seed: int = 0) -> dict[str, Any]:
    return raster(peer.put(pattern(_SIDE * _SIDE * 4, seed=seed)), _SIDE, _SIDE)


def _picture(peer: Peer, result: m.Header) -> dict[str, Any]:
    outputs = result["outputs"]
    require(len(outputs) == 1, f"identity gave {sorted(outputs)} instead of one picture.")
    output = next(iter(outputs.values()))
    assert isinstance(output, dict)
    return output


def _status(peer: Peer) -> m.Header:
    peer.send(m.STATUS)
    return peer.expect(m.STATUS).header


def _idle_soon(peer: Peer) -> None:
    deadline = time.monotonic() + 5
    while (jobs := _status(peer)["jobs"])["running"] or jobs["queued"]:
        require(time.monotonic() < deadline, f"The job still runs: {jobs}.")
        time.sleep(0.02)


CHECKS = (
    every_raster_comes_back_byte_for_byte,
    job_tells_its_life,
    job_waits_for_its_blobs,
    blob_serves_many_jobs,
    submitting_twice_runs_once,
    submitting_a_finished_job_repeats_its_result,
    cancel_ends_a_running_job_soon,
    cancel_ends_a_waiting_job,
    cancel_ends_a_job_whose_pixels_are_on_their_way,
    cancelling_an_unknown_job_does_no_harm,
    finish_ends_a_running_job_with_what_is_there,
    finishing_a_job_that_waits_or_is_unknown_does_no_harm,
    newer_job_replaces_an_older_one,
    jobs_of_two_sessions_do_not_replace_each_other,
    interactive_job_goes_before_a_batch_job_that_runs,
    job_ends_with_its_session,
    kept_job_is_delivered_to_a_later_session,
    released_job_is_forgotten,
    unknown_engine_is_refused,
    unknown_knob_is_refused,
    knob_out_of_range_is_refused,
    missing_blob_is_refused,
    missing_content_is_refused,
    malformed_request_is_refused,
    too_large_picture_is_refused,
    broken_picture_file_is_refused,
    previews_are_optional,
    previews_can_be_fetched,
    status_counts,
    two_sessions_work_at_once,
)
