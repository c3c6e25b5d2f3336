"""A quick result goes on through the slow engine in the real Krita, and takes the quick one's place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .harness import SCRIPTS, Krita
from .krita_plugin import plugin  # noqa: F401


@pytest.mark.slow
def test_a_result_is_refined_where_it_lies(
    krita: Krita,
    plugin: Path,  # noqa: F811
    shared: Path,
) -> None:
    krita.profile.shell.variables["VELATURA_MODELS"] = str(shared / "weights")
    seen = krita.play(SCRIPTS / "krita_refines.py", timeout=400).value
    print(json.dumps(seen, indent=1))
