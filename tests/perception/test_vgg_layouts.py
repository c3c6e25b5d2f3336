from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from velatura.errors import BadWeights
from velatura.perception import vgg_layouts
from velatura.perception.vgg import VGG19

RELEASED_WIDTHS = ((3, 64), (64, 64), None, (64, 128), (128, 128), None, (128, 256))


def released() -> nn.Sequential:
    """The published encoder's construction, as far as conv3_1, with a colour matrix of its own."""
    modules: list[nn.Module] = [nn.Conv2d(3, 3, 1)]
    for widths in RELEASED_WIDTHS:
        if widths is None:
            modules.append(nn.MaxPool2d(2, ceil_mode=True))
        else:
            modules += [nn.ReflectionPad2d(1), nn.Conv2d(*widths, 3), nn.ReLU()]
    torch.manual_seed(5)
    network = nn.Sequential(*modules).eval()
    with torch.no_grad():
        preprocessing = network[0]
        assert isinstance(preprocessing, nn.Conv2d)
        # RGB 0..1 to BGR 0..255 less the mean, as VGG's authors fed it.
        preprocessing.weight.copy_(255 * torch.eye(3).flip(0)[:, :, None, None])
        assert preprocessing.bias is not None
        preprocessing.bias.copy_(torch.tensor([-103.9, -116.8, -123.7]))
    return network


def test_the_released_encoder_gives_its_own_features_when_folded() -> None:
    reference = released()
    x = torch.rand(1, 3, 37, 50)
    network = VGG19(vgg_layouts.load(reference.state_dict()), padding="reflect", ceil=True)
    with torch.no_grad():
        expected = reference(x)
    torch.testing.assert_close(
        network(x, ["relu3_1"])["relu3_1"], expected, rtol=1e-4, atol=1e-4 * float(expected.max())
    )


def torchvision_state(*, half: bool = False) -> dict[str, Tensor]:
    kind = torch.float16 if half else torch.float32
    shapes = {0: (64, 3), 2: (64, 64), 5: (128, 64)}
    state: dict[str, Tensor] = {}
    for place, (out, fan_in) in shapes.items():
        state[f"features.{place}.weight"] = torch.rand(out, fan_in, 3, 3).to(kind)
        state[f"features.{place}.bias"] = torch.rand(out).to(kind)
    return state


def test_half_precision_files_are_read_as_float32() -> None:
    convolutions = vgg_layouts.load(torchvision_state(half=True))
    assert {tensor.dtype for pair in convolutions for tensor in pair} == {torch.float32}


def test_what_lies_deeper_than_asked_for_is_left_out() -> None:
    assert len(vgg_layouts.load(torchvision_state(), until="relu1_2")) == 2


def test_a_gap_is_named() -> None:
    state = torchvision_state()
    del state["features.2.weight"]
    with pytest.raises(BadWeights, match="conv1_2 is missing"):
        vgg_layouts.load(state)


def test_another_network_is_not_recognised() -> None:
    state = {"0.weight": torch.zeros(256, 512, 3, 3), "2.weight": torch.zeros(1)}
    assert not vgg_layouts.recognise(state)
    with pytest.raises(BadWeights, match="not VGG-19"):
        vgg_layouts.load(state)
