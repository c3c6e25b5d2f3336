"""What the daemon keeps for people: styles (docs/reference/protocol.md, 6)."""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import messages as m
from ..messages import Header
from .bench import Bench, Peer, require

JPEG = b"\xff\xd8\xff"
PICTURES = (b"\x89PNG", JPEG)
"""How PNG and JPEG files begin."""


def styles_are_listed_with_their_thumbnails(bench: Bench) -> None:
    for style in all_of(bench.peer(), m.STYLES):
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
    names = [style["name"] for style in all_of(peer, m.STYLES)]
    for known, name in enumerate(names[:3], 1):
        peer.send(m.STYLES, after=name)
        page = peer.expect(m.STYLES).header[m.STYLES]
        rest = [style["name"] for style in page]
        require(rest == names[known : known + len(rest)], f"What comes after {name} is not next.")


def an_added_style_is_there_until_it_is_removed(bench: Bench) -> None:
    peer, other = bench.peer(), bench.peer()
    if not _takes_styles(peer):
        return
    with _added(peer, some_title(), _png(1)) as style:
        name = style["name"]
        require(style.get("builtin") is False, "An added style is built in.")
        require(style.get("kind") == "picture", "An added picture is of another kind.")
        seen = style.get("thumbnail")
        require(isinstance(seen, bytes) and seen.startswith(PICTURES), "It has no thumbnail.")
        other.expect(m.NOTICE, code="styles")
        require(style in all_of(other, m.STYLES), "What was added is not listed as it was told.")
        _remove(peer, name)
        left = [each["name"] for each in all_of(other, m.STYLES)]
        require(name not in left, "A style that was removed is still listed.")


def a_style_is_shown_larger_than_its_thumbnail(bench: Bench) -> None:
    peer = bench.peer()
    for name in (some_title(), 3):
        peer.send(m.STYLES_PICTURE, name=name)
        refusal_of(peer, m.STYLES_PICTURE, "bad_request")
    for style in all_of(peer, m.STYLES):
        if style["kind"] == "code":
            _shown(peer, style["name"], wanted=False)
            break
    if _takes_styles(peer):
        with _added(peer, some_title(), _png(1)) as style:
            _shown(peer, style["name"], wanted=True)


def _shown(peer: Peer, name: str, *, wanted: bool) -> None:
    peer.send(m.STYLES_PICTURE, name=name)
    header = peer.expect(m.STYLES_PICTURE).header
    picture = header.get("picture")
    require(header.get("name") == name, f"A picture of {header.get('name')} instead of {name}.")
    right = isinstance(picture, bytes) and picture.startswith(JPEG) if wanted else picture is None
    require(right, f"The picture of {name} is {'no JPEG' if wanted else 'one of a code'}.")


def same_bytes_are_kept_once_and_others_get_a_name_of_their_own(bench: Bench) -> None:
    peer, title = bench.peer(), some_title()
    if not _takes_styles(peer):
        return
    with _added(peer, title, _png(1)) as first, _added(peer, title, _png(2)) as second:
        require(first["name"] != second["name"], "Two pictures have one name.")
        for picture, style in ((_png(1), first), (_png(2), second)):
            again = _add(peer, title, peer.put(picture))
            require(again == style, "The same picture was kept twice.")


def what_is_no_style_is_not_added(bench: Bench) -> None:
    peer = bench.peer()
    if not _takes_styles(peer):
        return
    before = all_of(peer, m.STYLES)
    missing = {"title": "x", "file": {"blob": m.new_id(), "encoding": "file"}}
    for code, wanted in (
        ("blob_missing", missing),
        ("bad_request", {"title": "x", "file": None}),
        ("bad_request", {"title": None, "file": {"blob": peer.put(_png(1)), "encoding": "file"}}),
        ("bad_picture", _wanted(peer, b"There is no picture in here.")),
        ("bad_picture", _wanted(peer, _png(3)[:-40])),
    ):
        peer.send(m.STYLES_ADD, **wanted)
        refusal_of(peer, m.STYLES_ADD, code)
    require(all_of(peer, m.STYLES) == before, "Something was added all the same.")


def files_over_the_limit_do_not_become_styles(bench: Bench) -> None:
    peer = bench.peer()
    assert peer.welcome is not None
    limits = peer.welcome.limits
    if not _takes_styles(peer) or limits.style >= limits.blob:
        return
    peer.send(m.STYLES_ADD, **_wanted(peer, _png(1) + bytes(limits.style)))
    refusal_of(peer, m.STYLES_ADD, "too_large")


def styles_that_are_unknown_or_built_in_are_not_removed(bench: Bench) -> None:
    peer = bench.peer()
    if not _takes_styles(peer):
        return
    built_in = [each["name"] for each in all_of(peer, m.STYLES) if each.get("builtin")]
    for name in (some_title(), 3, *built_in[:1]):
        peer.send(m.STYLES_REMOVE, name=name)
        refusal_of(peer, m.STYLES_REMOVE, "bad_request")
    left = [each["name"] for each in all_of(peer, m.STYLES) if each.get("builtin")]
    require(left == built_in, "A built-in style was removed.")


def marks_of_a_style_are_listed(bench: Bench) -> None:
    peer, other = bench.peer(), bench.peer()
    assert peer.welcome is not None
    if not peer.welcome.limits.collections or not _takes_styles(peer):
        return
    with _added(peer, some_title(), _png(5)) as style:
        name = style["name"]
        require(style.get("favourite") is False, "A new style is a favourite.")
        require(style.get("collections") == [], "A new style is in a collection.")
        other.expect(m.NOTICE, code="styles")
        said = {"favourite": True, "collections": ["Sea"], "title": "By the Sea"}
        peer.send(m.STYLES_CHANGE, name=name, **said)
        changed = peer.expect(m.STYLES_CHANGE).header["style"]
        require(changed == {**style, **said}, "A style was not changed as it was asked for.")
        other.expect(m.NOTICE, code="styles")
        require(
            changed in all_of(other, m.STYLES), "What was changed is not listed as it was told."
        )
        peer.send(m.STYLES_CHANGE, name=name, favourite=False)
        changed = peer.expect(m.STYLES_CHANGE).header["style"]
        require(changed == {**style, **said, "favourite": False}, "What was left out was changed.")
        for wrong in ({"favourite": 1}, {"collections": [""]}, {"title": 3}):
            peer.send(m.STYLES_CHANGE, name=name, **wrong)
            refusal_of(peer, m.STYLES_CHANGE, "bad_request")
    for missing in (some_title(), 3):
        peer.send(m.STYLES_CHANGE, name=missing, favourite=True)
        refusal_of(peer, m.STYLES_CHANGE, "bad_request")


def changes_are_answered_in_order(bench: Bench) -> None:
    peer, title = bench.peer(), some_title()
    if not _takes_styles(peer):
        return
    wanted = {**_wanted(peer, _png(4)), "title": title}
    peer.send(m.STYLES_ADD, **wanted)
    peer.send(m.STYLES_REMOVE, name=title)
    peer.send(m.STYLES_ADD, title=title, file=None)
    kinds = [peer.expect(m.STYLES_ADD, m.STYLES_REMOVE, m.FAILED).header["t"] for _ in range(3)]
    require(kinds == [m.STYLES_ADD, m.STYLES_REMOVE, m.FAILED], f"The answers were {kinds}.")


def _takes_styles(peer: Peer) -> bool:
    """Whether the server says so; one that does not must refuse."""
    assert peer.welcome is not None
    if peer.welcome.limits.style:
        return True
    peer.send(m.STYLES_REMOVE, name=some_title())
    refusal_of(peer, m.STYLES_REMOVE, "bad_request")
    return False


def refusal_of(peer: Peer, of: str, code: str) -> None:
    header = peer.expect(m.FAILED).header
    require(header.get("of") == of, f"A refusal does not say that it is one of {of}.")
    require(header.get("code") == code, f"The code is {header.get('code')}, not {code}.")
    require(isinstance(header.get("message"), str), "The refusal says nothing to a person.")


def _wanted(peer: Peer, data: bytes) -> dict[str, Any]:
    return {"title": some_title(), "file": {"blob": peer.put(data), "encoding": "file"}}


def _add(peer: Peer, title: str, blob: bytes) -> Header:
    peer.send(m.STYLES_ADD, title=title, file={"blob": blob, "encoding": "file"})
    header = peer.expect(m.STYLES_ADD, m.FAILED).header
    require(header["t"] == m.STYLES_ADD, f"A style was refused: {header.get('message')}")
    style = header.get("style")
    require(isinstance(style, dict) and isinstance(style.get("name"), str), "It has no name.")
    assert isinstance(style, dict)
    return style


def _remove(peer: Peer, name: str) -> None:
    peer.send(m.STYLES_REMOVE, name=name)
    peer.expect(m.STYLES_REMOVE, name=name)


@contextmanager
def _added(peer: Peer, title: str, data: bytes) -> Iterator[Header]:
    """A style that is gone afterwards: the library is a person's own."""
    style = _add(peer, title, peer.put(data))
    try:
        yield style
    finally:
        peer.send(m.STYLES_REMOVE, name=style["name"])
        peer.expect(m.STYLES_REMOVE, m.FAILED)


def some_title() -> str:
    return f"conformance-{secrets.token_hex(4)}"


def _png(seed: int) -> bytes:
    """A picture of 8 × 8 grey pixels."""
    rows = b"".join(
        b"\0" + bytes((seed * 31 + 8 * y + x) % 256 for x in range(8)) for y in range(8)
    )
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
    )
    file = b"\x89PNG\r\n\x1a\n"
    for kind, data in (*parts, (b"IEND", b"")):
        file += (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )
    return file


def all_of(peer: Peer, kind: str) -> list[dict[str, Any]]:
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
    styles_are_listed_with_their_thumbnails,
    a_style_is_shown_larger_than_its_thumbnail,
    lists_go_on_after_a_name,
    an_added_style_is_there_until_it_is_removed,
    same_bytes_are_kept_once_and_others_get_a_name_of_their_own,
    what_is_no_style_is_not_added,
    files_over_the_limit_do_not_become_styles,
    styles_that_are_unknown_or_built_in_are_not_removed,
    marks_of_a_style_are_listed,
    changes_are_answered_in_order,
)
