"""Regions as the optimisation sees them: where each counts at each layer, and the style it gets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.imaging.tiles import Box
from velatura.perception.guides import guides
from velatura.perception.objective import Part
from velatura.pipeline import vgg_features
from velatura.pipeline.regions import claims
from velatura.pipeline.style_input import side_at
from velatura.pipeline.tensors import alpha_tensor


@dataclass(frozen=True)
class Regions:
    """The regions of a scene that has a content; ``shares`` (1, 1, h, w) say how much of each pixel each
    has, None where a single one has all.
    """

    scene: Scene
    shares: tuple[Tensor, ...] | None

    @classmethod
    def of(cls, scene: Scene, run: Run) -> Regions:
        assert scene.content is not None
        if len(scene.regions) == 1 and scene.regions[0].mask is None:
            return cls(scene, None)
        box = Box(0, 0, scene.content.width, scene.content.height)
        planes = (torch.from_numpy(each).permute(2, 0, 1) for each in claims(scene, box))
        return cls(scene, tuple(plane[None].to(run.device) for plane in planes))

    def parts(
        self,
        content: Tensor,
        network: vgg_features.Network,
        look: vgg_features.Look,
        run: Run,
        *,
        grey: bool,
        side: int | None,
    ) -> list[Part]:
        """What each region is at the size of ``content``, (1, 3, h, w); none for one that covers nothing.

        Styles are looked at as ``look`` says, in pieces where ``side`` is given; ``grey`` gives them the
        brightness of the content where they go. At the content's own size the run is told which
        regions are too narrow for which layers.
        """
        size = (content.shape[2], content.shape[3])
        layers = dict.fromkeys((*look.layers, *look.matched))
        visible = self._visible(size, run)
        parts = []
        for number, region in enumerate(self.scene.regions):
            pixels, extent = visible, 1.0
            if self.shares is not None:
                # Means, not Lanczos: nothing may ring into what is another's.
                pixels = F.adaptive_avg_pool2d(self.shares[number], size)
                pixels = pixels if visible is None else pixels * visible
                everything = pixels.numel() if visible is None else float(visible.sum())
                extent = float(pixels.sum()) / max(everything, 1e-12)
                if not extent:
                    continue
            inside = None if self.shares is None else pixels
            if grey:
                look = replace(look, brightness=vgg_features.Brightness.of(content, inside))
            style = vgg_features.styles_seen(self._sized(region, size), network, look, run, side)
            channels = None if inside is None else guides(inside, layers, ceil=network.vgg.ceil)
            parts.append(Part(style, extent, pixels, channels))
            if size == self._full:
                self._tell(number, parts[-1], layers, run)
        return parts

    @property
    def _full(self) -> tuple[int, int]:
        assert self.scene.content is not None
        return self.scene.content.height, self.scene.content.width

    def _visible(self, size: tuple[int, int], run: Run) -> Tensor | None:
        content = self.scene.content
        if content is None or not content.has_alpha:
            return None
        return alpha_tensor(content, run, size=(size[1], size[0]))

    def _sized(self, region: Region, size: tuple[int, int]) -> list[tuple[Style, int]]:
        """The region's styles and the short sides they are looked at with: usually that of ``size``, as far as they
        have pixels.
        """
        return [(style, side_at(self.scene, style, min(size))) for style in region.styles]

    def _tell(self, number: int, part: Part, layers: Collection[str], run: Run) -> None:
        seen = {*part.style.grams, *part.style.quantiles}
        unseen = [layer for layer in layers if layer not in seen]
        if unseen:
            run.note(
                "The part of region {number}'s style that is used is too small for {layers}."
                if len(self.scene.regions) > 1
                else "The part of the style that is used is too small for {layers}.",
                number=number + 1,
                layers=_listed(unseen),
            )
        if part.channels is None:
            return
        left = [layer for layer in layers if layer in part.channels]
        narrow = [layer for layer in layers if layer not in part.channels]
        if narrow and left:
            run.note(
                "Region {number} is too narrow for {narrow}; its style is matched only in {left}.",
                number=number + 1,
                narrow=_listed(narrow),
                left=_listed(left),
            )
        elif narrow:
            run.note(
                "Region {number} is too narrow for any layer, so nothing pulls it towards its style.",
                number=number + 1,
            )


def _listed(names: list[str]) -> str:
    return ", ".join(names)
