"""Which build of torch is installed, what it takes on the disk, and whether a smaller one would do."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from velatura_link.environment import Environment
from velatura_link.torch_build import (
    Kind,
    TorchBuild,
    fitting_build,
    has_nvidia_driver,
    size_of_bytes,
)

TITLES: dict[Kind, str] = {
    "cpu": "CPU build",
    "mps": "MPS build",
    "cuda": "CUDA build",
    "rocm": "ROCm build",
    "xpu": "XPU build",
}
_FOLDERS = ("torch", "torchgen", "functorch", "triton", "pytorch_triton*", "nvidia", "intel*")
_FACT = re.compile(r"^(__version__|cuda|hip|xpu)\b[^=]*= '([^']*)'", re.MULTILINE)


@dataclass(frozen=True)
class InstalledTorch:
    """``size`` is in bytes, with everything that came for torch's sake alone."""

    kind: Kind
    version: str
    size: int

    @property
    def title(self) -> str:
        """For a person: “CUDA build, 5.4 GB on the disk”."""
        return f"{TITLES[self.kind]}, {size_of_bytes(self.size)} on the disk"

    @property
    def smaller(self) -> TorchBuild | None:
        """The build that would do the same here and takes less; None when this is the right one."""
        if self.kind != "cuda" or has_nvidia_driver():
            return None
        build = fitting_build()
        return build if build.kind != "cuda" else None


def installed_torch(packages: Path) -> InstalledTorch | None:
    """The torch in a folder of packages (``site-packages``); None where there is none. A second for a large one."""
    try:
        facts = dict(_FACT.findall((packages / "torch" / "version.py").read_text(encoding="utf-8")))
    except OSError:
        return None
    kind: Kind = "mps" if (sys.platform, platform.machine()) == ("darwin", "arm64") else "cpu"
    if "hip" in facts:
        kind = "rocm"
    elif "cuda" in facts:
        kind = "cuda"
    elif "xpu" in facts:
        kind = "xpu"
    folders = {folder for name in _FOLDERS for folder in packages.glob(name) if folder.is_dir()}
    size = sum(Environment(folder).size() for folder in folders)
    return InstalledTorch(kind, facts.get("__version__", ""), size)


def packages_of(environment: Environment) -> Path:
    """The folder of an environment's packages."""
    found = [*environment.where.glob("lib/python3*/site-packages")]
    return found[0] if found else environment.where / "Lib" / "site-packages"
