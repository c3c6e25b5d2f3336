"""Plugins as zip files for people without a terminal: Krita imports its own, GIMP's is unpacked by hand.

The daemon comes along as a wheel, which :mod:`velatura_link.daemon_env` installs when the person says so.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from velatura import __version__
from velatura.hosts.payload import Entry, Payload, payload
from velatura.hosts.places import Kind
from velatura_link.daemon_env import WHEELS

EPOCH = (1980, 1, 1, 0, 0, 0)
"""Every file's time, so that the same files make the same archive."""


def pack(kind: Kind, folder: Path, manifest: Mapping[str, Any], wheel: Entry) -> Path:
    """Write the plugin's zip, with the daemon's ``wheel`` in it, into ``folder``; returns where it is."""
    whole = payload(kind, manifest).with_file(f"{WHEELS}/{wheel.name}", wheel.content)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"velatura_{kind}-{__version__}.zip"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".velatura-") as draft:
        path = Path(draft) / target.name
        _write(path, whole)
        path.replace(target)
    return target


def _write(path: Path, whole: Payload) -> None:
    # Folders in the zip start where people unpack: at Krita's resources, but inside GIMP's plug-ins.
    above = PurePosixPath() if whole.files else PurePosixPath(whole.folder).parent
    entries = {PurePosixPath(entry.name).relative_to(above): entry for entry in whole.entries}
    folders = {parent for name in entries for parent in name.parents if parent.name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        # Krita's importer finds a plugin by the entry of its folder, which zip tools leave out.
        for folder in sorted(folders):
            info = zipfile.ZipInfo(f"{folder}/", EPOCH)
            info.external_attr = 0o40755 << 16 | 0x10
            archive.writestr(info, b"")
        for name, entry in sorted(entries.items()):
            info = zipfile.ZipInfo(str(name), EPOCH)
            info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
            info.create_system = 3
            # A wheel is compressed already.
            packed = zipfile.ZIP_STORED if name.suffix == ".whl" else zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.content, packed)
