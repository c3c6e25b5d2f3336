"""Fetching uv, the installer that knows torch's builds, and telling it what pip was told. Standard library only."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import sys
from pathlib import Path

from .environment import Environment
from .install_steps import Cancel, OnStep, Step, pip_steps
from .run_process import InstallFailed, follow

REQUIREMENT = "uv==0.13.9"
HASHES = (
    "6a44b2ed8111d2f60d2b92627c5dccda3f7ed7570b18ce115e569cd68c28246b",  # Windows, x86-64
    "eeb92051c2123b9730c46b04cc843cfa4bc7d7b0aec56df431a2215ef4cb0273",  # Windows, ARM
    "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",  # macOS, ARM
    "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",  # macOS, x86-64
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",  # Linux, x86-64
    "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",  # Linux, ARM
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",  # Linux with musl, x86-64
)
"""The SHA-256 of its wheels. Pip installs no other: what fetches and runs programs is worth that."""
_PINNED = "velatura-uv.txt"
_SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
"""Pip's settings, and uv's variables for the same."""
_COMMAS = ("UV_FIND_LINKS",)
_SET = re.compile(r"(:env:|[a-z]+)\.([a-z-]+)=(.*)")
_WEIGHT = {"global": 0, "install": 1, ":env:": 2}


def program_in(environment: Environment) -> Path:
    """Where uv is, once it was fetched."""
    return environment.python.with_name("uv.exe" if sys.platform == "win32" else "uv")


def fetch(
    environment: Environment, install: list[str], on_step: OnStep, cancelled: Cancel
) -> Path | None:
    """Uv, fetched into ``environment`` by pip's ``install`` if need be; None where it is not to be had."""

    def tell(step: Step) -> None:
        if step.phase == "downloading":
            on_step(step)

    program = program_in(environment)
    pinned = environment.where / _PINNED
    pinned.write_text(
        " ".join((REQUIREMENT, *(f"--hash=sha256:{each}" for each in HASHES))), encoding="utf-8"
    )
    command = [
        *install,
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-r",
        str(pinned),
    ]
    try:
        follow(command, pip_steps(tell), cancelled)
        follow([str(program), "--version"], _ignored, cancelled)
    except InstallFailed:
        return None
    finally:
        pinned.unlink(missing_ok=True)
    return program


def settings_of_pip(pip: list[str], cancelled: Cancel) -> dict[str, str]:
    """Variables that tell uv what pip's files and variables say: mirrors, proxies, certificates."""
    lines: list[str] = []
    with contextlib.suppress(InstallFailed):
        follow([*pip, "config", "list"], lines.append, cancelled)
    return settings_of(lines)


def settings_of(lines: list[str]) -> dict[str, str]:
    """The same, from what ``pip config list`` said. A variable that is set already stays."""
    said: dict[str, tuple[int, str]] = {}
    for line in lines:
        found = _SET.fullmatch(line.strip())
        if found is None or found[2] not in _SETTINGS or found[1] not in _WEIGHT:
            continue
        with contextlib.suppress(ValueError, SyntaxError):
            value = str(ast.literal_eval(found[3])).split()
            weight = _WEIGHT[found[1]]
            if weight >= said.get(found[2], (0, ""))[0]:
                name = _SETTINGS[found[2]]
                said[found[2]] = weight, ("," if name in _COMMAS else " ").join(value)
    settings = {_SETTINGS[key]: value for key, (_, value) in said.items() if value}
    # Like pip's, certificates are the system's. But the first index that has a package is the only one for it: the
    # newest torch of all could be one that does not know the card.
    settings.setdefault("UV_SYSTEM_CERTS", "1")
    return {name: value for name, value in settings.items() if not os.environ.get(name)}


def _ignored(line: str) -> None:
    """Nobody wants to know."""
