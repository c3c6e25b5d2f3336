"""From a recipe in a file to the wish that it was: where everything that it names is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from velatura.cli.arguments import is_file
from velatura.cli.engines import engine_named, known_engines
from velatura.cli.inputs import FILES
from velatura.cli.preset_options import Scalar
from velatura.cli.region_options import RegionOption
from velatura.cli.requests import Wish
from velatura.cli.style_options import StyleOption
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.mask_pictures import Colour
from velatura.library.checksums import sha256_of
from velatura_link.recipe import BadRecipe, Recipe, RecipeRegion, RecipeStyle, Source, from_json
from velatura_link.recipe_differences import named
from velatura_link.refining import Refining, refining_by


def text_of(file: Path) -> str:
    """The recipe that a picture's file carries, as it stands there.

    Raises :class:`BadPicture` for no file and :class:`BadRequest` for one without a recipe.
    """
    from velatura.imaging.embedded import read_text

    if not is_file(file):
        raise BadPicture(f"There is no file {file}.", hint="Check the path.")
    text = read_text(file)
    if text is None:
        raise BadRequest(
            f"{file} carries no recipe.",
            hint="`velatura stylize` writes one into its results; other programs may have dropped it.",
        )
    return text


def recipe_in(text: str, file: Path) -> Recipe:
    """The recipe that ``file`` carries as ``text``. Raises :class:`BadRequest`."""
    try:
        return from_json(text, str(file))
    except BadRecipe as error:
        raise BadRequest(error.message, hint=error.hint) from error


@dataclass(frozen=True)
class Changes:
    """What is to be otherwise than in the recipe; None and nothing leave it as it was."""

    engine: str | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    strength: float | None = None
    seed: int | None = None

    @property
    def any(self) -> bool:
        return self != Changes()


def refining_with(recipe: Recipe, changes: Changes) -> Refining | None:
    """How the engine that ``changes`` name goes on from the result of ``recipe``; None for one that paints it anew.

    None, too, where its knobs are turned to begin with something else. Raises :class:`UnknownEngine`.
    """
    if changes.engine is None or changes.engine == recipe.engine:
        return None
    found = refining_by(changes.engine, engine_named(changes.engine, known_engines())["descriptor"])
    if found is None:
        return None
    if any(changes.params.get(name, value) != value for name, value in found.params.items()):
        return None
    return found


@dataclass(frozen=True)
class Places:
    """Where to look for what a recipe names: in ``folder``, that of the result, and where a person says.

    ``content`` is the content's file; ``styles`` are files by the names that styles have in the recipe.
    """

    folder: Path
    content: Path | None = None
    styles: Mapping[str, Path] = field(default_factory=dict)

    def content_of(self, recipe: Recipe) -> Path:
        """The content. Raises :class:`BadPicture`."""
        if self.content is not None:
            return self.content
        if recipe.content is None:
            raise BadRequest("The recipe has no content: it was not painted over a picture.")
        return self.file(recipe.content, "content", hint="Say where it is with --content FILE.")

    def file(self, source: Source, what: str, hint: str) -> Path:
        """The file of ``source``, the one with its bytes before others. Raises :class:`BadPicture`."""
        found = list(self._found(source))
        same = [path for path in found if source.digest and sha256_of(path) == source.digest]
        if not found:
            raise BadPicture(f"The {what} “{named(source)}” was not found.", hint=hint)
        return (same or found)[0]

    def style(self, style: RecipeStyle) -> tuple[Path | None, str | None]:
        """A style's file, or its name in the library; the one with its bytes before others.

        Raises :class:`BadPicture`.
        """
        from velatura.library import styles

        source = style.source
        name = named(source)
        said = self.styles.get(name) or self.styles.get(source.title or "")
        if said is not None:
            return said, None
        files = list(self._found(source))
        for path in files:
            if sha256_of(path) == source.digest:
                return path, None
        kept = styles.entries()
        same = [
            entry
            for entry in kept
            if source.digest and source.digest in (entry.sha256, entry.picture_sha256)
        ]
        same.sort(key=lambda entry: entry.name != source.name)
        other = [entry for entry in kept if entry.name == source.name]
        for entry in (*same, *other):
            return None, entry.name
        if files:
            return files[0], None
        raise BadPicture(
            f"The style “{name}” was not found.", hint=f"Say where it is: --style '{name}=FILE'"
        )

    def _found(self, source: Source) -> Iterator[Path]:
        """Files where the recipe says, and of that name beside the result.

        A recipe comes with a picture from anywhere: it must not lead to another machine.
        """
        if source.path is None or PureWindowsPath(source.path).anchor:
            return
        relative = PurePosixPath(source.path)
        for path in dict.fromkeys((self.folder / relative, self.folder / relative.name)):
            if is_file(path):
                yield path


def wish_from(
    recipe: Recipe, places: Places, changes: Changes, *, output: Path, device: str | None
) -> Wish:
    """What ``recipe`` was the answer to, but for ``changes``.

    Raises :class:`BadPicture` for what is not found, and :class:`BadRequest` for the place of a style that the recipe
    does not have.
    """
    _check_names(recipe, places.styles)
    other = changes.engine is not None and changes.engine != recipe.engine
    kept = {} if other else recipe.params
    regions = [region for region in recipe.regions if region.mask.colour is None]
    mapped = [region for region in recipe.regions if region.mask.colour is not None]
    return Wish(
        content=places.content_of(recipe),
        styles=tuple(_style(style, places) for style in recipe.styles),
        output=output,
        engine=changes.engine or recipe.engine,
        params={**kept, **changes.params},
        inputs={} if other else _inputs(recipe, places),
        strength=recipe.strength if changes.strength is None else changes.strength,
        size=recipe.content.long if recipe.content is not None else None,
        seed=recipe.seed if changes.seed is None else changes.seed,
        device=device,
        preview=None,
        common=dict(recipe.common),
        regions=tuple(_region(region, places) for region in regions),
        map=_mask(mapped[0].mask, places) if mapped else None,
        paints=tuple(_paint(region, places) for region in mapped),
        segments=recipe.segments,
        stop_after=None if changes.any else recipe.stop_after,
    )


def _check_names(recipe: Recipe, said: Mapping[str, Path]) -> None:
    styles = (*recipe.styles, *(style for region in recipe.regions for style in region.styles))
    names = dict.fromkeys(named(style.source) for style in styles)
    titles = {style.source.title for style in styles}
    for name in said:
        if name not in names and name not in titles:
            raise BadRequest(
                f"The recipe has no style “{name}”.",
                hint=f"It has: {', '.join(names)}." if names else "It has none.",
            )


def _inputs(recipe: Recipe, places: Places) -> dict[str, str]:
    """Inputs as a person would write them.

    A text for an input that is a file would be a path, to anywhere: files are sources. Raises :class:`BadRequest`.
    """
    for name, value in recipe.inputs.items():
        if isinstance(value, str) and _kind_of_input(recipe.engine, name) in FILES:
            raise BadRequest(f"The recipe has a text in place of the file for the input “{name}”.")
    return {
        name: str(places.file(value, "input", hint="Put it where it was."))
        if isinstance(value, Source)
        else str(value)
        for name, value in recipe.inputs.items()
    }


def _kind_of_input(engine: str, name: str) -> str | None:
    descriptor = engine_named(engine, known_engines())["descriptor"]
    kinds = {each["name"]: each["kind"] for each in descriptor.get("inputs", ())}
    return kinds.get(name)


def _style(style: RecipeStyle, places: Places) -> StyleOption:
    path, name = places.style(style)
    return StyleOption(
        path=path,
        name=name,
        weight=style.weight,
        mask=_mask(style.mask, places) if style.mask is not None else None,
        crop=style.crop,
        rotation=style.rotation,
        scale=style.scale,
    )


def _region(region: RecipeRegion, places: Places) -> RegionOption[Path]:
    styles = tuple(_style(style, places) for style in region.styles)
    return RegionOption(_mask(region.mask, places), styles, region.strength)


def _paint(region: RecipeRegion, places: Places) -> RegionOption[Colour]:
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(region.mask.colour or "")[:3]
    except ValueError as error:
        raise BadRequest(f"The recipe has a colour that is none: {region.mask.colour}.") from error
    styles = tuple(_style(style, places) for style in region.styles)
    return RegionOption((red, green, blue), styles, region.strength)


def _mask(source: Source, places: Places) -> Path:
    return places.file(source, "mask", hint="Put it where it was, or beside the result.")
