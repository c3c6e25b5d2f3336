"""Channels change places by the Qt that the host has."""

from __future__ import annotations

import json

import numpy as np
import pytest

from .harness import Krita
from .krita_plugin import install

SWAP = (
    "import json, sys; sys.path.insert(0, sys.argv[1]);"
    "from velatura_krita.document.channel_order import swapped;"
    "data, width, size = json.loads(sys.argv[2]);"
    "print(json.dumps(list(swapped(bytearray(data), width, size))))"
)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_blue_and_red_change_places(krita: Krita, kind: type) -> None:
    profile = krita.profile
    package = install(profile).parent
    pixels = np.random.default_rng(5).integers(0, np.iinfo(kind).max, (7, 5, 4), kind)
    facts = json.dumps([list(pixels.tobytes()), 5, pixels.itemsize])
    command = ["python3", "-c", SWAP, str(package), facts]
    said = profile.inside.run(command, profile.environment)
    assert bytes(json.loads(said)) == pixels[..., [2, 1, 0, 3]].tobytes()
