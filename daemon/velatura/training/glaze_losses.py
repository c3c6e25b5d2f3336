"""One step of the recipe glaze: a batch is drawn, painted, looked at, and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.perception.losses import out_of_range
from velatura.perception.vgg import VGG19
from velatura.training.album import Album
from velatura.training.gallery import Gallery
from velatura.training.glaze_params import GlazeParams
from velatura.training.learner import Learner
from velatura.training.objective import (
    CONTENT,
    LAYERS,
    content_distance,
    gram_distances,
    look,
    moment_distances,
    normalised,
    shaped,
    slice_distances,
)

DEEP = ("relu3_1", "relu4_1")
"""Layers in which strokes show, and not only colours."""


@dataclass(frozen=True)
class Batch:
    """``contents`` (n, 3, side, side), what they show (n, positions, channels), and as many ``styles``, places
    in the gallery, (n,).
    """

    contents: Tensor
    shows: Tensor
    styles: Tensor

    @classmethod
    def of(
        cls, photos: Sequence[int], styles: Sequence[int], album: Album, gallery: Gallery
    ) -> Batch:
        """Those of places in album and gallery."""
        return cls(
            album.pictures[list(photos)],
            album.shows[list(photos)].float(),
            torch.tensor(list(styles), device=gallery.pictures.device),
        )


def early_losses(learner: Learner, styles: Sequence[int], gallery: Gallery) -> dict[str, Tensor]:
    """What the encoder alone is trained with at first."""
    places = torch.tensor(list(styles), device=gallery.pictures.device)
    loss = learner.witness(
        learner.networks.encoder(gallery.pictures[places]), gallery.summary(places)
    )
    return {"witness": loss, "total": loss}


def losses(
    learner: Learner,
    batch: Batch,
    gallery: Gallery,
    vgg: VGG19,
    params: GlazeParams,
) -> dict[str, Tensor]:
    """The terms of one step, scalars, and their weighted sum ``total``.

    Each content is painted in its style, and the first in its own, too.
    """
    networks = learner.networks
    own = batch.contents[:1]
    count = len(batch.styles)
    codes = torch.cat([networks.encoder(each) for each in (gallery.pictures[batch.styles], own)])
    painted = networks.painter(torch.cat([batch.contents, own]), codes)
    pictures, itself = painted[:count], painted[count:]
    found = vgg(pictures, LAYERS)
    terms = {
        **_style_terms(found, batch.styles, gallery, params, networks.painter.dtype),
        "content": content_distance(normalised(found[CONTENT]), batch.shows).mean(),
        "range": out_of_range(pictures),
        "identity": F.l1_loss(itself, own),
        "witness": learner.witness(codes[:count], gallery.summary(batch.styles)),
    }
    if learner.teacher is not None:
        with torch.no_grad():
            wanted = learner.teacher(batch.contents, codes[:count])
        terms["teacher"] = F.l1_loss(pictures, wanted)
    weights = params.model_dump()
    terms["total"] = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
    return terms


def _style_terms(
    found: dict[str, Tensor],
    styles: Tensor,
    gallery: Gallery,
    params: GlazeParams,
    dtype: torch.dtype,
) -> dict[str, Tensor]:
    seen, wanted = look(found, gallery.directions, dtype), gallery.looks.of(styles)
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
