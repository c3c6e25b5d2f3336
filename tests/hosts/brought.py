"""Plugins that brought their daemon along in a zip.

The root has a Python without ensurepip, so a stand-in puts pip into the environment; and the wheel is one of a few
bytes that passes everything on to this checkout's daemon. The rest is as an artist has it.
"""

from __future__ import annotations

import ensurepip
import io
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
    "METADATA": "Metadata-Version: 2.1\nName: velatura\nVersion: {version}\n{requires}",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}


def package(
    kind: str, profile: Profile, folder: Path, version: str = "9.9", requires: str = ""
) -> Path:
    """The plugin's zip, with a small wheel of that ``version`` instead of the large one; it may require a package."""
    whole = Path(profile.shell("package", kind, "-o", folder, "--json").json["path"])
    small = folder / f"{kind}-{version}.zip"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(small, "w") as target:
        for info in source.infolist():
            if not info.filename.endswith(".whl"):
                target.writestr(info, source.read(info))
            else:
                above = info.filename.rpartition("/")[0]
                name = f"{above}/velatura-{version}-py3-none-any.whl"
                target.writestr(name, wheel(version, requires))
    return small


def wheel(version: str, requires: str = "") -> bytes:
    """The small wheel."""
    facts = {"version": version, "requires": f"Requires-Dist: {requires}\n" if requires else ""}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in ("velatura/__init__.py", "velatura/cli/__init__.py"):
            archive.writestr(name, "")
        archive.writestr("velatura/cli/main.py", MAIN.format(python=sys.executable))
        for name, text in FACTS.items():
            archive.writestr(f"velatura-{version}.dist-info/{name}", text.format(**facts))
    return written.getvalue()


def unpacked(kind: str, profile: Profile, folder: Path, requires: str = "") -> Path:
    """The folder of the plugin that was unpacked from its zip."""
    zipped = package(kind, profile, folder, requires=requires)
    if kind == "gimp":
        unpack(zipped, profile.plug_ins)
        return profile.plug_ins / "velatura_gimp"
    unpack(zipped, profile.pykrita.parent)
    settings = ini.with_value(profile.kritarc.read_text(), *ENABLED, "true")
    profile.kritarc.write_text(settings)
    return profile.pykrita / "velatura_krita"


def install_without_a_host(profile: Profile, plugin: Path) -> None:
    """What the button does in a host, by the root's own Python."""
    code = (
        f"import sys; sys.path.insert(0, {str(plugin)!r}); from pathlib import Path;"
        f" from velatura_link.daemon_env import DaemonEnv; home = DaemonEnv.beside(Path({str(plugin)!r}));"
        " home.install(lambda step: None, lambda: False)"
    )
    profile.inside.run(["/usr/bin/python3", "-c", code], profile.environment)


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
