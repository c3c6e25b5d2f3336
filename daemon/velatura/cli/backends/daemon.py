"""Painting through the daemon."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from velatura.cli import session
from velatura.cli.backends.base import KEEP, Painted, Priority
from velatura.cli.display import Bar
from velatura.cli.engines import engine_named, known_engines
from velatura.cli.inputs import Given, given_inputs
from velatura.cli.parts import Parts
from velatura.cli.preview import PreviewFile
from velatura.cli.requests import Wish
from velatura.cli.style_options import StyleOption
from velatura.errors import BadPicture
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import codes
from velatura_link.client import Client
from velatura_link.errors import JobFailed
from velatura_link.jobs import (
    Accepted,
    Downloading,
    Event,
    Job,
    Preview,
    Progress,
    Result,
    Uploading,
)
from velatura_link.recipe import BadRecipe, Recipe, from_described
from velatura_link.request import EncodedFile, Pixels, RegionRef, Request, StyleRef

HANDS = 64
"""How many jobs the daemon takes of one client."""


class DaemonBackend:
    """A client of the daemon. What several pictures share is read and sent once."""

    hands = HANDS

    def __init__(self) -> None:
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._jobs: set[Job] = set()
        self._cancelled = False
        self._files: dict[Path, EncodedFile] = {}
        self._masks: WeakKeyDictionary[Raster, Pixels] = WeakKeyDictionary()

    def __enter__(self) -> DaemonBackend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def finish(self) -> None:
        """Have every job's engine stop after its present step, if it can, and keep what is there."""
        for job in list(self._jobs):
            job.finish()

    def cancel(self) -> None:
        """Cancel every job."""
        self._cancelled = True
        for job in list(self._jobs):
            job.cancel()

    def paint(
        self,
        wish: Wish,
        content: Raster,
        parts: Parts,
        bar: Bar,
        preview: PreviewFile | None = None,
        priority: Priority = "interactive",
    ) -> Painted:
        """See :class:`~velatura.cli.backends.base.Backend`.

        Raises :class:`~velatura_link.errors.JobFailed` and what connecting raises; Ctrl-C cancels the job.
        """
        rest = tuple(self._style(style, parts) for style in wish.styles)
        regions = tuple(
            RegionRef(
                self._mask(part.mask),
                tuple(self._style(style, parts) for style in part.styles),
                part.strength,
            )
            for part in parts.regions
        )
        client = self._connected(bar)
        inputs = _given(wish, client)
        request = Request(
            engine=wish.engine,
            params=wish.params,
            content=pixels_of(content),
            strength=wish.strength,
            seed=wish.seed,
            device=wish.device,
            styles=rest,
            regions=regions,
            inputs={name: self._input(each) for name, each in inputs.items()},
            common=wish.common,
            segments=wish.segments,
            stop_after=wish.stop_after,
        )
        if _can_stop_early(wish.engine, client):
            bar.offer(KEEP)
        job = client.submit(
            request,
            priority=priority,
            preview=preview.seconds if preview is not None else None,
            on_event=lambda event: _show(event, bar, preview),
        )
        self._jobs.add(job)
        try:
            if self._cancelled:
                job.cancel()
            result = job.wait()
        except KeyboardInterrupt:
            job.cancel()
            raise
        except JobFailed as error:
            if error.code in ("bad_picture", "too_large"):
                _read_pictures(wish, inputs)
            raise
        finally:
            self._jobs.discard(job)
        return Painted(
            raster_from(result.picture),
            result.notes,
            dict(result.seconds),
            _recipe_of(result),
            {
                name: raster_from(each)
                for name, each in result.outputs.items()
                if name != "picture" and isinstance(each, Pixels)
            },
        )

    def _connected(self, bar: Bar) -> Client:
        with self._connecting:
            if self._client is None:
                bar.show("Starting the daemon", 0, 0, None)
                self._client = session.connect()
            return self._client

    def _style(self, style: StyleOption, parts: Parts) -> StyleRef:
        name, picture, code = style.name, None, None
        if style.path is not None and codes.is_code(style.path):
            # The daemon, which gets bytes, could not name the file.
            codes.facts(style.path)
            code = self._file(style.path)
        elif style.path is not None:
            picture = self._file(style.path)
        mask = parts.of_styles.get(style)
        return StyleRef(
            name=name,
            picture=picture,
            code=code,
            weight=style.weight,
            mask=self._mask(mask) if mask is not None else None,
            crop=style.crop,
            rotation=style.rotation or 0.0,
            scale=style.scale or 1.0,
        )

    def _input(self, given: Given) -> EncodedFile | float | str:
        return self._file(given.value) if isinstance(given.value, Path) else given.value

    def _file(self, path: Path) -> EncodedFile:
        if path not in self._files:
            data = path.read_bytes()
            if not data:
                raise BadPicture(f"{path} is empty.")
            self._files[path] = EncodedFile(data)
        return self._files[path]

    def _mask(self, mask: Raster) -> Pixels:
        return self._masks.setdefault(mask, pixels_of(mask))


def pixels_of(raster: Raster) -> Pixels:
    """A raster as the wire's pixels, without a copy."""
    return Pixels(
        raster.to_memoryview(),
        raster.width,
        raster.height,
        raster.channels,
        raster.depth,
        raster.transfer,
    )


def raster_from(pixels: Pixels) -> Raster:
    """The wire's pixels as a raster, without a copy."""
    return Raster.from_buffer(
        pixels.buffer,
        width=pixels.width,
        height=pixels.height,
        channels=pixels.channels,
        depth=pixels.depth,  # type: ignore[arg-type]
        transfer=pixels.transfer,  # type: ignore[arg-type]
    )


def _recipe_of(result: Result) -> Recipe | None:
    """The result's recipe; none is no reason to lose a picture."""
    try:
        return from_described(result.recipe) if result.recipe else None
    except BadRecipe:
        return None


def _can_stop_early(engine: str, client: Client) -> bool:
    """Whether the daemon's engine is known to keep what it has when it is stopped."""
    known = (client.manifest or {}).get(engine, {})
    return known.get("descriptor", {}).get("interruptible") is True


def _given(wish: Wish, client: Client) -> dict[str, Given]:
    """The inputs as what the daemon's engine takes."""
    if not wish.inputs:
        return {}
    # A daemon whose first worker is just starting knows no engines yet.
    manifest = client.manifest if client.manifest is not None else known_engines()
    descriptor = engine_named(wish.engine, manifest)["descriptor"]
    kinds = {each["name"]: each["kind"] for each in descriptor["inputs"]}
    return given_inputs(wish.inputs, wish.engine, kinds)


def _read_pictures(wish: Wish, inputs: Mapping[str, Given]) -> None:
    """Raise what is wrong with a picture's file: the daemon, which gets bytes, cannot name it."""
    pictures = [each.value for each in inputs.values() if each.kind == "raster"]
    for path in (*(style.path for style in wish.all_styles), *pictures):
        if isinstance(path, Path) and not codes.is_code(path):
            read_picture(path)


def _show(event: Event, bar: Bar, preview: PreviewFile | None) -> None:
    if isinstance(event, Uploading):
        if event.sent < event.total:
            bar.show("upload", event.sent, event.total, None)
        else:
            bar.show("queue", 0, 0, None)
    elif isinstance(event, Downloading):
        bar.show("download", event.received, event.total, None)
    elif isinstance(event, Progress):
        bar.show(event.phase, event.step, event.steps, event.seconds_left)
    elif isinstance(event, Preview) and preview is not None:
        preview.show(raster_from(event.pixels))
    elif isinstance(event, Accepted) and event.position:
        bar.show("queue", 0, 0, None)
