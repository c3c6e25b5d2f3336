"""The recipe of what was painted, from the scene that an engine was given and the run that it had."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from velatura import __version__
from velatura.contract.engine import Engine, EngineParams
from velatura.contract.manifest import code_hash
from velatura.contract.run import Run
from velatura.contract.scene import WHOLE, Region, Scene, Style
from velatura.imaging.raster import Raster
from velatura.library.checksums import sha256_of
from velatura.pipeline.style_input import USUAL_SIDE
from velatura.pipeline.working_size import first_scene
from velatura_link.recipe import Recipe, RecipeRegion, RecipeStyle, Scalar, Source


class Checks:
    """The CRC-32 of rasters' bytes: each computed once, and those that are known not at all."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Raster, int] = WeakKeyDictionary()

    def know(self, raster: Raster, check: int) -> None:
        """``check`` is that of ``raster``."""
        self._known[raster] = check

    def of(self, raster: Raster) -> str:
        """Eight hexadecimal digits."""
        if raster not in self._known:
            self._known[raster] = zlib.crc32(raster.to_memoryview())
        return f"{self._known[raster]:08x}"


def recipe_of(
    engine: Engine, scene: Scene, params: EngineParams, run: Run, checks: Checks | None = None
) -> Recipe:
    """What decided the picture that ``engine`` has painted of ``scene`` in ``run``."""
    coded = first_scene(engine, scene) if "code" in engine.descriptor.styles else None
    made = _Sources(checks or Checks(), coded)
    drawn = [region for region in scene.regions if region.mask is not None and not region.found]
    found = [region for region in scene.regions if region.found]
    rest = [region for region in scene.regions if region.mask is None]
    styles = _in_turn(found) if found else [style for region in rest for style in region.styles]
    content = scene.content
    longest = max(content.width, content.height) if content is not None else 0
    networks = engine.networks
    return Recipe(
        engine=engine.descriptor.name,
        velatura=__version__,
        code=_code(),
        params=params.model_dump(),
        common=scene.common.model_dump(),
        content=made.pixels(content) if content is not None else None,
        size=scene.size,
        depth=scene.depth if content is None and scene.depth != "u8" else None,
        transfer=scene.transfer if content is None and scene.transfer != "srgb" else None,
        styles=tuple(made.style(style) for style in styles),
        regions=tuple(made.region(region) for region in drawn),
        segments=scene.segments,
        inputs={name: made.input(value) for name, value in scene.inputs.items()},
        strength=scene.strength,
        seed=scene.seed,
        stop_after=run.stopped_after,
        weights=dict(sorted(run.weights.items())),
        device=_device(run) if networks else "",
        dtype=str(run.dtype).removeprefix("torch.") if networks else "",
        torch=_torch() if networks else "",
        tile=run.tile if run.tile is not None and run.tile < longest else None,
    )


class _Sources:
    """Makes sources of what a scene has; ``coded`` is the scene that codes are chosen for, where they are."""

    def __init__(self, checks: Checks, coded: Scene | None) -> None:
        self._checks = checks
        self._coded = coded

    def pixels(self, raster: Raster) -> Source:
        return Source(
            check=self._checks.of(raster),
            width=raster.width,
            height=raster.height,
            channels=raster.channels,
            depth=raster.depth,
            transfer=raster.transfer,
        )

    def style(self, style: Style) -> RecipeStyle:
        kind = self._kind(style)
        return RecipeStyle(
            source=self._origin(style, kind),
            kind=kind,
            weight=style.weight,
            crop=None if style.crop == WHOLE else style.crop,
            rotation=style.rotation,
            scale=style.scale,
            index=style.index,
            mask=self.pixels(style.mask) if style.mask is not None else None,
            before=self.pixels(style.before) if style.before is not None else None,
        )

    def region(self, region: Region) -> RecipeRegion:
        assert region.mask is not None
        styles = tuple(self.style(style) for style in region.styles)
        return RecipeRegion(self.pixels(region.mask), styles, region.strength)

    def input(self, value: Raster | Path | Scalar) -> Source | Scalar:
        if isinstance(value, Raster):
            return self.pixels(value)
        return Source(digest=sha256_of(value)) if isinstance(value, Path) else value

    def _kind(self, style: Style) -> str:
        """What of the style was painted with: of a picture with its code the one that the engine took."""
        if style.checkpoint is not None:
            return "checkpoint"
        if style.picture is None:
            return "code"
        code = self._coded and self._coded.code_of(style, USUAL_SIDE)
        return "code" if code is not None else "picture"

    def _origin(self, style: Style, kind: str) -> Source:
        if style.origin is not None:
            origin = style.origin
            digest = origin.picture if kind == "picture" and origin.picture else origin.digest
            return Source(digest=digest, name=origin.name, title=_shown(origin.title))
        if style.picture is not None:
            return self.pixels(style.picture)
        file = style.code or style.checkpoint
        return Source(digest=sha256_of(file)) if file is not None else Source()


def _shown(title: str | None) -> str | None:
    """``title`` on one line, in letters that UTF-8 has: a file's name may have anything in it."""
    if title is None:
        return None
    text = "".join(each if each >= " " else " " for each in title)
    return text.encode(errors="replace").decode()


def _in_turn(found: Sequence[Region]) -> list[Style]:
    """The styles that parts of a picture were given in turn: the shortest list that gives them again."""
    given = [region.styles[0] for region in found if region.styles]
    for length in range(1, len(given) + 1):
        if all(style is given[number % length] for number, style in enumerate(given)):
            return given[:length]
    return given


@cache
def _code() -> str:
    return code_hash()[:16]


def _device(run: Run) -> str:
    from velatura.runtime.devices import device_title

    return device_title(run.device)


def _torch() -> str:
    import torch

    return str(torch.__version__)
