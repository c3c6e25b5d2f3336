"""What another engine, or more styles, make of the choices."""

from __future__ import annotations

from typing import Any

import pytest

from velatura_krita.model.choices import Choices, StyleChoice
from velatura_krita.model.choosing import Choosing
from velatura_krita.model.offer import Offer
from velatura_krita.model.state import State

MANIFEST: dict[str, dict[str, Any]] = {
    "glaze": {"descriptor": {"styles": ("picture", "code"), "rank": 1}},
    "one": {"descriptor": {"styles": ("picture",), "most_styles": 1}},
    "johnson": {"descriptor": {"styles": ("checkpoint",)}},
    "dream": {"descriptor": {"styles": ()}},
}
NIGHT, SEA = StyleChoice(name="night"), StyleChoice(name="sea")
MOSAIC = StyleChoice(checkpoint="/models/mosaic.pth")


@pytest.fixture
def state() -> State:
    made = State()
    made.offer.set(Offer(MANIFEST))
    made.choices.set(Choices(engine="glaze"))
    return made


@pytest.fixture
def choosing(state: State) -> Choosing:
    return Choosing(state, state.choices.set, lambda choices: choices)


def test_every_kind_of_engine_gets_the_styles_that_were_chosen_for_it(
    state: State, choosing: Choosing
) -> None:
    choosing.styles((NIGHT, SEA))
    choosing.engine("johnson")
    assert state.choices.value.styles == ()
    choosing.styles((MOSAIC,))
    # One that takes none leaves them alone.
    choosing.engine("dream")
    assert state.choices.value.styles == (MOSAIC,)
    choosing.engine("glaze")
    assert state.choices.value.styles == (NIGHT, SEA)
    choosing.engine("johnson")
    assert state.choices.value.styles == (MOSAIC,)


def test_no_more_styles_are_chosen_than_the_engine_takes(state: State, choosing: Choosing) -> None:
    choosing.styles((NIGHT, SEA))
    choosing.engine("one")
    assert state.choices.value.styles == (SEA,)
    choosing.styles((SEA, NIGHT))
    assert state.choices.value.styles == (NIGHT,)


def test_without_an_engine_it_is_the_default_one(choosing: Choosing) -> None:
    assert choosing.known(Choices()).engine == "glaze"
