"""What the other commands print, for people and for programs, with and without a daemon."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from velatura import __version__

from ..shell import COMMAND, Shell
from ..waiting import wait_until
from .conftest import Velatura


def test_status_says_that_no_daemon_runs(shell: Shell) -> None:
    assert shell("status").out == "No daemon is running.\n"
    outcome = shell("status", "--json")
    assert (outcome.code, outcome.json) == (1, {"running": False})


def test_status_tells_of_the_daemon_that_runs(served: Shell, velatura: Velatura) -> None:
    outcome = velatura("status", "--json")
    status = outcome.json
    assert outcome.code == 0
    assert status["running"] is True
    assert status["version"] == __version__
    assert status["jobs"] == {"queued": 0, "running": 0}
    assert len(status["workers"]) == 1
    text = velatura("status").out
    assert text.startswith(f"Velatura {__version__}, running, up ")
    assert "0 running, 0 waiting" in text


def test_stopping_nothing_is_no_error(shell: Shell) -> None:
    outcome = shell("stop")
    assert (outcome.code, outcome.out) == (0, "No daemon is running.\n")
    assert shell("--json", "stop").json["stopped"] is False


def test_stop_ends_the_daemon_and_its_worker(shell: Shell) -> None:
    daemon = shell.start("serve", "--engines", "identity")
    wait_until(lambda: shell("status").code == 0, "the daemon")
    assert shell("stop", "--json").json["stopped"] is True
    assert daemon.wait(20) == 0
    assert shell("status").code == 1
    wait_until(lambda: not shell.processes(), "the end of the worker")


def test_a_second_daemon_is_refused(served: Shell) -> None:
    outcome = served("serve", "--json")
    assert outcome.code == 1
    assert outcome.json["error"]["message"] == "A daemon is already running."


@pytest.mark.slow
def test_doctor_finds_all_well_before_a_daemon_and_after(shell: Shell) -> None:
    before = shell("doctor", "--json")
    assert before.code == 0
    findings = {each["subject"]: each for each in before.json["findings"]}
    assert before.json["well"] is True
    assert {"velatura", "torch", "weights", "cache", "daemon"} <= set(findings)
    assert re.search(
        r"(CPU|MPS|CUDA|ROCm|XPU) build, [\d.]+ [MG]B on the disk", findings["torch"]["found"]
    )
    assert re.search(r", (bfloat16|float32) \([^)]+\)", findings["torch"]["found"])
    assert "vgg19-gatys" in findings["weights"]["found"]
    assert "not running" in findings["daemon"]["found"]


def test_doctor_sees_the_daemon_that_runs(velatura: Velatura) -> None:
    outcome = velatura("doctor")
    assert outcome.code == 0
    assert f"version {__version__}, workers: " in outcome.out


def test_doctor_says_when_others_can_connect_to_the_daemon(
    velatura: Velatura, shell: Shell
) -> None:
    words = "every user of this machine can connect"
    assert words not in velatura("doctor").out
    daemon = shell.start("serve", "--engines", "identity", "--tcp")
    wait_until(lambda: shell("status").code == 0, "the daemon")
    assert words in shell("doctor").out
    assert shell("stop").code == 0
    assert daemon.wait(20) == 0


def test_doctor_finds_the_traces_of_a_killed_daemon(shell: Shell) -> None:
    daemon = shell.start("serve", "--engines", "identity")
    wait_until(lambda: shell("status").code == 0, "the daemon")
    daemon.kill()
    daemon.wait(20)
    assert shell("status").code == 1
    outcome = shell("doctor", "--json")
    assert outcome.code == 1
    daemon_finding = next(each for each in outcome.json["findings"] if each["subject"] == "daemon")
    assert daemon_finding["well"] is False
    assert "does not answer" in daemon_finding["found"]
    assert shell("stop").code == 0


def test_engines_lists_those_for_people_and_all_on_request(velatura: Velatura) -> None:
    assert set(velatura("engines", "--json").json) == {
        "adain",
        "gatys",
        "glaze",
        "glaze-live",
        "nearest",
    }
    everything = velatura("engines", "--all", "--json").json
    assert set(everything) == {"adain", "gatys", "glaze", "glaze-live", "nearest", "identity"}
    # The first one is the default.
    assert velatura("engines").out.startswith("glaze ")


def test_an_engine_is_shown_with_its_knobs_and_their_ranges(velatura: Velatura) -> None:
    schema = velatura("engines", "identity", "--json").json["schema"]
    assert set(schema["properties"]) == {"steps", "pause"}
    text = velatura("engines", "identity").out
    assert "pause        0 … 10 s, default 0.0" in text
    assert "steps        1 … 10000, default 1" in text


def test_words_of_knobs_are_listed_with_what_is_typed(velatura: Velatura) -> None:
    text = velatura("engines", "gatys").out
    assert text.startswith("Slow, the original method — Gatys: ")
    assert "sizes        0 … 8 (0: Automatic), default 0" in text
    assert "lbfgs        L-BFGS\n" in text


def test_an_engine_is_shown_with_its_inputs(velatura: Velatura) -> None:
    text = velatura("engines", "gatys").out
    assert "  input    --input start=VALUE  Picture to start from (raster)\n" in text


def test_a_style_is_added_listed_shown_and_removed(velatura: Velatura, pictures: Path) -> None:
    there = velatura("styles", "list", "--json").json
    added = velatura("styles", "add", pictures / "style.png", "--name", "My Waves", "--json")
    assert added.json["name"] == "my-waves"
    path = added.json["path"]
    assert velatura("styles", "list", "--json").json == {**there, "my-waves": path}
    listed = velatura("styles", "list").out.splitlines()
    assert f"{'my-waves':24} My Waves: {path}" in listed
    assert f"{'udnie':24} built in: Francis Picabia, Udnie, 1913" in listed
    udnie = velatura("styles", "show", "udnie", "--json").json
    assert Path(udnie["picture"]).is_file()
    assert udnie["rights"].startswith("Public domain: ")
    shown = velatura("styles", "show", "my waves", "--json").json
    assert Path(shown["thumbnail"]).is_file()
    removed = velatura("styles", "remove", "my-waves", "--json").json
    assert removed["name"] == "my-waves"
    assert not Path(path).exists()
    assert velatura("styles", "list", "--json").json == there


def test_styles_are_marked_collected_and_called_anew(velatura: Velatura, pictures: Path) -> None:
    velatura("styles", "add", pictures / "style.png", "--name", "waves")
    assert velatura("styles", "favourite", "waves", "--json").json["favourite"]
    velatura("styles", "collect", "scream", "Norway")
    velatura("styles", "collect", "waves", "Sea")
    said = velatura("styles", "rename", "waves", "The Sea at Night").out
    assert said == "waves: The Sea at Night, a favourite, in Sea\n"
    assert velatura("styles", "show", "the sea at night", "--json").json["name"] == "waves"
    assert [*velatura("styles", "list", "--favourites", "--json").json] == ["waves"]
    assert [*velatura("styles", "list", "--collection", "norway", "--json").json] == ["scream"]
    velatura("styles", "favourite", "waves", "--off")
    velatura("styles", "collect", "scream", "Norway", "--off")
    assert velatura("styles", "list", "--collection", "norway", "--json").json == {}
    velatura("styles", "remove", "waves")


def test_built_in_styles_are_listed_shown_and_stay(velatura: Velatura, pictures: Path) -> None:
    assert len(velatura("styles", "list", "--json").json) >= 16
    assert "built in: Vincent van Gogh, The Starry Night, 1889" in velatura("styles", "list").out
    shown = velatura("styles", "show", "starry-night", "--json").json
    assert Path(shown["path"]).stat().st_size < 4096
    assert Path(shown["thumbnail"]).is_file()
    assert (
        "is built in and cannot be removed"
        in velatura("styles", "remove", "starry-night").complaint()
    )
    own = velatura("styles", "add", pictures / "style.png", "--name", "starry night", "--json").json
    assert velatura("styles", "show", "starry-night", "--json").json["path"] == own["path"]
    velatura("styles", "remove", "starry-night")
    assert velatura("styles", "show", "starry-night", "--json").json["path"] == shown["path"]


def test_a_code_is_made_of_a_picture(velatura: Velatura, pictures: Path, tmp_path: Path) -> None:
    code = tmp_path / "waves.code"
    made = velatura("styles", "code", pictures / "style.png", "-o", code, "--title", "Waves")
    assert made.out == f"{code}: Waves\n"
    assert code.stat().st_size < 4096
    astray = velatura("styles", "code", pictures / "style.png", "-o", tmp_path / "waves.png")
    assert "does not end in .code" in astray.complaint()
    astray = velatura("styles", "code", pictures / "style.png", "-o", code, "--size", "3")
    assert "--size must be from 16 to 4096" in astray.complaint()


def test_models_are_listed_with_licence_and_place(velatura: Velatura) -> None:
    listed = velatura("models", "list", "--json").json
    assert set(listed) == {"vgg19", "vgg19-gatys", "adain-decoder"}
    assert all(each["licence"] and each["path"] is None for each in listed.values())
    assert velatura("models", "list").out.count("not here; downloaded at first use") == 3


def test_a_file_that_is_no_model_is_not_taken_in(velatura: Velatura, pictures: Path) -> None:
    outcome = velatura("models", "add", pictures / "style.png", "--json")
    assert outcome.code == 2
    assert outcome.json["error"]["code"] == "bad_weights"


@pytest.mark.parametrize("arguments", [["--help"], ["stylize", "--help"], ["--version"]])
def test_help_is_no_error(velatura: Velatura, arguments: list[str]) -> None:
    outcome = velatura(*arguments)
    assert outcome.code == 0
    assert "velatura" in outcome.out


def test_names_that_look_like_markup_are_printed_as_they_are(
    velatura: Velatura, served: Shell, pictures: Path
) -> None:
    folder = served.home / "[red]"
    folder.mkdir()
    target = Path("[red]", ":smile:.png")
    outcome = velatura("stylize", pictures / "photo.png", "--engine", "identity", "-o", target)
    assert outcome.out.startswith(f"{target}: 64 × 48, identity, ")
    (served.home / target).unlink()
    folder.rmdir()


def test_a_terminal_that_lacks_letters_gets_no_traceback(shell: Shell) -> None:
    shell.variables["PYTHONIOENCODING"] = "ascii"
    outcome = shell("styles", "show", "nope")
    assert outcome.code == 2
    assert "The style library has no ?nope?." in outcome.err


def test_a_folder_that_cannot_be_made_is_one_sentence(shell: Shell, pictures: Path) -> None:
    shell.variables["VELATURA_DATA"] = str(pictures / "photo.png")
    assert "photo.png" in shell("styles", "add", pictures / "style.png").complaint(code=1)


def test_a_reader_that_has_enough_is_no_error_worth_a_traceback(
    shell: Shell, pictures: Path
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "models", "list", "--json"],
        env={**shell.variables, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(20) == 1
    assert errors == b""
