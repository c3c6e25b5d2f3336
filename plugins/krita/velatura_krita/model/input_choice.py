"""What one of an engine's inputs is. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from .knobs import Value


@dataclass(frozen=True)
class InputChoice:
    """What one of an engine's inputs is: a layer (``node``, its id in the document), a kept ``file``, or a ``value``.

    ``title`` is what the docker shows.
    """

    title: str
    node: str | None = None
    file: str | None = None
    value: Value | None = None

    @property
    def known(self) -> bool:
        """Whether it says one of the three."""
        return sum(each is not None for each in (self.node, self.file, self.value)) == 1


def input_of(found: object) -> InputChoice | None:
    """What a document or the settings say; None for anything else."""
    facts = found if isinstance(found, Mapping) else {}
    title, node, file, value = (facts.get(each.name) for each in fields(InputChoice))
    texts = all(each is None or isinstance(each, str) for each in (node, file))
    scalar = value is None or isinstance(value, (bool, int, float, str))
    if not isinstance(title, str) or not texts or not scalar:
        return None
    given = InputChoice(title, node, file, value)
    return given if given.known else None
