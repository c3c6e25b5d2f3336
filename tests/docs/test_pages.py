"""The documentation: links lead somewhere, lines are short, generated pages are those of this code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from installer import reference

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 120
LINK = re.compile(r"(?:\]\(|^\[[\w-]+\]: )([^)\s]+)", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FILE = re.compile(r"`([\w/-]+\.py)`")
NAMED = re.compile(r"docs/[\w/-]+\.md")


def tracked(*patterns: str) -> list[str]:
    """Files of the checkout that git knows or would add, as paths relative to it; all of them in an archive."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git and a checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def pages() -> list[str]:
    return tracked("*.md")


def anchors(text: str) -> set[str]:
    """What GitHub makes of a page's headings."""
    found: set[str] = set()
    for heading in HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = next(n for n in range(len(text)) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


def broken_links(page: str) -> Iterator[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in LINK.findall(CODE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8"))):
            yield f"{page}: {target}"


def test_links_between_pages_lead_somewhere() -> None:
    assert [link for page in pages() for link in broken_links(page)] == []


def test_a_link_to_nowhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "a.md").write_text("# A page\n[yes](#a-page) [no](b.md) [no](#b) `[code](c.md)`")
    assert list(broken_links("a.md")) == ["a.md: b.md", "a.md: #b"]


def test_every_page_that_code_names_is_there() -> None:
    sources = tracked("*.py", "*.toml", "*.html", ".ci/*")
    missing = [
        f"{source}: {name}"
        for source in sources
        for name in NAMED.findall((ROOT / source).read_text(encoding="utf-8"))
        if not (ROOT / name).is_file()
    ]
    assert missing == []


def test_every_file_that_a_page_names_is_there() -> None:
    known = tracked("*.py", "*.po", "*.toml")
    missing = [
        f"{page}: {name}"
        for page in tracked("docs/explanation/*.md")
        for name in FILE.findall((ROOT / page).read_text(encoding="utf-8"))
        if not any(f"/{path}".endswith(f"/{name}") for path in known)
    ]
    assert missing == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, open_pages = set(), [Path("README.md")]
    while open_pages:
        page = open_pages.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
            path = target.partition("#")[0]
            file = (ROOT / page).parent / path
            if path.endswith(".md") and file.is_file():
                open_pages.append(file.resolve().relative_to(ROOT))
    assert {Path(page) for page in pages()} - reached == set()


def test_no_line_is_too_long() -> None:
    long = [
        f"{page}:{number}"
        for page in pages()
        for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert long == []


@pytest.mark.parametrize("name", ["commands.md", "engines.md"])
def test_generated_pages_are_those_of_this_code(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "stale: run `python3 installer reference`"
