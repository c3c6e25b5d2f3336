from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from velatura.errors import BadWeights
from velatura.networks import adain_decoder

RELEASE = (1, 5, 8, 11, 14, 18, 21, 25, 28)


def released() -> nn.Sequential:
    """The published decoder's construction."""
    modules: list[nn.Module] = []
    widths = (512, 256, 256, 256, 256, 128, 128, 64, 64, 3)
    for index in range(9):
        modules += [nn.ReflectionPad2d(1), nn.Conv2d(widths[index], widths[index + 1], 3)]
        if index < 8:
            modules.append(nn.ReLU())
        if index in (0, 4, 6):
            modules.append(nn.Upsample(scale_factor=2, mode="nearest"))
    torch.manual_seed(7)
    return nn.Sequential(*modules).eval()


def numbered(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        f"{index}.{kind}": state[f"{place}.{kind}"]
        for index, place in enumerate(RELEASE)
        for kind in ("weight", "bias")
    }


def test_both_layouts_give_the_published_networks_picture() -> None:
    reference = released()
    features = torch.randn(1, 512, 4, 5)
    with torch.no_grad():
        expected = reference(features)
    state = dict(reference.state_dict())
    for layout in (state, numbered(state)):
        assert adain_decoder.recognise(layout)
        found = adain_decoder.load(layout)(features)
        assert found.shape == (1, 3, 32, 40)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_the_last_convolution_stays_float32_so_that_nothing_bands() -> None:
    decoder = adain_decoder.load(dict(released().state_dict()), dtype=torch.bfloat16)
    assert [weight.dtype for weight in decoder.weights] == [torch.bfloat16] * 8 + [torch.float32]
    assert decoder(torch.randn(1, 512, 2, 2)).dtype == torch.float32


def test_a_missing_middle_is_named() -> None:
    state = numbered(dict(released().state_dict()))
    del state["4.bias"]
    with pytest.raises(BadWeights, match="Convolution 4"):
        adain_decoder.load(state)


def test_other_weights_are_not_recognised() -> None:
    assert not adain_decoder.recognise({"features.0.weight": torch.zeros(64, 3, 3, 3)})
    with pytest.raises(BadWeights, match="not an AdaIN decoder"):
        adain_decoder.load({})
