"""Which build of torch a machine gets, and how its cost is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from velatura_link import torch_build
from velatura_link.install_steps import Step, UvSteps
from velatura_link.torch_build import fitting_build, size_of_bytes, usual_build
from velatura_link.uv import settings_of


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on the path of a Linux without a graphics card."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(torch_build, "_DRIVER", (tmp_path / "driver",))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv(torch_build.ASKED, raising=False)
    return tmp_path


def tool(folder: Path, name: str, says: str, code: int = 0) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)


def test_a_machine_without_a_card_gets_the_build_for_its_processor(programs: Path) -> None:
    build = fitting_build()
    assert (build.kind, build.backend) == ("cpu", "cpu")
    assert build.fetched * 8 < usual_build().fetched


def test_a_driver_that_is_loaded_means_a_card(programs: Path) -> None:
    (programs / "driver").write_text("580.65\n")
    assert (fitting_build().kind, fitting_build().backend) == ("cuda", "auto")


@pytest.mark.skipif(sys.platform == "win32", reason="needs programs that are scripts")
def test_a_tool_that_answers_means_a_card(programs: Path) -> None:
    tool(programs, "nvidia-smi", "no devices were found", code=6)
    assert fitting_build().kind == "cpu"
    tool(programs, "rocm_agent_enumerator", "gfx1100")
    assert (fitting_build().kind, fitting_build().backend) == ("rocm", "auto")
    tool(programs, "nvidia-smi", "580.65")
    assert fitting_build().kind == "cuda"


@pytest.mark.parametrize(
    ("asked", "kind"), [("cu126", "cuda"), ("cpu", "cpu"), ("xpu", "xpu"), ("rocm7.2", "rocm")]
)
def test_what_a_person_asks_for_counts(
    programs: Path, monkeypatch: pytest.MonkeyPatch, asked: str, kind: str
) -> None:
    monkeypatch.setenv(torch_build.ASKED, asked)
    assert (fitting_build().kind, fitting_build().backend) == (kind, asked)


def test_a_mac_takes_what_the_index_has(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    assert fitting_build() == usual_build()
    assert (fitting_build().kind, fitting_build().backend) == ("mps", "")


def test_windows_without_a_card_takes_no_more_than_pip_would(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert fitting_build().fetched == usual_build().fetched


@pytest.mark.parametrize(
    ("count", "said"), [(350e6, "350 MB"), (1.1e9, "1.1 GB"), (3e9, "3 GB"), (2_480_000, "2 MB")]
)
def test_sizes_are_said_as_people_say_them(count: float, said: str) -> None:
    assert size_of_bytes(count) == said


def test_uv_is_told_what_pip_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    lines = [
        ":env:.index-url='mirror'",
        "global.cert='/etc/own.pem'",
        "global.extra-index-url='one\\ntwo'",
        "global.index-url='other'",
        "install.find-links='/wheels /more'",
        "freeze.user='true'",
        "nonsense",
    ]
    settings = settings_of(lines)
    assert settings["UV_DEFAULT_INDEX"] == "mirror"
    assert settings["UV_INDEX"] == "one two"
    assert settings["UV_FIND_LINKS"] == "/wheels,/more"
    assert settings["SSL_CERT_FILE"] == "/etc/own.pem"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "uv's own")
    assert "UV_DEFAULT_INDEX" not in settings_of(lines)


def test_uvs_lines_are_understood() -> None:
    steps: list[Step] = []
    told = UvSteps(steps.append)
    for line in (
        "Resolved 40 packages in 390ms",
        "Downloading numpy (16.0MiB)",
        "Downloading torch (1.5GiB)",
        " Downloaded numpy",
        " Downloaded torch",
        "Prepared 40 packages in 1.20s",
        " + numpy==2.4.6",
    ):
        told(line)
    numpy, torch = 16 << 20, 3 << 29
    assert steps == [
        Step("downloading", "numpy", 0, numpy),
        Step("downloading", "torch", 0, numpy + torch),
        Step("downloading", "torch", numpy, numpy + torch),
        Step("installing"),
    ]
