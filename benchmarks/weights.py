"""Where benchmarks find downloaded weights: VELATURA_MODELS, or the folder beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def use_shared_weights() -> None:
    """Let Velatura look into the folder beside the checkout, unless a folder was named already."""
    os.environ.setdefault("VELATURA_MODELS", str(SHARED / "weights"))
