"""A result's recipe as the command line keeps it in the result's file: with the places of what it was painted from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from velatura.cli.region_options import hexadecimal
from velatura.cli.requests import Wish
from velatura.cli.style_options import StyleOption
from velatura_link.recipe import Recipe, RecipeRegion, RecipeStyle, Source


def kept_recipe(recipe: Recipe | None, wish: Wish) -> str | None:
    """What the result of ``wish`` is to hold: ``recipe`` with places, as JSON; None where nothing is to be kept."""
    if recipe is None or not wish.keep_recipe:
        return None
    return with_places(recipe, wish).to_json()


def with_places(recipe: Recipe, wish: Wish) -> Recipe:
    """``recipe`` with the places of the files that ``wish`` names, seen from the result's folder."""
    folder = wish.output.parent
    content = recipe.content
    if content is not None:
        content = replace(content, path=seen_from(folder, wish.content), long=wish.size)
    drawn = [(_placed(folder, each.place), each.styles) for each in wish.regions]
    mapped = [
        (replace(_placed(folder, wish.map), colour=hexadecimal(each.place)), each.styles)
        for each in wish.paints
    ]
    regions = tuple(
        _region(region, place, styles, folder)
        for region, (place, styles) in zip(recipe.regions, [*drawn, *mapped], strict=True)
    )
    inputs = {
        name: replace(value, path=seen_from(folder, Path(wish.inputs[name])))
        if isinstance(value, Source)
        else value
        for name, value in recipe.inputs.items()
    }
    styles = _styles(recipe.styles, wish.styles, folder)
    return replace(recipe, content=content, styles=styles, regions=regions, inputs=inputs)


def seen_from(folder: Path, file: Path) -> str | None:
    """``file`` as a path relative to ``folder``, with slashes; its name alone where there is no such path, as on
    another drive, or where it would spell out a person's home. None for a name that is no text.
    """
    # Links in the folders are followed, since a path that goes up does so from where they lead.
    start, place = Path(os.path.realpath(folder)), Path(os.path.realpath(file.parent), file.name)
    home = Path(os.path.realpath(Path.home()))
    told = place.is_relative_to(home) and not start.is_relative_to(home)
    try:
        path = file.name if told else PurePath(os.path.relpath(place, start)).as_posix()
    except ValueError:
        path = file.name
    encodable = not any("\ud800" <= letter <= "\udfff" for letter in path)
    return path if encodable and all(letter >= " " for letter in path) else None


def _placed(folder: Path, file: Path | None) -> Source:
    return Source(path=seen_from(folder, file) if file is not None else None)


def _region(
    region: RecipeRegion, place: Source, styles: Sequence[StyleOption], folder: Path
) -> RecipeRegion:
    mask = replace(region.mask, path=place.path, colour=place.colour)
    return replace(region, mask=mask, styles=_styles(region.styles, styles, folder))


def _styles(
    styles: Sequence[RecipeStyle], wishes: Sequence[StyleOption], folder: Path
) -> tuple[RecipeStyle, ...]:
    # Parts that were found by themselves may have been fewer than the styles in turn.
    return tuple(_style(style, wish, folder) for style, wish in zip(styles, wishes, strict=False))


def _style(style: RecipeStyle, wish: StyleOption, folder: Path) -> RecipeStyle:
    source, mask = style.source, style.mask
    if wish.path is not None:
        source = replace(source, path=seen_from(folder, wish.path))
    if mask is not None and wish.mask is not None:
        mask = replace(mask, path=seen_from(folder, wish.mask))
    return replace(style, source=source, mask=mask)
