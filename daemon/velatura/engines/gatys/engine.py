"""A picture whose pixels are optimised until a network sees the content's shapes and the style's
textures in it. Gatys, Ecker & Bethge 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from torch import Tensor

from velatura.contract.engine import Descriptor, Input, Iterative
from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.engines.gatys.memory import as_it_fits
from velatura.engines.gatys.objective import View
from velatura.engines.gatys.params import GatysParams
from velatura.errors import BadParams, BadRequest
from velatura.imaging.raster import Raster
from velatura.pipeline.init import Start
from velatura.pipeline.optimizer import (
    Descended,
    Descent,
    Held,
    Size,
    Watcher,
    descend,
    enlarged,
    sizes_of,
)
from velatura.pipeline.optimizer_progress import DescentProgress
from velatura.pipeline.style_input import shows_all_strokes
from velatura.pipeline.tensors import picture_tensor

COARSEST = 256
"""Short side in pixels of the size that is begun with, unless a number of sizes is asked for."""

FINER_RATE = 0.3
"""Adam's first step at a finer size, as a part of that at the coarsest."""


class Gatys(Iterative[GatysParams]):
    """Descend α L_content + β L_style over pixels. Gatys et al. 2016, eq. 7; regions by guided Gram
    matrices, Gatys et al. 2017, section 4.
    """

    descriptor = Descriptor(
        name="gatys",
        title="Gatys",
        purpose="Slow, the original method",
        summary="Works on a quick engine's painting step by step until it has the style's textures, "
        "while you watch. The original method, with every setting of the paper.",
        source="doi:10.1109/CVPR.2016.265, arXiv:1508.06576, arXiv:1611.07865, arXiv:1701.08893, arXiv:1707.01253",
        inputs=(
            Input(
                name="start",
                kind="raster",
                title="Picture to start from",
                when={"init": "picture"},
            ),
        ),
        rank=30,
        duration="minutes",
        preview="glaze-live",
        regions="native",
        deterministic="close",
        interruptible=True,
        weights=("vgg19-gatys",),
    )
    Params = GatysParams

    def stylize(self, scene: Scene, params: GatysParams, run: Run) -> Tensor:
        """Coarse to fine, each size from what the one before found.

        Adam's moments go along; L-BFGS starts anew, since curvature is another at another size. A
        size that does not fit into memory is descended in tiles. Once it was stopped, what is there
        is only enlarged.
        """
        content = scene.content
        if content is None:
            raise BadRequest("Gatys needs a picture to paint over.")
        _check(params)
        view = View.of(scene, params, run)
        sizes = _sizes(content, params)
        steps = params.steps_at(len(sizes))
        progress = DescentProgress(run, sizes, steps, params.preview_every)
        start = Start.of(params.init, params.init_engine, scene, run, keep_hues=view.grey)
        found: _Found | None = None
        for number, size in enumerate(sizes):
            above = picture_tensor(content, run, size=size)
            if found is not None and run.stopped_after is not None:
                found = _brought_up(view, start, above, found)
                continue
            how = _descent(params, steps[number], finer=found is not None)
            paint = partial(_painted, view, start, above, found, how, progress.watcher(number))
            found = as_it_fits(size, view.needs, run, paint, tell=size == sizes[-1])
        assert found is not None
        return found.descended.picture


@dataclass(frozen=True)
class _Found:
    """What a size ends with; ``below`` is the start whose own detail the next size keeps, None for none."""

    descended: Descended
    below: Tensor | None


def _painted(
    view: View,
    start: Start,
    content: Tensor,
    last: _Found | None,
    how: Descent,
    watcher: Watcher,
    side: int | None,
) -> _Found:
    """The descent at the size of ``content``, (1, 3, h, w), in tiles where ``side`` is given."""
    parts = view.parts(content, side)
    loss = view.loss(content, parts, side)
    began = start.at(content, lambda: parts, view.run)
    descended = descend(
        began if last is None else enlarged(last.descended.picture, began, last.below),
        loss,
        how,
        watcher,
        state=last.descended.state if last is not None else None,
        held=_held(view, last),
    )
    return _Found(descended, began if start.has_detail else None)


def _held(view: View, last: _Found | None) -> Held | None:
    """What the size after ``last`` leaves as it is."""
    if last is None:
        return None
    picture = last.descended.picture
    return Held(picture) if shows_all_strokes(view.regions.scene, min(picture.shape[2:])) else None


def _brought_up(view: View, start: Start, content: Tensor, last: _Found) -> _Found:
    """What was found at the last size, as large as ``content``, (1, 3, h, w)."""
    began = start.at(content, lambda: view.parts(content, None), view.run)
    picture = enlarged(last.descended.picture, began, last.below)
    return _Found(Descended(picture, None), began if start.has_detail else None)


def _check(params: GatysParams) -> None:
    if params.even_gradients and params.optimiser == "lbfgs":
        raise BadParams(
            "even_gradients works only with Adam.",
            hint="L-BFGS needs the gradient of a single loss, which even gradients are not.",
        )
    if params.alpha == params.beta == params.histogram == 0:
        raise BadParams("alpha, beta and histogram are all 0: nothing would be painted.")


def _sizes(content: Raster, params: GatysParams) -> list[Size]:
    return sizes_of(content.width, content.height, params.sizes, coarsest=COARSEST)


def _descent(params: GatysParams, steps: int, *, finer: bool) -> Descent:
    """How to descend in so many ``steps``; ``finer`` when a coarser size has found the large shapes already."""
    shorter = FINER_RATE if finer and params.optimiser == "adam" else 1.0
    return Descent(
        params.optimiser,
        steps=steps,
        rate=params.step_length * shorter,
        average=params.average,
        history=params.history,
    )
