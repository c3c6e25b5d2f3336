"""What there is to choose from: the hyper-columns of all places of a scene's styles at one size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.contract.run import Run
from velatura.contract.scene import Style
from velatura.imaging.tiles import round_up
from velatura.perception.hypercolumns import CELL, MULTIPLE, Hypercolumns, in_pieces
from velatura.pipeline.style_input import style_places, style_tensor

MOST = 1 << 15
"""Places of one style that are searched; of more, every so manieth is."""

LEAST_SIDE = 32
"""The shortest side of a picture that is looked at: relu4_1 sees four positions."""


@dataclass(frozen=True)
class Places:
    """Places of one style: ``features`` (n, channels), and for each where in the style's picture it lies, ``at``
    (n, 2), as parts 0..1 of its width and height.
    """

    features: Tensor
    at: Tensor


def places(
    style: Style, short: int, columns: Hypercolumns, run: Run, *, quarters: bool, side: int
) -> Places:
    """The places of ``style``, seen with a short side of ``short`` pixels, in pieces of ``side`` pixels.

    What is hidden or left out by the style's mask is no place. ``quarters``: also those of the picture turned by a
    quarter, a half and three quarters. Raises what :func:`style_tensor` does.
    """
    picture, weights = style_tensor(style, short, run)
    where = style_places(style, short, run)
    if weights is None:
        weights = torch.ones_like(picture[:, :1])
    picture, where = (filled_up(each, "replicate") for each in (picture, where))
    # What only fills the sides up is no place either.
    weights = filled_up(weights, "constant")
    features, at = [], []
    for turn in range(4 if quarters else 1):
        turned = [torch.rot90(each, turn, (2, 3)) for each in (picture, where, weights)]
        chosen = _evenly(_counting(turned[2]), MOST)
        cells = F.avg_pool2d(turned[1], CELL).flatten(2)[0].T
        features.append(_columns(columns, turned[0], chosen, side))
        at.append(cells[chosen])
    return Places(torch.cat(features), torch.cat(at))


def filled_up(planes: Tensor, mode: str) -> Tensor:
    """``planes`` (1, c, h, w) with sides that a hyper-column's network can look at, filled up right and below."""
    down, across = (max(LEAST_SIDE, round_up(side, MULTIPLE)) - side for side in planes.shape[2:])
    return F.pad(planes, (0, across, 0, down), mode=mode)


def _counting(weights: Tensor) -> Tensor:
    """Numbers of the cells of which ``weights`` (1, 1, h, w) leave nothing out; where there are none, of the best."""
    inside = -F.max_pool2d(-weights, CELL).flatten() > 0.5
    if not bool(inside.any()):
        most = F.max_pool2d(weights, CELL).flatten()
        inside = most == most.max()
    return inside.nonzero()[:, 0]


def _evenly(numbers: Tensor, most: int) -> Tensor:
    """``numbers`` (n,), or ``most`` of them at equal distances."""
    if len(numbers) <= most:
        return numbers
    return numbers[torch.linspace(0, len(numbers) - 1, most, dtype=torch.float64).long()]


def _columns(columns: Hypercolumns, picture: Tensor, chosen: Tensor, side: int) -> Tensor:
    """The hyper-columns of the cells ``chosen`` (n,), in that order, of ``picture``."""
    height, width = picture.shape[2:]
    place = torch.full((height // CELL * (width // CELL),), -1, device=chosen.device)
    place[chosen] = torch.arange(len(chosen), device=chosen.device)
    found = picture.new_empty((len(chosen), columns.width))
    with torch.no_grad():
        for piece in in_pieces(height, width, side, columns.deepest):
            seen = columns(picture[:, :, piece.outer[0], piece.outer[1]])[piece.inside]
            there = place[piece.cells]
            found[there[there >= 0]] = seen[there >= 0]
    return found


@dataclass(frozen=True)
class Choice:
    """All places of all regions' styles, one after the other.

    ``features`` (n, channels), ``at`` (n, 2) and ``style`` (n,), the number of the style among all of the scene's.
    ``groups`` are (start, end) of each style's places, by region; ``weights`` (styles,) by region.
    """

    features: Tensor
    at: Tensor
    style: Tensor
    groups: tuple[tuple[tuple[int, int], ...], ...]
    weights: tuple[Tensor, ...]

    @classmethod
    def of(cls, regions: Sequence[Sequence[tuple[Style, Places]]]) -> Choice:
        """What ``regions``, their styles with their places, offer together."""
        found = [seen for styles in regions for _, seen in styles]
        ends = torch.tensor([len(each.features) for each in found]).cumsum(0).tolist()
        spans: Iterator[tuple[int, int]] = zip([0, *ends], ends, strict=False)
        groups = tuple(tuple(next(spans) for _ in styles) for styles in regions)
        device = found[0].features.device
        return cls(
            torch.cat([each.features for each in found]),
            torch.cat([each.at for each in found]),
            torch.cat(
                [
                    torch.full((len(each.features),), number, device=device)
                    for number, each in enumerate(found)
                ]
            ),
            groups,
            tuple(
                torch.tensor([style.weight for style, _ in styles], device=device)
                for styles in regions
            ),
        )
