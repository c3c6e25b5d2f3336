"""What happens, as the progress bar says it."""

from __future__ import annotations

import pytest

from velatura_gimp import texts
from velatura_gimp.wording import (
    PAINTING,
    READING,
    WRITING,
    Bar,
    bar_of,
    said_of,
    sentence_of,
    within,
)
from velatura_link.errors import Disconnected, JobFailed, LinkError, ProtocolError
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading
from velatura_link.text import Text


@pytest.mark.parametrize(
    ("event", "bar"),
    [
        (Uploading(5, 10), Bar(0.075, "Sending the layer")),
        (Accepted(0), None),
        (Accepted(1), Bar(None, "Waiting: 1 ahead of this one")),
        (Progress("prepare", 0, 0, None, "Preparing"), Bar(None, "Preparing")),
        (Progress("dry", 1, 1, None), Bar(0.2, "Dry")),
        (Progress("look", 1, 4, None, "Looking"), Bar(0.125, "Looking, 1 of 4")),
        (Progress("paint", 20, 40, 7.6, "Painting"), Bar(0.55, "Painting, 20 of 40, 8 s left")),
        (Progress("stylise", 1, 2, 300.0, "Painting"), Bar(0.55, "Painting, 1 of 2, 5 min left")),
        (Progress("download vgg", 0, 0, None), Bar(None, "Fetching vgg")),
        (Progress("download vgg", 9766, 19531, 9.0), Bar(0.5, "Fetching vgg, 10 of 20 MB")),
        (Downloading(1, 2), Bar(0.925, "Receiving the painting")),
    ],
)
def test_events_are_said(event: Event, bar: Bar | None) -> None:
    said = bar_of(event)
    assert (said and said.text) == (bar and bar.text)
    assert (said and said.fraction) == pytest.approx(bar and bar.fraction, abs=1e-4)


def test_the_bar_goes_from_start_to_end() -> None:
    assert within(READING, 0, 10) == 0.0
    assert within(WRITING, 10, 10) == 1.0
    assert within(PAINTING, 0, 0) == pytest.approx(0.9)


def test_errors_are_for_the_person() -> None:
    assert sentence_of(LinkError("No.", hint="Do this.")) == "No.\nDo this."
    assert sentence_of(LinkError("No.")) == "No."
    missing = FileNotFoundError(2, "No such file or directory", "/a.png")
    assert sentence_of(missing) == "/a.png cannot be read: No such file or directory."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (JobFailed("out_of_memory", "CUDA", "`velatura doctor`"), "not enough memory"),
        (JobFailed("worker_died", "The worker died.", "See `velatura doctor`."), "crashed on"),
        (JobFailed("draining", "The daemon is stopping."), "being restarted"),
        (
            JobFailed(
                "weights_missing", "The file could not be downloaded.", "Run “velatura stop”."
            ),
            "The reason: The file could not be downloaded.",
        ),
        (Disconnected("The connection to the daemon ended."), "does not answer"),
        (ProtocolError("The daemon sent a chunk."), "does not answer"),
        (LinkError("The daemon did not answer in time."), "painter did not answer"),
        (JobFailed("bad_request", "There is no code.", "`velatura styles` has."), "no code"),
    ],
)
def test_nobody_is_sent_to_a_terminal_or_meets_a_daemon(error: LinkError, said: str) -> None:
    sentence = sentence_of(error)
    assert said in sentence
    assert "`" not in sentence
    assert "velatura " not in sentence
    assert "daemon" not in sentence.lower()


def test_a_bar_of_several_layers_says_which() -> None:
    assert Bar(0.5, "Painting").of_several(1, 4) == Bar(0.375, "Layer 2 of 4: Painting")
    assert Bar(None, "Waiting").of_several(0, 2) == Bar(None, "Layer 1 of 2: Waiting")


@pytest.mark.parametrize(
    ("language", "note", "said"),
    [
        ("de", Text("Stopped after {step} of {steps} steps.", step=12, steps=60), ""),
        (
            "de",
            Text("There was not enough memory: painted in tiles of {side} pixels.", side=512),
            "Der Speicher war zu knapp: Es wurde in Kacheln von 512 Pixeln gemalt.",
        ),
        (
            "en",
            Text("There was not enough memory: painted in tiles of {side} pixels.", side=512),
            "There was not enough memory: painted in tiles of 512 pixels.",
        ),
        ("de", Text("relu9_1 is not there."), "relu9_1 is not there."),
    ],
)
def test_notes_are_said_in_the_persons_language_unless_the_person_knows(
    language: str, note: Text, said: str
) -> None:
    texts.choose([language])
    assert said_of(note) == said
