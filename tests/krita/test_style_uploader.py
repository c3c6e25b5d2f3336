"""Pending styles, and how they come into the library of a real daemon; the interface is played by the test."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from PIL import Image

from velatura_krita.daemon.link import Link, Outcome
from velatura_krita.daemon.pending_styles import RECORD, PendingStyles
from velatura_krita.daemon.style_uploader import StyleUploader, settled, with_style, without_style
from velatura_krita.model import choices as chosen
from velatura_krita.model.choices import Choices, RegionChoice, StyleChoice
from velatura_krita.model.offer import LinkState, Offer
from velatura_krita.model.state import State, tiles_of
from velatura_krita.model.style_view import StyleView
from velatura_link.connection import Connection
from velatura_link.errors import Disconnected, LinkError, Refused

from ..daemons import Daemon, start_daemon
from ..waiting import PATIENCE


def png(colour: int = 1) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 2, 3)).save(stream, "PNG")
    return stream.getvalue()


class Desk:
    """A window of Krita's: its state, its pending styles and its link, as the controller puts them together."""

    def __init__(
        self,
        pending: PendingStyles,
        daemon: Callable[[], Connection],
        find: Callable[[], Connection | None],
    ) -> None:
        self.pending = pending
        self.state = State()
        self.refused: list[LinkError] = []
        self.moves = 0
        self._calls: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self.link = Link(
            find=find,
            start=daemon,
            post=self._calls.put,
            on_state=self.state.link.set,
            on_offer=self.state.offer.set,
        )
        self.uploader = StyleUploader(
            self.state, pending, self.link, self._moved, self.refused.append
        )

    def _moved(self) -> None:
        self.moves += 1

    def add(self, title: str, data: bytes) -> str:
        file = self.pending.add(title, ".png", data)
        self.uploader.begin(file)
        return file

    def until(self, true: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, (self.state.link.value, self.pending.files())
            try:
                self._calls.get(timeout=0.1)()
            except Empty:
                continue

    @property
    def own(self) -> list[str]:
        return [each["name"] for each in self.state.offer.value.styles if not each["builtin"]]


@pytest.fixture
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    running = start_daemon(Path(tmp_path_factory.mktemp("d")), "--engines", "identity")
    running.connection()
    yield running
    running.kill()


@pytest.fixture
def desk_of(tmp_path: Path, daemon: Daemon) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(find: Callable[[], Connection | None] = daemon.present) -> Desk:
        made.append(Desk(PendingStyles(tmp_path / "shelf"), daemon.present, find))
        return made[-1]

    yield make
    for each in made:
        each.link.close()


def test_without_a_daemon_a_style_waits_and_moves_when_one_is_there(
    desk_of: Callable[..., Desk],
) -> None:
    there: list[Connection] = []
    desk = desk_of(lambda: there[0] if there else None)
    desk.link.look()
    desk.until(lambda: desk.state.link.value.kind == "absent")
    file = desk.add("By the Sea", png())
    desk.add("By the Lake", png(2))
    assert desk.pending.files() == ("By the Lake.png", "By the Sea.png")
    desk.link.start()
    desk.until(lambda: desk.moves == 2)
    assert desk.own == ["by-the-lake", "by-the-sea"]
    assert desk.pending.files() == ()
    assert desk.pending.moved()[file] == "by-the-sea"


def test_with_a_daemon_a_style_is_there_for_everybody(
    desk_of: Callable[..., Desk], daemon: Daemon
) -> None:
    desk, other = desk_of(), desk_of()
    for each in (desk, other):
        each.link.look()
        each.until(lambda each=each: each.state.offer.value.keeps)
    desk.add("Sea", png())
    desk.until(lambda: desk.own == ["sea"])
    # The other window hears of it by itself.
    other.until(lambda: other.own == ["sea"])
    with daemon.client() as client:
        assert [s["name"] for s in client.styles() if not s["builtin"]] == ["sea"]
        client.remove_style("sea")
    desk.until(lambda: desk.own == [])


def test_two_windows_of_one_shelf_move_a_style_once(
    desk_of: Callable[..., Desk], daemon: Daemon
) -> None:
    first, second = desk_of(), desk_of()
    for number in range(3):
        first.pending.add("Sea", ".png", png(number))
    for each in (first, second):
        each.link.look()
    first.until(lambda: not first.pending.files())
    second.until(lambda: len(second.own) == 3)
    with daemon.client() as client:
        styles = [each["name"] for each in client.styles() if not each["builtin"]]
    assert styles == ["sea", "sea-2", "sea-3"]
    assert sorted(first.pending.moved().values()) == styles


def test_what_the_daemon_refuses_stays_is_told_once_and_holds_up_nobody(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of()
    desk.pending.add("A damaged one", ".png", png()[:50])
    desk.pending.add("Sea", ".png", png())
    desk.link.look()
    desk.until(lambda: desk.own == ["sea"])
    assert desk.pending.files() == ("A damaged one.png",)
    assert [error.message.split("”")[0] for error in desk.refused] == ["“A damaged one"]
    desk.uploader.go_on()
    desk.add("Lake", png(2))
    desk.until(lambda: desk.own == ["lake", "sea"])
    assert len(desk.refused) == 1


def test_a_daemon_that_keeps_no_styles_leaves_the_shelf_as_it_is(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of()
    desk.link.look()
    desk.until(lambda: desk.state.offer.value.keeps)
    desk.state.offer.set(replace(desk.state.offer.value, keeps=False))
    desk.add("Sea", png())
    desk.uploader.go_on()
    done: list[Outcome] = []
    desk.link.remove_style("sea", done.append)
    desk.until(lambda: done)
    assert isinstance(done[0], Refused)
    assert desk.pending.files() == ("Sea.png",)


def test_a_style_that_is_removed_on_its_way_is_in_no_library(
    desk_of: Callable[..., Desk], daemon: Daemon
) -> None:
    desk = desk_of()
    desk.link.look()
    desk.until(lambda: desk.state.offer.value.keeps)
    file = desk.add("Sea", png())
    with daemon.client() as client:

        def own() -> list[str]:
            return [each["name"] for each in client.styles() if not each["builtin"]]

        # The answer is there, but the interface has not heard of it yet.
        deadline = time.monotonic() + PATIENCE
        while own() != ["sea"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        desk.pending.remove(file)
        desk.until(lambda: own() == [] and desk.own == [])
    assert desk.pending.moved() == {}


def test_without_a_daemon_a_change_fails_at_once(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(lambda: None)
    done: list[Outcome] = []
    desk.link.add_style(lambda: ("Sea", png()), done.append)
    desk.link.remove_style("sea", done.append)
    desk.until(lambda: len(done) == 2)
    assert all(isinstance(each, Disconnected) for each in done)


def test_a_file_that_cannot_be_read_fails_the_change(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of()
    desk.link.look()
    desk.until(lambda: desk.state.link.value == LinkState("ready"))
    done: list[Outcome] = []

    def broken() -> tuple[str, bytes]:
        raise FileNotFoundError("gone")

    desk.link.add_style(broken, done.append)
    desk.until(lambda: done)
    assert isinstance(done[0], FileNotFoundError)


def moved(pending: PendingStyles, file: str, name: str) -> None:
    _, data = pending.read(file)
    pending.hand_over(file, name, hashlib.sha256(data).hexdigest())


def test_a_name_that_moved_is_given_to_no_other_picture(tmp_path: Path) -> None:
    pending = PendingStyles(tmp_path)
    moved(pending, pending.add("Sea", ".png", b"1"), "sea")
    assert pending.moved() == {"Sea.png": "sea"}
    other = pending.add("Sea", ".png", b"2")
    assert other != "Sea.png"
    assert pending.read(other) == ("Sea", b"2")
    # The same picture again is the same style; while it lies here, it is here.
    assert pending.add("Sea", ".png", b"1") == "Sea.png"
    assert pending.moved() == {}
    moved(pending, "Sea.png", "sea-2")
    assert pending.moved() == {"Sea.png": "sea-2"}
    pending.forget("sea-2")
    assert pending.moved() == {}


def test_a_file_that_changed_meanwhile_stays(tmp_path: Path) -> None:
    pending = PendingStyles(tmp_path)
    file = pending.add("Sea", ".png", b"1")
    pending.hand_over(file, "sea", "of something else")
    assert pending.files() == (file,)
    assert pending.moved() == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"name": "b"}}', '{"a": null}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    pending = PendingStyles(tmp_path)
    (tmp_path / RECORD).write_text(text)
    assert pending.moved() == {}
    moved(pending, pending.add("Sea", ".png", b"1"), "sea")
    assert pending.moved() == {"Sea.png": "sea"}


def test_choices_of_old_documents_name_the_library_s_style() -> None:
    facts = {"weight": 3.0, "crop": [0, 0, 0.5, 0.5], "rotation": 30.0}
    text = json.dumps(
        {
            "version": 1,
            "styles": [{"file": "Sea.png", **facts}, {"name": "scream"}, {"file": "Lake.png"}],
            "regions": [{"title": "Sky", "style": {"file": "Sea.png"}, "node": "{1}"}],
        }
    )
    before = chosen.from_json(text)
    after = settled(before, {"Sea.png": "sea"})
    assert after.styles == (
        StyleChoice(name="sea"),
        StyleChoice(name="scream"),
        StyleChoice(file="Lake.png"),
    )
    assert [each.weight for each in after.mixture] == [each.weight for each in before.mixture]
    assert [each.view for each in after.mixture] == [each.view for each in before.mixture]
    assert after.regions == (RegionChoice("Sky", StyleChoice(name="sea"), node="{1}"),)
    assert settled(before, {}) is before
    assert settled(before, {"Else.png": "else"}) is before


def test_a_style_is_not_twice_in_one_view_in_what_is_chosen() -> None:
    both = Choices().with_styles((StyleChoice(file="Sea.png"), StyleChoice(name="sea")))
    assert settled(both, {"Sea.png": "sea"}).styles == (StyleChoice(name="sea"),)
    part = StyleView(crop=(0.0, 0.0, 0.5, 0.5))
    views = replace(both, mixture=(both.mixture[0], replace(both.mixture[1], view=part)))
    assert [each.view for each in settled(views, {"Sea.png": "sea"}).mixture] == [StyleView(), part]


def test_own_styles_come_first_and_can_be_removed_where_the_daemon_keeps_them() -> None:
    theirs = [
        {"name": "great-wave", "builtin": True},
        {"name": "sea", "builtin": False},
        {"name": "starry-night", "builtin": True},
        {"name": "x", "builtin": False},
    ]
    tiles = tiles_of(theirs, [("wave.png", None)], keeps=True)
    assert [tile.label for tile in tiles] == ["Wave", "Sea", "X", "Great Wave", "Starry Night"]
    assert [tile.own for tile in tiles] == [True, True, True, False, False]
    tiles = tiles_of(theirs, [("wave.png", None)])
    assert [tile.own for tile in tiles] == [True, False, False, False, False]


def test_a_style_is_called_as_the_person_wrote_it() -> None:
    def label(**facts: Any) -> str:
        return tiles_of(
            [{"name": "ol-auf-holz", "builtin": False, "kind": "picture", **facts}], []
        )[0].label

    assert label(title="Öl auf Holz") == "Öl auf Holz"
    assert label(title="ol-auf-holz") == "Ol Auf Holz"
    assert label(title="A. Painter, On Wood, 1900", kind="code") == "Ol Auf Holz"
    assert label(title="A. Painter, On Wood, 1900", builtin=True) == "Ol Auf Holz"


def test_an_offer_has_a_style_once_and_in_its_place() -> None:
    offer = Offer(styles=({"name": "a"}, {"name": "c"}))
    offer = with_style(with_style(offer, {"name": "b"}), {"name": "c", "title": "C"})
    assert offer.styles == ({"name": "a"}, {"name": "b"}, {"name": "c", "title": "C"})
    assert without_style(offer, "b").styles == ({"name": "a"}, {"name": "c", "title": "C"})
