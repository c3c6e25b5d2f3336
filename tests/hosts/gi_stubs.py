"""Stubs of what GIMP's plug-in uses of GIMP, GTK and GEGL: ``python -m tests.hosts.gi_stubs``.

Written from the typelibs in the hosts' root (root.py), for mypy, into plugins/stubs/gi. Only names that the plug-in
mentions are in them, so that a slip is an error, and the stubs stay small: run it again when the plug-in uses more.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

from .inside import Inside
from .root import SUITE, root_path

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "plugins" / "gimp" / "velatura_gimp"
STUBS = ROOT / "plugins" / "stubs" / "gi"
VERSIONS = {
    "Gimp": "3.0",
    "GimpUi": "3.0",
    "Gtk": "3.0",
    "Gdk": "3.0",
    "GdkPixbuf": "2.0",
    "Gegl": "0.4",
    "Babl": "0.1",
    "Gio": "2.0",
    "GLib": "2.0",
    "GObject": "2.0",
    "Pango": "1.0",
}
_SCRIPT = Path(__file__).resolve().parent / "scripts" / "gi_stubs.py"


def main() -> None:
    told = json.dumps({"versions": VERSIONS, "used": used(), "said": sorted(said())})
    inside = Inside(root_path(SUITE))
    process = inside.start(
        ["python3", "-c", _SCRIPT.read_text(encoding="utf-8")],
        {"LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    out, _ = process.communicate(told, timeout=60)
    shutil.rmtree(STUBS, ignore_errors=True)
    folder = STUBS / "repository"
    folder.mkdir(parents=True)
    for name, text in json.loads(out).items():
        (folder / f"{name}.pyi").write_text(text, encoding="utf-8")
    (folder / "__init__.pyi").write_text("")
    (STUBS / "__init__.pyi").write_text(
        "def require_version(namespace: str, version: str) -> None: ...\n"
    )
    for words in (("format",), ("check", "--fix"), ("format",)):
        subprocess.run([sys.executable, "-m", "ruff", *words, "-q", STUBS], cwd=ROOT, check=True)


def used() -> dict[str, list[str]]:
    """By namespace what the plug-in names in it."""
    found: dict[str, set[str]] = {name: set() for name in VERSIONS}
    for node in _nodes():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.get(node.value.id, set()).add(node.attr)
    return {name: sorted(names) for name, names in found.items()}


def said() -> set[str]:
    """Everything that the plug-in calls or looks up by name."""
    return {node.attr for node in _nodes() if isinstance(node, ast.Attribute)}


def _nodes() -> list[ast.AST]:
    paths = sorted(PLUGIN.glob("*.py"))
    return [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]


if __name__ == "__main__":
    main()
