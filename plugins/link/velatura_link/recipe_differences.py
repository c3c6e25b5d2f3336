"""What is different between two recipes, as sentences for a person."""

from __future__ import annotations

from collections.abc import Iterator

from .recipe import Recipe, RecipeStyle, Source


def differences(before: Recipe, now: Recipe) -> list[str]:
    """Why ``now`` may have given other pixels than ``before``: one sentence for each reason, the likeliest first."""
    return [*_asked(before, now), *_ingredients(before, now), *_carried_out(before, now)]


def _asked(before: Recipe, now: Recipe) -> Iterator[str]:
    if before.engine != now.engine:
        yield f"The engine is {now.engine} instead of {before.engine}."
        return
    for name in dict.fromkeys([*before.params, *now.params]):
        yield from _other(name, before.params.get(name), now.params.get(name))
    for name in dict.fromkeys([*before.common, *now.common]):
        yield from _other(name, before.common.get(name), now.common.get(name))
    for name in ("strength", "seed", "segments", "size", "depth", "transfer"):
        yield from _other(name, getattr(before, name), getattr(now, name))


def _ingredients(before: Recipe, now: Recipe) -> Iterator[str]:
    yield from _changed("The content", before.content, now.content)
    yield from _styles("style", before.styles, now.styles)
    if len(before.regions) != len(now.regions):
        yield f"The number of regions is {len(now.regions)} instead of {len(before.regions)}."
        return
    for number, (old, new) in enumerate(zip(before.regions, now.regions, strict=True), 1):
        yield from _changed(f"The mask of region {number}", old.mask, new.mask)
        yield from _other(f"the strength of region {number}", old.strength, new.strength)
        yield from _styles(f"style of region {number}", old.styles, new.styles)
    for name in dict.fromkeys([*before.inputs, *now.inputs]):
        was, given = before.inputs.get(name), now.inputs.get(name)
        if isinstance(was, Source) and isinstance(given, Source):
            yield from _changed(f"The input {name}", was, given)
        else:
            yield from _other(f"the input {name}", was, given)


def _styles(
    what: str, before: tuple[RecipeStyle, ...], now: tuple[RecipeStyle, ...]
) -> Iterator[str]:
    if len(before) != len(now):
        yield f"The number of styles is {len(now)} instead of {len(before)}."
        return
    for old, new in zip(before, now, strict=True):
        name = named(old.source)
        yield from _changed(f"The {what} “{name}”", old.source, new.source)
        yield from _changed(f"The mask of the {what} “{name}”", old.mask, new.mask)
        for fact in ("weight", "crop", "rotation", "scale", "index"):
            yield from _other(f"the {fact} of “{name}”", getattr(old, fact), getattr(new, fact))


def _carried_out(before: Recipe, now: Recipe) -> Iterator[str]:
    if before.velatura != now.velatura:
        yield f"It was painted with Velatura {before.velatura}; this is {now.velatura}."
    elif before.code != now.code:
        yield "Velatura's engines have changed since it was painted."
    for name, digest in before.weights.items():
        found = now.weights.get(name)
        if found is not None and found != digest:
            yield f"The weights {name} are different ({digest[:12]}… then, {found[:12]}… now)."
    for name, title in (("device", "on"), ("dtype", "in"), ("torch", "with torch")):
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            yield f"It was painted {title} {old or 'none'}, now {title} {new or 'none'}."
    if before.tile != now.tile:
        yield f"It was cut into tiles of {_pixels(before.tile)}, now of {_pixels(now.tile)}."
    if before.stop_after != now.stop_after:
        yield "It was stopped after a different number of steps."


def named(source: Source) -> str:
    """What a person calls a source: its name in the library, or its file's."""
    if source.name is not None:
        return source.name
    if source.path is not None:
        return source.path.replace("\\", "/").rpartition("/")[2]
    return source.digest[:12] if source.digest is not None else "pixels of a host"


def _changed(what: str, before: Source | None, now: Source | None) -> Iterator[str]:
    if (before is None) != (now is None):
        yield f"{what} was {'not ' if before is None else ''}there, and now is{'' if now else ' not'}."
    elif before is not None and now is not None and before.identity != now.identity:
        sizes = [(each.width, each.height) for each in (before, now)]
        if None not in sizes[0] and sizes[0] != sizes[1]:
            old, new = (f"{width} × {height}" for width, height in sizes)
            yield f"{what} has {new} pixels instead of {old}."
        else:
            yield f"{what} has changed."


def _other(name: str, before: object, now: object) -> Iterator[str]:
    if before != now:
        sentence = f"{name} is {_said(now)} instead of {_said(before)}."
        yield sentence[0].upper() + sentence[1:]


def _said(value: object) -> str:
    if isinstance(value, Source):
        return "something else"
    return "not there" if value is None else str(value)


def _pixels(side: int | None) -> str:
    return "any size" if side is None else f"{side} pixels"
