"""One value in a settings file of sections and keys (kritarc, a Flatpak's overrides); every other byte stays.

Text is taken and given as it is in the file, with whatever ends its lines.
"""

from __future__ import annotations

import re


def value_of(text: str, section: str, key: str) -> str | None:
    """What the file says, None when it says nothing."""
    lines = text.splitlines(keepends=True)
    line = _key_line(lines, section, key)
    return None if line is None else lines[line].partition("=")[2].strip()


def with_value(text: str, section: str, key: str, value: str) -> str:
    """The file with that value, in its section, which is made at the end if there is none."""
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    if value_of(text, section, key) == value:
        return text
    said = f"{key}={value}{end}"
    line = _key_line(lines, section, key)
    if line is not None:
        lines[line] = said
        return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    span = _span(lines, section)
    if span is None:
        gap = [end] if lines else []
        return "".join([*lines, *gap, f"[{section}]{end}", said])
    lines.insert(span[0], said)
    return "".join(lines)


def without_value(text: str, section: str, key: str) -> str:
    """The file without the key, and without its section when nothing is left in it."""
    lines = text.splitlines(keepends=True)
    line = _key_line(lines, section, key)
    span = _span(lines, section)
    if line is None or span is None:
        return text
    first, last = span
    del lines[line]
    if not any(each.strip() for each in lines[first : last - 1]):
        # The empty line before a section was put there with it.
        before = first - 1
        if before and not lines[before - 1].strip():
            before -= 1
        del lines[before:first]
    return "".join(lines)


def _span(lines: list[str], section: str) -> tuple[int, int] | None:
    """The lines of a section, its header not among them."""
    first = next((n for n, line in enumerate(lines, 1) if line.strip() == f"[{section}]"), None)
    if first is None:
        return None
    headers = (n for n, line in enumerate(lines[first:], first) if line.startswith("["))
    return first, next(headers, len(lines))


def _key_line(lines: list[str], section: str, key: str) -> int | None:
    span = _span(lines, section)
    if span is None:
        return None
    pattern = re.compile(rf"\s*{re.escape(key)}\s*=")
    return next((n for n in range(*span) if pattern.match(lines[n])), None)
