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
from velatura.training.content_cache import Album
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.style_cache import Gallery, summary

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
    def of(cls, photos: Tensor, styles: Tensor, album: Album, gallery: Gallery) -> Batch:
        """Those of places in album and gallery, both (n,)."""
        return cls(
            album.pictures[photos],
            album.shows[photos].float(),
            gallery.pictures[styles],
            gallery.looks.of(styles),
            gallery.directions,
            torch.cat([gallery.palettes[styles], album.palettes[photos[:1]]]),
        )

    def tensors(self) -> list[Tensor]:
        """All of them, always in the same order."""
        looks = (self.wanted.grams, self.wanted.means, self.wanted.slices, self.directions)
        return [
            self.contents, self.shows, self.styles, self.palettes,
            *(tensor for kind in looks for tensor in kind.values()),
        ]  # fmt: skip


def early_losses(learner: Learner, styles: Tensor, gallery: Gallery) -> dict[str, Tensor]:
    """What the encoder alone is trained with at first; ``styles`` are places in the gallery, (n,)."""
    codes = learner.networks.encoder(gallery.pictures[styles])
    loss = learner.witness(codes, summary(gallery.looks.of(styles)))
    return {"witness": loss, "total": loss}


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
        "witness": learner.witness(codes[:count], summary(batch.wanted)),
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
