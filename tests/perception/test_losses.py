"""The losses and their gradients against closed forms, in float64."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.perception.gram import gram
from velatura.perception.losses import (
    LUMA,
    Normalisation,
    colour_moments,
    content_loss,
    even_gradient,
    laplacian,
    laplacian_loss,
    luminance,
    out_of_range,
    style_loss,
    total_variation,
)

N, H, W = 5, 6, 7
M = H * W


def noise(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def slope_of(loss: Tensor, at: Tensor) -> Tensor:
    (slope,) = torch.autograd.grad(loss, at)
    return slope


def relative_error(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


@pytest.fixture
def before_relu() -> Tensor:
    """Activations before their ReLU: the papers' gradients are with respect to these."""
    return noise(1, N, H, W).requires_grad_()


def test_the_content_gradient_is_that_of_the_paper(before_relu: Tensor) -> None:
    activations, target = before_relu.relu(), noise(1, N, H, W, seed=1).relu()
    found = slope_of(content_loss(activations, target, "printed"), before_relu)
    # Gatys 2016, eq. 2: (F − P) where F > 0, 0 where F < 0.
    expected = torch.where(before_relu > 0, activations - target, 0).detach()
    assert relative_error(found, expected) < 1e-6


def test_the_style_gradient_is_that_of_the_paper(before_relu: Tensor) -> None:
    activations, style = before_relu.relu(), noise(1, N, 4, 9, seed=2).relu()
    found = slope_of(style_loss(gram(activations), gram(style), "printed"), before_relu)
    # Gatys 2016, eq. 6: 1 / (N² M²) · ((F)ᵀ (G − A))_ji where F > 0, 0 where F < 0, with G = F Fᵀ.
    # F is N × M, so (F)ᵀ (G − A) is M × N: the index has to be ji, as in the paper. The survey prints
    # ij, which names a place that the matrix does not have unless N = M.
    rows = activations.detach()[0].reshape(N, M)
    difference = M * (gram(activations) - gram(style)).detach()
    product = rows.T @ difference
    assert product.shape == (M, N)
    closed = product.T.reshape(1, N, H, W) / (N**2 * M**2)
    expected = torch.where(before_relu > 0, closed, 0).detach()
    assert relative_error(found, expected) < 1e-6


def test_relative_losses_are_1_for_nothing_and_know_no_scale() -> None:
    features, target = noise(1, N, H, W).relu(), noise(1, N, H, W, seed=1).relu()
    one = content_loss(features, target, "relative")
    assert float(content_loss(features * 0, target, "relative")) == pytest.approx(1)
    assert float(content_loss(features * 7, target * 7, "relative")) == pytest.approx(float(one))
    assert float(content_loss(target, target, "relative")) == 0
    found, wanted = gram(features), gram(target)
    other = style_loss(found, wanted, "relative")
    assert float(style_loss(found * 0, wanted, "relative")) == pytest.approx(1)
    assert float(style_loss(found * 7, wanted * 7, "relative")) == pytest.approx(float(other))


@pytest.mark.parametrize("normalisation", ["relative", "released", "printed"])
def test_the_content_loss_is_the_sum_of_its_parts(normalisation: Normalisation) -> None:
    features, target = noise(1, N, H, W), noise(1, N, H, W, seed=1)
    parts = [
        content_loss(features[..., cut], target[..., cut], normalisation, target)
        for cut in (slice(0, 3), slice(3, W))
    ]
    whole = content_loss(features, target, normalisation)
    assert float(sum(parts)) == pytest.approx(float(whole))


def test_read_with_the_surveys_index_the_style_gradient_is_another() -> None:
    side = 3
    activations = noise(1, side**2, side, side).abs().requires_grad_()
    target = gram(noise(1, side**2, side, side, seed=1))
    found = slope_of(style_loss(gram(activations), target, "printed"), activations)
    rows = activations.detach()[0].flatten(1)
    product = rows.T @ (rows @ rows.T - side**2 * target) / side**8
    assert relative_error(found[0].flatten(1), product.T) < 1e-6
    assert relative_error(found[0].flatten(1), product) > 0.1


def test_released_losses_are_means() -> None:
    features, target = noise(1, N, H, W), noise(1, N, H, W, seed=1)
    expected = (features - target).square().sum() / features.numel()
    torch.testing.assert_close(content_loss(features, target, "released"), expected)
    expected = (gram(features) - gram(target)).square().sum() / N**4
    torch.testing.assert_close(style_loss(gram(features), gram(target), "released"), expected)


def test_printed_and_released_differ_by_factors_of_size() -> None:
    features, target = noise(1, N, H, W), noise(1, N, H, W, seed=1)
    ratio = content_loss(features, target, "printed") / content_loss(features, target, "released")
    assert float(ratio) == pytest.approx(N * M / 2)
    grams = gram(features), gram(target)
    ratio = style_loss(*grams, "printed") / style_loss(*grams, "released")
    assert float(ratio) == pytest.approx(N**2 / 4)


@pytest.mark.parametrize("normalisation", ["printed", "released"])
def test_what_is_compared_with_itself_has_no_loss(normalisation: Normalisation) -> None:
    features = noise(1, N, H, W)
    assert content_loss(features, features, normalisation) == 0
    assert style_loss(gram(features), gram(features), normalisation) == 0


def test_a_gram_matrix_is_the_mean_of_products() -> None:
    features = noise(1, N, H, W)
    expected = torch.einsum("nij,mij->nm", features[0], features[0]) / M
    torch.testing.assert_close(gram(features), expected)


def test_a_gram_matrix_does_not_depend_on_how_memory_lies() -> None:
    features = noise(1, N, H, W)
    lasting = features.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(gram(lasting), gram(features))


def test_where_a_feature_lies_does_not_change_its_gram_matrix() -> None:
    features = noise(1, N, H, W)
    shuffled = features.flatten(2)[:, :, torch.randperm(M)].view_as(features)
    torch.testing.assert_close(gram(shuffled), gram(features))


def test_weights_of_ones_are_no_weights() -> None:
    features = noise(1, N, H, W)
    ones = torch.ones(1, 1, H, W, dtype=torch.float64)
    torch.testing.assert_close(gram(features, ones), gram(features))


def test_a_mask_leaves_out_what_it_covers() -> None:
    features = noise(1, N, H, W)
    mask = torch.zeros(1, 1, H, W, dtype=torch.float64)
    mask[..., 2:5] = 1
    torch.testing.assert_close(gram(features, mask), gram(features[..., 2:5]))


def test_nothing_seen_has_a_gram_matrix_of_zeros_and_no_gradient() -> None:
    features = noise(1, N, H, W).requires_grad_()
    nothing = torch.zeros(1, 1, H, W, dtype=torch.float64)
    found = gram(features, nothing)
    assert found.count_nonzero() == 0
    assert slope_of(found.sum(), features).count_nonzero() == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradient_of_a_gram_matrix_is_right(weighted: bool) -> None:
    weights = noise(1, 1, 2, 3, seed=1).abs() if weighted else None
    features = noise(1, 3, 2, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda given: gram(given, weights), (features,))


def test_a_flat_picture_has_no_variation_and_a_step_has() -> None:
    flat = torch.full((1, 3, 4, 4), 0.3)
    assert total_variation(flat) == 0
    step = flat.clone()
    step[..., 2:] = 0.8
    # Four rows of three channels with one difference of a half each, over 48 values.
    assert float(total_variation(step)) == pytest.approx(12 * 0.25 / 48)
    assert total_variation(torch.rand(1, 3, 1, 1)) == 0


def test_a_laplacian_is_0_on_a_slope_and_tells_where_a_step_is() -> None:
    slope = torch.arange(8.0).expand(1, 3, 8, 8)
    assert laplacian(slope, 1)[..., 1:-1].abs().max() == 0
    step = torch.zeros(1, 3, 8, 8)
    step[..., 4:] = 1
    # From black to white between the two means left and the two right of the step.
    torch.testing.assert_close(laplacian(step, 2)[0, 0], torch.tensor([[0.0, -1, 1, 0]] * 4))
    assert laplacian(torch.rand(1, 3, 1, 9), 4).shape == (1, 1, 1, 3)


def test_contours_are_compared_whatever_colours_they_are_between() -> None:
    content = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    red, green, _ = LUMA
    other = content + 0.3
    other[:, 0] += content[:, 2] * green
    other[:, 1] -= content[:, 2] * red
    assert float(laplacian_loss(other, content, (4, 16), "printed")) < 1e-8
    nothing = torch.zeros_like(content)
    assert float(laplacian_loss(nothing, content, (1,), "relative")) == pytest.approx(1)
    assert float(laplacian_loss(nothing, content, (1, 2), "relative")) == pytest.approx(2)
    summed = laplacian(content, 2).square().sum()
    assert float(laplacian_loss(nothing, content, (2,), "printed")) == pytest.approx(float(summed))
    assert float(laplacian_loss(nothing, content, (2,), "released")) == pytest.approx(
        float(summed) / 256
    )


def test_a_content_without_contours_leaves_room_for_a_style() -> None:
    flat, marks = torch.full((1, 3, 32, 32), 0.5), torch.full((1, 3, 32, 32), 0.5)
    marks[..., ::8, ::8] = 0.4
    assert 0 < float(laplacian_loss(marks, flat, (4, 16), "relative")) < 1


def test_only_values_outside_are_out_of_range() -> None:
    picture = torch.tensor([0.0, 0.5, 1.0, 1.5, -0.25]).view(1, 1, 1, 5).requires_grad_()
    loss = out_of_range(picture)
    assert float(loss.detach()) == pytest.approx((0.25 + 0.0625) / 5)
    slope = slope_of(loss, picture).flatten()
    torch.testing.assert_close(slope, torch.tensor([0, 0, 0, 1.0, -0.5]) / 5)


def test_colour_moments_are_mean_and_second_moments() -> None:
    picture = noise(1, 3, H, W)
    found = colour_moments(picture)
    flat = picture[0].flatten(1)
    torch.testing.assert_close(found[3, :3], flat.mean(1))
    covariance = found[:3, :3] - torch.outer(found[3, :3], found[3, :3])
    torch.testing.assert_close(covariance, torch.cov(flat, correction=0))


def test_luminance_weighs_channels_to_one() -> None:
    assert sum(LUMA) == pytest.approx(1)
    grey = torch.full((1, 3, 2, 2), 0.4)
    torch.testing.assert_close(luminance(grey), grey[:, :1])


def test_an_even_gradient_has_the_length_asked_for_and_its_own_direction() -> None:
    features = noise(1, N, H, W).requires_grad_()
    plain = slope_of(F.mse_loss(features, noise(1, N, H, W, seed=1)), features)
    evened = slope_of(F.mse_loss(even_gradient(features, 2.5), noise(1, N, H, W, seed=1)), features)
    assert float(evened.abs().sum()) == pytest.approx(2.5)
    torch.testing.assert_close(evened / evened.norm(), plain / plain.norm())
