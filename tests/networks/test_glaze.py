"""The style encoder and the painter, with fresh weights: what holds whatever they learn."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from velatura.errors import BadWeights
from velatura.networks import glaze_weights
from velatura.networks.glaze import (
    CODE,
    LEARNT,
    SIZES,
    STRIDE,
    Brush,
    Glaze,
    Painter,
    RegionalBrush,
)
from velatura.networks.glaze_encoder import GENTLE, StyleEncoder
from velatura.networks.palette import Palette

SHIPPED = 12e6
"""Bytes that all shipped weights may take together."""


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def code(seed: int = 0) -> Tensor:
    learnt = torch.randn(1, LEARNT, generator=torch.Generator().manual_seed(seed))
    return torch.cat([learnt, Palette.of(picture(16, 16, seed)).numbers], 1)


@pytest.fixture(params=SIZES)
def painter(request: pytest.FixtureRequest) -> Painter:
    torch.manual_seed(1)
    return Painter(SIZES[request.param]).requires_grad_(False).eval()


@pytest.fixture(scope="module")
def encoder() -> StyleEncoder:
    torch.manual_seed(2)
    return StyleEncoder(LEARNT).requires_grad_(False).eval()


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (8, 8), (9, 31), (64, 17)])
def test_a_picture_of_any_size_stays_as_large(painter: Painter, size: tuple[int, int]) -> None:
    content = picture(*size)
    for painted in (painter(content, code()), painter.measure(content, code())[1]):
        assert painted.shape == content.shape
        assert painted.dtype == torch.float32
        assert bool(torch.isfinite(painted).all())


def test_what_is_measured_paints_as_the_picture_alone_is_painted(painter: Painter) -> None:
    content = picture(64, 80)
    brush, painted = painter.measure(content, code())
    torch.testing.assert_close(painted, painter(content, code()), rtol=0, atol=1e-5)
    torch.testing.assert_close(painter.paint(content, brush), painted, rtol=0, atol=1e-5)


def coarse(painter: Painter) -> Painter:
    """The same in bfloat16."""
    found = Painter(painter.size, dtype=torch.bfloat16).requires_grad_(False)
    found.load_state_dict(painter.state_dict())
    return found


@pytest.mark.parametrize("regions", [False, True])
def test_in_a_coarser_type_what_is_measured_is_what_would_be_painted_then(
    painter: Painter, regions: bool
) -> None:
    content, half = picture(64, 80), coarse(painter)
    if regions:
        weights = torch.ones_like(content[:, :1])
        weights[..., 40:] = 0
        brush, painted = half.measure_regions(content, code(), weights, None)
    else:
        brush, painted = half.measure(content, code())
    assert isinstance(brush, Brush)
    # Far below what one step of bfloat16 makes: only the last layer, in float32, adds up in another order.
    torch.testing.assert_close(half.paint(content, brush), painted, rtol=0, atol=1e-5)


def test_tiles_with_their_halo_are_the_whole(painter: Painter) -> None:
    halo, core = painter.size.halo, 64
    content = picture(core + 2 * (halo + 40), core + 2 * (halo + 40))
    brush, whole = painter.measure(content, code())
    start = (halo + 40) // STRIDE * STRIDE
    margin = -(-halo // STRIDE) * STRIDE
    outer = slice(start - margin, start + core + margin)
    tile = painter.paint(content[:, :, outer, outer], brush)
    inside = slice(margin, margin + core)
    found, expected = tile[:, :, inside, inside], whole[:, :, start:, start:][:, :, :core, :core]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_nothing_beyond_the_halo_is_seen(painter: Painter) -> None:
    side = 2 * painter.size.halo + 96
    content = picture(side, side)
    brush, _ = painter.measure(content, code())
    before = painter.paint(content, brush)
    touched = content.clone()
    touched[:, :, side // 2, side // 2] += 9
    change = (painter.paint(touched, brush) - before).abs().amax(1)[0]
    rows = change.amax(1).nonzero()
    # Tiles start and end at multiples of the stride.
    starts, ends = int(rows.max()) // STRIDE * STRIDE, (int(rows.min()) // STRIDE + 1) * STRIDE
    reach = max(starts - side // 2, side // 2 + 1 - ends)
    assert painter.size.halo - STRIDE <= reach <= painter.size.halo


def test_parts_of_a_picture_are_measured_together(painter: Painter) -> None:
    one, other = picture(40, 40), 0.3 * picture(40, 40, seed=1)
    _, together = painter.measure(torch.cat([one, other]), code())
    _, alone = painter.measure(one, code())
    assert float((together[:1] - alone).abs().max()) > 0.01
    _, twice = painter.measure(torch.cat([one, one]), code())
    torch.testing.assert_close(twice[:1], alone, rtol=0, atol=1e-5)


def test_a_picture_takes_on_the_colours_of_its_code(painter: Painter) -> None:
    wanted = code(3)
    shifted = wanted.clone()
    shifted[:, LEARNT : LEARNT + 3] += 0.2
    content = picture(32, 32)
    torch.testing.assert_close(painter(content, shifted), painter(content, wanted) + 0.2)


def test_pixels_that_do_not_count_do_not_change_a_brush(painter: Painter) -> None:
    halo = painter.size.halo
    content = picture(32, 64 + 3 * halo)
    weights = torch.zeros_like(content[:, :1])
    weights[..., :64] = 1
    other = content.clone()
    other[..., 64 + 2 * halo :] = 0
    one, same = (
        painter.measure_regions(each, code(), weights, None)[0] for each in (content, other)
    )
    assert isinstance(one, Brush)
    assert isinstance(same, Brush)
    for name, kernel in one.kernels.items():
        torch.testing.assert_close(kernel.weight, same.kernels[name].weight)
        torch.testing.assert_close(kernel.bias, same.kernels[name].bias)
    without, _ = painter.measure(content, code())
    assert not torch.allclose(without.kernels["tail"].bias, one.kernels["tail"].bias)
    everywhere, _ = painter.measure_regions(content, code(), torch.ones_like(weights), None)
    assert isinstance(everywhere, Brush)
    torch.testing.assert_close(
        everywhere.kernels["tail"].bias, without.kernels["tail"].bias, rtol=1e-3, atol=1e-3
    )


def halves(content: Tensor) -> Tensor:
    left = torch.zeros_like(content[:, :1])
    left[..., : content.shape[3] // 2] = 1
    return torch.cat([left, 1 - left], 1)


def test_regions_in_one_style_are_the_picture_in_it(painter: Painter) -> None:
    content = picture(64, 80)
    _, whole = painter.measure(content, code())
    shares = halves(content)
    brush, painted = painter.measure_regions(
        content, code().expand(2, -1), torch.ones_like(shares), shares
    )
    torch.testing.assert_close(painted, whole, rtol=0, atol=1e-4)
    assert isinstance(brush, RegionalBrush)
    again = painter.paint_regions(content, brush, shares)
    torch.testing.assert_close(again, painted, rtol=0, atol=1e-5)


def test_far_from_the_other_a_region_is_painted_as_if_alone(painter: Painter) -> None:
    content = picture(32, 4 * painter.size.halo + 64)
    shares, codes = halves(content), torch.cat([code(1), code(2)])
    _, painted = painter.measure_regions(content, codes, shares, shares)
    alone, _ = painter.measure_regions(content, codes[:1], shares[:, :1], None)
    assert isinstance(alone, Brush)
    inside = painted.shape[3] // 2 - painter.size.halo
    torch.testing.assert_close(
        painted[..., :inside], painter.paint(content, alone)[..., :inside], rtol=0, atol=3e-2
    )


def test_another_style_elsewhere_changes_little_of_a_region(painter: Painter) -> None:
    content = picture(32, 6 * painter.size.halo)
    shares = halves(content)
    one, other = (
        painter.measure_regions(content, torch.cat([code(1), code(seed)]), shares, shares)[1]
        for seed in (2, 3)
    )
    change = (one - other).abs().mean((0, 1, 2))
    inside = len(change) // 2 - painter.size.halo
    assert float(change[:inside].mean()) < 0.025 * float(change[-inside:].mean())


def test_a_tile_of_one_region_is_painted_as_a_part_of_the_whole(painter: Painter) -> None:
    halo = -(-painter.size.halo // STRIDE) * STRIDE
    content = picture(32, 4 * halo)
    shares = halves(content)
    brush, whole = painter.measure_regions(content, torch.cat([code(1), code(2)]), shares, shares)
    assert isinstance(brush, RegionalBrush)
    side = slice(0, 2 * halo)
    tile = painter.paint_regions(content[..., side], brush, shares[..., side])
    torch.testing.assert_close(tile[..., :halo], whole[..., :halo], rtol=0, atol=1e-5)


def test_a_region_that_is_nowhere_has_the_pictures_statistics(painter: Painter) -> None:
    content = picture(32, 48)
    weights = torch.stack([torch.ones_like(content[:, 0]), torch.zeros_like(content[:, 0])], 1)
    shares = halves(content)
    _, painted = painter.measure_regions(content, code().expand(2, -1), weights, shares)
    _, whole = painter.measure(content, code())
    torch.testing.assert_close(painted, whole, rtol=0, atol=1e-3)


def test_each_picture_of_a_batch_has_its_own_style_and_statistics(painter: Painter) -> None:
    contents, codes = (
        torch.cat([picture(32, 32), picture(32, 32, 1)]),
        torch.cat([code(1), code(2)]),
    )
    together = painter(contents, codes)
    alone = [painter(contents[n : n + 1], codes[n : n + 1]) for n in range(2)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=1e-5)


def test_two_styles_give_two_pictures(painter: Painter) -> None:
    content = picture(32, 32)
    one, other = (painter(content, code(seed)) for seed in (1, 2))
    assert float((one - other).abs().mean()) > 0.02


def test_the_body_may_be_half_as_precise(painter: Painter) -> None:
    content = picture(64, 64)
    exact = painter(content, code())
    found = coarse(painter)(content, code())
    assert found.dtype == torch.float32
    assert float((found - exact).abs().mean()) < 0.02 * float(exact.std())


def test_a_fresh_painter_leaves_no_checkerboard(painter: Painter) -> None:
    painted = painter(picture(64, 64), code())
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


def calibrated() -> tuple[StyleEncoder, Tensor]:
    """Fresh weights and the styles that they took their scale from."""
    torch.manual_seed(4)
    fresh = StyleEncoder(LEARNT)
    styles = torch.cat([picture(32, 32, seed) * seed / 40 for seed in range(40)])
    fresh.calibrate(styles)
    return fresh, styles


def test_calibrated_codes_have_mean_0_and_deviation_1() -> None:
    fresh, styles = calibrated()
    deviation, mean = torch.std_mean(fresh(styles).detach()[:, :LEARNT], 0)
    # Far codes are bent back a little.
    assert float(mean.abs().max()) < 0.2
    assert 0.7 < float(deviation.min()) < float(deviation.max()) < 1.1


def test_a_calibrated_encoder_looks_at_what_tells_styles_apart() -> None:
    fresh, styles = calibrated()
    seen = ((fresh.known(styles) - fresh.centre) / fresh.spread).detach()
    deviation, mean = torch.std_mean(seen, 0)
    assert float(mean.abs().max()) < 0.1 * GENTLE
    # Filters that find nothing in these pictures stay quiet.
    assert float(deviation.max()) < 1.01 * GENTLE
    assert float(deviation.median()) > 0.9 * GENTLE


def test_all_that_is_shipped_fits(encoder: StyleEncoder) -> None:
    modules = [encoder, *(Painter(size) for size in SIZES.values())]
    assert sum(2 * each.numel() for module in modules for each in module.parameters()) < SHIPPED


@pytest.mark.parametrize("name", SIZES)
def test_weights_are_recognised_and_paint_as_they_did(name: str) -> None:
    torch.manual_seed(5)
    whole = Glaze(SIZES[name]).requires_grad_(False)
    state = whole.state_dict()
    assert glaze_weights.size_of(state) == name
    content, style = picture(24, 24), picture(32, 32, seed=1)
    painter, encoder = glaze_weights.load_painter(state), glaze_weights.load_encoder(state)
    painted = painter(content, encoder(style))
    torch.testing.assert_close(painted, whole(content, style))


def test_other_weights_are_refused() -> None:
    with pytest.raises(BadWeights, match="not a painter"):
        glaze_weights.load_painter({"painter.stem.weight": torch.zeros(3, 3)})
    with pytest.raises(BadWeights, match="not a style encoder"):
        glaze_weights.load_encoder({"features.0.weight": torch.zeros(3, 3)})
