"""Painting in this process, without a daemon."""

from __future__ import annotations

from velatura.cli.display import Bar, Stopwatch
from velatura.cli.stylize import Painted
from velatura.cli.wishes import StyleWish, Wish
from velatura.engines import registry
from velatura.engines.models import WarmModels
from velatura.engines.run import Progress, Run, Silent
from velatura.engines.scene import Region, Scene, Style
from velatura.engines.stage import render
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import styles


class _Showing(Silent):
    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def progressed(self, progress: Progress) -> None:
        self._bar.show(progress.phase, progress.step, progress.steps, progress.seconds_left)


def paint(wish: Wish, content: Raster, bar: Bar) -> Painted:
    """The picture. Raises what the engine raises."""
    bar.show("Loading", 0, 0, None)
    engine = registry.load(wish.engine)
    params = registry.validate(engine, wish.params)
    region = Region(tuple(_style(style) for style in wish.styles))
    scene = Scene(
        content=content,
        regions=(region,) if region.styles else (),
        strength=wish.strength,
        seed=wish.seed,
    )
    run = Run(WarmModels.on(wish.device or "auto"), _Showing(bar))
    watch = Stopwatch()
    outputs = render(engine, scene, params, run)
    picture = outputs["picture"]
    assert isinstance(picture, Raster)
    return Painted(picture, run.notes, {"running": watch.seconds})


def _style(style: StyleWish) -> Style:
    if style.path is not None:
        return Style(picture=read_picture(style.path).raster, weight=style.weight)
    return Style(picture=styles.read(style.name or ""), weight=style.weight)
