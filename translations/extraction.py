"""What there is to translate: sentences of plugins and the link, errors and notes of the daemon, words of engines."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from velatura.contract import manifest, registry
from velatura.contract.engine import PICTURE, Descriptor
from velatura.contract.phases import PHASES
from velatura.contract.translations import catalogues_of
from velatura_link.catalogue import CATALOGUES, is_for_terminals

ROOT = Path(__file__).resolve().parents[1]
DAEMON = ROOT / "daemon" / "velatura"
PLUGINS = ROOT / "plugins"

ROOMS = ("contract", "imaging", "library", "networks", "perception", "pipeline", "runtime", "serve")
"""Folders of the daemon whose errors and notes can reach a host; the command line's stay in English."""

FAMILIES = frozenset({"VelaturaError", "LinkError"})
"""The errors that people are told about, and whose descendants are found by their names."""
PROTOCOL_ERRORS = frozenset({"ProtocolError"})
"""Errors that only a programmer can cause; hosts have one sentence for all of them."""
WITH_CODE = frozenset({"Refused", "JobFailed"})
"""Errors whose first argument is a code."""

SAYING = frozenset({"tr", "Text", "note", "_require"})
"""Functions whose argument is a sentence for a person; ``_require`` raises an error with it."""
FOR_THE_COMMAND_LINE = frozenset({"AlreadyRunning"})
"""Errors that no host can meet."""

Found = dict[str, set[str]]
"""English sentences, and the files that say them."""


@dataclass(frozen=True)
class Catalogues:
    """The files of one domain by language, and what they are to translate."""

    paths: dict[str, Path]
    found: Found = field(default_factory=dict)


def domains() -> dict[str, Catalogues]:
    """The common catalogues, called ``velatura``, and those of each engine that is shown, by the engine's name."""
    common = common_words()
    paths = {path.stem: path for path in sorted(CATALOGUES.glob("*.po"))}
    return {"velatura": Catalogues(paths, common), **engine_domains(common)}


@cache
def engines() -> manifest.Manifest:
    """The manifest of our engines; those of other packages have their catalogues there."""
    ours = registry.PACKAGE + "."
    return manifest.build([name for name, at in registry.modules().items() if at.startswith(ours)])


def common_words() -> Found:
    """What plugins say, and what the daemon says to them, but for words of engines."""
    found: Found = {}
    for path in sorted(PLUGINS.rglob("*.py")):
        if "checks" not in path.parts:
            _add(found, path, said_in(path))
    for room in ROOMS:
        for path in sorted((DAEMON / room).rglob("*.py")):
            _add(found, path, said_in(path))
    _add(found, DAEMON / "contract" / "phases.py", PHASES.values())
    defaults = (Descriptor.model_fields["group"].default, PICTURE.title)
    _add(found, DAEMON / "contract" / "engine.py", defaults)
    params = DAEMON / "contract" / "common_params.py"
    for entry in engines().values():
        _add(found, params, _knob_words(entry["common"]))
    return found


def engine_domains(common: Found) -> dict[str, Catalogues]:
    """The catalogues beside each engine that is shown to people; ``common`` words are translated already."""
    found = {}
    for name, entry in engines().items():
        if not entry["descriptor"]["hidden"]:
            module = import_module(registry.modules()[name])
            own = {word: at for word, at in engine_words(name, entry).items() if word not in common}
            found[name] = Catalogues(catalogues_of(module), own)
    return found


def engine_words(name: str, entry: dict[str, Any]) -> Found:
    """What an engine says of itself, and its notes and errors. ``entry`` is the manifest's."""
    module = import_module(registry.modules()[name])
    source = Path(module.__file__ or "")
    sources = sorted(source.parent.rglob("*.py")) if source.stem == "__init__" else [source]
    found: Found = {}
    for path in sources:
        _add(found, path, said_in(path))
    described = entry["descriptor"]
    words = [described[each] for each in ("title", "purpose", "summary", "group")]
    words += [each["title"] for each in (*described["inputs"], *described["outputs"])]
    words += [title for phase, title in described["phases"].items() if phase not in PHASES]
    _add(found, source, [*words, *_knob_words(entry["schema"])])
    return found


def said_in(path: Path) -> Iterator[str]:
    """What a module says by ``tr``, :class:`Text`, ``note``, an error or an argument of GIMP's: its literals.

    Hints that are commands are left out: hosts show none.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield from filter(None, _said_by(node))


def unfinished(path: Path) -> Iterator[str]:
    """Errors and notes of a module that are filled in before anybody can translate them: f-strings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node) in error_names() | SAYING:
            for argument in (*node.args, *_named(node, "hint")):
                if any(_has_words(each) for each in _branches(argument)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(argument)}"


def constants_in(paths: Iterable[Path]) -> set[str]:
    """Every text that stands in these modules: what may be said by ``tr`` of a variable."""
    return {
        node.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@cache
def error_names() -> frozenset[str]:
    """Names of all errors that hosts may have to say: the families and whatever is derived from them."""
    paths = [*PLUGINS.rglob("*.py"), *DAEMON.rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    known, before = set(FAMILIES), 0
    while len(known) > before:
        before = len(known)
        for each in classes:
            if known & {base.id for base in each.bases if isinstance(base, ast.Name)}:
                known.add(each.name)
    return frozenset(known - PROTOCOL_ERRORS - FOR_THE_COMMAND_LINE)


def _said_by(call: ast.Call) -> Iterator[str]:
    name = _name(call)
    if name in ("tr", "Text", "note"):
        yield from (text for text in _literals(call.args[:1]) if not is_for_terminals(text))
    elif name == "_require":
        yield from _literals(call.args[1:2])
    elif name == "Argument":
        # The title and the blurb of one of GIMP's, and the labels of its choices.
        yield from _literals([*call.args[2:4], *_named(call, "title"), *_named(call, "blurb")])
        for choices in _named(call, "choices"):
            yield from _literals(_labels(choices))
    elif name in error_names():
        at = 1 if name in WITH_CODE else 0
        yield from _literals(call.args[at : at + 1])
        hints = _literals([*call.args[at + 1 : at + 2], *_named(call, "hint")])
        yield from (hint for hint in hints if not is_for_terminals(hint))


def _labels(choices: ast.expr) -> list[ast.expr]:
    """The second of each pair of a value and its label."""
    tuples = [each for each in ast.walk(choices) if isinstance(each, ast.Tuple)]
    return [
        each.elts[1]
        for each in tuples
        if len(each.elts) == 2 and not any(isinstance(part, ast.Tuple) for part in each.elts)
    ]


def _literals(arguments: Iterable[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        for each in _branches(argument):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def _branches(argument: ast.expr) -> Iterator[ast.expr]:
    """Both sides of ``a if b else c``, and whatever else itself."""
    if isinstance(argument, ast.IfExp):
        yield from (*_branches(argument.body), *_branches(argument.orelse))
    else:
        yield argument


def _has_words(argument: ast.expr) -> bool:
    """Whether it is an f-string with words between its values."""
    constants = argument.values if isinstance(argument, ast.JoinedStr) else []
    return any(
        isinstance(each, ast.Constant) and any(letter.isalpha() for letter in str(each.value))
        for each in constants
    )


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _named(call: ast.Call, name: str) -> list[ast.expr]:
    return [each.value for each in call.keywords if each.arg == name]


def _knob_words(schema: dict[str, Any]) -> list[str]:
    words = []
    for knob in schema["properties"].values():
        words += [knob[each] for each in ("title", "description", "unit", "zero") if each in knob]
        words += knob.get("labels", {}).values()
    return words


def _add(found: Found, path: Path, words: Iterable[str]) -> None:
    for word in words:
        found.setdefault(word, set()).add(path.relative_to(ROOT).as_posix())
