"""What the daemon keeps for people: presets (docs/reference/protocol.md, 6)."""

from __future__ import annotations

from .. import messages as m
from .bench import Bench, Peer, require
from .library import all_of, refusal_of, some_title


def presets_are_listed_by_name(bench: Bench) -> None:
    for preset in all_of(bench.peer(), m.PRESETS):
        require(
            isinstance(preset.get("engine"), str), f"The preset {preset['name']} has no engine."
        )


def unknown_preset_is_a_bad_request(bench: Bench) -> None:
    peer = bench.peer()
    for preset in ("there is no such preset", 3):
        job = m.new_id()
        peer.send(m.SUBMIT, job=job, request={"preset": preset})
        peer.failure(job, "bad_request")


def a_preset_is_saved_renamed_and_removed(bench: Bench) -> None:
    peer, other = bench.peer(), bench.peer()
    if not _keeps_presets(peer):
        return
    title, later = f"{some_title()} Öl", f"{some_title()} two"
    wish = {"engine": "identity", "params": {}, "common": {}, "styles": [], "strength": 0.5}
    peer.send(m.PRESETS_SAVE, title=title, preset=wish)
    saved = peer.expect(m.PRESETS_SAVE, m.FAILED).header.get("preset")
    require(isinstance(saved, dict) and isinstance(saved.get("name"), str), "It was not saved.")
    assert saved is not None
    name = saved["name"]
    try:
        require(saved["title"] == title, "A preset is not called as the person wrote it.")
        other.expect(m.NOTICE, code="presets")
        require(saved in all_of(other, m.PRESETS), "What was saved is not listed as it was told.")
        peer.send(m.PRESETS_SAVE, title=title, preset={**wish, "strength": 1.0})
        refusal_of(peer, m.PRESETS_SAVE, "exists")
        peer.send(m.PRESETS_SAVE, title=title, preset={**wish, "strength": 1.0}, replace=True)
        again = peer.expect(m.PRESETS_SAVE).header["preset"]
        require(again == {**saved, "strength": 1.0}, "A preset was not replaced.")
        peer.send(m.PRESETS_RENAME, name=name, title=later)
        renamed = peer.expect(m.PRESETS_RENAME).header["preset"]
        left = [each["name"] for each in all_of(peer, m.PRESETS)]
        require(name not in left, "A preset is there under its former name.")
        require(renamed["name"] in left, "A preset is not there under its new name.")
        name = renamed["name"]
    finally:
        peer.send(m.PRESETS_REMOVE, name=name)
        peer.expect(m.PRESETS_REMOVE, m.FAILED)
    require(name not in [each["name"] for each in all_of(peer, m.PRESETS)], "It was not removed.")


def what_is_no_preset_is_not_saved(bench: Bench) -> None:
    peer = bench.peer()
    if not _keeps_presets(peer):
        return
    before = all_of(peer, m.PRESETS)
    wish = {"engine": "identity"}
    for wrong in (
        {"title": some_title(), "preset": None},
        {"title": some_title(), "preset": {}},
        {"title": "…", "preset": wish},
        {"title": None, "preset": wish},
        {"title": some_title(), "preset": {**wish, "strength": 2}},
        {"title": some_title(), "preset": {**wish, "styles": [{"name": some_title()}]}},
    ):
        peer.send(m.PRESETS_SAVE, **wrong)
        refusal_of(peer, m.PRESETS_SAVE, "bad_request")
    for kind, missing in (
        (m.PRESETS_RENAME, {"name": some_title(), "title": "x"}),
        (m.PRESETS_REMOVE, {"name": some_title()}),
        (m.PRESETS_REMOVE, {"name": 3}),
    ):
        peer.send(kind, **missing)
        refusal_of(peer, kind, "bad_request")
    require(all_of(peer, m.PRESETS) == before, "Presets were changed all the same.")


def _keeps_presets(peer: Peer) -> bool:
    """Whether the server says so; one that does not must refuse."""
    assert peer.welcome is not None
    if peer.welcome.limits.preset:
        return True
    peer.send(m.PRESETS_REMOVE, name=some_title())
    refusal_of(peer, m.PRESETS_REMOVE, "bad_request")
    return False


CHECKS = (
    presets_are_listed_by_name,
    unknown_preset_is_a_bad_request,
    a_preset_is_saved_renamed_and_removed,
    what_is_no_preset_is_not_saved,
)
