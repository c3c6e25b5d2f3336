"""Presets and styles over the wire: asked for, and named in requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from velatura.errors import BadRequest
from velatura.library.presets import Preset, filled, to_json
from velatura.serve.config import Limits
from velatura.serve.jobs.request_validation import blobs_of
from velatura.serve.library import queries
from velatura.serve.library.queries import page
from velatura_link.builtin import builtin_picture
from velatura_link.client import Client
from velatura_link.errors import JobFailed, Refused
from velatura_link.jobs import Progress
from velatura_link.request import Pixels, Request

from ..daemons import Daemon
from ..waiting import wait_until

SLOW = Preset("slow", "identity", {"steps": 7, "pause": 0.0}, strength=0.5)


def keep(home: Path, preset: Preset) -> None:
    """Put ``preset`` where the daemon below ``home`` finds it."""
    folder = home / "data" / "presets"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{preset.name}.json").write_bytes(to_json(preset))


def steps_of(client: Client, request: Request) -> int:
    """How many steps a job for ``request`` has."""
    seen: list[int] = []
    job = client.submit(
        request,
        on_event=lambda event: seen.append(event.steps) if isinstance(event, Progress) else None,
    )
    job.wait(60)
    return max(seen)


@pytest.fixture
def content() -> Pixels:
    return Pixels(bytes(range(48)), 4, 4, 3, "u8")


def test_a_preset_says_what_the_request_leaves_out(daemon: Daemon, content: Pixels) -> None:
    keep(daemon.home, SLOW)
    with daemon.client() as client:
        assert steps_of(client, Request(content=content, preset="Slow")) == 7
        override = Request(content=content, preset="slow", params={"steps": 3})
        assert steps_of(client, override) == 3


def test_a_preset_that_is_not_there_or_is_none_fails_the_job(
    daemon: Daemon, content: Pixels
) -> None:
    keep(daemon.home, SLOW)
    (daemon.home / "data" / "presets" / "broken.json").write_text("{")
    with daemon.client() as client:
        for name, sentence in (("slwo", "no preset “slwo”"), ("broken", "is not a preset")):
            with pytest.raises(JobFailed, match=sentence) as failure:
                client.submit(Request(content=content, preset=name)).wait(20)
            assert failure.value.code == "bad_request"
        with pytest.raises(Refused, match="is not a preset"):
            client.presets()


def test_presets_are_listed_as_they_are_kept(daemon: Daemon) -> None:
    with daemon.client() as client:
        assert client.presets() == []
        keep(daemon.home, SLOW)
        keep(daemon.home, Preset("quick", "identity"))
        assert [preset["name"] for preset in client.presets()] == ["quick", "slow"]
        assert client.presets()[1] == SLOW.described()


def test_presets_are_saved_renamed_and_removed_over_the_wire(daemon: Daemon) -> None:
    notices: list[str] = []
    wish = {"engine": "identity", "params": {"steps": 3}, "styles": [{"name": "scream"}]}
    with (
        daemon.client() as client,
        daemon.client(on_notice=lambda notice: notices.append(notice.code)) as other,
    ):
        assert client.keeps_presets
        saved = client.save_preset("My Öl Look", wish)
        assert (saved["name"], saved["title"]) == ("my-ol-look", "My Öl Look")
        assert other.presets() == [saved]
        with pytest.raises(Refused, match="already") as refusal:
            client.save_preset("my öl look", wish)
        assert refusal.value.code == "exists"
        assert client.save_preset("My Öl Look", {**wish, "strength": 0.5}, replace=True) == {
            **saved,
            "strength": 0.5,
        }
        with pytest.raises(Refused, match="has no “screm”"):
            client.save_preset("x", {**wish, "styles": [{"name": "screm"}]})
        with pytest.raises(Refused, match="may have at most 65,536 bytes") as refusal:
            client.save_preset("x", {"engine": "identity", "params": {"text": "x" * 70_000}})
        assert refusal.value.code == "too_large"
        assert client.rename_preset("my-ol-look", "Oil")["name"] == "oil"
        client.remove_preset("oil")
        assert other.presets() == []
        wait_until(lambda: notices.count("presets") == 4, "a notice of every change")


def test_styles_are_marked_over_the_wire(daemon: Daemon) -> None:
    with daemon.client() as client:
        assert client.marks_styles
        changed = client.change_style("scream", favourite=True, collections=["Norway"])
        assert (changed["favourite"], changed["collections"]) == (True, ["Norway"])
        assert changed in client.styles()
        with pytest.raises(Refused, match="cannot be renamed"):
            client.change_style("scream", title="The Shout")


def test_styles_come_with_thumbnails(daemon: Daemon) -> None:
    folder = daemon.home / "data" / "styles"
    folder.mkdir(parents=True)
    Image.new("RGB", (640, 320), "red").save(folder / "A Red One.png")
    (folder / "damaged.png").write_bytes(b"no picture")
    with daemon.client() as client:
        styles = {style["name"]: style for style in client.styles()}
        painting = client.style_picture("starry-night")
    assert painting == builtin_picture("starry-night")
    own, built_in = styles["a-red-one"], styles["starry-night"]
    assert (own["title"], own["kind"], own["builtin"]) == ("A Red One", "picture", False)
    assert own["thumbnail"].startswith(b"\x89PNG")
    assert (built_in["kind"], built_in["builtin"]) == ("picture", True)
    assert built_in["thumbnail"].startswith(b"\xff\xd8")
    assert styles["damaged"]["thumbnail"] is None


def test_a_long_list_comes_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"name": str(number), "thumbnail": bytes(400)} for number in range(5)]
    monkeypatch.setattr(queries, "PAGE", 1000)
    first = page("styles", iter(items))
    assert (len(first["styles"]), first["more"]) == (2, True)
    assert page("styles", items[3:]) == {"t": "styles", "styles": items[3:], "more": False}
    monkeypatch.setattr(queries, "PAGE", 1)
    assert len(page("styles", items)["styles"]) == 1
    assert page("styles", []) == {"t": "styles", "styles": [], "more": False}


@pytest.mark.parametrize(
    "request_", [{"preset": 3}, {"preset": "x", "params": 3}, {"preset": "x", "styles": {"a": 1}}]
)
def test_a_request_that_no_preset_could_fill_is_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        blobs_of(request_, Limits())


def test_a_request_without_a_preset_says_what_it_said() -> None:
    assert filled({"engine": "identity", "strength": None}) == {"engine": "identity"}
