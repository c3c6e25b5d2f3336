"""What the daemon keeps for people: presets and styles (docs/protocol.md, 6)."""

from __future__ import annotations

from typing import Any

from .. import messages as m
from .bench import Bench, Peer, require

PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
"""How PNG and JPEG files begin."""


def presets_are_listed_by_name(bench: Bench) -> None:
    for preset in _all(bench.peer(), m.PRESETS):
        require(
            isinstance(preset.get("engine"), str), f"The preset {preset['name']} has no engine."
        )


def styles_are_listed_with_their_thumbnails(bench: Bench) -> None:
    for style in _all(bench.peer(), m.STYLES):
        name = style["name"]
        require(isinstance(style.get("title"), str), f"The style {name} has no title.")
        require(style.get("kind") in ("picture", "code"), f"The style {name} is of no kind.")
        seen = style.get("thumbnail")
        require(
            seen is None or (isinstance(seen, bytes) and seen.startswith(PICTURES)),
            f"The thumbnail of {name} is no PNG or JPEG.",
        )


def lists_go_on_after_a_name(bench: Bench) -> None:
    peer = bench.peer()
    names = [style["name"] for style in _all(peer, m.STYLES)]
    for known, name in enumerate(names[:3], 1):
        peer.send(m.STYLES, after=name)
        page = peer.expect(m.STYLES).header[m.STYLES]
        rest = [style["name"] for style in page]
        require(rest == names[known : known + len(rest)], f"What comes after {name} is not next.")


def unknown_preset_is_a_bad_request(bench: Bench) -> None:
    peer = bench.peer()
    for preset in ("there is no such preset", 3):
        job = m.new_id()
        peer.send(m.SUBMIT, job=job, request={"preset": preset})
        peer.failure(job, "bad_request")


def _all(peer: Peer, kind: str) -> list[dict[str, Any]]:
    """Every page of a list, each item with a name after the one before."""
    found: list[dict[str, Any]] = []
    more = True
    while more:
        peer.send(kind, after=found[-1]["name"] if found else None)
        header = peer.expect(kind).header
        require(isinstance(header.get(kind), list), f"{kind} has no list.")
        require(
            isinstance(header.get("more"), bool), f"{kind} does not say whether there are more."
        )
        more = header["more"]
        require(header[kind] or not more, "A page is empty, and it is not the last.")
        found += header[kind]
    names = [name for item in found if isinstance(name := item.get("name"), str)]
    require(len(names) == len(found), f"Some of {kind} have no name.")
    require(names == sorted(set(names)), f"{kind} are not in order.")
    return found


CHECKS = (
    presets_are_listed_by_name,
    styles_are_listed_with_their_thumbnails,
    lists_go_on_after_a_name,
    unknown_preset_is_a_bad_request,
)
