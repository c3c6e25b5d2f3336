"""The model files Velatura knows: what they are, from where, under which licence, with which hash.

Data, and looking it up by name.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from velatura.errors import WeightsMissing
from velatura_link.text import Text

Mark = tuple[str, tuple[int, ...]]
"""A tensor's name and shape."""


@dataclass(frozen=True)
class ModelFile:
    """One form in which a model can be had.

    ``size`` is in bytes. ``sha256`` None: the publisher states no checksum and we know none; the
    file's own is written down at its first download and demanded from then on. ``url`` None: it
    can only be given, by a folder or by ``velatura models add``. ``marks`` are tensors that the
    file must have.
    """

    name: str
    marks: tuple[Mark, ...]
    size: int | None = None
    sha256: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Model:
    """A network's weights under the name that engines ask for; ``files`` in order of preference."""

    name: str
    title: str
    licence: str
    source: str
    files: tuple[ModelFile, ...]


@dataclass(frozen=True)
class Pair:
    """An encoder and the decoder trained on its features: each means nothing to another's."""

    name: str
    encoder: str
    decoder: str
    layer: str
    """The encoder's layer that the decoder turns back into a picture."""


VGG19_GATYS = Model(
    name="vgg19-gatys",
    title="VGG-19 as Gatys et al. normalised it, with AdaIN",
    licence="MIT (conversion), CC-BY-4.0 (VGG-19)",
    source="https://github.com/naoto0804/pytorch-AdaIN",
    files=(
        ModelFile(
            name="vgg19_relu4_1.safetensors",
            sha256="2644c9e4470500c89e2aa7ba6af1610486dd622476fe9005b5a170121388d700",
            marks=(("features.0.weight", (64, 3, 3, 3)), ("features.19.weight", (512, 256, 3, 3))),
        ),
        ModelFile(
            name="vgg_normalised.pth",
            url="https://github.com/naoto0804/pytorch-AdaIN/releases/download/v0.0.0/vgg_normalised.pth",
            marks=(("0.weight", (3, 3, 1, 1)), ("29.weight", (512, 256, 3, 3))),
        ),
    ),
)

ADAIN_DECODER = Model(
    name="adain-decoder",
    title="AdaIN's decoder",
    licence="MIT",
    source="https://github.com/naoto0804/pytorch-AdaIN",
    files=(
        ModelFile(
            name="adain_decoder.safetensors",
            sha256="a508e72aa9d05c53b8efeb63418dd2c24308accc50a2637bfa67b4a41c82c49d",
            marks=(("0.weight", (256, 512, 3, 3)), ("8.weight", (3, 64, 3, 3))),
        ),
        ModelFile(
            name="decoder.pth",
            url="https://github.com/naoto0804/pytorch-AdaIN/releases/download/v0.0.0/decoder.pth",
            marks=(("1.weight", (256, 512, 3, 3)), ("28.weight", (3, 64, 3, 3))),
        ),
    ),
)

VGG19 = Model(
    name="vgg19",
    title="VGG-19 trained on ImageNet, of torchvision",
    licence="BSD-3-Clause",
    source="https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg19.html",
    files=(
        ModelFile(
            name="vgg19-dcbb9e9d.pth",
            size=574_673_361,
            sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
            url="https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
            marks=(("features.34.weight", (512, 512, 3, 3)), ("classifier.6.weight", (1000, 4096))),
        ),
    ),
)

MODELS: tuple[Model, ...] = (VGG19, VGG19_GATYS, ADAIN_DECODER)

ADAIN_PAIR = Pair("adain", encoder="vgg19-gatys", decoder="adain-decoder", layer="relu4_1")


def model(name: str) -> Model:
    """The catalogue's entry ``name``. Raises :class:`WeightsMissing` when it has none."""
    for entry in MODELS:
        if entry.name == name:
            return entry
    names = [entry.name for entry in MODELS]
    close = difflib.get_close_matches(name, names)
    raise WeightsMissing(
        "The catalogue has no model “{name}”.",
        hint=Text("Did you mean {names}?", names=close[0])
        if close
        else Text("There are: {names}.", names=", ".join(names)),
        name=name,
    )
