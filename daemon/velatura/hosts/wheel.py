"""Velatura as a wheel, made again from what is installed here, for plugins that bring their daemon along."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import velatura
import velatura_link
from velatura.hosts.payload import IN_CHECKOUT, IN_WHEEL, Entry, PluginMissing, tree
from velatura.hosts.places import KINDS

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Every file's time, so that the same files make the same archive."""
_WHEEL = """\
Wheel-Version: 1.0
Generator: velatura
Root-Is-Purelib: true
Tag: py3-none-any
"""


def wheel() -> Entry:
    """The wheel, by its file name. It has the installation's own files and what it says of itself.

    No build backend is needed: all of Velatura is Python and data, from a checkout as from a wheel. Raises
    :class:`PluginMissing` where Velatura runs without being installed.
    """
    try:
        installed = distribution("velatura")
    except PackageNotFoundError as error:
        raise PluginMissing(
            "Velatura is not installed here, so that nothing says what its daemon requires.",
            hint="Install Velatura, and do this again.",
        ) from error
    facts = f"velatura-{installed.version}.dist-info"
    entries = sorted((*_code(), *_facts(installed, facts)), key=lambda entry: entry.name)
    record = "".join(
        f"{entry.name},{_digest(entry.content)},{len(entry.content)}\n" for entry in entries
    )
    entries.append(Entry(f"{facts}/RECORD", f"{record}{facts}/RECORD,,\n".encode()))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, EPOCH)
            info.external_attr = 0o100644 << 16
            info.create_system = 3
            archive.writestr(info, entry.content, zipfile.ZIP_DEFLATED)
    return Entry(f"velatura-{installed.version}-py3-none-any.whl", written.getvalue())


def _code() -> Iterator[Entry]:
    yield from tree(Path(velatura.__file__).parent, "velatura")
    yield from tree(Path(velatura_link.__file__ or "").parent, "velatura_link")
    if not IN_WHEEL.is_dir():
        for kind in KINDS:
            yield from tree(IN_CHECKOUT / kind, f"velatura/hosts/plugins/{kind}")


def _facts(installed: Distribution, folder: str) -> Iterator[Entry]:
    yield Entry(f"{folder}/WHEEL", _WHEEL.encode())
    yield Entry(f"{folder}/METADATA", _metadata(installed).encode())
    yield Entry(
        f"{folder}/entry_points.txt", (installed.read_text("entry_points.txt") or "").encode()
    )
    for file in installed.files or ():
        if "licenses" in file.parts:
            yield Entry(f"{folder}/licenses/{file.name}", file.read_binary())


def _metadata(installed: Distribution) -> str:
    """What the installation says of itself; a checkout may require more by now than when it was installed."""
    said = installed.read_text("METADATA") or ""
    if IN_WHEEL.is_dir():
        return said
    head, gap, body = said.partition("\n\n")
    kept = [line for line in head.splitlines() if not line.startswith("Requires-Dist:")]
    project = (IN_CHECKOUT.parent / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    required = re.findall(r'"([^"]+)"', listed[1]) if listed else []
    return "\n".join((*kept, *(f"Requires-Dist: {each}" for each in required))) + gap + body


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return f"sha256={digest.decode().rstrip('=')}"
