from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.errors import BadRequest, BadWeights
from velatura.perception import vgg_layouts
from velatura.perception.vgg import LAYERS, MEAN, STD, VGG19, Convolution, convolutions_until

WIDTHS = (64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512)


def random_convolutions(count: int, seed: int = 0) -> list[Convolution]:
    generator = torch.Generator().manual_seed(seed)
    fan_ins = (3, *WIDTHS)
    return [
        (
            torch.randn(out, fan_in, 3, 3, generator=generator) * (2 / (9 * fan_in)) ** 0.5,
            torch.randn(out, generator=generator) * 0.1,
        )
        for fan_in, out in zip(fan_ins[:count], WIDTHS[:count], strict=True)
    ]


def picture(height: int = 32, width: int = 48, seed: int = 1) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def normalised(x: Tensor) -> Tensor:
    return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


def test_conv1_1_is_the_convolution_of_the_normalised_picture() -> None:
    (weight, bias), x = random_convolutions(1)[0], picture()
    found = VGG19([(weight, bias)])(x, ["conv1_1", "relu1_1"])
    expected = F.conv2d(normalised(x), weight, bias, padding=1)
    torch.testing.assert_close(found["conv1_1"], expected, rtol=1e-5, atol=1e-5)
    assert torch.equal(found["relu1_1"], found["conv1_1"].clamp_min(0))


def test_reflection_padding_mirrors_the_picture_at_its_edge() -> None:
    (weight, bias), x = random_convolutions(1)[0], picture()
    found = VGG19([(weight, bias)], padding="reflect")(x, ["conv1_1"])["conv1_1"]
    mirrored = normalised(x)[:, :, [1, *range(32), 30]][:, :, :, [1, *range(48), 46]]
    torch.testing.assert_close(found, F.conv2d(mirrored, weight, bias), rtol=1e-5, atol=1e-5)


def test_every_layer_equals_torchvisions() -> None:
    from torchvision.models import vgg19

    torch.manual_seed(3)
    reference = vgg19(weights=None).eval()
    x = picture(35, 50)
    ours = VGG19(vgg_layouts.load(reference.state_dict()))(x, LAYERS)
    assert tuple(ours) == LAYERS
    theirs = normalised(x)
    with torch.no_grad():
        for name, module in zip(LAYERS, reference.features, strict=True):
            # torchvision's ReLUs work in place and would change the layer before.
            theirs = module(theirs.clone())
            torch.testing.assert_close(ours[name], theirs, rtol=1e-4, atol=1e-5, msg=name)


def test_average_pooling_takes_means() -> None:
    network = VGG19(random_convolutions(2), pooling="avg")
    found = network(picture(), ["relu1_2", "pool1"])
    expected = found["relu1_2"].unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean((3, 5))
    torch.testing.assert_close(found["pool1"], expected)


@pytest.mark.parametrize(("ceil", "side"), [(False, 16), (True, 17)])
def test_ceil_decides_whether_an_odd_row_is_kept(ceil: bool, side: int) -> None:
    network = VGG19(random_convolutions(2), ceil=ceil)
    assert network(picture(33, 33), ["pool1"])["pool1"].shape == (1, 64, side, side)


def test_a_file_that_ends_early_says_so() -> None:
    network = VGG19(random_convolutions(9))
    assert network.deepest == "relu4_1"
    with pytest.raises(BadRequest, match=r"end at relu4_1; conv4_2 lies deeper") as caught:
        network(picture(), ["relu1_1", "conv4_2"])
    assert "relu4_1" in caught.value.hint


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(BadRequest, match="conv3_5"):
        VGG19(random_convolutions(2))(picture(), ["conv3_5"])


@pytest.mark.parametrize(
    ("layer", "count"), [("conv1_1", 1), ("pool1", 2), ("relu4_1", 9), ("pool5", 16)]
)
def test_no_deeper_convolution_is_kept_than_a_layer_needs(layer: str, count: int) -> None:
    assert convolutions_until(layer) == count


def test_bfloat16_gives_float32_near_the_plain_result() -> None:
    convolutions, x = random_convolutions(5), picture(64, 64)
    plain = VGG19(convolutions)(x, ["conv1_1", "relu3_1"])
    half = VGG19(convolutions, dtype=torch.bfloat16)(x, ["conv1_1", "relu3_1"])
    assert half["relu3_1"].dtype == torch.float32
    assert torch.equal(half["conv1_1"], plain["conv1_1"])
    error = (half["relu3_1"] - plain["relu3_1"]).norm() / plain["relu3_1"].norm()
    assert 0 < error < 0.01


def test_gradients_reach_the_picture_and_no_weight() -> None:
    network, x = VGG19(random_convolutions(3)), picture().requires_grad_()
    network(x, ["relu2_1"])["relu2_1"].square().sum().backward()
    assert x.grad is not None and x.grad.abs().max() > 0
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_picture_of_one_pixel_passes_with_reflection() -> None:
    network = VGG19(random_convolutions(9), padding="reflect", ceil=True)
    assert network(picture(1, 1), ["relu4_1"])["relu4_1"].shape == (1, 512, 1, 1)


def test_weights_of_another_shape_are_refused() -> None:
    convolutions = random_convolutions(2)
    convolutions[1] = (torch.zeros(64, 32, 3, 3), torch.zeros(64))
    with pytest.raises(BadWeights, match=r"conv1_2 should be 64×64×3×3, .* 64×32×3×3"):
        VGG19(convolutions)
