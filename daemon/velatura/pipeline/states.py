"""What a frame leaves for the next one, where an engine is run once for each region: each region has its own.

The states of all regions travel as one file, a zip archive with a comment of its own, so that whoever carries it from
frame to frame need not know.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from velatura.contract.engine import Engine
from velatura.contract.run import Run
from velatura.contract.scene import Scene

_MARK = b"velatura: states of regions"


def packed(states: Sequence[bytes]) -> bytes:
    """The states of all regions, in their order, as one file; empty for one that left none."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, state in enumerate(states):
            archive.writestr(zipfile.ZipInfo(str(number)), state)
        archive.comment = _MARK
    return file.getvalue()


@contextmanager
def states_of_regions(engine: Engine, scene: Scene, run: Run) -> Iterator[Scene]:
    """``scene`` with what the frame before left for each of its regions.

    A state of other regions is not used: the frame is then painted as a first one, and ``run`` notes it.
    """
    parts = len(scene.regions) if engine.descriptor.regions == "composite" else 1
    states = {
        each.name: scene.inputs[each.name]
        for each in engine.descriptor.inputs
        if each.kind == "state" and each.name in scene.inputs
    }
    if not states:
        yield scene
        return
    with TemporaryDirectory(prefix="velatura-") as folder:
        own: list[dict[str, Path]] = [{} for _ in scene.regions]
        inputs = dict(scene.inputs)
        for name, path in states.items():
            assert isinstance(path, Path)
            found = _unpacked(path)
            if parts < 2 and found is None:
                continue
            del inputs[name]
            if found is None or len(found) != parts:
                run.note(
                    "The regions differ from those of the previous frame, so this one starts afresh."
                )
                continue
            for number, state in enumerate(found):
                if not state:
                    continue
                own[number][name] = Path(folder, f"{name}-{number}")
                own[number][name].write_bytes(state)
        yield _with_states(scene, inputs, own)


def _with_states(
    scene: Scene, inputs: Mapping[str, object], own: Sequence[dict[str, Path]]
) -> Scene:
    regions = tuple(
        replace(region, states=states) for region, states in zip(scene.regions, own, strict=True)
    )
    return replace(scene, inputs=inputs, regions=regions)  # type: ignore[arg-type]


def _unpacked(path: Path) -> list[bytes] | None:
    """The states in ``path``; None where it is one of a whole picture."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        if archive.comment != _MARK:
            return None
        return [archive.read(str(number)) for number in range(len(archive.namelist()))]
