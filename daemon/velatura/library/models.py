"""Finding a model's file: shipped, given by a folder, added, downloaded; verified every time.

Models are those of the catalogue, which engines ask for, and a person's own: whatever other files of weights are in
the folders, checkpoints to paint with as styles. A model of one's own is called like its file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from velatura.errors import BadRequest, BadWeights, Exists, WeightsMissing
from velatura.library import catalogue
from velatura.library.catalogue import Model, ModelFile
from velatura.library.checksums import remembered_sha256, sha256_of
from velatura.library.download import Progress, Unreachable, download
from velatura.library.names import slug
from velatura.library.places import given_folders, models_dir
from velatura.library.weights import has_marks, read_state
from velatura_link.text import Text, either

ASSETS = Path(__file__).parent.parent / "assets"
"""Weights that come with Velatura."""

SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".model", ".tar")
"""What files of weights are called after the last dot."""


@dataclass(frozen=True)
class Found:
    """A model's file that is here and is what it should be. ``sha256`` is its content's identity.

    ``note`` is for the person who waits, None when there is nothing to say.
    """

    model: Model
    file: ModelFile
    path: Path
    sha256: str
    note: Text | None = None


def folders() -> tuple[Path, ...]:
    """Where files are looked for, first to last."""
    return (ASSETS, *given_folders(), models_dir())


def find(name: str) -> Found | None:
    """The model ``name``, the catalogue's or one's own, if a file of it is here; never downloads.

    Raises :class:`BadWeights` for a file that bears the name and is something else, and
    :class:`WeightsMissing` for a name that nothing has.
    """
    path = own().get(name)
    if path is not None:
        return _own(name, path)
    model = catalogue.model(name)
    for path, file in _candidates(model):
        digest = remembered_sha256(path)
        expected = file.sha256 or _pinned(path)
        if expected is not None and digest != expected:
            raise BadWeights(
                "{path} is not the {file} that Velatura knows: its SHA-256 is {digest}…, not {expected}….",
                hint="It is damaged or another version. Remove or replace it.",
                path=str(path),
                file=file.name,
                digest=digest[:12],
                expected=expected[:12],
            )
        return Found(model, file, path, digest)
    return None


def own() -> dict[str, Path]:
    """The files of one's own models by name, sorted; nothing is read.

    They are in the folders of ``VELATURA_MODELS``, which go first, and in :func:`models_dir`.
    """
    known = {file.name for model in catalogue.MODELS for file in model.files}
    taken = {model.name for model in catalogue.MODELS}
    found: dict[str, Path] = {}
    for folder in (*given_folders(), models_dir()):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = slug(path.stem)
            if path.suffix.lower() not in SUFFIXES or path.name in known or not path.is_file():
                continue
            if name and name not in taken and not path.name.startswith("."):
                found.setdefault(name, path)
    return dict(sorted(found.items()))


def ensure(name: str, *, progress: Progress | None = None) -> Found:
    """The model ``name``, downloaded into :func:`models_dir` when it is not here.

    ``progress`` is told bytes done and bytes in all; an exception from it ends the download, which
    a later call resumes. ``VELATURA_MIRROR`` names another server for every file. Raises
    :class:`WeightsMissing` when it cannot be had and :class:`BadWeights` when it is damaged.
    """
    here = find(name)
    if here is not None:
        return here
    model = catalogue.model(name)
    file = next((file for file in model.files if file.url), None)
    if file is None or file.url is None:
        raise _missing(model, Text("has to be added by hand, since it cannot be downloaded"))
    target = models_dir() / file.name
    url = _mirrored(file.url)
    pinned = _pinned(target)

    def accept(part: Path, digest: str) -> None:
        if file.sha256 is None and pinned is None:
            if not has_marks(read_state(part), file.marks):
                raise BadWeights(
                    "The download from {url} is not {title}.", url=url, title=model.title
                )
            _pin(target, digest)

    try:
        download(
            url,
            target,
            sha256=file.sha256 or pinned,
            size=file.size,
            progress=progress,
            accept=accept,
        )
    except Unreachable as error:
        raise _missing(
            model, Text("at {url} could not be downloaded: {error}", url=url, error=str(error))
        ) from error
    except OSError as error:
        raise _missing(
            model,
            Text(
                "could not be saved in {folder}: {error}",
                folder=str(target.parent),
                error=str(error),
            ),
        ) from error
    note = None
    if file.sha256 is None and pinned is None:
        note = Text(
            "{file} was downloaded; its publisher states no checksum, so its present one was "
            "recorded and is required from now on.",
            file=file.name,
        )
    return Found(model, file, target, remembered_sha256(target), note)


def add(path: Path, name: str | None = None) -> Found:
    """Copy a file of weights into :func:`models_dir`: as the model of the catalogue that it is, or as one's own.

    It is recognised by its SHA-256, else by its tensors. ``name`` is the catalogue's model that it must be, or what
    one's own is to be called, by itself like its file. Raises :class:`BadWeights` for what is no file of weights or
    not the model named, and :class:`Exists` where another file has the name.
    """
    if not path.is_file():
        raise WeightsMissing(
            "There is no file {path}.", hint="Give the path of a weights file.", path=str(path)
        )
    digest = sha256_of(path)
    recognised = _recognise(path, digest, name)
    model, file = recognised or _new(path, digest, name)
    target = models_dir() / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(path, draft)
        if file.sha256 is None and recognised is not None:
            _pin(target, digest)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Found(model, file, target, digest)


def _own(name: str, path: Path) -> Found:
    model, file = _entry(name, path.name)
    return Found(model, file, path, remembered_sha256(path))


def _entry(name: str, file_name: str) -> tuple[Model, ModelFile]:
    """What the catalogue would say of a model of one's own."""
    file = ModelFile(file_name, ())
    return Model(name, name, "not stated", "a file that was added", (file,)), file


def _new(path: Path, digest: str, name: str | None) -> tuple[Model, ModelFile]:
    """A file that the catalogue does not have, under a name that is free or has the same bytes already."""
    called = slug(name if name is not None else path.stem)
    if not called:
        raise BadRequest(
            "“{name}” is not a valid name for a model.",
            hint="Use letters and digits.",
            name=path.stem if name is None else name,
        )
    suffix = path.suffix.lower() if path.suffix.lower() in SUFFIXES else ".pth"
    there = own().get(called)
    if there is not None and remembered_sha256(there) != digest:
        raise Exists(
            "There is already a model “{name}”: {path}.",
            hint="Choose another name with --name.",
            name=called,
            path=str(there),
        )
    return _entry(called, there.name if there is not None else f"{called}{suffix}")


def _recognise(path: Path, digest: str, name: str | None) -> tuple[Model, ModelFile] | None:
    """The model of the catalogue that a file is; None for one of which it knows nothing."""
    named = [model for model in catalogue.MODELS if model.name == name]
    wanted = tuple(named) if named or name else catalogue.MODELS
    known = [(model, file) for model in wanted for file in model.files]
    for model, file in known:
        if file.sha256 == digest:
            return model, file
    state = read_state(path)
    for model, file in known:
        if file.sha256 is None and has_marks(state, file.marks):
            return model, file
    for model, file in known:
        if has_marks(state, file.marks):
            raise BadWeights(
                "{file} looks like {title}, but is not the {known} that Velatura knows.",
                hint="A damaged or converted copy is not accepted. Get the original.",
                file=path.name,
                title=model.title,
                known=file.name,
            )
    if named:
        raise BadWeights(
            "{file} is not {title}.",
            hint="Leave out the name, or choose another, to add it as a model of your own.",
            file=path.name,
            title=named[0].title,
        )
    return None


def _candidates(model: Model) -> Iterator[tuple[Path, ModelFile]]:
    for folder in folders():
        for file in model.files:
            path = folder / file.name
            if path.is_file():
                yield path, file


def _mirrored(url: str) -> str:
    mirror = os.environ.get("VELATURA_MIRROR")
    return f"{mirror.rstrip('/')}/{url.rsplit('/', 1)[-1]}" if mirror else url


def _pin_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _pinned(path: Path) -> str | None:
    """The checksum written down beside ``path``, in the format of ``sha256sum``."""
    try:
        return _pin_file(path).read_text("utf-8").split()[0]
    except (OSError, IndexError):
        return None


def _pin(path: Path, digest: str) -> None:
    _pin_file(path).write_text(f"{digest}  {path.name}\n", "utf-8")


def _missing(model: Model, why: str) -> WeightsMissing:
    names = either([file.name for file in model.files])
    urls = [file.url for file in model.files if file.url]
    return WeightsMissing(
        "The weights “{name}” ({title}) are not here: the file {why}.",
        hint="Get {file}, then run “velatura models add FILE”, or put it into a folder that VELATURA_MODELS "
        "names and run “velatura stop”.",
        file=urls[0] if urls else Text("{names} from {source}", names=names, source=model.source),
        name=model.name,
        title=model.title,
        why=why,
    )
