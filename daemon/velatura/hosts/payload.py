"""What is put into a host: our plugin with the client, a pure-Python msgpack and the built-in styles' pictures inside,
whole by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import velatura
import velatura_link
from velatura import __version__
from velatura.errors import VelaturaError
from velatura.hosts.places import Kind
from velatura_link import builtin

HERE = Path(__file__).resolve().parent
IN_WHEEL = HERE / "plugins"
IN_CHECKOUT = Path(velatura.__file__).resolve().parents[2] / "plugins"
DAEMON = "daemon.json"
SCHEMA = "schema.json"
# What judges servers is of no use in a host.
LEFT_BEHIND = ("checks", "conformance.py")


class PluginMissing(VelaturaError):
    """This installation came without its plugins."""

    code = "plugin_missing"


@dataclass(frozen=True)
class Entry:
    """A file of the payload; ``name`` has slashes and starts from the host's folder."""

    name: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True)
class Payload:
    """Everything that a host gets. ``folder`` is replaced as a whole; ``files`` stand beside it, by themselves."""

    folder: str
    inside: tuple[Entry, ...]
    files: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return (*self.files, *self.inside)

    def with_file(self, name: str, content: bytes) -> Payload:
        """The same with one more file in its folder."""
        more = Entry(f"{self.folder}/{name}", content)
        return Payload(self.folder, (*self.inside, more), self.files)


def payload(kind: Kind, manifest: Mapping[str, Any] | None = None) -> Payload:
    """The plugin for hosts of that kind. GIMP's needs the ``manifest``, from which its procedures are made.

    Raises :class:`PluginMissing`.
    """
    return _krita() if kind == "krita" else _gimp(manifest or {})


def daemon_json(command: Sequence[str], connection: Path) -> bytes:
    """What tells a plugin how to start the daemon and where to look for its connection file."""
    facts = {"command": list(command), "connection": str(connection), "version": __version__}
    return json.dumps(facts, indent=2).encode()


def _krita() -> Payload:
    source = _source("krita")
    folder = "pykrita/velatura_krita"
    desktop = source / "velatura_krita.desktop"
    action = source / "actions" / "velatura_krita.action"
    return Payload(
        folder,
        (*tree(source / "velatura_krita", folder), *_link(folder)),
        (
            Entry("pykrita/velatura_krita.desktop", desktop.read_bytes()),
            Entry("actions/velatura_krita.action", action.read_bytes()),
        ),
    )


def _gimp(manifest: Mapping[str, Any]) -> Payload:
    folder = "plug-ins/velatura_gimp"
    run = f"{folder}/velatura_gimp.py"
    inside = [
        Entry(each.name, each.content, executable=each.name == run)
        for each in (*tree(_source("gimp") / "velatura_gimp", folder), *_link(folder))
    ]
    schema = json.dumps(manifest, ensure_ascii=False).encode()
    return Payload(folder, (*inside, Entry(f"{folder}/{SCHEMA}", schema)))


def _link(folder: str) -> Iterator[Entry]:
    """The client, in it a msgpack that needs no compiler, with its licence, and what shows the built-in styles."""
    link = f"{folder}/velatura_link"
    for entry in tree(Path(velatura_link.__file__ or "").parent, link):
        if entry.name.split("/")[len(link.split("/"))] not in LEFT_BEHIND:
            yield entry
    shown = builtin.folder()
    for entry in tree(shown, f"{link}/{builtin.FOLDER}") if shown is not None else ():
        if entry.name.endswith(builtin.SHOWN):
            yield entry
    spec = find_spec("msgpack")
    if spec is None or spec.origin is None:
        raise PluginMissing("msgpack is not installed.", hint="Install Velatura again.")
    vendor = f"{link}/vendor"
    yield Entry(f"{vendor}/__init__.py", b"")
    for path in sorted(Path(spec.origin).parent.glob("*.py")):
        yield Entry(f"{vendor}/msgpack/{path.name}", path.read_bytes())
    for file in distribution("msgpack").files or ():
        if file.name == "COPYING":
            yield Entry(f"{vendor}/msgpack/COPYING", file.read_binary())


def _source(kind: Kind) -> Path:
    """The plugin's folder in an installed wheel or in the checkout."""
    for place in (IN_WHEEL, IN_CHECKOUT):
        if (place / kind).is_dir():
            return place / kind
    raise PluginMissing(
        "This installation of Velatura contains no plugins.", hint="Install Velatura again."
    )


def tree(source: Path, name: str) -> Iterator[Entry]:
    """The files of ``source``, as entries below ``name``."""
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if path.is_file() and "__pycache__" not in inside.parts:
            yield Entry(f"{name}/{inside.as_posix()}", path.read_bytes())
