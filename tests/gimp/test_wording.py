"""What happens, as the progress bar says it."""

from __future__ import annotations

import pytest

from velatura_gimp.wording import PAINTING, READING, WRITING, Bar, bar_of, sentence_of, within
from velatura_link.errors import LinkError
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading


@pytest.mark.parametrize(
    ("event", "bar"),
    [
        (Uploading(5, 10), Bar(0.075, "Sending the layer")),
        (Accepted(0), None),
        (Accepted(1), Bar(None, "Waiting for 1 other job")),
        (Accepted(3), Bar(None, "Waiting for 3 other jobs")),
        (Progress("prepare", 0, 0, None), Bar(None, "Velatura: preparing")),
        (Progress("dry", 1, 1, None), Bar(0.9, "Velatura: dry")),
        (Progress("paint", 20, 40, 7.6), Bar(0.5, "Velatura: painting 20 of 40, 8 s left")),
        (Progress("paint", 1, 2, 300.0), Bar(0.5, "Velatura: painting 1 of 2, 5 min left")),
        (Downloading(1, 2), Bar(0.925, "Receiving the painting")),
    ],
)
def test_events_are_said(event: Event, bar: Bar | None) -> None:
    said = bar_of(event)
    assert (said and said.text) == (bar and bar.text)
    assert (said and said.fraction) == pytest.approx(bar and bar.fraction)


def test_the_bar_goes_from_start_to_end() -> None:
    assert within(READING, 0, 10) == 0.0
    assert within(WRITING, 10, 10) == 1.0
    assert within(PAINTING, 0, 0) == 0.9


def test_errors_are_for_the_person() -> None:
    assert sentence_of(LinkError("No.", hint="Do this.")) == "No.\nDo this."
    assert sentence_of(LinkError("No.")) == "No."
    missing = FileNotFoundError(2, "No such file or directory", "/a.png")
    assert sentence_of(missing) == "/a.png cannot be read: No such file or directory."
