"""One step of the recipe glaze: a batch is drawn, painted, looked at, and judged."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.perception.losses import out_of_range
from velatura.perception.relative_losses import (
    CONTENT,
    LAYERS,
    Look,
    content_distance,
    gram_distances,
    look,
    moment_distances,
    normalised,
    shaped,
    slice_distances,
)
from velatura.perception.vgg import VGG19
from velatura.training.content_cache import ContentCache
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.style_cache import StyleCache, summary

DEEP = ("relu3_1", "relu4_1")
"""Layers in which strokes show, and not only colours."""


@dataclass(frozen=True)
class Batch:
    """All that a step is made of, as many photos as styles.

    ``contents`` (n, 3, side, side) and what they show, (n, positions, channels); ``styles`` (n, 3, side, side) and what
    is ``wanted`` of them, seen along ``directions``; ``palettes`` (n + 1, 12), those of the styles and last that of the
    first content.
    """

    contents: Tensor
    shows: Tensor
    styles: Tensor
    wanted: Look
    directions: dict[str, Tensor]
    palettes: Tensor

    @classmethod
    def of(
        cls, photos: Tensor, styles: Tensor, content_cache: ContentCache, style_cache: StyleCache
    ) -> Batch:
        """Those of places in the content cache and the style cache, both (n,)."""
        return cls(
            content_cache.pictures[photos],
            content_cache.shows[photos].float(),
            style_cache.pictures[styles],
            style_cache.looks.of(styles),
            style_cache.directions,
            torch.cat([style_cache.palettes[styles], content_cache.palettes[photos[:1]]]),
        )

    def tensors(self) -> list[Tensor]:
        """All of them, always in the same order."""
        looks = (self.wanted.grams, self.wanted.means, self.wanted.slices, self.directions)
        return [
            self.contents, self.shows, self.styles, self.palettes,
            *(tensor for kind in looks for tensor in kind.values()),
        ]  # fmt: skip


def early_losses(learner: Learner, styles: Tensor, style_cache: StyleCache) -> dict[str, Tensor]:
    """What the encoder alone is trained with at first; ``styles`` are places in the style cache, (n,)."""
    codes = learner.networks.encoder(style_cache.pictures[styles])
    loss = learner.auxiliary(codes, summary(style_cache.looks.of(styles)))
    return {"auxiliary": loss, "total": loss}


def losses(learner: Learner, batch: Batch, vgg: VGG19, params: GlazeParams) -> dict[str, Tensor]:
    """The terms of one step, scalars, and their weighted sum ``total``.

    Each content is painted in its style, and the first in its own, too.
    """
    networks = learner.networks
    own = batch.contents[:1]
    count = len(batch.styles)
    learnt = torch.cat([networks.encoder.learnt(each) for each in (batch.styles, own)])
    codes = torch.cat([learnt, batch.palettes], 1)
    painted = networks.painter(torch.cat([batch.contents, own]), codes)
    pictures, itself = painted[:count], painted[count:]
    found = vgg(pictures, LAYERS)
    terms = {
        **_style_terms(found, batch, params, networks.painter.dtype),
        "content": content_distance(normalised(found[CONTENT]), batch.shows).mean(),
        "range": out_of_range(pictures),
        "identity": F.l1_loss(itself, own),
        "auxiliary": learner.auxiliary(codes[:count], summary(batch.wanted)),
    }
    if learner.teacher is not None:
        with torch.no_grad():
            wanted = learner.teacher(batch.contents, codes[:count])
        terms["teacher"] = F.l1_loss(pictures, wanted)
    weights = params.model_dump()
    terms["total"] = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
    return terms


def _style_terms(
    found: dict[str, Tensor], batch: Batch, params: GlazeParams, dtype: torch.dtype
) -> dict[str, Tensor]:
    seen, wanted = look(found, batch.directions, dtype), batch.wanted
    kinds = {
        "gram": gram_distances(seen, wanted),
        "moments": moment_distances(seen, wanted),
        "slices": slice_distances(seen, wanted),
    }
    terms: dict[str, Tensor] = {}
    for kind, distances in kinds.items():
        weights = {name: params.strokes if name in DEEP else 1.0 for name in distances}
        by_layer = [
            weights[name] * shaped(distance, params.form, params.floor).mean()
            for name, distance in distances.items()
        ]
        terms[kind] = torch.stack(by_layer).sum() / sum(weights.values())
    return terms
