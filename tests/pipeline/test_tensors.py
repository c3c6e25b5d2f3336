"""Rasters as tensors and back."""

from __future__ import annotations

import numpy as np
import torch

from velatura.imaging.colour import to_float
from velatura.imaging.raster import Raster
from velatura.pipeline.tensors import mask_tensor, picture_tensor, raster_of

from ..toys import grey, new_run, noise


def test_a_picture_tensor_is_resized_and_clipped() -> None:
    raster = Raster(np.full((40, 80, 4), 3.0, np.float32))
    tensor = picture_tensor(raster, new_run(), short=20)
    assert tensor.shape == (1, 3, 20, 40)
    assert (tensor == 1).all()
    plain = picture_tensor(Raster(noise(5, 6, 3, "u8")), new_run())
    np.testing.assert_array_equal(
        plain[0].permute(1, 2, 0).numpy(), to_float(Raster(noise(5, 6, 3, "u8")))
    )


def test_a_mask_tensor_is_one_plane() -> None:
    tensor = mask_tensor(grey(0.5, 6, 4), new_run(), size=(2, 3))
    assert tensor.shape == (1, 1, 3, 2)
    torch.testing.assert_close(tensor, torch.full_like(tensor, 0.5))


def test_a_preview_is_the_tensor_in_eight_bits() -> None:
    tensor = torch.tensor([0.2, -1, 5.0]).reshape(1, 3, 1, 1).requires_grad_()
    assert raster_of(tensor).pixels.tolist() == [[[51, 0, 255]]]
