"""Painting in this process, without a daemon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.backends.base import KEEP, Painted, Priority
from velatura.cli.display import Bar, Stopwatch
from velatura.cli.inputs import Given, given_inputs
from velatura.cli.parts import Parts, path_of
from velatura.cli.preview import PreviewFile
from velatura.cli.requests import Wish
from velatura.cli.showing import Showing
from velatura.cli.style_options import StyleOption
from velatura.contract import registry, validation
from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import WHOLE, Origin, Region, Scene, Style
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import styles
from velatura.library.checksums import sha256_of
from velatura.pipeline.recipe import recipe_of
from velatura.pipeline.render import render
from velatura.pipeline.segments import parted
from velatura.pipeline.tensors import raster_of
from velatura.runtime.model_cache import WarmModels

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.contract.engine import Engine


class _Showing(Showing):
    def __init__(self, direct: LocalBackend, bar: Bar, preview: PreviewFile | None) -> None:
        super().__init__(bar)
        self._direct = direct
        self._preview = preview

    def cancelled(self) -> bool:
        return self._direct.cancelled

    def finishing(self) -> bool:
        return self._direct.finishing

    def wants_preview(self) -> bool:
        return self._preview is not None and self._preview.due()

    def preview(self, picture: Tensor) -> None:
        if self._preview is not None:
            self._preview.show(raster_of(picture))


class LocalBackend:
    """Paints one picture after another, with networks that stay warm in between."""

    hands = 1

    def __init__(self) -> None:
        self.cancelled = False
        self.finishing = False
        self._models: WarmModels | None = None

    def __enter__(self) -> LocalBackend:
        return self

    def __exit__(self, *_: object) -> None: ...

    def finish(self) -> None:
        """Have the engine stop after its present step, if it can, and keep what is there."""
        self.finishing = True

    def cancel(self) -> None:
        """End what is being painted at its next step."""
        self.cancelled = True

    def paint(
        self,
        wish: Wish,
        content: Raster,
        parts: Parts,
        bar: Bar,
        preview: PreviewFile | None = None,
        priority: Priority = "interactive",
    ) -> Painted:
        """See :class:`~velatura.cli.backends.base.Backend`. Raises what the engine raises."""
        bar.show("Loading", 0, 0, None)
        engine = registry.load(wish.engine)
        params = registry.validate(engine, wish.params)
        if engine.descriptor.interruptible:
            bar.offer(KEEP)
        # An Enter that was typed before it was offered was meant for something else.
        self.finishing = False
        scene = Scene(
            content=content,
            regions=_regions(wish, content, parts),
            strength=wish.strength,
            seed=wish.seed,
            inputs=_inputs(wish, engine),
            common=validation.validate("common", CommonParams, wish.common),
            segments=wish.segments,
        )
        if self._models is None:
            self._models = WarmModels.on(wish.device or "auto")
        run = Run(self._models, _Showing(self, bar, preview), stop_after=wish.stop_after)
        watch = Stopwatch()
        outputs = render(engine, scene, params, run)
        pictures = {name: each for name, each in outputs.items() if isinstance(each, Raster)}
        picture = pictures.pop("picture")
        recipe = recipe_of(engine, scene, params, run)
        return Painted(picture, run.notes, {"running": watch.seconds}, recipe, pictures)


def _regions(wish: Wish, content: Raster, parts: Parts) -> tuple[Region, ...]:
    """The regions of ``wish``, in the order in which the daemon has them."""

    def opened(wishes: tuple[StyleOption, ...]) -> tuple[Style, ...]:
        return tuple(_style(style, parts.of_styles) for style in wishes)

    drawn = [Region(opened(part.styles), part.mask, part.strength) for part in parts.regions]
    rest = opened(wish.styles)
    if wish.segments:
        return (*drawn, *parted(content, rest, wish.segments))
    return (*drawn, Region(rest)) if rest else tuple(drawn)


def _inputs(wish: Wish, engine: Engine) -> dict[str, Raster | Path | float | str]:
    kinds = {each.name: each.kind for each in engine.descriptor.inputs}
    given = given_inputs(wish.inputs, wish.engine, kinds)
    return {name: _input(each) for name, each in given.items()}


def _input(given: Given) -> Raster | Path | float | str:
    if given.kind == "raster" and isinstance(given.value, Path):
        return read_picture(given.value).raster
    return given.value


def _style(style: StyleOption, masks: Mapping[StyleOption, Raster]) -> Style:
    entry = styles.show(style.name or "") if style.path is None else None
    path = entry.path if entry is not None else path_of(style)
    picture, code = styles.opened(path)
    origin = (
        Origin(entry.sha256, entry.name, entry.title, entry.picture_sha256)
        if entry is not None
        else Origin(sha256_of(path))
    )
    return Style(
        picture=picture,
        code=code,
        weight=style.weight,
        mask=masks.get(style),
        crop=style.crop or WHOLE,
        rotation=style.rotation or 0.0,
        scale=style.scale or 1.0,
        origin=origin,
    )
