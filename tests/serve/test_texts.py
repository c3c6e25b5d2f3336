"""What a real daemon says can be said in the person's language."""

from __future__ import annotations

import pytest

from velatura_link.catalogue import Catalogue
from velatura_link.errors import JobFailed, Refused
from velatura_link.jobs import Progress
from velatura_link.request import Pixels, Request

from ..daemons import Daemon

LAYER = Pixels(bytes(4 * 4 * 4), 4, 4, 4, "u8")


@pytest.fixture
def german() -> Catalogue:
    catalogue = Catalogue()
    catalogue.choose(["de"])
    return catalogue


def test_errors_arrive_with_what_they_were_made_of(daemon: Daemon, german: Catalogue) -> None:
    daemon.ready()
    wrong = Request(engine="identity", params={"steps": -1}, content=LAYER)
    with daemon.client() as client:
        with pytest.raises(JobFailed) as failed:
            client.submit(wrong).wait(20)
        with pytest.raises(JobFailed) as unknown:
            client.submit(Request(engine="oil", content=LAYER)).wait(20)
        with pytest.raises(Refused) as absent:
            client.remove_preset("sea")
    # One from the worker, one from the broker, one about the library.
    assert failed.value.message.startswith("steps must be a whole number")
    assert german.say(failed.value.message).startswith("steps muss eine ganze Zahl")
    assert german.say(unknown.value.message) == "Ein Verfahren „oil“ gibt es nicht."
    assert german.say(absent.value.message) == "Eine Vorgabe „sea“ gibt es nicht."


def test_phases_arrive_with_their_titles(daemon: Daemon, german: Catalogue) -> None:
    events: list[object] = []
    with daemon.client() as client:
        request = Request(engine="identity", params={"steps": 2}, content=LAYER)
        client.submit(request, on_event=events.append).wait(20)
    titles = {each.phase: each.title for each in events if isinstance(each, Progress)}
    assert german.say(titles["prepare"]) == "Wird vorbereitet"
    assert titles["pretend"] == "Pretend"
