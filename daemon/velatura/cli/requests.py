"""What a person asks for on the command line, read and checked before anything starts."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from velatura.cli.inputs import inputs_of
from velatura.cli.preset_options import LARGEST, Scalar, manner_of
from velatura.cli.region_options import PlaceT, RegionOption, paints_of, regions_of
from velatura.cli.style_options import StyleOption, View, view_of
from velatura.errors import BadPicture, BadRequest, TooLarge
from velatura.imaging.files import PIXELS, SIDE, Picture, read_picture, require_writable
from velatura.imaging.mask_pictures import Colour
from velatura.imaging.resample import fit, resized


@dataclass(frozen=True)
class Wish:
    """Everything that `velatura stylize` was asked for. ``size`` is the result's long side in pixels.

    ``styles`` are for what ``regions`` and ``paints``, the colours of ``map``, leave; ``segments`` parts the picture
    for them, 0 for not. ``inputs`` are as they were written: what they mean depends on the engine. ``stop_after`` is
    the number of steps after which an interruptible engine stops. ``keep_recipe`` has the result say how it was made.
    """

    content: Path
    styles: tuple[StyleOption, ...]
    output: Path
    engine: str
    params: dict[str, Scalar]
    inputs: dict[str, str]
    strength: float
    size: int | None
    seed: int
    device: str | None
    preview: Path | None
    common: dict[str, Scalar] = field(default_factory=dict)
    regions: tuple[RegionOption[Path], ...] = ()
    map: Path | None = None
    paints: tuple[RegionOption[Colour], ...] = ()
    segments: int = 0
    stop_after: int | None = None
    keep_recipe: bool = True

    @property
    def all_styles(self) -> tuple[StyleOption, ...]:
        """The styles of regions, of the map's colours and of the rest, in this order."""
        drawn = [style for region in self.regions for style in region.styles]
        mapped = [style for paint in self.paints for style in paint.styles]
        return (*drawn, *mapped, *self.styles)

    @property
    def files(self) -> list[tuple[str, Path]]:
        """Files that are read besides the content, each with what it is."""
        found = [("a mask", region.place) for region in self.regions]
        found += [("the map", self.map)] if self.map is not None else []
        for style in self.all_styles:
            found += [("a style", style.path)] if style.path is not None else []
            found += [("a style's mask", style.mask)] if style.mask is not None else []
        return [*found, *(("an input", Path(text)) for text in self.inputs.values())]


def wish_of(options: argparse.Namespace) -> Wish:
    """The wish that ``options`` say, for its first content. Raises :class:`BadRequest` and :class:`BadParams`.

    Everything that can be known to be wrong before anything is loaded is refused here.
    """
    if options.size is not None and options.size < 1:
        raise BadRequest(f"--size must be at least 1 pixel, not {options.size}.")
    if not 0 <= options.seed <= LARGEST:
        raise BadRequest(f"--seed must be from 0 to {LARGEST}, not {options.seed}.")
    view = view_of(options.style_crop, options.style_rotation, options.style_scale)
    regions = tuple(_viewed(region, view) for region in regions_of(options.region))
    paints = tuple(_viewed(paint, view) for paint in paints_of(options.paint))
    manner = manner_of(options, parted_by_hand=bool(regions or paints))
    if (options.map is None) != (not paints):
        raise BadRequest(
            "--map is a picture with a colour for each part, and --paint says what a colour means.",
            hint="Give both: --map map.png --paint blue=painting.jpg",
        )
    if options.map is not None and not options.map.is_file():
        raise BadPicture(f"There is no map file {options.map}.", hint="Check the path.")
    return Wish(
        content=Path(options.contents[0]),
        styles=manner.styles,
        output=options.output,
        engine=manner.engine,
        params=manner.params,
        inputs=inputs_of(options.input),
        strength=manner.strength,
        size=options.size,
        seed=options.seed,
        device=options.device,
        preview=options.preview,
        common=manner.common,
        regions=regions,
        map=options.map,
        paints=paints,
        segments=manner.segments,
        keep_recipe=not options.no_recipe,
    )


def check_files(wish: Wish) -> None:
    """Raise :class:`BadRequest` for an output or a file for previews that cannot be written, or has another
    purpose.
    """
    require_writable(wish.output)
    if wish.preview is not None:
        _check_preview(wish, wish.preview)


def read_content(wish: Wish) -> Picture:
    """The content at the size that was asked for, in its own depth.

    Raises what :func:`read_picture` raises, and :class:`TooLarge` for a size over the same limits.
    """
    picture = read_picture(wish.content)
    raster = picture.raster
    if wish.size is None or wish.size == max(raster.width, raster.height):
        return picture
    width, height = fit(raster.width, raster.height, long=wish.size)
    if max(width, height) > SIDE or width * height > PIXELS:
        raise TooLarge(
            f"--size {wish.size} gives {width} × {height} pixels, and that is too large.",
            hint=f"A picture may have {SIDE} pixels on a side and {PIXELS} in all.",
        )
    return replace(picture, raster=resized(raster, (width, height)))


def _check_preview(wish: Wish, preview: Path) -> None:
    """Refuse a file for previews that cannot be written, or that has another purpose."""
    require_writable(preview)
    others = [("the output", wish.output), ("the content", wish.content), *wish.files]
    for purpose, other in others:
        if _same_place(preview, other):
            raise BadRequest(
                f"--preview {preview} is {purpose} already.",
                hint="Previews need a file of their own, which they replace.",
            )


def _viewed(region: RegionOption[PlaceT], view: View) -> RegionOption[PlaceT]:
    return replace(region, styles=tuple(map(view.of, region.styles)))


def _same_place(one: Path, other: Path) -> bool:
    """Whether two names are of one file, which need not be there yet."""
    try:
        return one.samefile(other)
    except OSError:
        return os.path.realpath(one) == os.path.realpath(other)
