"""The style library changed over the wire: by clients that are honest, hasty, dying or hostile."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

import psutil
import pytest
from PIL import Image

from velatura.errors import BadPicture, BadRequest
from velatura.library import assets
from velatura.serve.blobs.spool import Spool
from velatura.serve.config import Limits
from velatura.serve.library import updates
from velatura.serve.library.updates import LibraryUpdates
from velatura_link import messages as m
from velatura_link.checks.bench import Bench, Peer
from velatura_link.client import Client
from velatura_link.errors import Refused
from velatura_link.messages import Header
from velatura_link.request import EncodedFile
from velatura_link.sockets import SocketTransport

from ..daemons import Daemon
from ..waiting import PATIENCE, wait_until


def picture(colour: int = 200, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> EncodedFile:
    stream = io.BytesIO()
    Image.new(mode, size, (colour, 10, 20) if mode == "RGB" else 0).save(stream, "PNG")
    return EncodedFile(stream.getvalue())


def own(client: Client) -> list[str]:
    return [style["name"] for style in client.styles() if not style["builtin"]]


def files(daemon: Daemon) -> list[str]:
    folder = daemon.home / "data" / "styles"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def looking(daemon: Daemon) -> list[psutil.Process]:
    """The processes that look at files."""
    found = []
    for child in psutil.Process(daemon.process.pid).children():
        try:
            if "velatura.serve.library.import_process" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def test_a_style_is_added_listed_and_removed_for_everybody(daemon: Daemon) -> None:
    notices: list[str] = []
    with (
        daemon.client() as client,
        daemon.client(on_notice=lambda notice: notices.append(notice.code)) as other,
    ):
        style = client.add_style("By the Sea", picture())
        assert (style["name"], style["kind"], style["builtin"]) == ("by-the-sea", "picture", False)
        assert style["title"] == "By the Sea"
        assert style["thumbnail"].startswith(b"\x89PNG")
        assert style in other.styles()
        listed = subprocess.run(
            [sys.executable, "-m", "velatura.cli.main", "styles", "list", "--json"],
            env=daemon.environment,
            capture_output=True,
            check=True,
        )
        assert json.loads(listed.stdout)["by-the-sea"].endswith("By the Sea.png")
        other.remove_style("By the Sea")
        assert own(client) == []
        wait_until(lambda: notices.count("styles") == 1, "the notice of what the other one did")
    assert files(daemon) == []


def test_a_code_is_added_as_one(daemon: Daemon) -> None:
    with daemon.client() as client:
        style = client.add_style("Mine", EncodedFile.read(assets.codes()[0]))
    assert (style["name"], style["kind"], style["thumbnail"]) == ("mine", "code", None)
    assert files(daemon) == ["Mine.code"]


def test_the_same_picture_is_kept_once_and_another_gets_a_number(daemon: Daemon) -> None:
    with daemon.client() as client:
        names = [
            client.add_style(title, picture(colour))["name"]
            for title, colour in (("Sea", 1), ("Sea", 1), ("sea!", 2), ("Sea", 2), ("Sea", 1))
        ]
        assert names == ["sea", "sea", "sea-2", "sea-2", "sea"]
        # What is built in is not hidden from the other hosts.
        assert client.add_style("Starry Night", picture(3))["name"] == "starry-night-2"
        assert own(client) == ["sea", "sea-2", "starry-night-2"]


def test_what_cannot_be_a_style_is_refused_by_its_title(daemon: Daemon) -> None:
    whole = bytes(picture(size=(640, 480)).view)
    with daemon.client() as client:
        for code, sentence, file in (
            ("bad_picture", "“The Sea” is not a picture", EncodedFile(b"There is none in here.")),
            (
                "bad_picture",
                "“The Sea” is damaged or cut off",
                EncodedFile(whole[: len(whole) // 2]),
            ),
            ("bad_picture", "“The Sea” is not a picture", EncodedFile(whole[:16] + bytes(200))),
            ("too_large", "“The Sea” has 20000 × 9000", picture(size=(20000, 9000), mode="1")),
        ):
            with pytest.raises(Refused, match=sentence) as refusal:
                client.add_style("The Sea", file)
            assert refusal.value.code == code
        with pytest.raises(Refused, match="at most 200 characters"):
            client.add_style("x" * 201, picture())
        assert own(client) == []
    assert files(daemon) == []


def test_what_is_built_in_or_unknown_is_not_removed(daemon: Daemon) -> None:
    with daemon.client() as client:
        with pytest.raises(Refused, match="is built in and cannot be removed") as refusal:
            client.remove_style("starry-night")
        assert refusal.value.code == "bad_request"
        with pytest.raises(Refused, match="has no “stary-night”") as refusal:
            client.remove_style("stary-night")
        assert refusal.value.hint == "Did you mean starry-night?"


def test_a_library_that_cannot_be_written_says_so(daemon: Daemon) -> None:
    (daemon.home / "data").mkdir()
    (daemon.home / "data" / "styles").write_text("in the way")
    with daemon.client() as client:
        with pytest.raises(Refused, match="The library cannot be used") as refusal:
            client.add_style("Sea", picture())
        assert refusal.value.code == "bad_request"
        with pytest.raises(Refused, match="The library cannot be used"):
            client.remove_style("sea")
        assert own(client) == []


def test_what_a_picture_does_to_the_process_that_looks_at_it_it_does_to_nobody_else(
    daemon: Daemon,
) -> None:
    with daemon.client() as client:
        before = client.instance
        for attempt in range(10):
            failed: list[Refused] = []

            def add(attempt: int = attempt, failed: list[Refused] = failed) -> None:
                try:
                    client.add_style(f"Sea {attempt}", picture(attempt))
                except Refused as error:
                    failed.append(error)

            adding = threading.Thread(target=add)
            adding.start()
            while adding.is_alive():
                for process in looking(daemon):
                    process.kill()
                time.sleep(0.01)
            if failed:
                break
        assert "ended unexpectedly" in failed[0].message
        assert failed[0].code == "bad_picture"
        assert client.add_style("Lake", picture(99))["name"] == "lake"
        assert client.instance == before
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    assert not maps.exists() or "torch" not in maps.read_text()


def peer_of(daemon: Daemon) -> Peer:
    return Bench(daemon.connection(), SocketTransport).peer()


def test_a_client_that_dies_while_it_sends_leaves_nothing(daemon: Daemon) -> None:
    peer = peer_of(daemon)
    blob = m.new_id()
    peer.send(m.BLOB_PUT, blob=blob, size=1 << 20, digest=None)
    peer.expect(m.BLOB_GO, blob=blob)
    peer.send(m.BLOB_CHUNK, bytes(1 << 18), blob=blob, offset=0)
    # A file that is still on its way is no file yet.
    peer.send(m.STYLES_ADD, title="Sea", file={"blob": blob, "encoding": "file"})
    assert peer.expect(m.FAILED, of=m.STYLES_ADD).header["code"] == "blob_missing"
    peer.leave(politely=False)
    with daemon.client() as client:
        assert client.add_style("Lake", picture())["name"] == "lake"
        assert own(client) == ["lake"]
    assert files(daemon) == ["Lake.png"]


@pytest.mark.parametrize("politely", [True, False])
def test_a_client_that_leaves_without_the_answer_has_its_style_and_frees_its_file(
    daemon: Daemon, politely: bool
) -> None:
    peer = peer_of(daemon)
    blob = peer.put(bytes(picture().view))
    peer.send(m.STYLES_ADD, title="Sea", file={"blob": blob, "encoding": "file"})
    peer.flush()
    peer.leave(politely=politely)
    with daemon.client() as client:
        wait_until(lambda: own(client) == ["sea"], "the style")
        wait_until(lambda: not client.status()["spool"]["blobs"], "the spool to be free")


def test_clients_at_once_lose_nothing(daemon: Daemon) -> None:
    names: list[str] = []

    def work(client: Client, colours: tuple[int, ...]) -> None:
        names.extend(client.add_style("Sea", picture(colour))["name"] for colour in colours)

    with daemon.client() as first, daemon.client() as second:
        threads = [
            threading.Thread(target=work, args=(first, (1, 2, 3))),
            threading.Thread(target=work, args=(second, (3, 4, 1))),
            threading.Thread(target=work, args=(second, (5,))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(set(names)) == own(first) == ["sea", *(f"sea-{n}" for n in range(2, 6))]


def test_a_daemon_that_is_stopped_meanwhile_ends_at_once(daemon: Daemon) -> None:
    peer = peer_of(daemon)
    file = {"blob": peer.put(bytes(picture().view)), "encoding": "file"}
    for number in range(20):
        peer.send(m.STYLES_ADD, title=f"Sea {number}", file=file)
    found = wait_until(lambda: looking(daemon), "a process that looks")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(PATIENCE) == 0
    wait_until(lambda: not any(process.is_running() for process in found), "its process to end")
    assert len(files(daemon)) < 20
    assert not [name for name in files(daemon) if name.endswith(".draft")]


def test_a_daemon_that_drains_finishes_what_it_was_given(daemon: Daemon) -> None:
    peer = peer_of(daemon)
    file = {"blob": peer.put(bytes(picture().view)), "encoding": "file"}
    for number in range(3):
        peer.send(m.STYLES_ADD, title=f"Sea {number}", file=file)
    peer.send(m.STOP, now=False)
    for _ in range(3):
        peer.expect(m.STYLES_ADD)
    assert daemon.process.wait(PATIENCE) == 0
    assert files(daemon) == ["Sea 0.png", "Sea 1.png", "Sea 2.png"]


@pytest.fixture
def lone() -> LibraryUpdates:
    """One without a broker around it."""
    return LibraryUpdates(lambda call: None, {}, None, Limits())  # type: ignore[arg-type]


class Sent(list[Header]):
    """What sessions are sent; there is one."""

    def send(self, session: object, header: Header) -> None:
        self.append(header)


def test_too_many_at_once_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "MOST_WAITING", 2)
    spool, sent, calls = Spool(tmp_path / "spool", 1 << 20, Limits()), Sent(), Queue[Any]()
    lone = LibraryUpdates(calls.put, sent, spool, Limits())  # type: ignore[arg-type]
    blob = m.new_id()
    spool.seal(spool.create(blob, 3, "a session"), 0, None)
    file = {"blob": blob, "encoding": "file"}
    for _ in range(3):
        lone.add(None, {"title": "Sea", "file": file})  # type: ignore[arg-type]
    for _ in range(3):
        calls.get(timeout=PATIENCE)()
    assert [answer["code"] for answer in sent] == ["bad_picture", "bad_picture", "busy"]
    lone.add(None, {"title": "Sea", "file": file})  # type: ignore[arg-type]
    calls.get(timeout=PATIENCE)()
    assert sent[-1]["code"] == "bad_picture"
    spool.let_go("a session")
    assert len(spool) == 0
    lone.close()


def stuck(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files looked at by something that never comes to an end."""
    program = folder / "stuck"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setattr(updates.sys, "executable", str(program))


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_file_that_is_never_done_with_is_given_up(
    lone: LibraryUpdates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck(tmp_path, monkeypatch)
    monkeypatch.setattr(updates, "PATIENCE", 0.2)
    with pytest.raises(BadPicture, match="“Sea” cannot be read"):
        lone._looked_at(tmp_path / "x", "Sea")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_closing_waits_for_no_file(
    lone: LibraryUpdates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck(tmp_path, monkeypatch)
    ended: list[Exception] = []
    look: Callable[[], object] = partial(lone._looked_at, tmp_path / "x", "Sea")

    def work() -> None:
        try:
            look()
        except BadPicture as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: lone._looking, "it to begin")
    lone.close()
    thread.join(PATIENCE)
    assert len(ended) == 1
    with pytest.raises(BadRequest, match="stopped before the style was added"):
        look()
