"""A test's script, and what is left of it for the test: the same in every host."""

from __future__ import annotations

import json
import os
import runpy
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Play:
    """``main`` of ``script`` is called; its value, or what went wrong, is written to ``answer`` as JSON."""

    script: Path
    arguments: dict[str, Any]
    answer: Path
    errors: list[str] = field(default_factory=list)

    def begin(self, stage: object) -> Any:
        """Call ``main``. Its value, or the generator that it is; None, with the error kept, when it raises."""
        return self.guard(lambda: runpy.run_path(str(self.script))["main"](stage))

    def guard(self, act: Callable[[], Any]) -> Any:
        """What ``act`` returns; None when it raises, and then the error is kept."""
        try:
            return act()
        except BaseException:
            self.errors.append(traceback.format_exc())
            return None

    def write(self, value: object) -> None:
        try:
            text = json.dumps({"value": value, "errors": self.errors})
        except TypeError as error:
            text = json.dumps({"value": None, "errors": [*self.errors, f"main's value: {error}"]})
        draft = self.answer.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(self.answer)


def read_play() -> Play | None:
    """The play that the environment names, if any."""
    given = os.environ.get("VELATURA_STAGE")
    if not given:
        return None
    facts = json.loads(Path(given).read_text())
    return Play(Path(facts["script"]), facts["arguments"], Path(facts["answer"]))


def catch_with(errors: list[str]) -> Callable[..., None]:
    """An exception hook that keeps what it gets in ``errors``."""

    def keep(*exception: Any) -> None:
        errors.append("".join(traceback.format_exception(*exception)))

    return keep
