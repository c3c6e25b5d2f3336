"""The style encoder and the painter, with fresh weights: what holds whatever they learn."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from velatura.errors import BadWeights
from velatura.networks import glaze
from velatura.networks.coded_convolution import CodedConvolution
from velatura.networks.glaze import CODE, SIZES, STRIDE, Glaze, Painter, mean_std
from velatura.networks.glaze_encoder import StyleEncoder
from velatura.perception.statistics import mean_std as over
from velatura.perception.statistics import merge, moments

SHIPPED = 12e6
"""Bytes that all shipped weights may take together."""


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def code(seed: int = 0) -> Tensor:
    return torch.randn(1, CODE, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=SIZES)
def painter(request: pytest.FixtureRequest) -> Painter:
    torch.manual_seed(1)
    return Painter(SIZES[request.param]).requires_grad_(False).eval()


@pytest.fixture(scope="module")
def encoder() -> StyleEncoder:
    torch.manual_seed(2)
    return StyleEncoder(CODE).requires_grad_(False).eval()


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (8, 8), (9, 31), (64, 17)])
def test_a_picture_of_any_size_stays_as_large(painter: Painter, size: tuple[int, int]) -> None:
    content = picture(*size)
    painted = painter.paint(content, painter.statistics(content), code())
    assert painted.shape == content.shape
    assert painted.dtype == torch.float32
    assert bool(torch.isfinite(painted).all())


def test_tiles_with_their_halo_are_the_whole(painter: Painter) -> None:
    halo, core = painter.size.halo, 64
    content = picture(core + 2 * (halo + 40), core + 2 * (halo + 40))
    statistics, brush = painter.statistics(content), painter.brush(code())
    whole = painter.decode(painter.features(content), statistics, brush)
    start = (halo + 40) // STRIDE * STRIDE
    margin = -(-halo // STRIDE) * STRIDE
    outer = slice(start - margin, start + core + margin)
    tile = painter.decode(painter.features(content[:, :, outer, outer]), statistics, brush)
    inside = slice(margin, margin + core)
    found, expected = tile[:, :, inside, inside], whole[:, :, start:, start:][:, :, :core, :core]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_nothing_beyond_the_halo_is_seen(painter: Painter) -> None:
    side = 2 * painter.size.halo + 96
    content, brush = picture(side, side), painter.brush(code())
    statistics = painter.statistics(content)
    before = painter.decode(painter.features(content), statistics, brush)
    touched = content.clone()
    touched[:, :, side // 2, side // 2] += 9
    change = (
        (painter.decode(painter.features(touched), statistics, brush) - before).abs().amax(1)[0]
    )
    rows = change.amax(1).nonzero()
    # Tiles start and end at multiples of the stride.
    starts, ends = int(rows.max()) // STRIDE * STRIDE, (int(rows.min()) // STRIDE + 1) * STRIDE
    reach = max(starts - side // 2, side // 2 + 1 - ends)
    assert painter.size.halo - STRIDE <= reach <= painter.size.halo


def test_statistics_gathered_by_tiles_are_those_of_the_whole(painter: Painter) -> None:
    features = painter.features(picture(64, 96))
    parts = merge(moments(part) for part in (features[..., :10], features[..., 10:]))
    whole, merged = mean_std(features), over(parts, features.device)
    torch.testing.assert_close(merged.mean, whole.mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(merged.std, whole.std, rtol=1e-5, atol=1e-6)


def test_a_mixed_codes_kernels_lie_between_those_it_is_mixed_of() -> None:
    torch.manual_seed(3)
    layer = CodedConvolution(4, 6, code=CODE, rank=5).requires_grad_(False)
    one, other, both = layer.kernels(torch.cat([code(1), code(2), (code(1) + code(2)) / 2]))
    torch.testing.assert_close(both.bias, (one.bias + other.bias) / 2, rtol=1e-4, atol=1e-5)
    # Filters have the lengths that the gains say, which are linear in the code; directions turn.
    lengths = [kernel.weight.flatten(1).norm(dim=1) for kernel in (one, other, both)]
    torch.testing.assert_close(lengths[2], (lengths[0] + lengths[1]) / 2, rtol=1e-3, atol=1e-4)
    ends = F.cosine_similarity(one.weight.flatten(1), other.weight.flatten(1))
    for end in (one, other):
        assert bool(
            (F.cosine_similarity(both.weight.flatten(1), end.weight.flatten(1)) > ends).all()
        )


def test_two_styles_give_two_pictures(painter: Painter) -> None:
    content = picture(32, 32)
    statistics = painter.statistics(content)
    one, other = (painter.paint(content, statistics, code(seed)) for seed in (1, 2))
    assert float((one - other).abs().mean()) > 0.02


def test_the_body_may_be_half_as_precise(painter: Painter) -> None:
    content = picture(64, 64)
    exact = painter.paint(content, painter.statistics(content), code())
    coarse = Painter(painter.size, dtype=torch.bfloat16).requires_grad_(False)
    coarse.load_state_dict(painter.state_dict())
    found = coarse.paint(content, coarse.statistics(content), code())
    assert found.dtype == torch.float32
    assert float((found - exact).abs().mean()) < 0.02 * float(exact.std())


def test_a_fresh_painter_leaves_no_checkerboard(painter: Painter) -> None:
    content = picture(64, 64)
    painted = painter.paint(content, painter.statistics(content), code())
    for row, column in ((0, 1), (1, 0), (1, 1)):
        torch.testing.assert_close(painted[..., row::2, column::2], painted[..., ::2, ::2])


@pytest.mark.parametrize("size", [(1, 1), (5, 90), (64, 48)])
def test_a_style_of_any_size_has_a_code(encoder: StyleEncoder, size: tuple[int, int]) -> None:
    found = encoder(picture(*size))
    assert found.shape == (1, CODE)
    assert bool(torch.isfinite(found).all())


def test_pixels_that_do_not_count_do_not_change_a_code(encoder: StyleEncoder) -> None:
    style = picture(64, 256)
    weights = torch.zeros(1, 1, 64, 256)
    weights[..., :64] = 1
    other = style.clone()
    other[..., 192:] = 0
    torch.testing.assert_close(encoder(style, weights), encoder(other, weights))
    assert not torch.allclose(encoder(style), encoder(other))
    torch.testing.assert_close(encoder(style, torch.ones_like(weights)), encoder(style))


def test_calibrated_codes_have_mean_0_and_deviation_1() -> None:
    torch.manual_seed(4)
    fresh = StyleEncoder(CODE)
    styles = torch.cat([picture(32, 32, seed) * seed / 40 for seed in range(40)])
    fresh.calibrate(styles)
    deviation, mean = torch.std_mean(fresh(styles).detach(), 0)
    # Far codes are bent back a little.
    assert float(mean.abs().max()) < 0.2
    assert 0.7 < float(deviation.min()) < float(deviation.max()) < 1.1


def test_all_that_is_shipped_fits(encoder: StyleEncoder) -> None:
    modules = [encoder, *(Painter(size) for size in SIZES.values())]
    assert sum(2 * each.numel() for module in modules for each in module.parameters()) < SHIPPED


@pytest.mark.parametrize("name", SIZES)
def test_weights_are_recognised_and_paint_as_they_did(name: str) -> None:
    torch.manual_seed(5)
    whole = Glaze(SIZES[name]).requires_grad_(False)
    state = whole.state_dict()
    assert glaze.size_of(state) == name
    content, style = picture(24, 24), picture(32, 32, seed=1)
    painter, encoder = glaze.load_painter(state), glaze.load_encoder(state)
    painted = painter.paint(content, painter.statistics(content), encoder(style))
    torch.testing.assert_close(painted, whole(content, style))


def test_other_weights_are_refused() -> None:
    with pytest.raises(BadWeights, match="not a painter"):
        glaze.load_painter({"painter.stem.weight": torch.zeros(3, 3)})
    with pytest.raises(BadWeights, match="not a style encoder"):
        glaze.load_encoder({"features.0.weight": torch.zeros(3, 3)})
