"""The daemon's life as GIMP sees it: absent, killed, another version; and two GIMPs at once."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np

from velatura.contract import manifest
from velatura_link.connection import FILE_NAME, Connection, read_connection, write_connection

from ..waiting import wait_until
from . import gimp_plugin
from .harness import SCRIPTS, Gimp, Running
from .inside import PATIENCE
from .profiles import Profile

installed, schema = gimp_plugin.installed, gimp_plugin.schema

SLOW = {"engine": "identity", "params": {"steps": 1000, "pause": 0.01}}


def start(gimp: Gimp, folder: Path, request: object, width: int = 64) -> Running:
    """GIMP on its way with an image to be painted."""
    folder.mkdir(exist_ok=True)
    pixels = np.random.default_rng(width).integers(0, 256, (48, width, 4), np.uint8)
    (folder / "raw").write_bytes(pixels.tobytes())
    case = {
        "size": [width, 48],
        "base": "RGB",
        "precision": "U8_NON_LINEAR",
        "extent": [0, 0, width, 48],
        "type": "RGBA_IMAGE",
        "pixels": [str(folder / "raw"), "R'G'B'A u8"],
        "format": "R'G'B'A u8",
        "procedure": "velatura-run",
        "arguments": {"request": json.dumps(request)},
    }
    return gimp.start(script=SCRIPTS / "gimp_paints.py", cases=[case], into=str(folder))


def error_of(running: Running) -> str:
    with running:
        return str(running.finish().value[0]["error"])


def busy(profile: Profile) -> bool:
    answer = profile.shell("--json", "status").json
    return bool(answer["running"]) and any(each["state"] == "busy" for each in answer["workers"])


def pid(profile: Profile) -> int:
    connection = read_connection(profile.runtime / FILE_NAME)
    assert connection is not None
    return connection.pid


def break_command(installed: Path) -> None:
    told = json.loads((installed / "daemon.json").read_text())
    (installed / "daemon.json").write_text(json.dumps({**told, "command": ["/nowhere/velatura"]}))


def test_a_daemon_that_is_absent_is_started_and_stays(
    gimp: Gimp,
    profile: Profile,
    installed: Path,
    tmp_path: Path,
) -> None:
    assert read_connection(profile.runtime / FILE_NAME) is None
    assert error_of(start(gimp, tmp_path, {"engine": "identity"})) == "None"
    assert os.getsid(pid(profile)) != os.getsid(
        0
    )  # a session of its own: GIMP's end is not its end


def test_a_daemon_that_cannot_be_started_is_one_error(
    gimp: Gimp,
    installed: Path,
    tmp_path: Path,
) -> None:
    break_command(installed)
    error = error_of(start(gimp, tmp_path, {"engine": "identity"}))
    assert "/nowhere/velatura" in error
    assert "Start GIMP again" in error


def test_a_job_outlives_a_killed_daemon(
    gimp: Gimp,
    profile: Profile,
    installed: Path,
    tmp_path: Path,
) -> None:
    with start(gimp, tmp_path, SLOW) as running:
        wait_until(lambda: busy(profile), "a job", PATIENCE)
        first = pid(profile)
        os.kill(first, signal.SIGKILL)
        assert running.finish().value[0]["error"] is None
    assert pid(profile) != first


def test_a_killed_daemon_that_cannot_be_started_again_is_an_error_with_a_hint(
    gimp: Gimp,
    profile: Profile,
    installed: Path,
    tmp_path: Path,
) -> None:
    with start(gimp, tmp_path, SLOW) as running:
        wait_until(lambda: busy(profile), "a job", PATIENCE)
        break_command(installed)
        os.kill(pid(profile), signal.SIGKILL)
        said = running.finish().value[0]
    assert "Start GIMP again" in said["error"]
    assert len(said["images"][0]) == 1


def test_a_daemon_of_another_protocol_is_named(
    gimp: Gimp,
    profile: Profile,
    installed: Path,
    tmp_path: Path,
) -> None:
    other = Connection("aa", ("tcp://127.0.0.1:1",), "00" * 32, protocol=0)
    write_connection(profile.runtime / FILE_NAME, other)
    break_command(installed)
    error = error_of(start(gimp, tmp_path, {"engine": "identity"}))
    assert "of different versions (1 and 0)" in error
    assert "Install Velatura again" in error


def test_two_gimps_share_one_daemon(
    gimp: Gimp,
    profile: Profile,
    installed: Path,
    tmp_path: Path,
) -> None:
    both = [start(gimp, tmp_path / str(width), {"engine": "identity"}, width) for width in (40, 70)]
    for running in both:
        with running:
            (said,) = running.finish().value
            new, ground = said["images"][0]
            assert Path(new["pixels"]).read_bytes() == Path(ground["pixels"]).read_bytes()


def test_a_daemon_with_other_engines_is_known_at_the_next_start(
    gimp: Gimp,
    installed: Path,
    schema: manifest.Manifest,
    tmp_path: Path,
) -> None:
    known = {name: about for name, about in schema.items() if name != "glaze"}
    (installed / "schema.json").write_text(json.dumps(known))
    assert error_of(start(gimp, tmp_path, {"engine": "identity"})) == "None"
    assert json.loads((installed / "schema.json").read_text()) == known
    assert error_of(start(gimp, tmp_path, {"engine": "identity"})) == "None"
    assert json.loads((installed / "schema.json").read_text()) == schema
