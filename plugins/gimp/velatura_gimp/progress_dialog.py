"""The window that shows a picture while it is painted, for engines that work in steps."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gi.repository import Gimp, GLib, Gtk

from velatura_link.jobs import Event, Failed, Job, Preview, Progress, Result
from velatura_link.request import Pixels

from .layers import RGBA8, extent
from .pixbufs import fitted
from .pixels import fitting_scale
from .sources import LayerSource
from .texts import tr
from .window import take_away, transient_dialog
from .wording import Bar, bar_of

SIDE = 480
"""Pixels of the longer side of what is shown."""
_STOP = 1
_PULSE_MS = 100
_DOWNLOAD = "download "

Begin = Callable[[Callable[[Event], None]], Job]


def watch(begin: Begin, layer: Gimp.Layer | None, phases: Collection[str]) -> Result:
    """The result of the job that ``begin`` submits, while a window shows its progress, and ``layer`` at first,
    if there is one. ``phases`` are those with a picture worth keeping.

    Raises the job's error, :class:`~velatura_link.errors.JobFailed` with ``cancelled`` if the person gave it up.
    """
    window = _Window(_small(layer) if layer is not None else None, phases)
    try:
        return window.wait(begin)
    finally:
        window.destroy()


def _small(layer: Gimp.Layer) -> Pixels:
    scale = fitting_scale(extent(layer), SIDE)
    return LayerSource(RGBA8, lambda done, total: None, scale, layer=layer).content()


class _Window:
    """Events come on the client's thread and are handled on GTK's."""

    def __init__(self, before: Pixels | None, phases: Collection[str]) -> None:
        self._phases = phases
        self._final: Result | Failed | None = None
        self._pulse = True
        self._stopping = False
        self._dialog = transient_dialog(tr("Velatura is painting"))
        self._picture = Gtk.Image()
        self._picture.set_size_request(SIDE // 2, SIDE // 2)
        if before is not None:
            self._picture.set_from_pixbuf(fitted(before, SIDE, SIDE))
        self._bar = Gtk.ProgressBar(show_text=True, text=tr("Preparing"))
        inside = self._dialog.get_content_area()
        inside.set_property("border-width", 12)
        inside.set_spacing(12)
        inside.pack_start(self._picture, True, True, 0)
        inside.pack_start(self._bar, False, False, 0)
        self._dialog.add_button(tr("_Cancel"), Gtk.ResponseType.CANCEL)
        self._stop = self._dialog.add_button(tr("_Stop and Keep What Is There"), _STOP)
        self._stop.set_sensitive(False)

    def wait(self, begin: Begin) -> Result:
        """Until the job has ended."""
        job = begin(lambda event: GLib.idle_add(self._seen, event))
        self._dialog.show_all()
        beat = GLib.timeout_add(_PULSE_MS, self._beat)
        while self._final is None:
            answer = self._dialog.run()
            if answer == _STOP:
                self._stopping = True
                self._stop.set_sensitive(False)
                self._bar.set_text(tr("Stopping after this step"))
                job.finish()
            elif self._final is None:
                job.cancel()
        GLib.source_remove(beat)
        if isinstance(self._final, Failed):
            raise self._final.error
        return self._final

    def destroy(self) -> None:
        """The window is gone."""
        take_away(self._dialog)

    def _seen(self, event: Event) -> None:
        if isinstance(event, (Result, Failed)):
            self._final = event
            self._dialog.response(Gtk.ResponseType.OK)
        elif isinstance(event, Preview):
            self._picture.set_from_pixbuf(fitted(event.pixels, SIDE, SIDE))
        elif not self._stopping and (bar := bar_of(event)) is not None:
            if isinstance(event, Progress):
                bar = self._advanced(event, bar)
            self._bar.set_text(bar.text)
            self._pulse = bar.fraction is None
            if bar.fraction is not None:
                self._bar.set_fraction(bar.fraction)

    def _advanced(self, progress: Progress, bar: Bar) -> Bar:
        """What to show of ``progress``; usually that is ``bar``. From the first step on, the job can be stopped."""
        painting = progress.phase in self._phases
        self._stop.set_sensitive(painting and progress.step > 0)
        if painting or progress.phase.startswith(_DOWNLOAD):
            return bar
        return Bar(None, tr("Preparing"))

    def _beat(self) -> bool:
        if self._pulse:
            self._bar.pulse()
        return True
