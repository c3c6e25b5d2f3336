"""The contract of a recipe: what makes a file of weights, and says what it made.

A recipe is one file in this folder, run by ``velatura train NAME``. It takes hours and pictures by the thousand and
gives weights and a card, no picture, so it is no engine; the engine that loads the weights never imports it.
"""

from __future__ import annotations

import json
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from pydantic import BaseModel, ConfigDict

from velatura.contract import validation
from velatura.contract.engine import EngineParams, ParamsT
from velatura.errors import BadRequest

if TYPE_CHECKING:
    from velatura.contract.run import Run


class RecipeDescriptor(BaseModel):
    """What a recipe is, as data."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    source: str
    """The papers that it follows."""
    makes: str
    """The engine that loads what it makes."""
    data: tuple[str, ...]
    """Roles of the folders it needs: ``photos``, ``paintings``, ``style``."""
    weights: tuple[str, ...] = ()
    """Names in the model catalogue of what it loads to train with."""


@dataclass(frozen=True)
class Assignment:
    """What a recipe is to do, beside its knobs.

    ``data`` are folders by role. ``into`` is a folder that is there: weights, card, state, log and
    sample sheets go into it. ``minutes`` is how long this call may take, None for as long as the
    knobs say. ``resume``: go on from the state in ``into``, exactly. ``start``: files of weights
    to begin from instead of fresh ones.
    """

    data: Mapping[str, tuple[Path, ...]]
    into: Path
    minutes: float | None = None
    resume: bool = False
    start: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ModelCard:
    """What files of weights are, for whoever gets them.

    ``files`` are their names with their SHA-256, ``parameters`` counts by part of the network,
    ``settings`` are all knobs, ``data`` says by role what it was trained on, ``losses`` are means
    over the latest samples. ``seconds`` is training time over all calls.
    """

    name: str
    recipe: str
    files: dict[str, str]
    parameters: dict[str, int]
    settings: dict[str, Any]
    data: dict[str, dict[str, Any]]
    loaded: dict[str, str]
    samples: int
    seconds: float
    device: str
    versions: dict[str, str]
    losses: dict[str, float]
    remarks: tuple[str, ...] = ()

    def write(self, path: Path) -> None:
        """Write the card as JSON; it appears whole or not at all."""
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", "utf-8")
        draft.replace(path)


class Recipe(ABC, Generic[ParamsT]):
    """One way to make weights."""

    descriptor: ClassVar[RecipeDescriptor]
    Params: ClassVar[type[EngineParams]]

    @abstractmethod
    def train(self, assignment: Assignment, params: ParamsT, run: Run) -> ModelCard:
        """Train until the time is over and leave weights and card in ``assignment.into``.

        Calls ``run.step`` with samples done and samples expected, phase ``train``. State is written
        every few minutes and also when ``run.step`` raises
        :class:`~velatura.errors.Cancelled`, which is passed on.
        """


RECIPES = {"glaze": "velatura.training.glaze:GlazeRecipe"}
"""Classes of recipes by name, sorted; a recipe's module is imported when it is asked for."""


def names() -> tuple[str, ...]:
    """Names of all recipes, sorted."""
    return tuple(RECIPES)


def load(name: str) -> Recipe[Any]:
    """The recipe ``name``. Raises :class:`BadRequest` for any other."""
    if name not in names():
        raise BadRequest(
            f"There is no recipe “{name}”.", hint=validation.alternatives(name, list(names()))
        )
    recipe: Recipe[Any] = pkgutil.resolve_name(RECIPES[name])()
    return recipe


def validate(recipe: Recipe[Any], params: Mapping[str, Any]) -> EngineParams:
    """``params`` as the recipe's knobs, defaults filled in.

    Raises :class:`BadParams` with one sentence about the first that is wrong.
    """
    return validation.validate(f"recipe {recipe.descriptor.name}", recipe.Params, params)
