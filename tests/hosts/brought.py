"""Plugins that brought their daemon along in a zip.

The root has a Python without ensurepip, so a stand-in puts pip into the environment; and the wheel is one of a few
bytes that passes everything on to this checkout's daemon. The rest is as an artist has it.
"""

from __future__ import annotations

import ensurepip
import sys
import zipfile
from pathlib import Path

from velatura.hosts import ini
from velatura.hosts.plugins import ENABLED

from .profiles import Profile
from .test_installed import unpack

PYTHON = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || { /usr/bin/python3 "$@" 2>&1 | sed s/bare/good/ >&2; exit 1; }
set -e
/usr/bin/python3 -m venv --without-pip "$3"
"$3/bin/python" -m zipfile -e PIP "$3"/lib/python3*/site-packages
"""
MAIN = """
import os, sys
command = ["/usr/sbin/chroot", "/mnt", {python!r}, "-m", "velatura.cli.main"]
os.execv(command[0], [*command, *sys.argv[1:]])
"""
FACTS = {
    "METADATA": "Metadata-Version: 2.1\nName: velatura\nVersion: 9.9\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}


def unpacked(kind: str, profile: Profile, folder: Path) -> Path:
    """The folder of the plugin that was unpacked from its zip, with a small wheel instead of the large one."""
    package = profile.shell("package", kind, "-o", folder, "--json").json["path"]
    if kind == "krita":
        unpack(Path(package), profile.pykrita.parent)
        settings = ini.with_value(profile.kritarc.read_text(), *ENABLED, "true")
        profile.kritarc.write_text(settings)
        plugin = profile.pykrita / "velatura_krita"
    else:
        unpack(Path(package), profile.plug_ins)
        plugin = profile.plug_ins / "velatura_gimp"
    [wheel] = plugin.glob("daemon/*.whl")
    wheel.unlink()
    with zipfile.ZipFile(wheel.with_name("velatura-9.9-py3-none-any.whl"), "w") as archive:
        for name in ("velatura/__init__.py", "velatura/cli/__init__.py"):
            archive.writestr(name, "")
        archive.writestr("velatura/cli/main.py", MAIN.format(python=sys.executable))
        for name, text in FACTS.items():
            archive.writestr(f"velatura-9.9.dist-info/{name}", text)
    return plugin


def use_stand_in(profile: Profile, folder: Path) -> None:
    """Let the hosts in ``profile`` find a ``python3`` that can make environments."""
    [pip] = (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl")
    copy = folder / pip.name
    copy.write_bytes(pip.read_bytes())
    programs = folder / "programs"
    programs.mkdir()
    python = programs / "python3"
    python.write_text(PYTHON.replace("PIP", str(copy)))
    python.chmod(0o755)
    profile.variables["PATH"] = f"{programs}:/usr/bin:/bin"
