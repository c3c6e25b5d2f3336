"""A result's recipe as the command line keeps it in the result's file: with the places of what it was painted from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from velatura.cli.style_options import style_file
from velatura.cli.tasks import Task
from velatura.imaging.mask_pictures import hexadecimal
from velatura_link.recipe import Recipe, RecipeRegion, RecipeStyle, Source
from velatura_link.request import EncodedFile, RegionRef, Request, StyleRef


def with_places(recipe: Recipe | None, request: Request, task: Task) -> str | None:
    """``recipe`` as JSON, with the places of the files that ``request`` and ``task`` name, seen from the result's
    folder; None for none.
    """
    if recipe is None:
        return None
    folder = task.output.parent
    content = recipe.content
    if content is not None and task.content is not None:
        content = replace(content, path=seen_from(folder, task.content), long=task.long)
    regions = tuple(
        _region(region, asked, folder)
        for region, asked in zip(recipe.regions, request.regions, strict=True)
    )
    inputs = {
        name: _placed(value, request.inputs.get(name), folder)
        if isinstance(value, Source)
        else value
        for name, value in recipe.inputs.items()
    }
    styles = _styles(recipe.styles, request.styles, folder)
    placed = replace(recipe, content=content, styles=styles, regions=regions, inputs=inputs)
    return placed.to_json()


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


def _placed(source: Source, payload: object, folder: Path) -> Source:
    """``source`` with the place of the file that ``payload`` was read from."""
    if not isinstance(payload, EncodedFile) or payload.path is None:
        return source
    return replace(source, path=seen_from(folder, payload.path))


def _region(region: RecipeRegion, asked: RegionRef, folder: Path) -> RecipeRegion:
    mask = _placed(region.mask, asked.mask, folder)
    if asked.colour is not None:
        mask = replace(mask, colour=hexadecimal(asked.colour))
    return replace(region, mask=mask, styles=_styles(region.styles, asked.styles, folder))


def _styles(
    styles: Sequence[RecipeStyle], asked: Sequence[StyleRef], folder: Path
) -> tuple[RecipeStyle, ...]:
    # A preset may have brought the styles, and parts that were found may have been fewer than the styles in turn.
    placed = [_style(style, said, folder) for style, said in zip(styles, asked, strict=False)]
    return (*placed, *styles[len(placed) :])


def _style(style: RecipeStyle, asked: StyleRef, folder: Path) -> RecipeStyle:
    return replace(
        style,
        source=_placed(style.source, style_file(asked), folder),
        mask=_placed(style.mask, asked.mask, folder) if style.mask is not None else None,
        before=_placed(style.before, asked.before, folder) if style.before is not None else None,
    )
