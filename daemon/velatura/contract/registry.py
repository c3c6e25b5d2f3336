"""Which engines there are.

Every module and package directly in ``velatura/engines`` is an engine, and a package of anybody's may add more: an
entry point of the group ``velatura.engines``, ``name = "package.module"``, makes the daemon offer its engine. Either
way the module says which class it is, ``ENGINE = MyEngine``, and the engine has the module's or the entry point's name,
with dashes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any, get_args

from velatura.contract import validation
from velatura.contract.common_params import CommonKnob, CommonParams
from velatura.contract.engine import Engine, EngineParams, FeedForward, Filter, Iterative, Pixelwise
from velatura.errors import EngineFailed, UnknownEngine

PACKAGE = GROUP = "velatura.engines"


@cache
def modules() -> Mapping[str, str]:
    """Modules of all engines by the engines' names, sorted; nothing is imported.

    An engine of ours keeps its name where another package has one of that name.
    """
    found = {each.name: each.value for each in added()}
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec is not None else None
    for module in pkgutil.iter_modules(folders or ()):
        found[module.name.replace("_", "-")] = f"{PACKAGE}.{module.name}"
    return dict(sorted(found.items()))


def added() -> tuple[EntryPoint, ...]:
    """The engines that other packages add."""
    return tuple(entry_points(group=GROUP))


def is_ours(name: str) -> bool:
    """Whether the engine ``name`` is one of Velatura's own."""
    return modules()[name].startswith(f"{PACKAGE}.")


def names() -> tuple[str, ...]:
    """Names of all engines, sorted."""
    return tuple(modules())


def load(name: str, *, only: Collection[str] | None = None) -> Engine:
    """The engine ``name``, importing its module and no other engine's.

    ``only`` limits the engines there are. Raises :class:`UnknownEngine` for any other name, and
    :class:`EngineFailed` for a module that cannot be imported or states no engine of that name.
    """
    there = [each for each in names() if only is None or each in only]
    if name not in there:
        raise UnknownEngine(
            "There is no engine called “{name}”.",
            hint=validation.alternatives(name, there),
            name=name,
        )
    path = modules()[name]
    try:
        engine = importlib.import_module(path).ENGINE
    except Exception as error:  # whatever a module of anybody's does while it is imported
        raise EngineFailed(
            "The engine {name} cannot be loaded: {error}.",
            hint="" if is_ours(name) else "Mend or uninstall the package that adds it.",
            name=name,
            error=f"{type(error).__name__}: {error}",
        ) from error
    if not (isinstance(engine, type) and issubclass(engine, Engine)):
        raise EngineFailed("ENGINE in {path} is not a subclass of Engine.", path=path)
    if engine.descriptor.name != name:
        raise EngineFailed(
            "The engine in {path} calls itself “{engine}”.",
            hint="It must be named after its module: “{name}”.",
            path=path,
            engine=engine.descriptor.name,
            name=name,
        )
    return engine()


def kind(engine: Engine) -> str:
    """``feed-forward``, ``iterative``, ``filter`` or ``pixelwise``: how an engine works."""
    kinds = {
        "feed-forward": FeedForward,
        "iterative": Iterative,
        "filter": Filter,
        "pixelwise": Pixelwise,
    }
    return next(word for word, base in kinds.items() if isinstance(engine, base))


def common_knobs(engine: Engine) -> tuple[CommonKnob, ...]:
    """The common knobs that make a difference to an engine: what its descriptor says, or what its kind implies.

    Nothing but masks is soft where pixels are painted one by one; without pictures as styles there are no strokes to
    size, and detail comes back only where levels are painted; without a content nothing can be painted smaller,
    recoloured or repeated.
    """
    descriptor = engine.descriptor
    if descriptor.common is not None:
        return descriptor.common
    if isinstance(engine, Pixelwise):
        return ("feather",)
    knobs: tuple[CommonKnob, ...] = get_args(CommonKnob)
    without: set[CommonKnob] = set()
    if not descriptor.native_side:
        without.add("detail")
        if isinstance(engine, Filter) or not {"picture", "pair"} & set(descriptor.styles):
            without.add("stroke")
    if descriptor.content == "none":
        without |= {"finest", "colours", "tileable"}
    return tuple(each for each in knobs if each not in without)


def common_schema(engine: Engine) -> dict[str, Any]:
    """The JSON schema of :func:`common_knobs`."""
    schema = CommonParams.model_json_schema()
    schema["properties"] = {
        name: knob for name, knob in schema["properties"].items() if name in common_knobs(engine)
    }
    return schema


def validate(engine: Engine, params: Mapping[str, Any]) -> EngineParams:
    """``params`` as the engine's own model, defaults filled in.

    Raises :class:`BadParams` with one sentence about the first knob that is wrong.
    """
    return validation.validate(f"engine {engine.descriptor.name}", engine.Params, params)
