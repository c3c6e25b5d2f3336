from __future__ import annotations

from typing import cast

import pytest

from velatura.serve.broker.sessions import Session
from velatura.serve.jobs.job import Job, Priority, Queue


def session(number: int) -> Session:
    return Session(bytes([number]), bytes([number]) * 16, {}, 0.0)


def job(
    number: int,
    owner: Session | None,
    priority: Priority = "interactive",
    device: str | None = None,
) -> Job:
    return Job(
        number.to_bytes(16, "big"), owner, {"device": device}, priority, None, False, 0.0, None
    )


def any_job(job: Job) -> bool:
    return True


def numbers(queue: Queue) -> list[int]:
    taken = []
    while (next_job := queue.take(any_job)) is not None:
        taken.append(int.from_bytes(next_job.id, "big"))
    return taken


def test_clients_take_turns() -> None:
    queue, one, two = Queue(), session(1), session(2)
    for number, owner in ((1, one), (2, one), (3, one), (4, two), (5, two)):
        queue.add(job(number, owner))
    assert numbers(queue) == [1, 4, 2, 5, 3]


def test_interactive_jobs_go_before_batch_jobs() -> None:
    queue, one, two = Queue(), session(1), session(2)
    queue.add(job(1, one, "batch"))
    queue.add(job(2, two, "interactive"))
    assert numbers(queue) == [2, 1]


def test_a_job_that_lost_its_worker_goes_first() -> None:
    queue, one = Queue(), session(1)
    queue.add(job(1, one))
    queue.add(job(2, one), first=True)
    assert numbers(queue) == [2, 1]


def test_a_job_for_another_device_is_passed_over() -> None:
    queue, one = Queue(), session(1)
    queue.add(job(1, one, device="cuda:1"))
    queue.add(job(2, one))
    taken = queue.take(lambda job: job.device is None)
    assert taken is not None
    assert taken.id == (2).to_bytes(16, "big")
    assert numbers(queue) == [1]


def test_the_position_counts_jobs_that_go_first() -> None:
    queue, one, two = Queue(), session(1), session(2)
    mine = [job(number, one) for number in (1, 2)]
    others = [job(number, two) for number in (3, 4, 5)]
    batch = job(6, two, "batch")
    for each in (*others, *mine, batch):
        queue.add(each)
    assert queue.position(others[0]) == 1
    assert queue.position(mine[1]) == 3
    assert queue.position(batch) == 5


def test_a_removed_job_is_not_taken() -> None:
    queue, one = Queue(), session(1)
    first, second = job(1, one), job(2, one)
    queue.add(first)
    queue.add(second)
    queue.remove(first)
    assert len(queue) == 1
    assert numbers(queue) == [2]


@pytest.mark.parametrize("state", ["queued", "running", "done", "failed"])
def test_the_state_of_a_job_follows_what_happened(state: str) -> None:
    subject = job(1, None)
    if state != "queued":
        subject.started = 1.0
    if state in ("done", "failed"):
        subject.final = {"t": "result" if state == "done" else "failed"}
    assert subject.state == state


def test_a_kept_result_expires_after_its_grace() -> None:
    subject = job(1, None)
    subject.grace = 10.0
    assert subject.expires is None
    subject.orphaned = 100.0
    assert subject.expires is None
    subject.finished = 130.0
    assert cast(float, subject.expires) == 140.0
