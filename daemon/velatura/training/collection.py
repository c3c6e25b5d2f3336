"""The pictures of a run: what is trained on, and the few that are kept to be shown what others were learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from velatura.contract.run import Run
from velatura.training.glaze_params import GlazeParams
from velatura.training.pictures import Pack, pack
from velatura.training.recipe import Assignment
from velatura.training.sheets import middles

SHOWN = (6, 8)
"""Photos and paintings that are kept for sample sheets and never trained on."""

SHEET_SIDE = 192


@dataclass(frozen=True)
class Collection:
    """``photos`` and ``paintings`` to train on, where training computes; ``shown`` are photos and paintings for sample
    sheets, each (n, 3, SHEET_SIDE, SHEET_SIDE) sRGB 0..1.
    """

    photos: Pack
    paintings: Pack
    shown: tuple[Tensor, Tensor]

    @property
    def digests(self) -> list[str]:
        """What tells these pictures from all others."""
        return [self.photos.digest, self.paintings.digest]

    def facts(self, assignment: Assignment) -> dict[str, dict[str, Any]]:
        """What a card says of them, by role."""
        return {
            "photos": _facts(self.photos, assignment.data["photos"]),
            "paintings": _facts(self.paintings, assignment.data["paintings"]),
        }


def collect(assignment: Assignment, params: GlazeParams, run: Run) -> Collection:
    """The pictures of ``assignment``, packed; on a GPU they lie there, on a processor in mapped memory.

    Raises :class:`BadRequest` for a folder that is not there or has no picture.
    """
    cache = assignment.into / "packs"
    dice = np.random.default_rng([params.seed, 2])
    (photos, shown_photos), (paintings, shown_paintings) = (
        _apart(pack(assignment.data[role], side, cache, run).to(run.device), count, dice)
        for role, side, count in (
            ("photos", params.photo_side, SHOWN[0]),
            ("paintings", params.painting_side, SHOWN[1]),
        )
    )
    shown = tuple(
        middles(each, SHEET_SIDE).to(run.device) for each in (shown_photos, shown_paintings)
    )
    return Collection(photos, paintings, (shown[0], shown[1]))


def _apart(whole: Pack, count: int, dice: np.random.Generator) -> tuple[Pack, Pack]:
    """What is trained on, and ``count`` pictures that are not, or the same where there are few."""
    order = [int(index) for index in dice.permutation(len(whole))]
    if len(whole) < 10 * count:
        return whole, whole.only(order[:count])
    return whole.only(sorted(order[count:])), whole.only(order[:count])


def _facts(trained_on: Pack, folders: Sequence[Path]) -> dict[str, Any]:
    return {
        "folders": [folder.name for folder in folders],
        "pictures": len(trained_on),
        "unreadable": trained_on.unreadable,
        "digest": trained_on.digest,
    }
