"""One value changes, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura.hosts.ini import value_of, with_value, without_value

KRITARC = """\
OpenGLRenderer=none
favoritePresets=a,b

[advancedColorSelector]
zoomSize=280

[python]
enable_other=true
enable_velatura_krita=false

[theme]
Theme=Krita dark
"""


def test_a_value_is_read_in_its_section_only() -> None:
    assert value_of(KRITARC, "python", "enable_other") == "true"
    assert value_of(KRITARC, "theme", "enable_other") is None
    assert value_of(KRITARC, "nowhere", "enable_other") is None


def test_a_value_is_changed_in_place() -> None:
    changed = with_value(KRITARC, "python", "enable_velatura_krita", "true")
    assert changed == KRITARC.replace("velatura_krita=false", "velatura_krita=true")
    assert with_value(changed, "python", "enable_velatura_krita", "true") is changed


def test_a_value_is_added_to_its_section() -> None:
    changed = with_value(KRITARC, "theme", "a", "1")
    assert changed == KRITARC.replace("[theme]\n", "[theme]\na=1\n")


def test_a_section_is_added_at_the_end_and_removed_again() -> None:
    changed = with_value(KRITARC, "new", "a", "1")
    assert changed == f"{KRITARC}\n[new]\na=1\n"
    assert without_value(changed, "new", "a") == KRITARC


def test_an_empty_file_becomes_one_section_and_empty_again() -> None:
    assert with_value("", "python", "a", "1") == "[python]\na=1\n"
    assert without_value("[python]\na=1\n", "python", "a") == ""


def test_a_section_with_other_keys_stays() -> None:
    changed = without_value(KRITARC, "python", "enable_velatura_krita")
    assert changed == KRITARC.replace("enable_velatura_krita=false\n", "")


def test_a_line_without_an_end_gets_one() -> None:
    assert with_value("[python]\nb=2", "python", "a", "1") == "[python]\na=1\nb=2\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_end_as_they_did(end: str) -> None:
    text = KRITARC.replace("\n", end)
    changed = with_value(text, "python", "enable_velatura_krita", "true")
    assert changed.split(end) == KRITARC.replace("krita=false", "krita=true").split("\n")


LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "[python]", "[other]", "key=1", "key = 2", "# key=3", "kex=4"]),
        st.text("abk=[] \t\u00fc", max_size=8),
    ),
    max_size=12,
)


@given(LINES)
def test_what_was_added_can_be_taken_away(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if value_of(text, "python", "new") is None:
        changed = with_value(text, "python", "new", "1")
        assert value_of(changed, "python", "new") == "1"
        kept = [line for line in changed.splitlines() if line not in ("new=1", "", "[python]")]
        assert kept == [line for line in lines if line not in ("", "[python]")]
        if "[python]" in text:
            return
        assert without_value(changed, "python", "new") == text
