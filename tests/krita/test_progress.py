"""What is said of a job while it goes on."""

from __future__ import annotations

import pytest

from velatura_krita.model.observable import Observable
from velatura_krita.model.progress import lasting, shown, stage
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading


def test_the_whole_way_goes_forward() -> None:
    events: list[Event] = [
        Uploading(1, 4),
        Uploading(4, 4),
        Progress("look", 1, 2, None),
        Progress("paint", 0, 3, 9.0),
        Progress("paint", 3, 3, 0.2),
        Downloading(5, 10),
        Downloading(10, 10),
    ]
    seen = [stage("read", 1, 1), *(shown(event) for event in events), stage("write", 1, 1)]
    shares = [each.share for each in seen if each is not None and each.share is not None]
    assert len(shares) == len(seen)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_nobody_knows_is_not_pretended() -> None:
    assert stage("paint", 0, 0).share is None
    seen = shown(Accepted(2))
    assert seen is not None
    assert seen.share is None
    assert "2" in seen.text


def test_an_engine_s_own_phases_are_named() -> None:
    seen = shown(Progress("dream deeper", 1, 2, None))
    assert seen is not None
    assert seen.text == "Dream deeper"
    seen = shown(Progress("dream", 1, 2, None, "Dreaming deeper"))
    assert seen is not None
    assert seen.text == "Dreaming deeper"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s left"), (42.4, "42 s left"), (150, "2 min left")]
)
def test_time_left_is_said_as_people_do(seconds: float, words: str) -> None:
    assert lasting(seconds) == words
    assert stage("paint", 1, 2, seconds, "Painting").sentence == f"Painting · {words}"


def test_watchers_hear_of_changes_alone() -> None:
    heard: list[int] = []
    value = Observable(1)
    value.watch(heard.append)
    value.set(1)
    value.set(2)
    value.forget(heard.append)
    value.set(3)
    assert heard == [1, 2]
