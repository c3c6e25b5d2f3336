"""Presets: a way to paint under a name, each a JSON file in a folder of the person's.

Its keys are those of a request (docs/reference/protocol.md, section 5): what a request leaves out, its preset says.
Styles are names of the style library. Neither torch nor numpy is needed to read one, since the broker does.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from velatura.errors import BadRequest, Exists
from velatura.library.names import slug
from velatura.library.places import presets_dir
from velatura_link.request_validation import crop_of
from velatura_link.text import Text, either

FORMAT = "velatura preset 1"
SUFFIX = ".json"
LARGEST = 1 << 20
"""Bytes of a file beyond which it is no preset."""
MOST_STYLES = 64
LONGEST_TITLE = 60
"""Letters of a preset's title: its name must be a file's name everywhere."""

Scalar = bool | int | float | str


@dataclass(frozen=True)
class PresetStyle:
    """A style by its name in the library, with what a request says of it."""

    name: str
    weight: float = 1.0
    crop: tuple[float, float, float, float] | None = None
    rotation: float = 0.0
    scale: float = 1.0

    def reference(self) -> dict[str, Any]:
        """The style as a request has it: only what differs from the usual."""
        usual = PresetStyle(self.name)
        said = {key: value for key, value in asdict(self).items() if value != getattr(usual, key)}
        return {"name": self.name, **said}


@dataclass(frozen=True)
class Preset:
    """Engine, knobs, styles and region rule under a name. ``segments`` 0 parts no picture.

    ``title`` is the name as the person wrote it, empty where that is the name itself.
    """

    name: str
    engine: str
    params: Mapping[str, Scalar] = field(default_factory=dict)
    common: Mapping[str, Scalar] = field(default_factory=dict)
    styles: tuple[PresetStyle, ...] = ()
    segments: int = 0
    strength: float = 1.0
    title: str = ""

    def described(self) -> dict[str, Any]:
        """The preset as JSON and the wire have it."""
        return {
            "name": self.name,
            "engine": self.engine,
            "params": dict(self.params),
            "common": dict(self.common),
            "styles": [style.reference() for style in self.styles],
            "segments": self.segments,
            "strength": self.strength,
            "title": self.title,
        }


def entries() -> tuple[Preset, ...]:
    """All presets, sorted by name. Raises :class:`BadRequest` for a file that is none."""
    return tuple(_read(path) for path in sorted(presets_dir().glob(f"*{SUFFIX}")))


def show(name: str) -> Preset:
    """The preset ``name``. Raises :class:`BadRequest` for no such, and for a file that is none."""
    path = _path(name)
    if not path.is_file():
        raise BadRequest("There is no preset “{name}”.", hint=_alternatives(slug(name)), name=name)
    return _read(path)


def short_name(text: str) -> str:
    """``text`` as a preset's name. Raises :class:`BadRequest` when there is nothing to make one of."""
    name = slug(text)
    if not name:
        raise BadRequest(
            "No name can be made from “{text}”.",
            hint="Give a name with letters or digits.",
            text=text,
        )
    return name


def require_free(name: str) -> None:
    """Raise :class:`Exists` when a preset is called ``name``."""
    if _path(name).exists():
        raise Exists(
            "There is already a preset called “{name}”.",
            hint="Give another name, or replace it.",
            name=slug(name),
        )


def save(preset: Preset) -> Preset:
    """Keep ``preset``, under its name made a short one; one that had that name is forgotten.

    Raises :class:`BadRequest` for a name without letters.
    """
    kept = replace(preset, name=short_name(preset.name))
    path = _path(kept.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(to_json(kept))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def rename(name: str, title: str) -> Preset:
    """Call the preset ``name`` as ``title`` says.

    Raises :class:`BadRequest` for no such preset and for a title without letters, :class:`Exists` when another preset
    has that name.
    """
    preset = show(name)
    named = titled(preset, title)
    if named.name != preset.name:
        require_free(named.name)
    kept = save(named)
    if kept.name != preset.name:
        remove(preset.name)
    return kept


def titled(preset: Preset, title: str) -> Preset:
    """``preset`` with the name that ``title`` makes, and the title where the name does not say as much.

    Raises :class:`BadRequest` for a title that is none.
    """
    text = " ".join(title.split())
    if len(text) > LONGEST_TITLE or not text.isprintable():
        raise BadRequest(
            "A preset's name is a single line of at most {most} characters.", most=LONGEST_TITLE
        )
    name = short_name(text)
    return replace(preset, name=name, title="" if text == name else text)


def remove(name: str) -> str:
    """Delete the preset ``name``, damaged ones too; its short name. Raises :class:`BadRequest` for no such."""
    path = _path(name)
    if not path.is_file():
        raise BadRequest("There is no preset “{name}”.", hint=_alternatives(slug(name)), name=name)
    path.unlink()
    return path.stem


def filled(request: Mapping[str, Any]) -> dict[str, Any]:
    """``request``, the map of a submit, completed by the preset that it names; one that names none as it is.

    Raises :class:`BadRequest` for a preset that is not there.
    """
    said = {key: value for key, value in request.items() if value is not None}
    return completed(show(said.pop("preset")), said) if "preset" in said else said


def completed(preset: Preset, said: Mapping[str, Any]) -> dict[str, Any]:
    """``said``, keys of a request, with what it leaves out (absent, None or empty) taken from ``preset``.

    Knobs are merged one by one; those of the preset's engine are left behind where another was asked for. Who draws
    regions needs no rule to part the picture by.
    """
    kept = {key: value for key, value in said.items() if value is not None}
    engine = kept.get("engine", preset.engine)
    params = preset.params if engine == preset.engine else {}
    return {
        **kept,
        "engine": engine,
        "params": {**params, **kept.get("params", {})},
        "common": {**preset.common, **kept.get("common", {})},
        "styles": kept.get("styles") or [style.reference() for style in preset.styles],
        "segments": kept.get("segments", 0 if kept.get("regions") else preset.segments),
        "strength": kept.get("strength", preset.strength),
    }


def to_json(preset: Preset) -> bytes:
    """What a preset's file holds."""
    text = json.dumps({"format": FORMAT, **preset.described()}, indent=2, ensure_ascii=False)
    return f"{text}\n".encode()


def from_json(data: bytes, source: str) -> Preset:
    """The preset in ``data``, every value of the kind that it must be; ``source`` is what errors call it.

    Raises :class:`BadRequest`.
    """
    try:
        found = json.loads(data) if len(data) <= LARGEST else None
        if isinstance(found, dict) and found.get("format") == FORMAT:
            return _checked(found)
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise BadRequest(
        "{file} is not a preset.", hint="`velatura presets save` makes one.", file=str(source)
    )


def from_fields(found: object, title: str) -> Preset:
    """The preset of ``found``, keys of a request, under the name that ``title`` makes.

    Raises :class:`BadRequest` for what is no preset.
    """
    try:
        if isinstance(found, dict) and len(json.dumps(found)) <= LARGEST:
            return titled(_checked({**found, "name": "-", "title": ""}), title)
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise BadRequest("What is to be saved as “{title}” is not a preset.", title=title)


def _checked(found: Mapping[str, Any]) -> Preset:
    """Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what no preset has."""
    styles = found.get("styles", [])
    if not isinstance(styles, list) or len(styles) > MOST_STYLES:
        raise TypeError
    segments = found.get("segments", 0)
    if type(segments) is not int or not 0 <= segments <= 64 or segments == 1:
        raise ValueError
    return Preset(
        name=_text(found["name"]),
        engine=_text(found["engine"]),
        params=_scalars(found.get("params", {})),
        common=_scalars(found.get("common", {})),
        styles=tuple(_style(style) for style in styles),
        segments=segments,
        strength=_number(found.get("strength", 1.0), 0, 1),
        title=_title(found.get("title", "")),
    )


def _style(found: object) -> PresetStyle:
    if not isinstance(found, dict):
        raise TypeError
    crop = found.get("crop")
    return PresetStyle(
        name=_text(found["name"]),
        weight=_number(found.get("weight", 1.0), 1e-9, 1e9),
        crop=None if crop is None else crop_of(crop),
        rotation=_number(found.get("rotation", 0.0), -360, 360),
        scale=_number(found.get("scale", 1.0), 1 / 64, 64),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _title(value: object) -> str:
    # What is no letter could be an order to the terminal that shows it.
    if not isinstance(value, str) or len(value) > LONGEST_TITLE or not value.isprintable():
        raise ValueError
    return value


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    if not least <= value <= most:
        raise ValueError
    return float(value)


def _scalars(found: object) -> dict[str, Scalar]:
    if not isinstance(found, dict) or not all(isinstance(v, Scalar) for v in found.values()):
        raise TypeError
    return dict(found)


def _path(name: str) -> Path:
    return presets_dir() / f"{slug(name) or '-'}{SUFFIX}"


def _read(path: Path) -> Preset:
    with path.open("rb") as file:
        preset = from_json(file.read(LARGEST + 1), str(path))
    return replace(preset, name=path.stem)


def _alternatives(wanted: str) -> Text:
    names = sorted(path.stem for path in presets_dir().glob(f"*{SUFFIX}"))
    close = difflib.get_close_matches(wanted, names)
    if close:
        return Text("Did you mean {names}?", names=either(close))
    if names:
        return Text("There are: {names}.", names=", ".join(names))
    return Text("`velatura presets save NAME` makes one.")
