"""What a client sends, without a socket and without a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from velatura_link import messages as m
from velatura_link.checksum import ChecksumThread
from velatura_link.client_state import ClientState
from velatura_link.jobs import Job, Terms
from velatura_link.messages import Header
from velatura_link.request import Request
from velatura_link.session import Limits, Session, Welcome


class Recorder:
    """A session that keeps the type of everything that is sent."""

    placer: Any = None

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, header: Header, *chunk: object) -> None:
        self.sent.append(header["t"])


@pytest.fixture
def state() -> Iterator[ClientState]:
    checking = ChecksumThread()
    yield ClientState(checking, lambda task: task(), lambda notice: None, lambda job: None)
    checking.close()


def attach(state: ClientState) -> Recorder:
    """Begin a session of ``state``."""
    recorder = Recorder()
    welcome = Welcome("instance", "0", Limits(), None, None, 5.0)
    state.attach(cast(Session, recorder), welcome, "ipc://here")
    return recorder


def test_a_job_that_is_finished_before_it_is_submitted_is_told_once(state: ClientState) -> None:
    # Its call comes from another thread, and reaches the state only after the submission.
    calls: list[Job] = []
    job = Job(Request("identity", size=(8, 8)), Terms(), on_finish=calls.append)
    session = attach(state)
    state.submit(job)
    job.finish()
    assert state.pump()
    state.finish(*calls)
    assert session.sent == [m.SUBMIT, m.FINISH]


def test_the_next_daemon_is_told_anew(state: ClientState) -> None:
    job = Job(Request("identity", size=(8, 8)), Terms(), on_finish=state.finish)
    attach(state)
    state.submit(job)
    assert state.pump()
    job.finish()
    state.detach()
    session = attach(state)
    assert state.pump()
    assert session.sent == [m.SUBMIT, m.FINISH]
