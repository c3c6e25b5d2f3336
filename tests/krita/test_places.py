"""Where the daemon is, and where the artist's own styles are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from velatura_krita.daemon.pending_styles import PendingStyles
from velatura_krita.daemon.places import Places
from velatura_krita.model.state import State, tiles_of


def test_what_the_installer_wrote_is_read(tmp_path: Path) -> None:
    told = {"command": ["/opt/velatura", "serve"], "connection": "/run/me/velatura/connection.json"}
    (tmp_path / "daemon.json").write_text(json.dumps(told))
    places = Places.beside(tmp_path)
    assert places == Places(Path("/run/me/velatura"), ("/opt/velatura", "serve"))


@pytest.mark.parametrize("text", [None, "", "[]", '{"command": 3, "connection": ""}'])
def test_without_it_the_places_are_the_user_s_own(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VELATURA_RUNTIME", "/somewhere")
    if text is not None:
        (tmp_path / "daemon.json").write_text(text)
    assert Places.beside(tmp_path) == Places(Path("/somewhere"))


def test_a_style_is_kept_under_its_name(tmp_path: Path) -> None:
    pending = PendingStyles(tmp_path / "styles")
    assert pending.files() == ()
    assert pending.add("My ../ wave!", ".PNG", b"wave") == "My wave.png"
    assert pending.files() == ("My wave.png",)
    assert pending.path("My wave.png").read_bytes() == b"wave"


def test_another_picture_of_that_name_replaces_nothing(tmp_path: Path) -> None:
    pending = PendingStyles(tmp_path)
    first, second = pending.add("wave", ".png", b"1"), pending.add("wave", ".png", b"2")
    assert first != second
    assert pending.add("wave", ".png", b"1") == first
    assert len(pending.files()) == 2


def test_a_name_from_a_document_does_not_leave_the_shelf(tmp_path: Path) -> None:
    assert PendingStyles(tmp_path).path("../../secret.png") == tmp_path / "secret.png"


def test_a_style_that_is_removed_is_gone(tmp_path: Path) -> None:
    pending = PendingStyles(tmp_path)
    pending.remove(pending.add("wave", ".png", b"1"))
    assert pending.files() == ()


def test_own_styles_come_before_the_daemon_s() -> None:
    theirs = [{"name": "starry-night", "title": "Vincent van Gogh", "thumbnail": b"png"}]
    own, built_in = tiles_of(theirs, [("wave.png", None)])
    assert (own.label, own.own) == ("Wave", True)
    assert (built_in.label, built_in.title, built_in.own) == (
        "Starry Night",
        "Vincent van Gogh",
        False,
    )
    state = State()
    state.tiles.set((own, built_in))
    assert state.name_of(built_in.style) == "Starry Night"
