"""The doctor tells builds of torch apart by their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from velatura.hosts import installed_torch as module
from velatura.hosts.installed_torch import installed_torch
from velatura_link import torch_build


def packages(folder: Path, version: str, fact: str = "") -> Path:
    """Packages with a torch of 2 MB, which may have 3 MB of NVIDIA's beside it."""
    (folder / "torch").mkdir(parents=True)
    lines = f"__version__ = '{version}'\ndebug = False\ncuda: Optional[str] = None\n{fact}\n"
    (folder / "torch" / "version.py").write_text(lines)
    (folder / "torch" / "libtorch.so").write_bytes(bytes(2_000_000))
    (folder / "numpy").mkdir()
    (folder / "numpy" / "large").write_bytes(bytes(7_000_000))
    if "cuda" in fact:
        (folder / "nvidia").mkdir()
        (folder / "nvidia" / "libcublas.so").write_bytes(bytes(3_000_000))
    return folder


@pytest.fixture
def no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_build, "_DRIVER", ())
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv(torch_build.ASKED, raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.parametrize(
    ("version", "fact", "title"),
    [
        ("2.15.0+cpu", "hip: Optional[str] = None", "CPU build, 2 MB on the disk"),
        ("2.15.0+cu132", "cuda: Optional[str] = '13.2'", "CUDA build, 5 MB on the disk"),
        ("2.15.0+rocm7.2", "hip: Optional[str] = '7.2.1'", "ROCm build, 2 MB on the disk"),
        ("2.15.0+xpu", "xpu: Optional[str] = '20260000'", "XPU build, 2 MB on the disk"),
    ],
)
@pytest.mark.usefixtures("no_card")
def test_a_build_is_named_with_what_it_costs(
    tmp_path: Path, version: str, fact: str, title: str
) -> None:
    torch = installed_torch(packages(tmp_path, version, fact))
    assert torch is not None
    assert (torch.version, torch.title) == (version, title)


def test_a_mac_has_one_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    torch = installed_torch(packages(tmp_path, "2.15.0"))
    assert torch is not None
    assert torch.kind == "mps"
    assert torch.smaller is None


@pytest.mark.usefixtures("no_card")
def test_a_build_without_its_card_has_a_smaller_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda = installed_torch(packages(tmp_path / "cuda", "2.15.0", "cuda: Optional[str] = '13.2'"))
    assert cuda is not None
    assert cuda.smaller is not None
    assert cuda.smaller.kind == "cpu"
    small = installed_torch(packages(tmp_path / "cpu", "2.15.0+cpu"))
    assert small is not None
    assert small.smaller is None
    monkeypatch.setattr(module, "has_nvidia_driver", lambda: True)
    assert cuda.smaller is None


def test_no_torch_is_none(tmp_path: Path) -> None:
    assert installed_torch(tmp_path) is None
