"""Set up Velatura from a checkout and use it at once: `python3 installer demo | test | reference | setup`.

Standard library only, for any Python from 3.10 on. The environment is `.venv` beside this folder; it is made on the
first call and left alone while what it was made from has not changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "installer" / "constraints.txt"
ENVIRONMENT = ROOT / ".venv"
BOOTSTRAP = ROOT / ".venv-bootstrap"
STAMP = ENVIRONMENT / "velatura-setup"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
LEAST_PYTHON = (3, 10)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python3 installer", description="Set up Velatura from this checkout and use it."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="paint a photo in the style of a painting")
    commands.add_parser("setup", help="make the environment, nothing else")
    commands.add_parser("reference", help="write the generated pages of docs/reference")
    commands.add_parser("test", help="run the tests; further arguments go to pytest")
    options, rest = parser.parse_known_args()
    if rest and options.command != "test":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if sys.version_info < LEAST_PYTHON:
        print(f"Velatura needs Python 3.10 or newer; this is {sys.version.split()[0]}.")
        return 2
    try:
        set_up()
    except SetUpFailed as error:
        print(f"Set-up failed: {error}", file=sys.stderr)
        return 1
    if options.command == "demo":
        return subprocess.call([PYTHON, ROOT / "installer" / "demo.py"], cwd=ROOT)
    if options.command == "reference":
        return subprocess.call([PYTHON, ROOT / "installer" / "reference.py"], cwd=ROOT)
    if options.command == "test":
        return subprocess.call([PYTHON, "-m", "pytest", *rest], cwd=ROOT)
    return 0


class SetUpFailed(Exception):
    """The environment could not be made; the message says which step failed."""


def set_up() -> None:
    """Make the environment unless it is there and made from the same files. Raises :class:`SetUpFailed`."""
    wanted = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    print("Setting up Velatura (once; torch is large) …", flush=True)
    uv = find_uv()
    if not PYTHON.exists():
        step([uv, "venv", "--clear", "--python", sys.executable, str(ENVIRONMENT)], "making .venv")
    install = [uv, "pip", "install", "--python", str(PYTHON), "--constraints", str(CONSTRAINTS)]
    install += ["--editable", str(ROOT), "--group", str(ROOT / "pyproject.toml") + ":dev"]
    # The backend that fits this machine's graphics card; where its index is out of reach, the usual build does.
    quick = {**os.environ, "UV_HTTP_RETRIES": "0"}
    fitting = subprocess.run([*install, "--torch-backend=auto"], env=quick, capture_output=True)
    if fitting.returncode != 0:
        step(install, "installing Velatura and its dependencies")
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """A digest of what the environment is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_uv() -> str:
    """uv: the one on the path, or one fetched by pip into a folder of the checkout."""
    known = shutil.which("uv")
    if known is not None:
        return known
    fetched = BOOTSTRAP / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    if not fetched.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        step([*pip, "--upgrade", "--target", str(BOOTSTRAP), "uv"], "fetching uv with pip")
    return str(fetched)


def step(command: list[str], what: str) -> None:
    """Run ``command``; what it says is shown. Raises :class:`SetUpFailed`."""
    try:
        code = subprocess.call(command)
    except OSError as error:
        raise SetUpFailed(f"{what}: {error}.") from error
    if code != 0:
        raise SetUpFailed(f"{what} ended with exit status {code}; see above.")


if __name__ == "__main__":
    sys.exit(main())
