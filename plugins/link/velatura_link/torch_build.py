"""Which of torch's builds suits this machine, and what it costs to fetch and to keep. Standard library only.

The usual build, which the package index has, is CUDA's on Linux: 3 GB for a card that most machines have not got. The
others lie elsewhere, and uv knows where. It would also choose Intel's build for every graphics unit that is part of an
Intel processor, gigabytes again and rarely faster; so that is left to whoever asks for it (``UV_TORCH_BACKEND=xpu``).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .launch import clean_environment
from .run_process import windowless

Kind = Literal["cpu", "mps", "cuda", "rocm", "xpu"]

ASKED = "UV_TORCH_BACKEND"
"""Uv's own setting: what a person has put there counts."""
AUTO, CPU = "auto", "cpu"
_PATIENCE = 10.0
_DRIVER = (Path("/sys/module/nvidia/version"), Path("/proc/driver/nvidia/version"))
_MB, _GB = 10**6, 10**9
# With all that the daemon requires, rounded up. From torch 2.15's packages: CUDA's on Linux, which was installed, and
# those for Windows' and macOS' processors. The others are estimates.
_COSTS: dict[str, dict[Kind, tuple[int, int]]] = {
    "linux": {
        "cpu": (350 * _MB, 1_100 * _MB),
        "cuda": (3 * _GB, 6 * _GB),
        "rocm": (5 * _GB, 16 * _GB),
        "xpu": (3 * _GB, 7 * _GB),
    },
    "win32": {
        "cpu": (300 * _MB, 1_000 * _MB),
        "cuda": (3 * _GB, 6 * _GB),
        "xpu": (2 * _GB, 5 * _GB),
    },
    "darwin": {"cpu": (300 * _MB, 1_000 * _MB), "mps": (300 * _MB, 1_000 * _MB)},
}


@dataclass(frozen=True)
class TorchBuild:
    """``backend`` is what uv is told, empty for the package index's own build. About so many bytes are ``fetched`` and
    kept on ``disk``, with everything else that the daemon requires.
    """

    kind: Kind
    backend: str
    fetched: int
    disk: int


def fitting_build() -> TorchBuild:
    """The build for this machine; runs the tools of graphics drivers, so that it may take a second."""
    asked = os.environ.get(ASKED, "").strip()
    if sys.platform == "darwin":
        return usual_build()
    if asked and asked != AUTO:
        return _build(_kind_of(asked), asked)
    if has_nvidia_driver():
        return _build("cuda", AUTO)
    if sys.platform == "linux" and _says_something(["rocm_agent_enumerator"]):
        return _build("rocm", AUTO)
    return _build("cpu", CPU)


def usual_build() -> TorchBuild:
    """The build that pip takes from the package index."""
    if sys.platform == "darwin":
        return _build("mps" if platform.machine() == "arm64" else "cpu", "")
    return _build("cpu" if sys.platform == "win32" else "cuda", "")


def has_nvidia_driver() -> bool:
    """Whether a driver for NVIDIA's cards is loaded, by the same signs that uv looks for."""
    if any(path.exists() for path in _DRIVER):
        return True
    return _says_something(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"])


def size_of_bytes(count: float) -> str:
    """For a person: 350 MB, 1.1 GB, 3 GB."""
    if count < _GB:
        return f"{count / _MB:.0f} MB"
    return f"{count / _GB:.1f} GB".replace(".0 ", " ")


def _build(kind: Kind, backend: str) -> TorchBuild:
    costs = _COSTS.get(sys.platform, _COSTS["linux"])
    fetched, disk = costs.get(kind, costs["cpu"])
    return TorchBuild(kind, backend, fetched, disk)


def _kind_of(backend: str) -> Kind:
    for prefix, kind in (("cu", "cuda"), ("rocm", "rocm"), ("xpu", "xpu")):
        if backend.startswith(prefix):
            return kind  # type: ignore[return-value]
    return "cpu"


def _says_something(command: list[str]) -> bool:
    program = shutil.which(command[0])
    if program is None:
        return False
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=clean_environment(),
            timeout=_PATIENCE,
            creationflags=windowless(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and bool(done.stdout.strip())
