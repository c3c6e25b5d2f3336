from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from velatura.contract.common_params import CommonParams
from velatura.contract.run import Run
from velatura.contract.scene import Region, Scene, Style
from velatura.engines import adain as module
from velatura.engines.adain import AdaIN, AdaINParams, Networks, adain
from velatura.errors import BadPicture, BadRequest, BadWeights, Cancelled
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.networks.adain_decoder import WIDTHS, AdaINDecoder
from velatura.perception.statistics import MeanStd, mean_std, moments
from velatura.perception.vgg import VGG19
from velatura.pipeline.render import render
from velatura.pipeline.tensors import picture_tensor, raster_of
from velatura.runtime.cache_keys import fingerprint
from velatura.runtime.model_cache import WarmModels

CPU = torch.device("cpu")
ENCODER_WIDTHS = (3, 64, 64, 128, 128, 256, 256, 256, 256, 512)


class AtOnce(AdaIN):
    """The engine without the levels that large and small pictures are painted in."""

    descriptor = AdaIN.descriptor.model_copy(update={"native_side": 0})


def random_layers(widths: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(len(widths))
    return [
        (
            torch.randn(out, fan_in, 3, 3, generator=generator) * (2 / (9 * fan_in)) ** 0.5,
            torch.randn(out, generator=generator) * 0.1,
        )
        for fan_in, out in pairwise(widths)
    ]


@pytest.fixture(scope="module")
def networks() -> Networks:
    """Random weights; the last layer is scaled so that pictures stay inside 0..1 unclipped."""
    layers = random_layers(WIDTHS)
    weight, bias = layers[-1]
    layers[-1] = (weight * 0.05, bias * 0 + 0.5)
    return Networks(
        VGG19(random_layers(ENCODER_WIDTHS), padding="reflect", ceil=True),
        AdaINDecoder(layers),
        "random",
    )


@pytest.fixture
def run(networks: Networks) -> Run:
    models = WarmModels(CPU, torch.float32)
    models.get("adain", lambda: networks)
    return Run(models)


def picture(height: int, width: int, seed: int = 0, *, alpha: bool = False) -> Raster:
    """Noise on a slope: statistics differ from one part to another."""
    generator = np.random.default_rng(seed)
    slope = np.linspace(0, 120, width)[None, :, None] + np.linspace(0, 60, height)[:, None, None]
    pixels = (slope + generator.uniform(0, 75, (height, width, 4 if alpha else 3))).astype(np.uint8)
    return Raster(pixels)


def scene(content: Raster, *styles: Style, stroke: float = 2) -> Scene:
    """Styles are looked at with a short side of 32 strokes."""
    return Scene(content=content, regions=(Region(styles),), common=CommonParams(stroke=stroke))


def painted(what: Scene, run: Run, *, tile: int = 1024, **knobs: float) -> Raster:
    params = AdaINParams.model_validate(knobs)
    return render(AtOnce(), what, params, run, tile=tile)["picture"]


def code(seed: int, channels: int = 6) -> MeanStd:
    generator = torch.Generator().manual_seed(seed)
    shape = (1, channels, 1, 1)
    return MeanStd(
        torch.randn(shape, generator=generator), torch.rand(shape, generator=generator) + 0.1
    )


def statistics(features: Tensor) -> MeanStd:
    return mean_std(moments(features), CPU, epsilon=0)


def test_features_shifted_to_their_own_statistics_stay_as_they_are() -> None:
    x = torch.randn(1, 6, 9, 7)
    own = statistics(x)
    torch.testing.assert_close(adain(own, own)(x), x)


def test_shifted_features_have_the_styles_statistics() -> None:
    x, style = torch.randn(1, 6, 9, 7) * 3 + 1, code(1)
    shifted = statistics(adain(statistics(x), style)(x))
    torch.testing.assert_close(shifted.mean, style.mean, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(shifted.std, style.std, rtol=1e-4, atol=1e-5)


def test_alpha_goes_straight_from_content_to_style() -> None:
    x, content, style = torch.randn(1, 6, 9, 7), code(2), code(3)
    whole = adain(content, style)(x)
    assert torch.equal(adain(content, style, 0.0)(x), x)
    torch.testing.assert_close(adain(content, style, 0.3)(x), 0.7 * x + 0.3 * whole)


@pytest.mark.parametrize(("height", "width"), [(200, 328), (203, 331)])
def test_tiles_give_the_picture_that_the_whole_gives(height: int, width: int, run: Run) -> None:
    what = scene(picture(height, width), Style(picture=picture(64, 64, 1)))
    whole = painted(what, run).pixels.astype(int)
    tiled = painted(what, run, tile=72).pixels.astype(int)
    assert whole.std() > 5
    assert np.abs(whole - tiled).max() <= 1


def test_the_halo_is_exactly_as_wide_as_needed(networks: Networks) -> None:
    """With HALO pixels around it a tile knows all that its first pixels depend on; not with less."""

    def through(x: Tensor) -> Tensor:
        return networks.decode(networks.encode(x))

    side, edge = 192, 96
    base = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    plain = through(base)[..., edge:, edge:]

    def changed_by(distance: int) -> float:
        other = base.clone()
        other[..., edge - distance, :] = 1 - other[..., edge - distance, :]
        return float((through(other)[..., edge:, edge:] - plain).abs().max())

    assert changed_by(module.HALO + 1) == 0
    assert changed_by(module.HALO) > 0


def test_a_single_tile_is_encoded_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    what = scene(picture(120, 120), Style(picture=picture(64, 64, 1)))
    shapes: list[tuple[int, ...]] = []
    encode = Networks.encode

    def counting(networks: Networks, x: Tensor) -> Tensor:
        shapes.append(tuple(x.shape[-2:]))
        return encode(networks, x)

    monkeypatch.setattr(Networks, "encode", counting)
    painted(what, run)
    assert shapes == [(120, 120), (64, 64)]


def test_the_second_use_of_a_style_encodes_nothing(run: Run) -> None:
    for content in (picture(64, 64), picture(72, 80)):
        painted(scene(content, Style(picture=picture(70, 64, 5))), run)
    assert run.models.counters["style_codes_made"] == 1
    assert run.models.counters["style_codes_reused"] == 1
    painted(scene(picture(64, 64), Style(picture=picture(70, 64, 5)), stroke=2.5), run)
    assert run.models.counters["style_codes_made"] == 2


def test_weights_of_styles_are_relative(run: Run) -> None:
    a, b = Style(picture=picture(64, 64, 1)), Style(picture=picture(64, 64, 2, alpha=False))
    content = picture(64, 64)
    one_to_three = painted(scene(content, a, replace(b, weight=3)), run)
    two_to_six = painted(scene(content, replace(a, weight=2), replace(b, weight=6)), run)
    twice_the_same = painted(scene(content, a, a), run)
    assert np.array_equal(one_to_three.pixels, two_to_six.pixels)
    assert np.array_equal(twice_the_same.pixels, painted(scene(content, a), run).pixels)
    assert not np.array_equal(one_to_three.pixels, twice_the_same.pixels)


def with_mask(height: int, width: int, visible: int) -> Raster:
    mask = np.zeros((height, width, 1), np.uint8)
    mask[:, :visible] = 255
    return Raster(mask)


def test_a_mask_limits_a_style_to_its_part(run: Run) -> None:
    """Where the mask is white throughout, it changes nothing; black parts do not count."""
    style, content = picture(64, 128, 1), picture(64, 64)
    plain = painted(scene(content, Style(picture=style)), run)
    white = painted(scene(content, Style(picture=style, mask=with_mask(64, 128, 128))), run)
    half = painted(scene(content, Style(picture=style, mask=with_mask(64, 128, 64))), run)
    difference = np.abs(plain.pixels.astype(int) - white.pixels.astype(int))
    assert difference.max() <= 1
    assert not np.array_equal(plain.pixels, half.pixels)


def test_a_style_of_which_nothing_is_seen_is_refused(run: Run) -> None:
    style = Style(picture=picture(64, 64), mask=with_mask(64, 64, 0))
    with pytest.raises(BadPicture, match="Nothing of the style's picture"):
        painted(scene(picture(64, 64), style), run)


def test_hidden_pixels_of_the_content_do_not_count(run: Run) -> None:
    style = Style(picture=picture(64, 64, 9))
    content = picture(64, 256, alpha=True)
    content.pixels[:, :, 3] = 255
    content.pixels[:, 128:, 3] = 0
    other = Raster(content.pixels.copy())
    other.pixels[:, 128:, :3] = 255 - other.pixels[:, 128:, :3]
    first, second = painted(scene(content, style), run), painted(scene(other, style), run)
    assert np.array_equal(first.pixels[:, :128], second.pixels[:, :128])


def test_a_content_that_nobody_sees_passes(run: Run) -> None:
    content = picture(64, 64, alpha=True)
    content.pixels[:, :, 3] = 0
    out = painted(scene(content, Style(picture=picture(64, 64, 9))), run)
    assert not out.pixels[:, :, 3].any()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 900), (65, 1)])
def test_narrow_pictures_pass_as_content_and_style(height: int, width: int, run: Run) -> None:
    narrow = picture(height, width)
    out = painted(scene(narrow, Style(picture=narrow)), run)
    assert (out.height, out.width) == (height, width)


def test_a_style_that_is_no_picture_is_refused(run: Run) -> None:
    with pytest.raises(BadRequest, match="does not take a style code"):
        painted(scene(picture(64, 64), Style(code=Path("code"))), run)


def test_cancelling_is_noticed_between_tiles(networks: Networks) -> None:
    class Impatient:
        looked = 0

        def cancelled(self) -> bool:
            return self.looked >= 2

        def progressed(self, progress: object) -> None:
            self.looked += 1

        def breathe(self) -> None: ...

        def wants_preview(self) -> bool:
            return False

        def preview(self, picture: Tensor) -> None: ...

    models = WarmModels(CPU, torch.float32)
    models.get("adain", lambda: networks)
    what = scene(picture(64, 400), Style(picture=picture(64, 64, 1)))
    with pytest.raises(Cancelled):
        painted(what, Run(models, Impatient()), tile=64)


def test_pixels_shape_and_mask_make_a_fingerprint() -> None:
    pixels = np.arange(48, dtype=np.uint8)
    wide, tall = Raster(pixels.reshape(4, 4, 3)), Raster(pixels.reshape(8, 2, 3))
    assert fingerprint(wide) == fingerprint(Raster(wide.pixels.copy()))
    prints = {
        fingerprint(wide),
        fingerprint(tall),
        fingerprint(Raster(wide.pixels, "linear")),
        fingerprint(wide, None),
        fingerprint(wide, wide),
    }
    assert len(prints) == 5


@pytest.fixture
def trained(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("VELATURA_MODELS", str(shared / "weights"))
    monkeypatch.setenv("VELATURA_CACHE", str(tmp_path / "cache"))
    return Run(WarmModels(CPU, torch.float32))


PAIRS = (
    ("cornell", "woman_with_hat_matisse"),
    ("chicago", "asheville"),
    ("lenna", "sketch"),
    ("sailboat", "la_muse"),
)


def test_decoded_pictures_have_the_styles_statistics(trained: Run, shared: Path) -> None:
    """relu4_1's mean and deviation, as vectors, within 15 % of the style's on the mean of pairs.

    Of what the decoder gives, before it is clipped to 0..1 for eyes.
    """
    classic = shared / "data" / "classic"
    errors: list[tuple[float, float]] = []
    for content, style in PAIRS:
        target = read_picture(classic / "style" / f"{style}.jpg").raster
        what = scene(
            read_picture(classic / "content" / f"{content}.jpg").raster.crop(0, 0, 512, 512),
            Style(picture=target),
            stroke=16,
        )
        with torch.no_grad():
            prepared = AdaIN().prepare(what, AdaINParams.model_validate({}), trained)
            encode, decoder = prepared.networks.encode, prepared.networks.decoder
            assert prepared.features is not None
            got = statistics(encode(decoder(prepared.shift(prepared.features))))
            wanted = statistics(encode(picture_tensor(target, trained, short=512)))
        errors.append(
            (
                float((got.mean - wanted.mean).norm() / wanted.mean.norm()),
                float((got.std - wanted.std).norm() / wanted.std.norm()),
            )
        )
    assert max(np.mean(errors, axis=0)) <= 0.15
    assert np.max(errors) <= 0.2


def test_bfloat16_stays_near_float32(trained: Run, shared: Path) -> None:
    classic = shared / "data" / "classic"
    content = read_picture(classic / "content" / "golden_gate.jpg").raster.crop(0, 0, 256, 256)
    style = Style(picture=read_picture(classic / "style" / "la_muse.jpg").raster)
    what = scene(content, style, stroke=8)
    half = Run(WarmModels(CPU, torch.bfloat16))
    plain, rounded = (painted(what, run).pixels.astype(int) for run in (trained, half))
    difference = np.abs(plain - rounded)
    assert 0 < difference.mean() < 0.6
    assert np.percentile(difference, 99) <= 4


def test_damaged_weights_are_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file({"0.weight": torch.zeros(1)}, tmp_path / "vgg19_relu4_1.safetensors")
    monkeypatch.setenv("VELATURA_MODELS", str(tmp_path))
    monkeypatch.setenv("VELATURA_CACHE", str(tmp_path / "cache"))
    what = scene(picture(64, 64), Style(picture=picture(64, 64)))
    with pytest.raises(BadWeights, match=r"vgg19_relu4_1\.safetensors"):
        painted(what, Run(WarmModels(CPU, torch.float32)))


def plain_forward_pass(shared: Path, content: Tensor, style: Tensor) -> Tensor:
    """AdaIN with nothing around it: the published weights, torch's functions, float32."""
    encoder = load_file(shared / "weights" / "vgg19_relu4_1.safetensors")
    decoder = load_file(shared / "weights" / "adain_decoder.safetensors")

    def convolved(x: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(padded, weights[f"{name}.weight"].float(), weights[f"{name}.bias"].float())

    def encode(x: Tensor) -> Tensor:
        mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
        deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
        x = (x - mean) / deviation
        for layer in (0, 2, 5, 7, 10, 12, 14, 16, 19):
            if layer in (5, 10, 19):
                x = F.max_pool2d(x, 2, ceil_mode=True)
            x = F.relu(convolved(x, encoder, f"features.{layer}"))
        return x

    def decode(x: Tensor) -> Tensor:
        for layer in range(9):
            x = convolved(x, decoder, str(layer))
            x = F.relu(x) if layer < 8 else x
            x = F.interpolate(x, scale_factor=2) if layer in (0, 4, 6) else x
        return x.clamp(0, 1)

    def mean_and_deviation(x: Tensor) -> tuple[Tensor, Tensor]:
        return x.mean((2, 3), keepdim=True), (
            x.var((2, 3), keepdim=True, correction=0) + 1e-5
        ).sqrt()

    with torch.no_grad():
        features = encode(content)
        mean, deviation = mean_and_deviation(features)
        style_mean, style_deviation = mean_and_deviation(encode(style))
        return decode((features - mean) / deviation * style_deviation + style_mean)


def test_the_engine_paints_what_a_plain_forward_pass_paints(trained: Run, shared: Path) -> None:
    classic = shared / "data" / "classic"
    content = read_picture(classic / "content" / "cornell.jpg").raster.crop(0, 0, 256, 192)
    style = read_picture(classic / "style" / "la_muse.jpg").raster.crop(0, 0, 256, 256)
    params = AdaINParams()
    picture = render(AtOnce(), scene(content, Style(picture=style), stroke=8), params, trained)[
        "picture"
    ]
    assert isinstance(picture, Raster)
    plain = plain_forward_pass(
        shared, picture_tensor(content, trained), picture_tensor(style, trained)
    )
    difference = np.abs(picture.pixels.astype(int) - raster_of(plain).pixels.astype(int))
    assert difference.max() <= 1
