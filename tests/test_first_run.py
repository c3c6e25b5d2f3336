"""A user's first run: weights come from a server that drops the line, are checked, and are kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from velatura.networks.adain_decoder import RELEASE, WIDTHS
from velatura.perception.vgg_layouts import ADAIN_RELEASE
from velatura_link.client import Client
from velatura_link.connection import FILE_NAME, read_connection
from velatura_link.jobs import Progress
from velatura_link.request import EncodedFile, Pixels, Request, StyleRef

from .shell import Shell, open_shell
from .shop import Shop, open_shop
from .waiting import wait_until

pytestmark = pytest.mark.slow

ENCODER, DECODER = "vgg_normalised.pth", "decoder.pth"
ENCODER_WIDTHS = (3, 64, 64, 128, 128, 256, 256, 256, 256, 512)
TREATMENT = {"stroke": 2}


def file_of(widths: tuple[int, ...], places: tuple[int, ...], preprocessing: bool) -> bytes:
    """Random convolutions in the published layout, as torch writes them; halves, to be small."""
    generator = torch.Generator().manual_seed(len(places))
    state = {}
    if preprocessing:
        state["0.weight"] = torch.eye(3)[:, :, None, None].half()
        state["0.bias"] = torch.zeros(3).half()
    for fan_in, out, place in zip(widths[:-1], widths[1:], places[: len(widths) - 1], strict=True):
        weight = torch.randn(out, fan_in, 3, 3, generator=generator) * (2 / (9 * fan_in)) ** 0.5
        state[f"{place}.weight"] = weight.half()
        state[f"{place}.bias"] = torch.zeros(out).half()
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def goods() -> dict[str, bytes]:
    """AdaIN's two files, as its publisher has them, with random weights."""
    return {
        ENCODER: file_of(ENCODER_WIDTHS, ADAIN_RELEASE, preprocessing=True),
        DECODER: file_of(WIDTHS, RELEASE, preprocessing=False),
    }


@pytest.fixture
def shop(goods: dict[str, bytes]) -> Iterator[Shop]:
    """A server with both files that drops the first connection half-way."""
    with open_shop() as opened:
        opened.goods = dict(goods)
        opened.drops = [len(goods[ENCODER]) // 2]
        yield opened


@pytest.fixture
def shell(shop: Shop) -> Iterator[Shell]:
    """A new user's empty places, a photo and a painting."""
    with open_shell(VELATURA_MIRROR=shop.url) as opened:
        generator = np.random.default_rng(3)
        for name, shape in (("photo.png", (48, 64, 3)), ("painting.png", (64, 72, 3))):
            pixels = generator.integers(0, 256, shape, np.uint8)
            Image.fromarray(pixels).save(opened.home / name)
        yield opened


WISH = (
    "stylize", "photo.png", "--style", "painting.png", "--engine", "adain", "--stroke", "2"
)  # fmt: skip


def resumed(goods: dict[str, bytes]) -> list[str | None]:
    """The Range headers of a download that broke off once."""
    return [None, f"bytes={len(goods[ENCODER]) // 2}-", None]


def test_the_command_line_fetches_what_is_missing_once(
    shell: Shell, shop: Shop, goods: dict[str, bytes]
) -> None:
    first = shell(*WISH, "-o", "out.png", "--json")
    assert first.code == 0, first
    assert Image.open(shell.home / "out.png").size == (64, 48)
    assert shop.ranges == resumed(goods)
    notes = " ".join(first.json["notes"])
    assert ENCODER in notes
    assert DECODER in notes
    models = shell.home / "data" / "models"
    assert {name: (models / name).read_bytes() for name in goods} == goods
    assert not list(models.glob("*.part"))

    second = shell(*WISH, "-o", "again.png", "--json")
    again = " ".join(second.json["notes"])
    assert ENCODER not in again
    assert DECODER not in again
    assert shell(*WISH, "-o", "direct.png", "--no-daemon").code == 0
    assert shop.ranges == resumed(goods)
    assert (shell.home / "again.png").read_bytes() == (shell.home / "out.png").read_bytes()
    assert (shell.home / "direct.png").read_bytes() == (shell.home / "out.png").read_bytes()


def test_a_client_sees_how_far_the_download_is(
    shell: Shell, shop: Shop, goods: dict[str, bytes]
) -> None:
    daemon = shell.start("serve")
    connection = wait_until(lambda: read_connection(shell.runtime / FILE_NAME), "the daemon")
    photo = np.asarray(Image.open(shell.home / "photo.png"))
    request = Request(
        engine="adain",
        common=TREATMENT,
        content=Pixels(photo.tobytes(), 64, 48, 3, "u8"),
        styles=(StyleRef(picture=EncodedFile.read(shell.home / "painting.png")),),
    )
    events: list[object] = []
    with Client(connection) as client:
        result = client.submit(request, on_event=events.append).wait(120)
        client.stop()
    daemon.communicate(timeout=30)
    assert result.picture.width == 64
    steps = [each for each in events if isinstance(each, Progress)]
    phases = list(dict.fromkeys(each.phase for each in steps))
    downloads = ["download vgg19-gatys", "download adain-decoder"]
    assert [phase for phase in phases if phase.startswith("download")] == downloads
    for phase in downloads:
        done = [each.step for each in steps if each.phase == phase]
        assert done == sorted(done)
        assert steps[-1].phase == "paint"
        assert done[-1] == next(each.steps for each in steps[::-1] if each.phase == phase) > 0
    # The pause after the dropped connection is no silence.
    half = len(goods[ENCODER]) // 2 >> 10
    assert half in [each.step for each in steps if each.phase == downloads[0]]
    assert shop.ranges == resumed(goods)


def test_a_server_that_is_down_is_told_with_the_way_around(shell: Shell, shop: Shop) -> None:
    with open_shop() as gone:
        shell.variables["VELATURA_MIRROR"] = gone.url
    outcome = shell(*WISH, "-o", "out.png")
    sentence = outcome.complaint()
    assert "“vgg19-gatys”" in sentence
    assert f"{gone.url}/{ENCODER} could not be downloaded: Connection refused." in sentence
    assert "https://" in outcome.err
    assert "velatura models add FILE" in outcome.err
    assert "VELATURA_MODELS" in outcome.err
    error = shell(*WISH, "-o", "out.png", "--no-daemon", "--json")
    assert error.code == 2
    assert error.json["error"]["code"] == "weights_missing"
    assert shell.files == {"photo.png", "painting.png"}


def test_a_file_fetched_by_hand_is_taken_in_without_a_server(
    shell: Shell, shop: Shop, goods: dict[str, bytes]
) -> None:
    shell.variables["VELATURA_MIRROR"] = "http://127.0.0.1:9"
    for name, content in goods.items():
        (shell.home / name).write_bytes(content)
        assert shell("models", "add", name).code == 0
    assert shell(*WISH, "-o", "out.png").code == 0
    assert shop.ranges == []


def test_weights_that_change_under_their_pin_are_refused(
    shell: Shell, shop: Shop, goods: dict[str, bytes]
) -> None:
    path = Path(shell("models", "path", "adain-decoder", "--json").json["path"])
    assert path.read_bytes() == goods[DECODER]
    changed = bytearray(goods[DECODER])
    changed[len(changed) // 2] ^= 1

    path.write_bytes(changed)
    sentence = shell("models", "path", "adain-decoder").complaint()
    assert f"{path} is not the {DECODER} that Velatura knows" in sentence
    refused = shell(*WISH, "-o", "out.png", "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "bad_weights"

    path.unlink()
    shop.goods[DECODER] = bytes(changed)
    sentence = shell("models", "path", "adain-decoder").complaint()
    assert f"The download from {shop.url}/{DECODER} is not {DECODER}" in sentence
    assert not path.exists()

    shop.goods[DECODER] = goods[DECODER]
    assert shell("models", "path", "adain-decoder").code == 0
