"""What the root of both hosts is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..hosts import root
from ..hosts.root import CannotBuild, Source, apt_sources, debian_lines, packages, root_path

STANZAS = """\
# The archive.
Types: deb deb-src
URIs: http://one.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb-src
URIs: http://two.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://three.example/security
Suites: bookworm-security
Components: main
"""
LINES = """\
# deb http://old.example/debian bookworm main
deb [signed-by=/a/key arch=amd64] http://four.example/debian trixie main contrib
deb-src http://five.example/debian trixie main
deb http://six.example/tools stable main
"""


def test_mirrors_are_read_from_both_forms_of_apts_lists(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(STANZAS)
    (tmp_path / "sources.list").write_text(LINES)
    assert list(apt_sources(tmp_path)) == [
        Source("http://four.example/debian", ("trixie",)),
        Source("http://six.example/tools", ("stable",)),
        Source("http://one.example/debian", ("bookworm", "bookworm-updates")),
        Source("http://three.example/security", ("bookworm-security",)),
    ]
    assert debian_lines("trixie", list(apt_sources(tmp_path)), "bookworm") == [
        "deb http://one.example/debian trixie main",
        "deb http://three.example/security trixie-security main",
    ]


def test_sid_has_no_security_archive() -> None:
    sources = [
        Source("http://one.example", ("trixie",)),
        Source("http://two.example", ("trixie-security",)),
    ]
    assert debian_lines("sid", sources, "trixie") == ["deb http://one.example sid main"]


def test_what_is_no_debian_builds_nothing() -> None:
    with pytest.raises(CannotBuild):
        debian_lines("trixie", [Source("http://one.example", ("noble",))], "")


def test_the_oldest_suite_goes_without_gimp() -> None:
    left = set(packages("trixie")) - set(packages("bookworm"))
    assert left == {"gimp", "gir1.2-gimp-3.0"}
    assert packages("sid") == packages("trixie") == root.PACKAGES


def test_another_list_is_another_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VELATURA_HOSTS", str(tmp_path))
    before = root_path()
    assert before.parent == tmp_path
    assert root_path("sid") != before
    monkeypatch.setattr(root, "PACKAGES", (*root.PACKAGES, "xclip"))
    assert root_path() != before
