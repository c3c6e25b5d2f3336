"""Borders of a GPU are those of torch, and so are their gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from velatura.perception.padding import SOURCE, Mode, _Bordered, padded

MODES: tuple[Mode, ...] = ("reflect", "replicate")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(4, 4), (4, 9), (7, 5), (16, 16)])
def test_borders_and_their_gradients_are_those_of_torch(mode: Mode, size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 3, *size, dtype=torch.float64, generator=generator).requires_grad_()
    wanted = F.pad(x, (1, 1, 1, 1), mode=mode)
    found = _Bordered.apply(x, SOURCE[mode])
    assert torch.equal(found, wanted)
    assert found.is_contiguous(memory_format=torch.channels_last)
    gradient = torch.randn(wanted.shape, dtype=torch.float64, generator=generator)
    torch.testing.assert_close(
        *(torch.autograd.grad(each, x, gradient)[0] for each in (found, wanted))
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 2)])
def test_sides_of_a_pixel_or_few_have_borders_too(size: tuple[int, int]) -> None:
    x = torch.arange(float(size[0] * size[1])).view(1, 1, *size)
    found = padded(x, "reflect")
    assert found.shape[-2:] == (size[0] + 2, size[1] + 2)
    assert torch.equal(found[..., 1:-1, 1:-1], x)
    assert torch.equal(found, padded(x, "replicate")) == (min(size) == 1)


def test_devices_other_than_processors_get_channels_last() -> None:
    """On a device of shapes alone."""
    found = padded(torch.empty(2, 8, 5, 6, device="meta"), "reflect")
    assert found.shape == (2, 8, 7, 8)
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert padded(torch.empty(2, 8, 3, 3, device="meta"), "reflect").shape == (2, 8, 5, 5)
