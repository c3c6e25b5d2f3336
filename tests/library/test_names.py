from __future__ import annotations

import pytest

from velatura.library.names import free_name, slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Starry Night", "starry-night"),
        ("  Café_de  nuit!", "cafe-de-nuit"),
        ("神奈川沖浪裏", "神奈川沖浪裏"),
        ("../../etc/passwd", "etc-passwd"),
        ("---", ""),
    ],
)
def test_titles_become_names(title: str, name: str) -> None:
    assert slug(title) == name


def test_a_taken_name_gets_the_first_free_number() -> None:
    assert free_name("wave", set()) == "wave"
    assert free_name("wave", {"wave", "wave-3"}) == "wave-2"
    assert free_name("wave", {"wave", "wave-2"}) == "wave-3"
