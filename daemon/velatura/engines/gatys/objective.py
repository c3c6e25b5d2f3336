"""What the optimisation minimises at each size of a scene: its knobs and regions as an objective."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Scene
from velatura.engines.gatys.memory import Needs
from velatura.engines.gatys.params import GatysParams
from velatura.engines.gatys.regions import Regions
from velatura.errors import EngineFailed
from velatura.perception import layers
from velatura.perception.objective import Balance, Objective, Part
from velatura.perception.seen import Eyes, features
from velatura.perception.tiled import TiledObjective
from velatura.pipeline import vgg_features
from velatura.pipeline.optimizer import Loss
from velatura_link.text import Text


@dataclass(frozen=True)
class View:
    """A scene as a network sees it; ``content``, ``style`` and ``matched`` (histograms) are the weights of layers that
    it has.
    """

    regions: Regions
    network: vgg_features.Network
    content: layers.Weights
    style: layers.Weights
    matched: layers.Weights
    params: GatysParams
    run: Run

    @classmethod
    def of(cls, scene: Scene, params: GatysParams, run: Run) -> View:
        network = vgg_features.load(params.network, params.pooling, run)
        found = []
        for what, knob, written in (
            (Text("content"), "content_layers", params.content_layers),
            (Text("style"), "style_layers", params.style_layers),
            (
                Text("style"),
                "histogram_layers",
                params.histogram_layers if params.histogram else "",
            ),
        ):
            wanted = layers.parse(written, knob)
            weights, note = layers.available(wanted, network.vgg.layers, what)
            if note:
                run.note(note)
            found.append(weights)
        content, style, matched = found
        return cls(Regions.of(scene, run), network, content, style, matched, params, run)

    @property
    def grey(self) -> bool:
        """Whether brightness alone carries the style's texture."""
        return self.params.texture == "luminance"

    @property
    def needs(self) -> Needs:
        """What decides how much memory a step takes."""
        pictures = 2 * self.params.history if self.params.optimiser == "lbfgs" else 0
        layers = tuple({**self.content, **self.style, **self.matched})
        return Needs(tuple(self.content), layers, self.run.dtype, pictures, tuple(self.matched))

    def parts(self, content: Tensor, side: int | None) -> list[Part]:
        """The scene's regions at the size of ``content``, (1, 3, h, w)."""
        look = vgg_features.Look(tuple(self.style), matched=tuple(self.matched))
        return self.regions.parts(content, self.network, look, self.run, grey=self.grey, side=side)

    def loss(self, content: Tensor, parts: list[Part], side: int | None) -> Loss:
        """What is to be minimised at the size of ``content``, (1, 3, h, w), in tiles where ``side`` is
        given; it must stay a number.
        """
        seen_by = Eyes(self.network.vgg, self.grey)
        wanted = self.content if self.params.alpha else {}
        objective = Objective(
            seen_by,
            self._balance,
            content=features(seen_by, content, wanted, side),
            content_layers=wanted,
            parts=parts,
            style_layers=self.style if self.params.beta else {},
            matched_layers=self.matched,
            photo=content,
        )
        tiled = None if side is None else TiledObjective(objective, content, side)

        def total(picture: Tensor) -> Tensor:
            loss = objective(picture).total if tiled is None else tiled(picture)
            if not isfinite(float(loss.detach())):
                raise EngineFailed(
                    "The optimisation diverged: its loss is NaN or infinite.",
                    hint="Use a smaller rate, smaller weights, or the optimiser adam.",
                )
            return loss

        return total

    @property
    def _balance(self) -> Balance:
        params = self.params
        return Balance(
            alpha=params.alpha,
            beta=params.beta,
            normalisation=params.losses,
            even=params.even_gradients,
            gamma=params.histogram,
            contours=params.contours,
            variation=params.variation,
            colour=params.colour,
            range=params.range if params.optimiser == "lbfgs" else 0.0,
        )
