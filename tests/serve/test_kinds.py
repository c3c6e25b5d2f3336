"""Engines of another package over the wire: checkpoints, banks, pairs, nothing to paint over, frames, filters."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from velatura.library.weights import write_state
from velatura_link.client import Client
from velatura_link.engines import is_ordered, outputs_of, style_kinds
from velatura_link.errors import JobFailed
from velatura_link.jobs import Progress
from velatura_link.request import EncodedFile, Pixels, RegionRef, Request, StyleRef

from ..daemons import Daemon, start_daemon
from ..toy_package import installed
from ..waiting import wait_until

TOYS = "toy-checkpoint,toy-filter,toy-frames,toy-pair,toy-texture"
LONG = 120.0
"""Seconds: torch is loaded first, maybe on a busy machine."""

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    """A daemon in whose environment the toys are installed; nothing else was done for them."""
    home = Path(tempfile.mkdtemp(prefix="velatura-"))
    given = home / "models"
    given.mkdir()
    write_state({"colours": torch.tensor([RED, BLUE])}, given / "Two Colours.pth")
    path = installed(home / "packages")
    started = start_daemon(home, "--engines", TOYS, PYTHONPATH=path, VELATURA_MODELS=str(given))
    yield started
    started.process.terminate()
    started.process.wait(LONG)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def client(served: Daemon) -> Iterator[Client]:
    with served.client() as connected:
        wait_until(
            lambda: any(each["state"] == "idle" for each in connected.status()["workers"]),
            "a worker that has loaded torch",
            LONG,
        )
        yield connected


def flat(*colour: float, width: int = 10, height: int = 12) -> Pixels:
    pixels = np.broadcast_to(np.float32(colour), (height, width, len(colour)))
    return Pixels(pixels.tobytes(), width, height, len(colour), "f32")


def seen(pixels: Pixels) -> np.ndarray:
    kind = {"u8": np.uint8, "f32": np.float32}[pixels.depth]
    shape = pixels.height, pixels.width, pixels.channels
    return np.frombuffer(pixels.view, kind).reshape(shape)


def checkpoint(*colours: tuple[float, float, float]) -> EncodedFile:
    with tempfile.NamedTemporaryFile() as file:
        write_state({"colours": torch.tensor(colours)}, Path(file.name))
        return EncodedFile.read(Path(file.name))


def test_the_manifest_says_what_each_is_and_needs_no_client_to_know(client: Client) -> None:
    manifest = client.manifest
    assert manifest is not None
    assert style_kinds(manifest, "toy-checkpoint") == ("checkpoint", "bank")
    assert manifest["toy-filter"]["kind"] == "filter"
    assert manifest["toy-texture"]["common"]["properties"].keys() == {"stroke", "feather"}
    assert is_ordered(manifest, "toy-frames")
    names = [each["name"] for each in outputs_of(manifest, "toy-frames")]
    assert names == ["picture", "amount", "state"]


def test_a_checkpoint_is_sent_as_a_file(client: Client) -> None:
    styles = (StyleRef(file=checkpoint(RED)),)
    request = Request("toy-checkpoint", {"amount": 0.5}, flat(0, 0, 0), styles=styles)
    found = client.submit(request).wait(LONG)
    np.testing.assert_allclose(seen(found.picture)[0, 0], [0.5, 0, 0], atol=1e-6)


def test_a_bank_of_the_daemons_is_named_and_listed(client: Client) -> None:
    assert client.models() == [{"name": "two-colours", "file": "Two Colours.pth"}]
    styles = (StyleRef(model="two-colours", index=1),)
    request = Request("toy-checkpoint", {"amount": 1}, flat(0, 0, 0), styles=styles)
    found = client.submit(request).wait(LONG)
    np.testing.assert_allclose(seen(found.picture)[0, 0], [0, 0, 1], atol=1e-6)
    assert "two-colours" in found.recipe["weights"]
    beyond = Request(
        "toy-checkpoint", {}, flat(0, 0, 0), styles=(StyleRef(model="two-colours", index=2),)
    )
    with pytest.raises(JobFailed, match="no style 2: it has 2") as failure:
        client.submit(beyond).wait(LONG)
    assert failure.value.code == "bad_request"


def test_a_pair_is_a_picture_and_the_one_before(client: Client) -> None:
    styles = (StyleRef(picture=flat(0.5, 0, 0), before=flat(0, 0, 0)),)
    request = Request("toy-pair", content=flat(0.2, 0.2, 0.2), styles=styles)
    found = client.submit(request).wait(LONG)
    np.testing.assert_allclose(seen(found.picture)[0, 0], [0.7, 0.2, 0.2], atol=1e-6)


def test_nothing_to_paint_over_and_a_size(client: Client) -> None:
    styles = (StyleRef(picture=flat(1, 0, 0)),)
    for depth, transfer in ((None, None), ("f32", "linear")):
        request = Request("toy-texture", size=(7, 5), depth=depth, transfer=transfer, styles=styles)
        found = client.submit(request).wait(LONG).picture
        assert (found.width, found.height, found.channels) == (7, 5, 3)
        assert (found.depth, found.transfer) == (depth or "u8", transfer or "srgb")


def test_each_frame_goes_on_from_the_state_of_the_one_before(client: Client) -> None:
    left = np.zeros((12, 10, 1), np.float32)
    left[:, :5] = 1
    mask = Pixels(left.tobytes(), 10, 12, 1, "f32")
    regions = (RegionRef(mask, (StyleRef(picture=flat(*RED)),)),)
    inputs: dict[str, EncodedFile] = {}
    for _ in range(3):
        events: list[object] = []
        request = Request(
            "toy-frames",
            content=flat(0, 0, 0),
            regions=regions,
            styles=(StyleRef(picture=flat(*BLUE)),),
            inputs=inputs,
        )
        result = client.submit(request, on_event=events.append).wait(LONG)
        state = result.outputs["state"]
        assert isinstance(state, EncodedFile)
        inputs = {"state": state}
    np.testing.assert_allclose(seen(result.picture)[0, 0], [0.3, 0, 0], atol=1e-5)
    np.testing.assert_allclose(seen(result.picture)[0, 9], [0, 0, 0.3], atol=1e-5)
    assert "fade" in {event.phase for event in events if isinstance(event, Progress)}
    amount = result.outputs["amount"]
    assert isinstance(amount, Pixels)
    np.testing.assert_allclose(seen(amount), 0.3, atol=1e-6)


def test_a_state_is_the_engines_own(client: Client) -> None:
    request = Request("toy-frames", content=flat(0, 0, 0), styles=(StyleRef(picture=flat(*RED)),))
    state = client.submit(request).wait(LONG).outputs["state"]
    assert isinstance(state, EncodedFile)
    assert json.loads(bytes(state.view)) == {"frame": 1}


def test_a_filter_needs_no_style(client: Client) -> None:
    content = np.zeros((9, 9, 4), np.uint8)
    content[..., 3], content[4, 4, :3] = 255, 255
    request = Request("toy-filter", {"radius": 1}, Pixels(content.tobytes(), 9, 9, 4, "u8"))
    result = client.submit(request).wait(LONG)
    found = seen(result.picture)
    assert found[3:6, 3:6, :3].tolist() == np.full((3, 3, 3), 28).tolist()
    assert found.sum() == 9 * 3 * 28 + 81 * 255
    assert "device" not in result.recipe


def test_settings_that_make_no_difference_are_said(client: Client) -> None:
    request = Request("toy-filter", content=flat(0, 0, 0), common={"stroke": 9.0})
    notes = client.submit(request).wait(LONG).notes
    assert [str(note) for note in notes] == ["Stroke size has no effect with this engine."]
