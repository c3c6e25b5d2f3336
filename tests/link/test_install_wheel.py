"""The daemon's environment gets the build of torch that suits the machine: real pip, a real index on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from velatura_link import torch_build, uv
from velatura_link.daemon_env import WHEELS, DaemonEnv
from velatura_link.install_steps import Step
from velatura_link.install_wheel import OnlyUsualBuild
from velatura_link.run_process import InstallFailed

from .torch_index import TorchIndex, open_torch_index, wheel

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the usual build is small"
)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on the path, on a machine without a card."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(torch_build, "_DRIVER", ())
    monkeypatch.delenv(torch_build.ASKED, raising=False)
    return folder


@pytest.fixture
def home(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DaemonEnv:
    """What a plugin whose daemon requires torch finds, on a machine where nothing else is."""
    for name in ("VELATURA_RUNTIME", "VELATURA_DATA", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return unpacked(tmp_path / "plugin", "9.9")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchIndex]:
    with open_torch_index() as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        monkeypatch.setattr(uv, "HASHES", (opened.uv,))
        yield opened


@pytest.fixture
def index_without_uv(monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchIndex]:
    with open_torch_index(with_uv=False) as opened:
        monkeypatch.setenv("PIP_INDEX_URL", opened.url)
        yield opened


def unpacked(plugin: Path, version: str, requires: str = "torch>=2") -> DaemonEnv:
    """The home that a plugin makes after one of that version was unpacked."""
    path = plugin / WHEELS / f"velatura-{version}-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wheel("velatura", version, {"velatura/__init__.py": ""}, requires))
    found = DaemonEnv.beside(plugin)
    assert found is not None
    return found


def add_card(programs: Path) -> None:
    """A driver of NVIDIA's that answers."""
    tool = programs / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 580.65\n")
    tool.chmod(0o755)


def torch_in(home: DaemonEnv) -> str:
    """The version of torch that was installed."""
    [found] = home.where.glob("lib/python3*/site-packages/torch-*.dist-info")
    return found.name.removeprefix("torch-").removesuffix(".dist-info")


def never() -> bool:
    return False


def test_without_a_card_the_small_build_is_fetched(home: DaemonEnv, index: TorchIndex) -> None:
    build = home.build
    assert (build.kind, build.backend) == ("cpu", "cpu")
    assert build.fetched < 500e6
    steps: list[Step] = []
    home.install(steps.append, never)
    assert home.whole
    assert torch_in(home) == "2.0+cpu"
    assert [step for step in steps if step.package != "uv"] == [
        Step("preparing"),
        Step("downloading", "torch", 0, 3 << 19),
        Step("installing"),
    ]
    assert [path.name for path in home.where.parent.iterdir()] == [home.where.name]


def test_with_a_card_its_own_build_is_fetched(
    home: DaemonEnv, index: TorchIndex, programs: Path
) -> None:
    add_card(programs)
    build = home.build
    assert (build.kind, build.backend) == ("cuda", "auto")
    assert build.fetched >= 2e9
    home.install(lambda step: None, never)
    assert torch_in(home) == "2.0+cu130"


def test_where_uv_is_not_to_be_had_pip_fetches_the_usual_build_once_the_person_knows_its_size(
    home: DaemonEnv, index_without_uv: TorchIndex
) -> None:
    with pytest.raises(OnlyUsualBuild) as caught:
        home.install(lambda step: None, never)
    assert "3 GB" in caught.value.hint
    assert home.wanted
    assert (home.build.kind, home.build.fetched) == ("cuda", 3_000_000_000)
    home.install(lambda step: None, never)
    assert torch_in(home) == "2.0"
    # What is whole may be made anew with the small build, once that can be had.
    assert home.repair_build.kind == "cpu"


def test_a_build_that_was_out_of_reach_for_a_while_is_tried_again(
    home: DaemonEnv, index: TorchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(uv, "HASHES", ("00" * 32,))
        with pytest.raises(OnlyUsualBuild):
            home.install(lambda step: None, never)
    home.install(lambda step: None, never)
    assert torch_in(home) == "2.0+cpu"
    assert home.build.kind == "cpu"


def test_with_a_card_pip_goes_on_at_once_since_nothing_larger_comes(
    home: DaemonEnv, index_without_uv: TorchIndex, programs: Path
) -> None:
    add_card(programs)
    home.install(lambda step: None, never)
    assert torch_in(home) == "2.0"


def test_an_upgrade_that_leaves_torch_as_it_is_asks_nothing(
    home: DaemonEnv, index: TorchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.install(lambda step: None, never)
    with open_torch_index(with_uv=False) as other:
        monkeypatch.setenv("PIP_INDEX_URL", other.url)
        monkeypatch.setattr(uv, "HASHES", ("00" * 32,))
        uv.program_in(home.environment).unlink()
        newer = unpacked(home.plugin, "9.10")
        newer.install(lambda step: None, never)
    assert newer.environment.version == "9.10"
    assert torch_in(home) == "2.0+cpu"


def test_another_uv_than_the_one_that_is_known_is_not_run(
    home: DaemonEnv, index: TorchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uv, "HASHES", ("00" * 32,))
    with pytest.raises(OnlyUsualBuild):
        home.install(lambda step: None, never)
    assert not uv.program_in(home.environment).exists()


def test_removing_takes_what_was_fetched_away_too(home: DaemonEnv, index: TorchIndex) -> None:
    del index.packages["/cpu/torch-2.0+cpu-py3-none-any.whl"]
    del index.packages["/torch-2.0-py3-none-any.whl"]
    with pytest.raises(InstallFailed):
        home.install(lambda step: None, never)
    assert (home.environment.fetched.where / "kept").exists()
    home.remove(lambda step: None, never)
    assert not home.where.parent.exists()


def real_uv() -> Path | None:
    for each in (shutil.which("uv"), ROOT / ".venv-bootstrap" / "bin" / "uv"):
        if each is not None and Path(each).exists():
            return Path(each)
    return None


REAL_UV = real_uv()


@pytest.mark.skipif(REAL_UV is None, reason="needs uv, as the installer fetches it")
def test_the_real_uv_understands_what_it_is_told(
    home: DaemonEnv, index_without_uv: TorchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without torch in it, since the indexes that the real one knows are not on this machine."""
    index_without_uv.packages["/brush-1.0-py3-none-any.whl"] = wheel("brush", "1.0", {})
    monkeypatch.setattr(uv, "fetch", lambda *anything: REAL_UV)
    plugin = unpacked(home.plugin, "9.9", requires="brush")
    steps: list[Step] = []
    plugin.install(steps.append, never)
    assert plugin.whole
    assert Step("installing") in steps
    [found] = home.where.glob("lib/python3*/site-packages/brush-*.dist-info")
    assert (found / "INSTALLER").read_text() == "uv"
    assert not home.environment.fetched.where.exists()
