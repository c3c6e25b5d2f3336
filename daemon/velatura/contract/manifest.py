"""What engines there are and which knobs they have, written down so that nobody has to import them.

A worker builds the manifest and writes it into the cache directory, keyed by a hash of the engines'
code; the broker reads it there. Reading imports neither torch nor pydantic.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Collection, Iterable
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from velatura import __version__

log = logging.getLogger(__name__)

SOURCES = tuple(Path(__file__).parents[1] / room for room in ("contract", "engines"))
"""Folders whose files a manifest depends on."""

Manifest = dict[str, dict[str, Any]]
"""By engine name: ``descriptor`` (its fields), ``kind`` (``feed-forward``, ``iterative``,
``filter`` or ``pixelwise``), ``schema`` (the JSON schema of its ``Params``), ``common`` (that of those common knobs
which make a difference to it) and ``translations`` (its words by language: :mod:`velatura.contract.translations`)."""


def code_hash(only: Collection[str] | None = None) -> str:
    """Hash of everything a manifest depends on: version, sources of the contract, of engines, and of packages that add
    some, the engines allowed.

    64 hexadecimal digits; takes a few milliseconds.
    """
    digest = hashlib.sha256(f"{__version__}\n{sorted(only) if only is not None else '*'}".encode())
    sources = [(folder.parent, each) for folder in SOURCES for each in _sources_in(folder)]
    for entry in entry_points(group="velatura.engines"):
        version = entry.dist.version if entry.dist is not None else ""
        digest.update(f"{entry.name} {entry.value} {version}\n".encode())
        sources += _sources_of(entry.value.partition(":")[0].partition(".")[0])
    for root, source in sources:
        try:
            content = source.read_bytes()
        except OSError:
            # An editor's lock, or a file that is being replaced.
            continue
        digest.update(f"{source.relative_to(root)}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources_in(folder: Path) -> Iterable[Path]:
    return sorted((*folder.rglob("*.py"), *folder.rglob("*.po")))


def _sources_of(module: str) -> list[tuple[Path, Path]]:
    """Files of a module or package and of its translations, each with the folder that it is named in; nothing is
    imported. None where there is no such module.
    """
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        folders = [Path(each) for each in spec.submodule_search_locations]
        return [(folder.parent, each) for folder in folders for each in _sources_in(folder)]
    if spec.origin is None:
        return []
    source = Path(spec.origin)
    return [
        (source.parent, each) for each in (source, *sorted(source.parent.glob(f"{module}*.po")))
    ]


def manifest_hash(manifest: Manifest) -> str:
    """Hash of a manifest's content, the same on every machine; clients cache manifests by it."""
    return hashlib.sha256(_canonical(manifest)).hexdigest()


def manifest_path(cache: Path, code: str) -> Path:
    """Where the manifest for the code with hash ``code`` lies in the cache directory."""
    return cache / f"manifest-{code[:32]}.json"


def read(cache: Path, code: str) -> Manifest | None:
    """The manifest that was written for ``code``; None when there is none or it is damaged."""
    try:
        manifest = json.loads(manifest_path(cache, code).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def write(cache: Path, code: str, manifest: Manifest) -> Path:
    """Write ``manifest`` for ``code``, whole or not at all. Returns where it lies."""
    cache.mkdir(parents=True, exist_ok=True)
    path = manifest_path(cache, code)
    with tempfile.NamedTemporaryFile(dir=cache, prefix=".manifest-", delete=False) as draft:
        draft.write(_canonical(manifest))
    Path(draft.name).replace(path)
    return path


def build(only: Collection[str] | None = None) -> Manifest:
    """Import every engine (of ``only``) and write down what it says about itself.

    An engine of another package that cannot be loaded is left out, and the log says why: the others work.
    """
    from velatura.contract import registry

    manifest: Manifest = {}
    for name in registry.names():
        if only is not None and name not in only:
            continue
        try:
            manifest[name] = facts_of(name)
        except Exception as error:
            if registry.is_ours(name):
                raise
            log.warning("The engine %s of another package is left out: %s", name, error)
    return manifest


def left_out(manifest: Manifest, only: Collection[str] | None = None) -> list[str]:
    """Engines of other packages (of ``only``) that ``manifest`` does not have: they could not be loaded."""
    added = {each.name for each in entry_points(group="velatura.engines")}
    return sorted(added - set(manifest) if only is None else (added & set(only)) - set(manifest))


def facts_of(name: str) -> dict[str, Any]:
    """What a manifest has of the engine ``name``. Raises whatever its module does."""
    from velatura.contract import registry
    from velatura.contract.phases import PHASES
    from velatura.contract.translations import translations_of

    engine = registry.load(name)
    descriptor = engine.descriptor.model_dump(mode="json")
    return {
        "descriptor": {**descriptor, "phases": {**PHASES, **engine.descriptor.phases}},
        "kind": registry.kind(engine),
        "schema": engine.Params.model_json_schema(),
        "common": registry.common_schema(engine),
        "translations": translations_of(import_module(registry.modules()[name])),
    }


def _canonical(manifest: Manifest) -> bytes:
    # Keys keep their order: it is the one in which knobs are shown.
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()
