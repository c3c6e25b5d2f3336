"""The plug-in speaks the person's language; tests/translations has the catalogues."""

from __future__ import annotations

import pytest

from velatura_gimp import texts
from velatura_gimp.arguments import Argument


@pytest.mark.parametrize("language", ["de", "en"])
def test_labels_are_in_the_persons_language(language: str) -> None:
    texts.choose([language])
    stroke = Argument("stroke", "double", "Stroke size", "", unit="px")
    assert stroke.label == {"de": "Strichbreite (px)", "en": "Stroke size (px)"}[language]


def test_words_of_engines_come_with_the_manifest() -> None:
    texts.choose(["de"])
    assert texts.tr("Bristles") == "Bristles"
    texts.learn(
        {"oil": {"translations": {"de": {"Bristles": "Borsten"}, "fr": {"Bristles": "Soies"}}}}
    )
    assert texts.tr("Bristles") == "Borsten"
