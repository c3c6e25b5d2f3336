from __future__ import annotations

from typing import Any

import pytest

from velatura.errors import BadRequest, TooLarge, VelaturaError
from velatura.serve.config import Limits
from velatura.serve.jobs.request_validation import BlobUse, blobs_of

LIMITS = Limits(pixels=10_000, side=1_000)


def raster(number: int = 1, **changes: Any) -> dict[str, Any]:
    reference = {
        "blob": number.to_bytes(16, "big"),
        "width": 4,
        "height": 3,
        "channels": 4,
        "depth": "u16",
        "transfer": "srgb",
    }
    return {**reference, **changes}


def test_every_blob_of_a_request_is_found_with_its_size() -> None:
    request = {
        "engine": "adain",
        "content": raster(1),
        "styles": [
            {
                "picture": {"blob": bytes(15) + b"\x02", "encoding": "file"},
                "mask": raster(3, channels=1),
            }
        ],
        "regions": [{"mask": raster(4, channels=1, depth="u8"), "styles": [{"name": "wave"}]}],
        "inputs": {"before": raster(5), "sharpness": 0.5},
    }
    sizes = [(use.blob[-1], use.size) for use in blobs_of(request, LIMITS)]
    assert sizes == [(1, 96), (2, None), (3, 24), (4, 12), (5, 96)]
    assert BlobUse(raster(1)["blob"], 96) in blobs_of(request, LIMITS)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({}, BadRequest),
        ({"engine": 1}, BadRequest),
        ({"engine": "a", "params": []}, BadRequest),
        ({"engine": "a", "strength": 1.5}, BadRequest),
        ({"engine": "a", "strength": float("nan")}, BadRequest),
        ({"engine": "a", "seed": "x"}, BadRequest),
        ({"engine": "a", "device": 3}, BadRequest),
        ({"engine": "a", "size": [0, 5]}, BadRequest),
        ({"engine": "a", "size": [5]}, BadRequest),
        ({"engine": "a", "size": [200, 200]}, TooLarge),
        ({"engine": "a", "content": raster(width=0)}, BadRequest),
        ({"engine": "a", "content": raster(width=2_000, height=1)}, TooLarge),
        ({"engine": "a", "content": raster(depth="u32")}, BadRequest),
        ({"engine": "a", "content": raster(blob=b"short")}, BadRequest),
        ({"engine": "a", "styles": {}}, BadRequest),
        ({"engine": "a", "styles": [{}]}, BadRequest),
        ({"engine": "a", "styles": [{"name": "a", "model": "b"}]}, BadRequest),
        ({"engine": "a", "styles": [{"name": "a", "weight": 0}]}, BadRequest),
        ({"engine": "a", "styles": [{"name": "a", "weight": float("inf")}]}, BadRequest),
        ({"engine": "a", "regions": [{"styles": []}]}, BadRequest),
        ({"engine": "a", "regions": [3]}, BadRequest),
        ({"engine": "a", "inputs": 3}, BadRequest),
        ({"engine": "a", "window": [0, 0, 2, 2]}, BadRequest),
        ({"engine": "a", "content": raster(), "window": [2, 0, 2, 2]}, BadRequest),
        ({"engine": "a", "content": raster(), "window": [0, 0, 2]}, BadRequest),
        ({"engine": "a", "content": raster(), "window": [0, 0, 2.5, 2]}, BadRequest),
    ],
)
def test_a_bad_request_is_refused_with_one_sentence(
    request_: dict[str, Any], error: type[VelaturaError]
) -> None:
    with pytest.raises(error) as refusal:
        blobs_of(request_, LIMITS)
    assert refusal.value.message.endswith(".")
    assert "\n" not in refusal.value.message
