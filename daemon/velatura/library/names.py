"""Short names of what a person keeps: styles and presets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count


def slug(text: str) -> str:
    """``text`` as a name: lower case, a–z and 0–9 with single hyphens; may be empty.

    Letters of other scripts are kept; accents and punctuation are not.
    """
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(letter)
    )
    return re.sub(r"[\W_]+", "-", bare).strip("-")


def free_name(wanted: str, taken: Container[str]) -> str:
    """``wanted``, or with the first number behind it that makes it differ from those ``taken``."""
    return next(name for name in numbered(wanted) if name not in taken)


def numbered(wanted: str, between: str = "-") -> Iterator[str]:
    """``wanted``, then ``wanted-2``, ``wanted-3`` and so on without an end, with what is ``between`` the two."""
    yield wanted
    for number in count(2):
        yield f"{wanted}{between}{number}"
