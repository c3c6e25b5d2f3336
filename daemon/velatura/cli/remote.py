"""Painting through the daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from velatura.cli import session
from velatura.cli.display import Bar
from velatura.cli.engines import engine_named, known_engines
from velatura.cli.inputs import Given, given_inputs
from velatura.cli.preview import PreviewFile
from velatura.cli.stylize import Painted
from velatura.cli.wishes import StyleWish, Wish
from velatura.errors import BadPicture
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura.library import codes
from velatura_link.client import Client
from velatura_link.errors import JobFailed
from velatura_link.jobs import Accepted, Downloading, Event, Preview, Progress, Uploading
from velatura_link.request import EncodedFile, Pixels, Request, StyleRef


def paint(wish: Wish, content: Raster, bar: Bar, preview: PreviewFile | None = None) -> Painted:
    """The picture, from the daemon, which is started if it does not run.

    ``preview`` shows how it grows. Raises :class:`~velatura_link.errors.JobFailed` and what
    connecting raises; Ctrl-C cancels the job.
    """
    request = Request(
        engine=wish.engine,
        params=wish.params,
        content=pixels_of(content),
        strength=wish.strength,
        seed=wish.seed,
        device=wish.device,
        styles=tuple(_style(style) for style in wish.styles),
    )
    bar.show("Starting the daemon", 0, 0, None)
    client = session.connect()
    try:
        inputs = _given(wish, client)
        job = client.submit(
            replace(request, inputs={name: _input(each) for name, each in inputs.items()}),
            preview=preview.seconds if preview is not None else None,
            on_event=lambda event: _show(event, bar, preview),
        )
        try:
            result = job.wait()
        except KeyboardInterrupt:
            job.cancel()
            raise
        except JobFailed as error:
            if error.code in ("bad_picture", "too_large"):
                _read_pictures(wish, inputs)
            raise
    finally:
        client.close()
    return Painted(raster_from(result.picture), result.notes, dict(result.seconds))


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


def _given(wish: Wish, client: Client) -> dict[str, Given]:
    """The inputs as what the daemon's engine takes."""
    if not wish.inputs:
        return {}
    # A daemon whose first worker is just starting knows no engines yet.
    manifest = client.manifest if client.manifest is not None else known_engines()
    descriptor = engine_named(wish.engine, manifest)["descriptor"]
    kinds = {each["name"]: each["kind"] for each in descriptor["inputs"]}
    return given_inputs(wish.inputs, wish.engine, kinds)


def _input(given: Given) -> EncodedFile | float | str:
    return _file(given.value) if isinstance(given.value, Path) else given.value


def _style(style: StyleWish) -> StyleRef:
    if style.path is None:
        return StyleRef(name=style.name, weight=style.weight)
    if codes.is_code(style.path):
        # The daemon, which gets bytes, could not name the file.
        codes.facts(style.path)
        return StyleRef(code=_file(style.path), weight=style.weight)
    return StyleRef(picture=_file(style.path), weight=style.weight)


def _file(path: Path) -> EncodedFile:
    data = path.read_bytes()
    if not data:
        raise BadPicture(f"{path} is empty.")
    return EncodedFile(data)


def _read_pictures(wish: Wish, inputs: Mapping[str, Given]) -> None:
    """Raise what is wrong with a picture's file: the daemon, which gets bytes, cannot name it."""
    pictures = [each.value for each in inputs.values() if each.kind == "raster"]
    for path in (*(style.path for style in wish.styles), *pictures):
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
