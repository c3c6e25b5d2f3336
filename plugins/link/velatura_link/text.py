"""Sentences for people that can be said in another language: an English template and the values that fill it.

Notes, errors and titles of phases travel like this (docs/reference/protocol.md, section 5), so that a host can look
the template up in its catalogue; logs and scripts read the English sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Value = str | int | float
"""What fills a template; a :class:`Text` among them is said in the person's language, too."""

_MOST = 64
"""Values of a text that are read; none has more than a few."""
_DEPTH = 8
"""How deep texts are read that are values of other texts."""


class Text(str):
    """A sentence that remembers its ``template`` and the ``values`` that fill it.

    >>> text = Text("Stopped after {step} of {steps} steps.", step=3, steps=9)
    >>> str(text), text.template
    ('Stopped after 3 of 9 steps.', 'Stopped after {step} of {steps} steps.')

    Without values the template is the sentence, and braces in it are its own.
    """

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Text:
        text = super().__new__(cls, template.format(**values) if values else template)
        text.template, text.values = template, values
        return text


def text_of(sentence: str, values: Mapping[str, Value]) -> Text:
    """``sentence`` itself where it is a text already, else the template of one."""
    return sentence if isinstance(sentence, Text) else Text(sentence, **values)


def either(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a or b or c``.

    >>> either(["sea", "sky"])
    'sea or sky'
    """
    first, *others = names
    return Text("{first} or {other}", first=first, other=either(others)) if others else first


def encode_text(key: str, text: str) -> dict[str, Any]:
    """The fields ``key``, the English sentence, and ``key_source``, what it was made of.

    >>> encode_text("hint", Text("It has {count} pixels.", count=3))
    {'hint': 'It has 3 pixels.', 'hint_source': ['It has {count} pixels.', {'count': 3}]}
    """
    return {key: str(text), f"{key}_source": _source(text)}


def decode_text(key: str, header: Mapping[str, Any]) -> Text:
    """What :func:`encode_text` wrote; the English sentence alone where its source is not as it should be."""
    return _text(str(header.get(key) or ""), header.get(f"{key}_source"))


def encode_error(code: str, message: str, hint: str = "") -> dict[str, Any]:
    """The fields of a ``failed`` or ``blob.refused`` that say what happened and what to do next."""
    return {"code": code, **encode_text("message", message), **encode_text("hint", hint)}


def encode_notes(notes: Sequence[str]) -> dict[str, Any]:
    """Both fields of a ``result`` that notes travel in."""
    return {
        "notes": [str(note) for note in notes],
        "note_sources": [_source(note) for note in notes],
    }


def decode_notes(header: Mapping[str, Any]) -> tuple[Text, ...]:
    """The notes of a ``result``; of what is not as it should be there is the English sentence, or nothing."""
    sentences = [each for each in _listed(header.get("notes")) if isinstance(each, str)]
    sources = _listed(header.get("note_sources"))
    if len(sources) != len(sentences):
        return tuple(map(Text, sentences))
    return tuple(map(_text, sentences, sources))


def _source(text: str) -> list[Any]:
    if not isinstance(text, Text):
        return [text, {}]
    values = {
        name: _source(value) if isinstance(value, Text) else value
        for name, value in text.values.items()
    }
    return [text.template, values]


def _text(sentence: str, source: Any) -> Text:
    text = Text(sentence)
    read = _read(source, _DEPTH)
    if read is not None:
        text.template, text.values = read
    return text


def _read(source: Any, depth: int) -> tuple[str, dict[str, Value]] | None:
    """Template and values of a source; None for what is none."""
    parts = _listed(source)
    if depth == 0 or len(parts) != 2 or not isinstance(parts[0], str):
        return None
    template, given = parts
    if not isinstance(given, dict) or len(given) > _MOST:
        return None
    values: dict[str, Value] = {}
    for name, value in given.items():
        if not isinstance(name, str):
            return None
        if isinstance(value, (str, int, float)):
            values[name] = value
            continue
        inner = _read(value, depth - 1)
        if inner is None:
            return None
        values[name] = _filled(*inner)
    return template, values


def _filled(template: str, values: dict[str, Value]) -> Text:
    try:
        return Text(template, **values)
    except (KeyError, IndexError, ValueError):  # written by another version, or by nobody we know
        text = Text(template)
        text.values = values
        return text


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()
