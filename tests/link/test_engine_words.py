"""What engines say of themselves has a German wording, once for every plugin."""

from __future__ import annotations

import json

from velatura.engines import manifest
from velatura_link import catalogue

GERMAN = json.loads((catalogue.SHARED / "de.json").read_text(encoding="utf-8"))


def said() -> set[str]:
    """All words of engines that are shown, and of their knobs."""
    found: set[str] = set()
    for entry in manifest.build().values():
        descriptor = entry["descriptor"]
        if descriptor["hidden"]:
            continue
        found |= {descriptor[each] for each in ("title", "purpose", "summary")}
        found |= {each["title"] for each in descriptor["inputs"]}
        for schema in (entry["schema"], entry["treatment"]):
            for knob in schema["properties"].values():
                found |= {knob[each] for each in ("title", "description")}
                found |= {knob[each] for each in ("unit", "zero") if each in knob}
                found |= set(knob.get("labels", {}).values())
    return found


def test_every_word_of_an_engine_is_translated_and_no_other() -> None:
    assert said() - GERMAN.keys() == set()
    assert GERMAN.keys() - said() == set()
