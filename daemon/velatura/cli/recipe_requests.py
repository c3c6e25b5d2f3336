"""From a recipe in a file to the request that it was: where everything that it names is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from velatura.cli.arguments import is_file
from velatura.cli.engines import engine_named, known_engines
from velatura.cli.files import read_file
from velatura.cli.inputs import FILES
from velatura.cli.style_options import file_style
from velatura.errors import BadPicture, BadRequest
from velatura.imaging.mask_pictures import Colour
from velatura.library.checksums import sha256_of
from velatura_link.recipe import BadRecipe, Recipe, RecipeStyle, Source, from_json
from velatura_link.recipe_differences import named
from velatura_link.refining import Refining, refining_by
from velatura_link.request import EncodedFile, RegionRef, Request, Scalar, StyleRef


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
            f"{file} contains no recipe.",
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

    def content_of(self, recipe: Recipe) -> Path | None:
        """The content; None for a recipe that has none. Raises :class:`BadPicture`."""
        if self.content is not None or recipe.content is None:
            return self.content
        return self.file(recipe.content, "content", hint="Say where it is with --content FILE.")

    def file(self, source: Source, what: str, hint: str) -> Path:
        """The file of ``source``, the one with its bytes before others. Raises :class:`BadPicture`."""
        found = list(self._found(source))
        same = [path for path in found if source.digest and sha256_of(path) == source.digest]
        if not found:
            raise BadPicture(f"The {what} “{named(source)}” was not found.", hint=hint)
        return (same or found)[0]

    def style(self, style: RecipeStyle) -> StyleRef:
        """A style, by its file or its name in the library; the one with its bytes before others.

        Raises :class:`BadPicture`.
        """
        from velatura.library import styles

        source = style.source
        name = named(source)
        said = self.styles.get(name) or self.styles.get(source.title or "")
        if said is not None:
            return file_style(said)
        files = list(self._found(source))
        for path in files:
            if sha256_of(path) == source.digest:
                return file_style(path)
        if style.kind == "checkpoint" and source.name is not None:
            return StyleRef(model=source.name)
        kept = styles.entries()
        same = [
            entry
            for entry in kept
            if source.digest and source.digest in (entry.sha256, entry.picture_sha256)
        ]
        same.sort(key=lambda entry: entry.name != source.name)
        other = [entry for entry in kept if entry.name == source.name]
        for entry in (*same, *other):
            return StyleRef(name=entry.name)
        if files:
            return file_style(files[0])
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


def request_from(recipe: Recipe, places: Places, changes: Changes) -> Request:
    """What ``recipe`` was the answer to, but for ``changes`` and the content.

    Raises :class:`BadPicture` for what is not found, and :class:`BadRequest` for the place of a style that the recipe
    does not have.
    """
    _check_names(recipe, places.styles)
    other = changes.engine is not None and changes.engine != recipe.engine
    kept = {} if other else recipe.params
    return Request(
        engine=changes.engine or recipe.engine,
        params={**kept, **changes.params},
        common=dict(recipe.common),
        size=recipe.size,
        depth=recipe.depth,
        transfer=recipe.transfer,
        styles=tuple(_style(style, places) for style in recipe.styles),
        regions=_regions(recipe, places),
        segments=recipe.segments,
        inputs={} if other else _inputs(recipe, places),
        strength=recipe.strength if changes.strength is None else changes.strength,
        seed=recipe.seed if changes.seed is None else changes.seed,
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


def _inputs(recipe: Recipe, places: Places) -> dict[str, EncodedFile | Scalar]:
    """Inputs as they were given.

    A text for an input that is a file would be a path, to anywhere: files are sources. Raises :class:`BadRequest`, also
    for the state that an earlier frame passed on: no file holds it.
    """
    for name, value in recipe.inputs.items():
        if isinstance(value, str) and _kind_of_input(recipe.engine, name) in FILES:
            raise BadRequest(f"The recipe has text where the input “{name}” needs a file.")
        if (
            isinstance(value, Source)
            and value.path is None
            and _kind_of_input(recipe.engine, name) == "state"
        ):
            raise BadRequest(
                "This frame was painted with the state of the one before, which is not kept.",
                hint="Paint the frames again in order: `velatura stylize FOLDER -o RESULTS --again`.",
            )
    return {
        name: read_file(places.file(value, "input", hint="Put it back where it was."))
        if isinstance(value, Source)
        else value
        for name, value in recipe.inputs.items()
    }


def _kind_of_input(engine: str, name: str) -> str | None:
    descriptor = engine_named(engine, known_engines())["descriptor"]
    kinds = {each["name"]: each["kind"] for each in descriptor.get("inputs", ())}
    return kinds.get(name)


def _style(style: RecipeStyle, places: Places) -> StyleRef:
    return replace(
        places.style(style),
        weight=style.weight,
        mask=_mask(style.mask, places) if style.mask is not None else None,
        index=style.index,
        before=_mask(style.before, places) if style.before is not None else None,
        crop=style.crop,
        rotation=style.rotation,
        scale=style.scale,
    )


def _regions(recipe: Recipe, places: Places) -> tuple[RegionRef, ...]:
    """The regions; those of a map's colours share the map."""
    files: dict[Path, EncodedFile] = {}
    regions = []
    for region in recipe.regions:
        mask = _mask(region.mask, places)
        assert mask.path is not None
        regions.append(
            RegionRef(
                files.setdefault(mask.path, mask),
                tuple(_style(style, places) for style in region.styles),
                region.strength,
                None if region.mask.colour is None else _colour(region.mask.colour),
            )
        )
    return tuple(regions)


def _colour(text: str) -> Colour:
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(text)[:3]
    except ValueError as error:
        raise BadRequest(f"The recipe has an invalid colour: {text}.") from error
    return red, green, blue


def _mask(source: Source, places: Places) -> EncodedFile:
    return read_file(
        places.file(source, "mask", hint="Put it back where it was, or beside the result.")
    )
