"""What the broker tells a worker at its start, in the environment."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

VARIABLE = "VELATURA_WORKER"


@dataclass(frozen=True)
class WorkerSettings:
    """Where the broker listens for this worker alone (``token`` proves which it is), and what it is to serve."""

    endpoint: str
    token: str
    device: str
    engines: tuple[str, ...] | None
    cache: Path
    spool: Path
    log_level: str

    def to_environment(self) -> dict[str, str]:
        """The variable that :meth:`from_environment` reads."""
        return {VARIABLE: json.dumps(asdict(self), default=str)}

    @classmethod
    def from_environment(cls) -> WorkerSettings:
        """What this process was told; taken out of its environment, so that nothing it starts knows the token."""
        given = json.loads(os.environ.pop(VARIABLE))
        engines = given.pop("engines")
        return cls(
            **{
                **given,
                "engines": tuple(engines) if engines is not None else None,
                "cache": Path(given["cache"]),
                "spool": Path(given["spool"]),
            }
        )
