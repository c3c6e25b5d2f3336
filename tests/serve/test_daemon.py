"""The daemon as its clients see it: real processes, real sockets, the identity engine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from velatura_link.client import Client
from velatura_link.errors import Disconnected, JobFailed
from velatura_link.jobs import Accepted, Progress
from velatura_link.request import Pixels, Request

from ..daemons import Daemon, start_daemon
from ..waiting import wait_until


def layer(width: int = 64, height: int = 48, seed: int = 0) -> Pixels:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    return Pixels(pixels.tobytes(), width, height, 4, "u8")


def request(content: Pixels, **params: float) -> Request:
    return Request(engine="identity", params=params, content=content)


def worker_pid(client: Client) -> int:
    pid: int = wait_until(
        lambda: next((w["pid"] for w in client.status()["workers"]), None), "a worker"
    )
    return pid


def test_a_layer_comes_back_byte_for_byte(daemon: Daemon) -> None:
    content = layer(640, 480)
    with daemon.client() as client:
        result = client.submit(request(content)).wait(20)
    assert bytes(result.picture.view) == bytes(content.view)
    assert (result.picture.width, result.picture.height, result.picture.depth) == (640, 480, "u8")


def test_the_broker_never_imports_torch(daemon: Daemon) -> None:
    daemon.ready()
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    assert "torch" not in maps.read_text()


def test_a_moved_slider_sends_no_pixels_again(daemon: Daemon) -> None:
    content = layer(512, 512)
    with daemon.client() as client:
        client.submit(request(content)).wait(20)
        before = client.status()["spool"]["blobs"]
        events: list[object] = []
        client.submit(request(content, steps=2), on_event=events.append).wait(20)
        after = client.status()["spool"]["blobs"]
    assert not [e for e in events if type(e).__name__ == "Uploading" and getattr(e, "sent", 0)]
    assert after <= before + 1


def test_a_killed_worker_takes_no_job_with_it(daemon: Daemon) -> None:
    content = layer()
    with daemon.client() as client:
        job = client.submit(request(content, steps=20, pause=0.1))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        first = worker_pid(client)
        os.kill(first, signal.SIGKILL)
        result = job.wait(20)
        assert worker_pid(client) != first
    assert bytes(result.picture.view) == bytes(content.view)


def test_a_job_whose_worker_dies_twice_fails_with_a_reason(daemon: Daemon) -> None:
    with daemon.client() as client:
        job = client.submit(request(layer(), steps=200, pause=0.1))
        for _ in range(2):
            wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
            pid = worker_pid(client)
            os.kill(pid, signal.SIGKILL)
            wait_until(
                lambda pid=pid: pid not in [w["pid"] for w in client.status()["workers"]],
                "the death to be noticed",
            )
        with pytest.raises(JobFailed) as failure:
            job.wait(20)
    assert failure.value.code == "worker_died"


KILLED_CLIENT = """
import sys, time
from pathlib import Path
from velatura_link.client import Client
from velatura_link.connection import read_connection
from velatura_link.request import Pixels, Request
client = Client(read_connection(Path(sys.argv[1])))
content = Pixels(bytes(64 * 64 * 4), 64, 64, 4, "u8")
job = client.submit(
    Request(engine="identity", params={"steps": 30, "pause": 0.1}, content=content),
    on_disconnect=sys.argv[2], grace=60.0,
)
print(job.id.hex(), flush=True)
time.sleep(60)
"""


def start_client_to_kill(daemon: Daemon, fate: str) -> tuple[subprocess.Popen[str], bytes]:
    path = daemon.runtime / "connection.json"
    daemon.connection()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_CLIENT, str(path), fate], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, bytes.fromhex(process.stdout.readline())


def test_the_job_of_a_killed_client_is_cancelled_at_once(daemon: Daemon) -> None:
    daemon.ready()
    process, _ = start_client_to_kill(daemon, "cancel")
    with daemon.client() as client:
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        process.kill()
        process.wait()
        killed = time.monotonic()
        wait_until(lambda: client.status()["workers"][0]["state"] == "idle", "the worker", 3)
        assert time.monotonic() - killed < 2.5  # thirty steps would take three seconds
        assert client.status()["jobs"] == {"queued": 0, "running": 0}


def test_the_job_of_a_killed_client_is_kept_when_it_asked_for_that(daemon: Daemon) -> None:
    daemon.ready()
    process, job = start_client_to_kill(daemon, "keep")
    with daemon.client() as client:
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        process.kill()
        process.wait()
        wait_until(lambda: client.status()["sessions"] == 1, "the client's end")
        assert client.status()["jobs"]["running"] == 1
        wait_until(lambda: not client.status()["jobs"]["running"], "the job's end")
        again = client.submit(request(Pixels(bytes(64 * 64 * 4), 64, 64, 4, "u8")), job_id=job)
        assert bytes(again.wait(10).picture.view) == bytes(64 * 64 * 4)


def test_clients_survive_a_restart_of_the_broker_and_are_told(home: Path) -> None:
    content, notices = layer(), []
    first = start_daemon(home, "--engines", "identity")
    with first.client(on_notice=notices.append) as client:
        job = client.submit(request(content, steps=10, pause=0.1))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        first.kill()
        second = start_daemon(home, "--engines", "identity")
        assert bytes(job.wait(30).picture.view) == bytes(content.view)
    assert notices
    second.process.terminate()
    assert second.process.wait(20) == 0
    assert not second.spool_files


def test_an_interactive_job_goes_between_the_steps_of_a_long_one(daemon: Daemon) -> None:
    daemon.ready()
    with daemon.client() as patient, daemon.client() as hasty:
        long = patient.submit(request(layer(), steps=60, pause=0.05), priority="batch")
        wait_until(lambda: patient.status()["jobs"]["running"], "the long job to run")
        hasty.submit(request(layer(seed=1)), priority="interactive").wait(2)
        assert not long.done
        long.wait(20)


def test_clients_take_turns(daemon: Daemon) -> None:
    daemon.ready()
    order: list[str] = []
    with daemon.client() as greedy, daemon.client() as modest:
        blocker = greedy.submit(request(layer(), steps=4, pause=0.1))
        wait_until(lambda: greedy.status()["jobs"]["running"], "the first job to run")
        jobs = [greedy.submit(request(layer(seed=n), steps=2, pause=0.1)) for n in range(3)]
        late = modest.submit(
            request(layer(seed=9)),
            on_event=lambda e: order.append("modest") if type(e).__name__ == "Result" else None,
        )
        late.wait(20)
        assert sum(job.done for job in jobs) <= 1
        blocker.wait(20)
        for job in jobs:
            job.wait(20)
    assert order == ["modest"]


def test_a_newer_preview_replaces_an_older_one(daemon: Daemon) -> None:
    daemon.ready()
    with daemon.client() as client:
        old = client.submit(request(layer(), steps=100, pause=0.1), replaces="preview")
        wait_until(lambda: client.status()["jobs"]["running"], "the older job to run")
        new = client.submit(request(layer()), replaces="preview")
        with pytest.raises(JobFailed) as failure:
            old.wait(5)
        assert failure.value.code == "replaced"
        new.wait(5)


def test_a_second_daemon_says_that_one_is_running(daemon: Daemon) -> None:
    daemon.connection()
    second = start_daemon(daemon.home, "--engines", "identity")
    assert second.process.wait(20) == 1
    assert "already running" in (daemon.home / "daemon.log").read_text()
    assert daemon.process.poll() is None


def test_an_idle_daemon_ends_by_itself_and_leaves_nothing(home: Path) -> None:
    daemon = start_daemon(home, "--engines", "identity", "--idle-stop", "0.5")
    daemon.ready()
    assert daemon.process.wait(20) == 0
    assert [p.name for p in daemon.runtime.iterdir()] == ["daemon.lock"]
    assert not daemon.spool_files


def test_a_stop_lets_jobs_finish(daemon: Daemon) -> None:
    content = layer()
    daemon.ready()
    with daemon.client() as client:
        job = client.submit(request(content, steps=8, pause=0.1))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        client.stop()
        assert bytes(job.wait(20).picture.view) == bytes(content.view)
    assert daemon.process.wait(20) == 0


def test_a_stop_now_does_not_wait(daemon: Daemon) -> None:
    daemon.ready()
    with daemon.client(patience=0.5) as client:
        job = client.submit(request(layer(), steps=500, pause=0.1))
        wait_until(lambda: client.status()["jobs"]["running"], "the job to run")
        client.stop(now=True)
        assert daemon.process.wait(20) == 0
        with pytest.raises((JobFailed, Disconnected)):
            job.wait(60)


def test_workers_end_with_a_killed_broker(daemon: Daemon) -> None:
    with daemon.client() as client:
        pid = worker_pid(client)
        wait_until(lambda: client.status()["workers"][0]["state"] == "idle", "the worker")
    daemon.kill()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"

    wait_until(gone, "the worker's end")


def test_progress_comes_in_order_and_cancel_acts_within_a_step(daemon: Daemon) -> None:
    daemon.ready()
    seen: list[object] = []
    with daemon.client() as client:
        job = client.submit(request(layer(), steps=100, pause=0.05), on_event=seen.append)
        wait_until(lambda: any(isinstance(e, Progress) and e.step > 2 for e in seen), "progress")
        job.cancel()
        with pytest.raises(JobFailed) as failure:
            job.wait(1)
        assert failure.value.code == "cancelled"
        wait_until(lambda: client.status()["workers"][0]["state"] == "idle", "the worker", 2)
    steps = [e.step for e in seen if isinstance(e, Progress)]
    assert steps == sorted(steps)
    assert any(isinstance(event, Accepted) for event in seen)


def test_a_daemon_whose_runtime_directory_was_removed_ends(daemon: Daemon) -> None:
    daemon.ready()
    shutil.rmtree(daemon.runtime)
    assert daemon.process.wait(20) == 0


def test_a_connection_file_that_was_removed_comes_back(daemon: Daemon) -> None:
    before = daemon.connection()
    (daemon.runtime / "connection.json").unlink()
    assert daemon.connection() == before
