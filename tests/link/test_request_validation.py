"""One validation, for clients and the broker: what a request may say."""

from __future__ import annotations

from typing import Any

import pytest

from velatura_link.admission import admit
from velatura_link.blob_references import BlobUse
from velatura_link.errors import JobFailed, Refused
from velatura_link.request import (
    EncodedFile,
    Pixels,
    RegionRef,
    Request,
    StyleRef,
    decode_request,
    encode_request,
)
from velatura_link.request_validation import check_request, crop_of
from velatura_link.session import Limits

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
    sizes = [(use.blob[-1], use.size) for use in check_request(request, LIMITS)]
    assert sizes == [(1, 96), (2, None), (3, 24), (4, 12), (5, 96)]
    assert BlobUse(raster(1)["blob"], 96) in check_request(request, LIMITS)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({}, "bad_request"),
        ({"engine": 1}, "bad_request"),
        ({"engine": "a", "params": []}, "bad_request"),
        ({"engine": "a", "strength": 1.5}, "bad_request"),
        ({"engine": "a", "strength": float("nan")}, "bad_request"),
        ({"engine": "a", "seed": "x"}, "bad_request"),
        ({"engine": "a", "device": 3}, "bad_request"),
        ({"engine": "a", "size": [0, 5]}, "bad_request"),
        ({"engine": "a", "size": [5]}, "bad_request"),
        ({"engine": "a", "size": [200, 200]}, "too_large"),
        ({"engine": "a", "content": raster(width=0)}, "bad_request"),
        ({"engine": "a", "content": raster(width=2_000, height=1)}, "too_large"),
        ({"engine": "a", "content": raster(depth="u32")}, "bad_request"),
        ({"engine": "a", "content": raster(blob=b"short")}, "bad_request"),
        ({"engine": "a", "styles": {}}, "bad_request"),
        ({"engine": "a", "styles": [{}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "model": "b"}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "weight": 0}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "weight": float("inf")}]}, "bad_request"),
        ({"engine": "a", "regions": [{"styles": []}]}, "bad_request"),
        ({"engine": "a", "regions": [3]}, "bad_request"),
        ({"engine": "a", "inputs": 3}, "bad_request"),
        ({"engine": "a", "window": [0, 0, 2, 2]}, "bad_request"),
        ({"engine": "a", "content": raster(), "window": [2, 0, 2, 2]}, "bad_request"),
        ({"engine": "a", "content": raster(), "window": [0, 0, 2]}, "bad_request"),
        ({"engine": "a", "content": raster(), "window": [0, 0, 2.5, 2]}, "bad_request"),
        (None, "bad_request"),
        ({"preset": 3}, "bad_request"),
        ({"engine": "a", "seed": -1}, "bad_request"),
        ({"engine": "a", "seed": True}, "bad_request"),
        ({"engine": "a", "depth": "u32"}, "bad_request"),
        ({"engine": "a", "transfer": "gamma"}, "bad_request"),
        ({"engine": "a", "stop_after": 0}, "bad_request"),
        ({"engine": "a", "segments": 1}, "bad_request"),
        ({"engine": "a", "segments": 2}, "bad_request"),
        ({"engine": "a", "segments": 2, "styles": [{"name": "a"}] * 3}, "bad_request"),
        ({"engine": "a", "regions": [{"mask": raster(channels=4)}]}, "bad_request"),
        ({"engine": "a", "regions": [{"mask": raster(), "colour": [0, 0, 256]}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "index": 1}]}, "bad_request"),
        ({"engine": "a", "styles": [{"model": "a", "index": -1}]}, "bad_request"),
        ({"engine": "a", "styles": [{"model": "a", "before": raster()}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "crop": [0, 0, 1, 2]}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": "a", "weight": 10**400}]}, "bad_request"),
        ({"engine": "a", "styles": [{"name": 3}]}, "bad_request"),
    ],
)
def test_a_bad_request_is_refused_with_one_sentence(request_: Any, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_request(request_, LIMITS)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")
    assert "\n" not in refusal.value.message


@pytest.mark.parametrize("key", ["strength", "seed", "segments", "content", "styles", "window"])
def test_nil_counts_as_absent(key: str) -> None:
    assert check_request({"engine": "a", key: None}, LIMITS) == []


def test_a_preset_may_bring_engine_and_styles() -> None:
    assert check_request({"preset": "look", "segments": 3}, LIMITS) == []


def test_limits_of_nothing_are_none() -> None:
    large = {"engine": "a", "content": raster(width=1 << 20, height=1 << 20)}
    assert len(check_request(large, Limits())) == 1


@pytest.mark.parametrize(
    "crop", [[0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1.1], ["a"] * 4, 3, [float("nan")] * 4]
)
def test_a_crop_is_a_part_of_a_picture(crop: Any) -> None:
    with pytest.raises(ValueError, match="crop"):
        crop_of(crop)


def test_a_client_refuses_what_the_broker_would_before_a_byte_is_sent() -> None:
    with pytest.raises(JobFailed) as refusal:
        admit(Request(engine="a", strength=2), Limits())
    assert refusal.value.code == "bad_request"
    assert refusal.value.message == "The strength must be from 0 to 1, not 2."


def test_a_request_is_the_same_after_the_way_there_and_back() -> None:
    mask = Pixels(bytes(4), 2, 2, 1, "u8")
    picture, state = EncodedFile(b"picture"), EncodedFile(b"state")
    style = StyleRef(
        picture=picture, before=picture, mask=mask, crop=(0.0, 0.0, 0.5, 1.0), rotation=5.0
    )
    request = Request(
        engine="a",
        params={"k": 1},
        content=picture,
        window=(0, 0, 1, 1),
        styles=(style, StyleRef(model="candy", index=2)),
        regions=(RegionRef(picture, (style,), 0.5, (1, 2, 3)), RegionRef(mask, ())),
        inputs={"state": state, "number": 3.0},
        size=(4, 5),
        depth="u16",
        transfer="linear",
        seed=9,
    )
    named = {bytes([n]) * 16: each for n, each in enumerate((mask, picture, state))}
    blobs = {id(each): blob for blob, each in named.items()}
    fields = encode_request(request, lambda payload: blobs[id(payload)])
    assert len(check_request(fields, LIMITS)) > 0
    assert decode_request(fields, lambda reference: named[reference["blob"]]) == request
