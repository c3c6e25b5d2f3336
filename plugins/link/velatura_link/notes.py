"""Notes on a result: English sentences that a host can say in another language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Value = str | int | float
_MOST = 64
"""Values of a note that are read; none has more than a few."""


class Note(str):
    """A sentence that remembers its ``template`` and the ``values`` that fill it.

    >>> note = Note("Stopped after {step} of {steps} steps.", step=3, steps=9)
    >>> str(note), note.template
    ('Stopped after 3 of 9 steps.', 'Stopped after {step} of {steps} steps.')
    """

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Note:
        note = super().__new__(cls, template.format(**values) if values else template)
        note.template, note.values = template, values
        return note


def encode_notes(notes: Sequence[str]) -> dict[str, Any]:
    """Both fields of a ``result`` that notes travel in (docs/protocol.md, 5)."""
    made = [note if isinstance(note, Note) else Note(note) for note in notes]
    return {
        "notes": [str(note) for note in made],
        "note_sources": [[note.template, dict(note.values)] for note in made],
    }


def decode_notes(header: Mapping[str, Any]) -> tuple[Note, ...]:
    """The notes of a ``result``; of what is not as it should be there is the English sentence, or nothing."""
    sentences = [each for each in _listed(header.get("notes")) if isinstance(each, str)]
    sources = _listed(header.get("note_sources"))
    if len(sources) != len(sentences):
        return tuple(map(Note, sentences))
    return tuple(map(_note, sentences, sources))


def _note(sentence: str, source: Any) -> Note:
    note = Note(sentence)
    parts = _listed(source)
    if len(parts) == 2 and isinstance(parts[0], str) and _are_values(parts[1]):
        note.template, note.values = parts
    return note


def _are_values(values: Any) -> bool:
    return (
        isinstance(values, dict)
        and len(values) <= _MOST
        and all(
            isinstance(name, str) and isinstance(value, (str, int, float))
            for name, value in values.items()
        )
    )


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()
