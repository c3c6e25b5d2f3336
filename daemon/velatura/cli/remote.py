"""Painting through the daemon."""

from __future__ import annotations

from velatura.cli import session
from velatura.cli.display import Bar
from velatura.cli.stylize import Painted
from velatura.cli.wishes import StyleWish, Wish
from velatura.errors import BadPicture
from velatura.imaging.files import read_picture
from velatura.imaging.raster import Raster
from velatura_link.errors import JobFailed
from velatura_link.jobs import Accepted, Downloading, Event, Progress, Uploading
from velatura_link.request import EncodedFile, Pixels, Request, StyleRef


def paint(wish: Wish, content: Raster, bar: Bar) -> Painted:
    """The picture, from the daemon, which is started if it does not run.

    Raises :class:`~velatura_link.errors.JobFailed` and what connecting raises; Ctrl-C cancels the job.
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
        job = client.submit(request, on_event=lambda event: _show(event, bar))
        try:
            result = job.wait()
        except KeyboardInterrupt:
            job.cancel()
            raise
        except JobFailed as error:
            if error.code in ("bad_picture", "too_large"):
                _read_styles(wish)
            raise
    finally:
        client.close()
    picture = result.picture
    raster = Raster.from_buffer(
        picture.buffer,
        width=picture.width,
        height=picture.height,
        channels=picture.channels,
        depth=picture.depth,  # type: ignore[arg-type]
        transfer=picture.transfer,  # type: ignore[arg-type]
    )
    return Painted(raster, result.notes, dict(result.seconds))


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


def _style(style: StyleWish) -> StyleRef:
    if style.path is None:
        return StyleRef(name=style.name, weight=style.weight)
    data = style.path.read_bytes()
    if not data:
        raise BadPicture(f"{style.path} is empty.")
    return StyleRef(picture=EncodedFile(data), weight=style.weight)


def _read_styles(wish: Wish) -> None:
    """Raise what is wrong with a style's file: the daemon, which gets bytes, cannot name it."""
    for style in wish.styles:
        if style.path is not None:
            read_picture(style.path)


def _show(event: Event, bar: Bar) -> None:
    if isinstance(event, Uploading):
        if event.sent < event.total:
            bar.show("upload", event.sent, event.total, None)
        else:
            bar.show("queue", 0, 0, None)
    elif isinstance(event, Downloading):
        bar.show("download", event.received, event.total, None)
    elif isinstance(event, Progress):
        bar.show(event.phase, event.step, event.steps, event.seconds_left)
    elif isinstance(event, Accepted) and event.position:
        bar.show("queue", 0, 0, None)
