"""A picture whose pixels are optimised until a network sees the content's shapes and the style's
textures in it. Gatys, Ecker & Bethge 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from torch import Tensor

from velatura.engines import eyes
from velatura.engines.descent import (
    Descended,
    Descent,
    Loss,
    Size,
    Watcher,
    descend,
    enlarged,
    sizes_of,
)
from velatura.engines.engine import Descriptor, Input, Iterative
from velatura.engines.gatys_params import GatysParams
from velatura.engines.run import Run
from velatura.engines.scene import Scene
from velatura.engines.starts import Start
from velatura.engines.tensors import alpha_tensor, picture_tensor
from velatura.errors import BadParams, BadRequest, EngineFailed
from velatura.imaging.raster import Raster
from velatura.perception import layers
from velatura.perception.objective import Balance, Eyes, Objective

COARSEST_LONG = 512
COARSEST_SHORT = 128
"""The smallest sides of the size that is begun with, in pixels, unless more sizes are asked for."""

FINER_RATE = 0.3
"""Adam's first step at a finer size, as a part of that at the coarsest."""


class Gatys(Iterative[GatysParams]):
    """Descend α L_content + β L_style over pixels. Gatys et al. 2016, eq. 7."""

    descriptor = Descriptor(
        name="gatys",
        title="Gatys",
        summary="The survey's reference: slow, and the closest to a style's strokes.",
        source="doi:10.1109/CVPR.2016.265, arXiv:1508.06576",
        inputs=(Input(name="start", kind="raster", title="Picture to start from"),),
        deterministic="close",
        weights=("vgg19-gatys",),
    )
    Params = GatysParams

    def stylize(self, scene: Scene, params: GatysParams, run: Run) -> Tensor:
        """Coarse to fine, each size from what the one before found.

        Adam's moments go along; L-BFGS starts anew, since curvature is another at another size.
        """
        content = scene.content
        if content is None:
            raise BadRequest("Gatys needs a picture to paint over.")
        _check(params)
        network = eyes.load(params.network, params.pooling, run)
        looked_at = _Layers.of(params, network.vgg.layers, run)
        sizes = _sizes(content, params)
        progress = _Progress(run, sizes, params)
        start = Start.of(
            params.init, params.init_engine, scene, run, keep_hues=params.texture == "luminance"
        )
        found: Descended | None = None
        began = below = None
        for size in sizes:
            above = picture_tensor(content, run, size=size)
            objective = _objective(scene, above, looked_at, network, params, run)
            began = start.at(above, objective, run)
            found = descend(
                began if found is None else enlarged(found.picture, began, below),
                _total(objective),
                _descent(params, finer=found is not None),
                progress.watcher(size),
                state=found.state if found is not None else None,
            )
            below = began if start.has_detail else None
        assert found is not None
        return found.picture


def _check(params: GatysParams) -> None:
    if params.even_gradients and params.optimiser == "lbfgs":
        raise BadParams(
            "even_gradients works with Adam alone.",
            hint="L-BFGS needs the gradient of one loss, and even ones are none's.",
        )
    if params.alpha == params.beta == 0:
        raise BadParams("alpha and beta are both 0: nothing would be painted.")


def _sizes(content: Raster, params: GatysParams) -> list[Size]:
    return sizes_of(
        content.width, content.height, params.sizes, long=COARSEST_LONG, short=COARSEST_SHORT
    )


@dataclass(frozen=True)
class _Layers:
    """Weights of the layers that are looked at, as far as the network has them."""

    content: layers.Weights
    style: layers.Weights

    @classmethod
    def of(cls, params: GatysParams, there: tuple[str, ...], run: Run) -> _Layers:
        found = []
        for what, knob in (("content", params.content_layers), ("style", params.style_layers)):
            weights, note = layers.available(layers.parse(knob, f"{what}_layers"), there, what)
            if note:
                run.note(note)
            found.append(weights)
        return cls(*found)


def _objective(
    scene: Scene,
    content: Tensor,
    looked_at: _Layers,
    network: eyes.Network,
    params: GatysParams,
    run: Run,
) -> Objective:
    """What is to be minimised at the size of ``content``, (1, 3, h, w)."""
    height, width = content.shape[2:]
    grey = params.texture == "luminance"
    look = eyes.Look(
        tuple(looked_at.style),
        short=max(1, round(params.style_scale * min(height, width))),
        crop=params.crop,
        brightness=eyes.Brightness.of(content) if grey else None,
    )
    visible = None
    if scene.content is not None and scene.content.has_alpha:
        visible = alpha_tensor(scene.content, run, size=(width, height))
    return Objective(
        Eyes(network.vgg, grey),
        Balance(
            alpha=params.alpha,
            beta=params.beta,
            normalisation=params.losses,
            even=params.even_gradients,
            variation=params.variation,
            colour=params.colour,
            range=params.range if params.optimiser == "lbfgs" else 0.0,
        ),
        content=content,
        content_layers=looked_at.content if params.alpha else {},
        style=eyes.styles_seen(scene.styles, network, look, run),
        style_layers=looked_at.style if params.beta else {},
        visible=visible,
    )


def _descent(params: GatysParams, *, finer: bool) -> Descent:
    """How to descend; ``finer`` when a coarser size has found the large shapes already."""
    shorter = FINER_RATE if finer and params.optimiser == "adam" else 1.0
    return Descent(
        params.optimiser,
        steps=params.steps,
        rate=params.step_length * shorter,
        average=params.average,
        history=params.history,
    )


def _total(objective: Objective) -> Loss:
    """The objective's total, which must stay a number."""

    def total(picture: Tensor) -> Tensor:
        loss = objective(picture).total
        if not isfinite(float(loss.detach())):
            raise EngineFailed(
                "The optimisation has lost its way: its loss is no number any more.",
                hint="Take a smaller rate, smaller weights, or the optimiser adam.",
            )
        return loss

    return total


class _Progress:
    """Tells the run how far the whole way from coarse to fine is, where steps take as long as they
    have pixels.
    """

    def __init__(self, run: Run, sizes: list[Size], params: GatysParams) -> None:
        self._run = run
        self._params = params
        self._steps = params.steps * len(sizes)
        self._work = params.steps * sum(width * height for width, height in sizes)
        self._done = 0
        self._worked = 0

    def watcher(self, size: Size) -> Watcher:
        """Who is told of the steps at ``size``."""

        def watch(step: int, picture: Callable[[], Tensor]) -> None:
            self._done += 1
            self._worked += size[0] * size[1]
            shown = step % self._params.preview_every == 0
            self._run.step(
                self._done,
                self._steps,
                share=self._worked / self._work,
                preview=picture if shown else None,
            )

        return watch
