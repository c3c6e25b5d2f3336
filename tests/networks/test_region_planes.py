"""Where regions are at the positions of layers, and what counts in their statistics."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from velatura.networks.region_planes import Counts, Pooled, Shares

HALVINGS = 3
SIDE = 128
STRIDE = 2**HALVINGS


def halves() -> Tensor:
    left = torch.zeros(1, 1, SIDE, SIDE)
    left[..., : SIDE // 2] = 1
    return torch.cat([left, 1 - left], 1)


def foreign(codes: Tensor, planes: Tensor) -> Tensor:
    return Shares(planes, HALVINGS).foreign(codes)


TWO = torch.tensor([[1.0, 0.0], [1.0, 1.0]])


def test_pooled_planes_are_means_of_squares() -> None:
    planes = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
    pooled = Pooled(planes, HALVINGS)
    for side in (1, 2, 4, 8):
        expected = F.avg_pool2d(planes, side)
        torch.testing.assert_close(pooled((32 // side, 48 // side)), expected)


def test_shares_are_rows_of_positions() -> None:
    planes = halves()
    rows = Shares(planes, HALVINGS)((SIDE // 4, SIDE // 4))
    assert rows.shape == ((SIDE // 4) ** 2, 2)
    assert rows[: SIDE // 8].tolist() == [[1.0, 0.0]] * (SIDE // 8)


def test_what_another_style_paints_is_foreign_and_what_the_same_paints_is_not() -> None:
    planes = halves()
    coarse = F.avg_pool2d(planes, STRIDE)
    torch.testing.assert_close(foreign(TWO, planes), coarse.flip(1))
    assert not foreign(TWO[:1].expand(2, -1), planes).any()


def columns(counts: Tensor, region: int) -> Tensor:
    return counts[region].view(SIDE // STRIDE, SIDE // STRIDE).sum(0)


def test_the_deeper_a_layer_the_less_a_border_counts() -> None:
    planes, size = halves(), (SIDE // STRIDE, SIDE // STRIDE)
    counted = Counts(planes, HALVINGS, foreign(TWO, planes))
    shallow, deep = (columns(counted(size, reach), 0) for reach in (0.0, 2.0 * STRIDE))
    last = SIDE // STRIDE // 2 - 1
    torch.testing.assert_close(
        shallow[: last + 1], torch.full((last + 1,), 1 / (last + 1)), rtol=1e-4, atol=0
    )
    assert float(deep[last]) < 0.7 * float(shallow[last])
    assert float(deep[0]) > float(shallow[0])


def test_all_counts_are_in_sum_1_and_the_whole_picture_counts_evenly() -> None:
    planes, size = halves(), (SIDE // 4, SIDE // 4)
    counts = Counts(planes, HALVINGS, foreign(TWO, planes))(size, 24.0)
    torch.testing.assert_close(counts.sum(1), torch.ones(3))
    assert counts[-1].unique().numel() == 1


def test_one_style_counts_everywhere_alike() -> None:
    planes, size = halves(), (SIDE // STRIDE, SIDE // STRIDE)
    one = TWO[:1].expand(2, -1)
    torch.testing.assert_close(
        Counts(planes, HALVINGS, foreign(one, planes))(size, 24.0),
        Counts(planes, HALVINGS, None)(size, 24.0),
    )


def test_a_region_that_counts_nowhere_is_the_whole_picture() -> None:
    planes = halves()
    planes[:, 1] = 0
    planes[:, 0] = 1
    counts = Counts(planes, HALVINGS, None)((SIDE // 4, SIDE // 4), 0.0)
    torch.testing.assert_close(counts[1], counts[2])
