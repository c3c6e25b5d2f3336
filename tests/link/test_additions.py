"""Styles on their way into a daemon's library, with a broker that can be made to misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from velatura_link.client import Client
from velatura_link.errors import Disconnected, LinkError, Refused
from velatura_link.pending_replies import PendingReplies
from velatura_link.request import EncodedFile, Pixels, Request, StyleRef

PATIENCE = 20.0
LIMITS = {"style": 1 << 20}
PICTURE = bytes(range(256)) * 3000

MakeClient = Callable[..., Client]


@pytest.fixture
def broker(fake_broker: Callable[[], Any]) -> Any:
    broker = fake_broker()
    broker.limits = LIMITS
    return broker


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    """A thread that waits while the test goes on."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def test_the_file_goes_first_and_the_entry_comes_back(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    assert client.takes_styles
    assert client.add_style("Sea", EncodedFile(PICTURE)) == {"name": "sea", "title": "Sea"}
    assert broker.styles == [("Sea", PICTURE)]
    client.remove_style("Sea")
    with pytest.raises(Refused, match="No such style"):
        client.remove_style("Lake")


def test_a_name_that_is_no_text_ends_no_connection(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    client.add_style("Sea \udcff", EncodedFile(b"picture"))
    assert broker.styles == [("Sea ?", b"picture")]
    with pytest.raises(LinkError, match="cannot be packed"):
        client.remove_style("Sea \udcff")
    assert client.ping() >= 0
    assert broker.seen["hello"] == 1


def test_a_file_that_was_sent_is_not_sent_again(client_of: MakeClient, broker: Any) -> None:
    client, file = client_of(broker.connection), EncodedFile(PICTURE)
    client.add_style("Sea", file)
    content = Pixels(bytes(64), 4, 4, 4, "u8")
    client.submit(Request("x", content=content, styles=(StyleRef(picture=file),))).wait(PATIENCE)
    client.add_style("Sea", file)
    assert broker.seen["blob.put"] == 2
    assert broker.styles == [("Sea", PICTURE)] * 2


def test_a_file_that_is_let_go_is_dropped(client_of: MakeClient, broker: Any) -> None:
    client_of(broker.connection).add_style("Sea", EncodedFile(PICTURE))
    until(lambda: len(broker.dropped) == 1)


def test_a_refusal_is_told_and_the_next_goes_well(client_of: MakeClient, broker: Any) -> None:
    client = client_of(broker.connection)
    with pytest.raises(Refused) as refusal:
        client.add_style("Sea", EncodedFile(b"text"))
    assert (refusal.value.code, refusal.value.hint) == ("bad_picture", "Take one.")
    assert client.add_style("Sea", EncodedFile(b"picture"))["name"] == "sea"


@pytest.mark.parametrize(("size", "code"), [(0, "bad_picture"), (LIMITS["style"] + 1, "too_large")])
def test_what_the_daemon_would_refuse_is_not_sent(
    client_of: MakeClient, broker: Any, size: int, code: str
) -> None:
    with pytest.raises(Refused, match="“Sea”") as refusal:
        client_of(broker.connection).add_style("Sea", EncodedFile(bytes(size)))
    assert refusal.value.code == code
    assert not broker.seen["blob.put"]


def test_an_older_daemon_is_not_asked(client_of: MakeClient, broker: Any) -> None:
    broker.limits = {}
    client = client_of(broker.connection)
    assert not client.takes_styles
    with pytest.raises(Refused, match="Nothing can be added to"):
        client.add_style("Sea", EncodedFile(PICTURE))
    assert not broker.seen["blob.put"]


def test_a_connection_that_is_lost_in_the_middle_of_the_file_is_made_again(
    client_of: MakeClient, broker: Any
) -> None:
    client = client_of(broker.connection)
    broker.die_after = 2
    assert client.add_style("Sea", EncodedFile(PICTURE), PATIENCE)["name"] == "sea"
    assert broker.offsets[1] > 0


def test_a_daemon_that_restarts_before_it_answers_is_asked_again(
    client_of: MakeClient, broker: Any, aside: ThreadPoolExecutor
) -> None:
    client = client_of(start=lambda: broker.connection)
    broker.hold = True
    adding = aside.submit(client.add_style, "Sea", EncodedFile(PICTURE), PATIENCE)
    until(lambda: broker.seen["styles.add"] == 1)
    broker.blobs.clear()
    broker.hold = False
    broker.start()
    assert adding.result(PATIENCE)["name"] == "sea"
    assert broker.styles == [("Sea", PICTURE)]


def test_after_the_connection_ended_the_next_one_is_used(
    client_of: MakeClient, broker: Any
) -> None:
    lost = threading.Event()
    client = client_of(
        start=lambda: broker.connection,
        on_notice=lambda notice: lost.set() if notice.code == "lost" else None,
    )
    broker.start()
    client.submit(Request("x", content=Pixels(bytes(64), 4, 4, 4, "u8"))).wait(PATIENCE)
    broker.close()
    assert lost.wait(PATIENCE)
    broker.start()
    assert client.add_style("Sea", EncodedFile(PICTURE), PATIENCE)["name"] == "sea"


def test_a_daemon_that_is_gone_is_one_sentence(
    client_of: MakeClient, broker: Any, aside: ThreadPoolExecutor
) -> None:
    over = threading.Event()

    def start() -> Any:
        if over.is_set():
            raise Disconnected("No daemon is running.")
        return broker.connection

    client = client_of(start=start, patience=0.2)
    broker.hold = True
    adding = aside.submit(client.add_style, "Sea", EncodedFile(PICTURE), PATIENCE)
    until(lambda: broker.seen["styles.add"] == 1)
    over.set()
    broker.start()
    with pytest.raises(Disconnected, match="No daemon is running"):
        adding.result(PATIENCE)


def test_a_client_that_is_closed_lets_nobody_wait(
    client_of: MakeClient, broker: Any, aside: ThreadPoolExecutor
) -> None:
    client = client_of(broker.connection)
    broker.hold = True
    adding = aside.submit(client.add_style, "Sea", EncodedFile(PICTURE), PATIENCE)
    until(lambda: broker.seen["styles.add"] == 1)
    client.close()
    with pytest.raises(Disconnected):
        adding.result(PATIENCE)
    with pytest.raises(Disconnected, match="closed"):
        client.add_style("Sea", EncodedFile(PICTURE))


def test_what_is_not_answered_in_time_is_given_up(client_of: MakeClient, broker: Any) -> None:
    client, file = client_of(broker.connection), EncodedFile(PICTURE)
    broker.hold = True
    with pytest.raises(LinkError, match="did not answer in time"):
        client.add_style("Sea", file, 0.3)
    assert client.ping() >= 0
    del file
    until(lambda: len(broker.dropped) == 1)


def test_a_refusal_is_for_the_question_that_it_names() -> None:
    questions = PendingReplies()
    listing, adding = questions.asked("styles"), questions.asked("styles.add")
    assert questions.refused(Refused("bad_picture", "No picture."), "styles.add")
    assert not listing.done()
    assert isinstance(adding.exception(0), Refused)
    # A daemon that does not say which means the one that is open.
    assert questions.refused(Refused("bad_request", "No."), None)
    assert isinstance(listing.exception(0), Refused)
    assert not questions.refused(Refused("bad_request", "No."), "styles.add")


def test_what_is_no_answer_is_not_taken_for_one(
    client_of: MakeClient, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(broker.connection)
    monkeypatch.setattr(
        broker,
        "_on_styles_add",
        lambda route, header: broker._say(route, {"t": "styles.add", "style": {"name": 3}}),
        raising=False,
    )
    with pytest.raises(LinkError, match="does not say what it calls"):
        client.add_style("Sea", EncodedFile(b"picture"))


def test_two_at_once_get_each_its_own(
    client_of: MakeClient, broker: Any, aside: ThreadPoolExecutor
) -> None:
    client = client_of(broker.connection)
    adding: list[Future[dict[str, Any]]] = [
        aside.submit(client.add_style, f"{number}", EncodedFile(bytes([number]) * 100_000))
        for number in range(1, 5)
    ]
    assert [each.result(PATIENCE)["name"] for each in adding] == ["1", "2", "3", "4"]
    assert sorted(broker.styles) == [(f"{n}", bytes([n]) * 100_000) for n in range(1, 5)]
