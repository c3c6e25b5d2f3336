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
    quick, slow = "Great Wave — Glaze Live", seen["slow"]
    replaced, before = (["Background", "photo", name, "drawn on"] for name in (slow, quick))
    assert not seen["nothing to refine"]
    # It takes the quick result's place, with what was done to that layer; whoever paints stays on their own.
    assert seen["offers to keep"]
    assert seen["names"] == replaced
    assert seen["opacity"] == 230
    assert seen["still on"] == "drawn on"
    assert seen["seen"]
    assert seen["on the canvas"]
    assert seen["pictures"]
    assert seen["kept"] == [seen["engine"], seen["engine"], 0.8]
    # The same scene, begun with what is there.
    assert seen["begun from"]
    assert seen["content"]
    assert seen["asked"] == [seen["knobs"], 0.8]
    assert not seen["not again"]
    # One step back is the quick result, and one forward the refined one.
    assert seen["undone once"] == [before, True, True]
    assert seen["redone once"] == [replaced, True]
    assert seen["discarded"] == [before, True]
    assert seen["discarded later"] == [*before, "drawn since"]
    assert seen["one step back"] == 6
    # Only the selection that the quick result was painted in, though nothing is selected now; where it was moved to.
    assert seen["the selection's mask"]
    assert seen["outside is the photo"]
    assert seen["moved"] == [5, 3]
    assert seen["stopped"][0] == ["Background", "photo", slow]
    assert seen["stopped"][1] > 0
    assert seen["given up"] == [["Background", "photo", quick], True]
    assert seen["group"] == ["grouplayer", ["paintlayer", "transparencymask"]]
    # What cannot take the quick result's place is a new layer, and that is said.
    assert seen["painted on"][0] == ["Background", "photo", quick, slow]
    assert "was changed" in seen["painted on"][1]
    assert seen["result gone"][0] == ["Background", "photo", slow]
    assert "was removed" in seen["result gone"][1]
    assert seen["source gone"][0] == ["Background", slow]
    assert "was removed" not in seen["source gone"][1]
    assert seen["both gone"][0] == ["Background", slow]
    assert seen["source gone before"][0] is False
    assert "not there any more" in seen["source gone before"][1]
    assert seen["closed"]
