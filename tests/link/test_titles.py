"""Names become titles as people write them."""

from __future__ import annotations

import pytest

from velatura.library import assets
from velatura_link.titles import engine_title, title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("great-wave", "Great Wave"),
        ("city_rises", "City Rises"),
        ("in-the-rain", "In the Rain"),
        ("bridge-over-a-pond", "Bridge over a Pond"),
        ("walk-in", "Walk In"),
        ("brücke-im-schnee", "Brücke im Schnee"),
        ("1984", "1984"),
    ],
)
def test_words_begin_with_a_capital_and_small_ones_inside_do_not(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("composition-vii", "Composition VII"),
        ("henry-viii", "Henry VIII"),
        ("louis-xiv", "Louis XIV"),
        ("composition-x", "Composition X"),
        ("i-and-the-village", "I and the Village"),
        ("mix", "Mix"),
        ("civil-war", "Civil War"),
        ("mild", "Mild"),
        ("dim-light", "Dim Light"),
        ("vivid", "Vivid"),
    ],
)
def test_roman_numerals_are_capitals_and_words_of_the_same_letters_are_not(
    name: str, title: str
) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("kandinsky_composition_vii_1913", "Kandinsky Composition VII, 1913"),
        ("van_gogh_starry_night_1889", "Van Gogh Starry Night, 1889"),
        ("poppies-1907", "Poppies, 1907"),
        ("sea-2", "Sea 2"),
        ("irises-3-1917", "Irises 3, 1917"),
        ("IMG_2034", "IMG 2034"),
        ("texture-1024", "Texture 1024"),
        ("2024-05-17", "2024-05-17"),
        ("Screenshot_2024-05-17", "Screenshot 2024-05-17"),
        ("sea-v2", "Sea v2"),
    ],
)
def test_a_year_stands_after_a_comma_and_other_numbers_do_not(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("franz-marc_in-the-rain-1912", "Franz Marc, In the Rain, 1912"),
        ("vincent-van-gogh_rocky-ground", "Vincent van Gogh, Rocky Ground"),
        ("pieter-bruegel-the-elder_haymaking", "Pieter Bruegel the Elder, Haymaking"),
    ],
)
def test_an_underscore_among_hyphens_parts_painter_and_title(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("merda-d-artista", "Merda d'Artista"),
        ("l-étoile", "L'Étoile"),
        ("apollo-s-chariot", "Apollo's Chariot"),
        ("georgia-o-keeffe", "Georgia O'Keeffe"),
        ("plan-d-1", "Plan D 1"),
        ("size-s", "Size S"),
        ("mont-sainte-victoire", "Mont Sainte-Victoire"),
    ],
)
def test_lost_apostrophes_and_hyphens_come_back(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Nach dem Regen", "Nach dem Regen"),
        ("my  sea at dusk ", "my sea at dusk"),
        ("Nude_Descending_a_Staircase", "Nude Descending a Staircase"),
        ("McCubbin-sketch", "McCubbin Sketch"),
        ("--", "--"),
        ("", ""),
    ],
)
def test_what_a_person_wrote_stays(name: str, title: str) -> None:
    assert title_of(name) == title


def test_every_built_in_style_s_title_is_made_of_its_name() -> None:
    titles = [title_of(path.stem) for path in assets.codes()]

    assert len(set(titles)) == 25
    assert {"Composition VII", "Apollos Chariot", "In the Rain", "Landscape with Stars"} <= set(
        titles
    )


def test_a_title_is_its_own_title() -> None:
    for path in assets.codes():
        title = title_of(path.stem)
        assert title_of(title) == title


def test_an_engine_is_called_by_what_it_is_for_and_then_by_its_name() -> None:
    glaze = {"name": "glaze", "title": "Glaze", "purpose": "Fast"}
    german = {"Fast": "Schnell", "Glaze": "Glaze"}

    assert engine_title(glaze) == "Fast — Glaze"
    assert engine_title(glaze, german.__getitem__) == "Schnell — Glaze"
    assert engine_title({"name": "oil", "title": "Oil"}) == "Oil"
    assert engine_title({"name": "oil"}) == "oil"
