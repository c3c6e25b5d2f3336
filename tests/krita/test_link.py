"""The link with a real daemon, its interface's thread played by the test."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from velatura_krita.daemon.link import Link
from velatura_krita.model.offer import LinkState, Offer
from velatura_link.connection import Connection
from velatura_link.errors import LaunchFailed
from velatura_link.jobs import Event, Failed, Progress, Result
from velatura_link.request import Pixels, Request
from velatura_link.wording import Notice

from ..daemons import Daemon, start_daemon
from ..waiting import PATIENCE


class Interface:
    """Takes what is posted, and keeps what it hears."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self.states: list[LinkState] = []
        self.offers: list[Offer] = []

    def until(self, true: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.states
            try:
                self.calls.get(timeout=0.1)()
            except Empty:
                continue


@pytest.fixture
def interface() -> Interface:
    return Interface()


@pytest.fixture
def link_of(interface: Interface) -> Iterator[Callable[..., Link]]:
    made: list[Link] = []

    def make(find: Callable[[], Connection | None], start: Callable[[], Connection]) -> Link:
        made.append(
            Link(
                find=find,
                start=start,
                post=interface.calls.put,
                on_state=interface.states.append,
                on_offer=interface.offers.append,
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    running = start_daemon(Path(tmp_path_factory.mktemp("d")), "--engines", "identity")
    running.connection()
    yield running
    running.kill()


def _request(**params: Any) -> Request:
    return Request(engine="identity", params=params, content=Pixels(bytes(64), 4, 4, 4, "u8"))


def _nothing() -> Connection:
    raise LaunchFailed("Nothing says how to start the daemon.", hint="Install it.")


def test_a_daemon_s_end_does_not_end_a_host_that_heeds_broken_pipes() -> None:
    """Python in a program of its own ignores SIGPIPE; inside Krita it does not."""
    host = """
        import signal, socket, threading
        from velatura_link import zmtp
        from velatura_link.errors import Disconnected
        from velatura_link.sockets import SocketTransport

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            peer, _ = server.accept()
            peer.sendall(zmtp.GREETING + zmtp.ready())
            peer.recv(64)
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        transport = SocketTransport()
        transport.connect("tcp://127.0.0.1:%d" % server.getsockname()[1], 5)
        thread.join()
        try:
            for _ in range(1000):
                transport.send([bytes(100), bytes(1 << 18)])
        except Disconnected:
            print("told")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(host)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "told"), done.stderr


def test_no_daemon_is_said_and_none_is_started(
    interface: Interface, link_of: Callable[..., Link]
) -> None:
    link_of(lambda: None, _nothing).look()
    interface.until(lambda: interface.states and interface.states[-1].kind == "absent")
    assert interface.states[-1] == LinkState("absent")


def test_a_daemon_that_cannot_be_started_says_why(
    interface: Interface, link_of: Callable[..., Link]
) -> None:
    link_of(lambda: None, _nothing).start()
    interface.until(lambda: interface.states and interface.states[-1].kind == "absent")
    assert interface.states[-1].message == "Nothing says how to start the daemon."
    assert interface.states[-1].hint == "Install it."


def test_a_job_without_a_daemon_fails(interface: Interface, link_of: Callable[..., Link]) -> None:
    events: list[Event] = []
    link_of(lambda: None, _nothing).submit(_request(), events.append)
    interface.until(lambda: events)
    assert isinstance(events[-1], Failed)


def test_a_job_is_done_and_told_in_order(
    interface: Interface, link_of: Callable[..., Link], daemon: Daemon
) -> None:
    link = link_of(daemon.present, daemon.present)
    link.look()
    interface.until(lambda: interface.offers)
    assert interface.states[-1].kind == "ready"
    assert len(interface.offers[-1].styles) > 0
    events: list[Event] = []
    link.submit(_request(steps=300), events.append)
    interface.until(lambda: events and isinstance(events[-1], Result))
    steps = [each.step for each in events if isinstance(each, Progress) and each.phase == "pretend"]
    assert steps == sorted(steps)
    assert sum(isinstance(each, Result) for each in events) == 1


def test_a_job_is_cancelled_before_and_while_it_runs(
    interface: Interface, link_of: Callable[..., Link], daemon: Daemon
) -> None:
    link = link_of(daemon.present, daemon.present)
    events: list[Event] = []
    link.submit(_request(), events.append).cancel()
    running: list[Event] = []
    ticket = link.submit(_request(steps=1000, pause=0.1), running.append)
    interface.until(lambda: any(isinstance(each, Progress) for each in running))
    ticket.cancel()
    interface.until(lambda: isinstance(running[-1], Failed))
    assert not any(isinstance(each, Result) for each in events)


def test_a_job_is_stopped_and_kept_before_and_while_it_runs(
    interface: Interface, link_of: Callable[..., Link], daemon: Daemon
) -> None:
    link = link_of(daemon.present, daemon.present)
    for early in (True, False):
        events: list[Event] = []
        ticket = link.submit(_request(steps=1000, pause=0.1), events.append)
        if not early:
            interface.until(
                lambda events=events: any(isinstance(each, Progress) for each in events)
            )
        ticket.finish()
        interface.until(lambda events=events: events and isinstance(events[-1], (Result, Failed)))
        (result,) = [each for each in events if isinstance(each, Result)]
        assert [note[:14] for note in result.notes] == ["Stopped after "]
        assert result.recipe["stop_after"] < 1000


def test_a_daemon_that_dies_is_told_of_and_the_job_goes_on(
    interface: Interface, link_of: Callable[..., Link], daemon: Daemon
) -> None:
    home, started, over = daemon.home, [daemon], threading.Event()

    def again() -> Connection:
        if over.is_set():
            raise LaunchFailed("It is over.")
        if started[-1].process.poll() is not None:
            started.append(start_daemon(home, "--engines", "identity"))
            time.sleep(1)
        return started[-1].connection()

    link = link_of(again, again)
    events: list[Event] = []
    link.submit(_request(steps=20, pause=0.1), events.append)
    interface.until(lambda: any(isinstance(each, Progress) for each in events))
    daemon.kill()
    interface.until(lambda: isinstance(events[-1], (Result, Failed)))
    assert isinstance(events[-1], Result)
    told = [each.kind for each in interface.states if each.message]
    assert (told[0], told[-1]) == ("lost", "ready")
    over.set()
    started[-1].kill()


class Reconnecting:
    """A client whose connection was lost and made again: a manifest came with it."""

    takes_styles = keeps_presets = marks_styles = True
    daemon_version = "0"

    def __init__(self, *, on_notice: Callable[[Notice], None], **_: Any) -> None:
        self.manifest: dict[str, Any] | None = None
        self.tell = on_notice
        made.append(self)

    def styles(self, timeout: float) -> list[dict[str, Any]]:
        self.manifest = {"identity": {}}
        return []

    def presets(self) -> list[dict[str, Any]]:
        return []

    def models(self) -> list[dict[str, Any]]:
        return []

    def close(self) -> None: ...


made: list[Reconnecting] = []


def test_what_came_while_the_connection_was_lost_is_asked_for(
    interface: Interface, link_of: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_krita.daemon.link.Client", Reconnecting)
    link_of(_nothing, _nothing).start()
    interface.until(lambda: interface.offers)
    assert interface.offers[-1].manifest == {"identity": {}}
    made[-1].tell(Notice("reconnected", "The connection to the daemon is back."))
    interface.until(lambda: len(interface.offers) == 2)
