"""Painting in this process, without a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from velatura.cli.display import Bar, Stopwatch
from velatura.cli.inputs import Given, given_inputs
from velatura.cli.preview import PreviewFile
from velatura.cli.stylize import Painted
from velatura.cli.wishes import StyleWish, Wish
from velatura.engines import registry
from velatura.engines.models import WarmModels
from velatura.engines.run import Progress, Run, Silent
from velatura.engines.scene import Region, Scene, Style
from velatura.engines.stage import render
from velatura.engines.tensors import raster_of
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import styles

if TYPE_CHECKING:
    from torch import Tensor

    from velatura.engines.engine import Engine


class _Showing(Silent):
    def __init__(self, bar: Bar, preview: PreviewFile | None) -> None:
        self._bar = bar
        self._preview = preview

    def progressed(self, progress: Progress) -> None:
        self._bar.show(progress.phase, progress.step, progress.steps, progress.seconds_left)

    def wants_preview(self) -> bool:
        return self._preview is not None and self._preview.due()

    def preview(self, picture: Tensor) -> None:
        if self._preview is not None:
            self._preview.show(raster_of(picture))


def paint(wish: Wish, content: Raster, bar: Bar, preview: PreviewFile | None = None) -> Painted:
    """The picture; ``preview`` shows how it grows. Raises what the engine raises."""
    bar.show("Loading", 0, 0, None)
    engine = registry.load(wish.engine)
    params = registry.validate(engine, wish.params)
    region = Region(tuple(_style(style) for style in wish.styles))
    scene = Scene(
        content=content,
        regions=(region,) if region.styles else (),
        strength=wish.strength,
        seed=wish.seed,
        inputs=_inputs(wish, engine),
    )
    run = Run(WarmModels.on(wish.device or "auto"), _Showing(bar, preview))
    watch = Stopwatch()
    outputs = render(engine, scene, params, run)
    picture = outputs["picture"]
    assert isinstance(picture, Raster)
    return Painted(picture, run.notes, {"running": watch.seconds})


def _inputs(wish: Wish, engine: Engine) -> dict[str, Raster | Path | float | str]:
    kinds = {each.name: each.kind for each in engine.descriptor.inputs}
    given = given_inputs(wish.inputs, wish.engine, kinds)
    return {name: _input(each) for name, each in given.items()}


def _input(given: Given) -> Raster | Path | float | str:
    if given.kind == "raster" and isinstance(given.value, Path):
        return read_picture(given.value).raster
    return given.value


def _style(style: StyleWish) -> Style:
    path = style.path if style.path is not None else styles.show(style.name or "").path
    picture, code = styles.opened(path)
    return Style(picture=picture, code=code, weight=style.weight)
