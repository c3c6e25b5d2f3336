"""VGG-19 as engines look through it, kept warm; and what styles look like through it, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from velatura.engines.fingerprint import fingerprint
from velatura.engines.run import Run
from velatura.engines.scene import Style
from velatura.engines.style_pictures import style_tensor
from velatura.engines.weights import ensure
from velatura.errors import BadRequest
from velatura.imaging.raster import Raster
from velatura.library.weights import read_state
from velatura.perception import calibration, vgg_layouts
from velatura.perception.losses import luminance
from velatura.perception.objective import Eyes, StyleTargets, mix, style_targets
from velatura.perception.vgg import VGG19

Pooling = Literal["max", "avg"]
Crop = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, 0..1 of its sides."""


@dataclass(frozen=True)
class Network:
    """VGG-19 with filters of Gatys' scale; ``identity`` names its weights and how they pool."""

    vgg: VGG19
    identity: str


@dataclass(frozen=True)
class Brightness:
    """Mean and standard deviation of a picture's luminance."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, picture: Tensor) -> Brightness:
        """That of ``picture``, (1, 3, h, w) sRGB."""
        grey = luminance(picture)
        return cls(float(grey.mean()), float(grey.std(correction=0)))

    def given_to(self, picture: Tensor) -> Tensor:
        """``picture`` in grey, (1, 3, h, w), with this mean and deviation. Gatys et al. 2017, eq. 10."""
        own = Brightness.of(picture)
        scale = self.deviation / max(own.deviation, 1e-5)
        grey = (luminance(picture) - own.mean) * scale + self.mean
        return grey.clamp(0, 1).expand_as(picture)


def load(name: str, pooling: Pooling, run: Run) -> Network:
    """The model ``name`` of the catalogue as VGG-19 on ``run.device``, fetched where it is missing.

    Filters are scaled to those of Gatys' (:mod:`velatura.perception.calibration`). Padding
    reflects: zeros leave a frame along the edge of what is optimised. Pooling keeps odd rows.
    Raises :class:`~velatura.errors.WeightsMissing` and :class:`~velatura.errors.BadWeights`.
    """

    def build() -> Network:
        found = ensure(name, run)
        state = read_state(found.path)
        convolutions = vgg_layouts.load(state)
        if found.sha256 not in calibration.NORMALISED and not vgg_layouts.is_adain_release(state):
            convolutions = calibration.normalised(convolutions)
        vgg = VGG19(
            convolutions, pooling=pooling, padding="reflect", ceil=True, dtype=run.dtype
        ).to(run.device)
        return Network(vgg, f"{found.sha256} {pooling}")

    network: Network = run.model(f"eyes {name} {pooling}", build)
    return network


@dataclass(frozen=True)
class Look:
    """How styles are looked at: ``short`` is their short side in pixels, ``crop`` the part that counts.

    ``brightness`` is the content's, when the style's texture is looked at in grey.
    """

    layers: tuple[str, ...]
    short: int
    crop: Crop = (0.0, 0.0, 1.0, 1.0)
    brightness: Brightness | None = None


def styles_seen(styles: Sequence[Style], network: Network, look: Look, run: Run) -> StyleTargets:
    """What ``styles`` are together, mixed by their weights; each is remembered by its content.

    Hidden pixels and those that a mask leaves out do not count. Raises :class:`BadPicture` when
    there is nothing to see of one, and :class:`BadRequest` for one that is no picture.
    """
    return mix((style.weight, _style_seen(style, network, look, run)) for style in styles)


def _style_seen(style: Style, network: Network, look: Look, run: Run) -> StyleTargets:
    picture = style.picture
    if picture is None:
        raise BadRequest("Gatys takes pictures as styles.", hint="Give a picture as the style.")
    return run.remember(
        f"grams {network.identity} {look} {fingerprint(picture, style.mask)}",
        lambda: _look(picture, style.mask, network, look, run),
    )


def _look(
    picture: Raster, mask: Raster | None, network: Network, look: Look, run: Run
) -> StyleTargets:
    box = _box(picture, look.crop)
    picture = picture.crop(*box)
    if mask is not None:
        mask = mask.crop(*box)
    tensor, weights = style_tensor(picture, mask, look.short, run)
    colours = style_targets(Eyes(network.vgg), tensor, (), weights).colours
    if look.brightness is not None:
        tensor = look.brightness.given_to(tensor)
    grams = style_targets(Eyes(network.vgg), tensor, look.layers, weights).grams
    return StyleTargets(grams, colours)


def _box(picture: Raster, crop: Crop) -> tuple[int, int, int, int]:
    """``crop`` in pixels of ``picture``: at least one wherever it is."""
    left, top, right, bottom = crop
    x0 = min(int(left * picture.width), picture.width - 1)
    y0 = min(int(top * picture.height), picture.height - 1)
    x1 = max(x0 + 1, round(right * picture.width))
    y1 = max(y0 + 1, round(bottom * picture.height))
    return x0, y0, x1, y1
