"""The stage in GIMP: a script's ``main(stage)`` runs in the batch interpreter's process, then GIMP quits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio, GLib  # noqa: E402

from .play import Play, read_play  # noqa: E402


class Stage:
    """What a script gets: ``arguments``, the images that are open, and short ways to files, pixels and procedures."""

    def __init__(self, play: Play) -> None:
        self.arguments = play.arguments

    @property
    def images(self) -> list[Any]:
        return list(Gimp.get_images())

    def open(self, path: str) -> Any:
        """The image of a file. In the window it is shown only by ``Gimp.Display.new(image)``."""
        return Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))

    def pixels(self, drawable: Any, format: str = "R'G'B'A u8") -> bytes:
        """All of a drawable's pixels, rows from top to bottom, converted to a babl format."""
        area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
        return bytes(drawable.get_buffer().get(area, 1.0, format, Gegl.AbyssPolicy.NONE))

    def call(self, procedure: str, **arguments: Any) -> Any:
        """The value array of a procedure; its first entry is the status. ``_`` in names becomes ``-``.

        Arguments that are not given have the procedure's defaults; run-mode is one of them.
        """
        found = Gimp.get_pdb().lookup_procedure(procedure)
        if found is None:
            raise LookupError(f"There is no procedure “{procedure}”.")
        config = found.create_config()
        for name, value in arguments.items():
            name = name.replace("_", "-")
            if isinstance(value, (list, tuple)):
                config.set_core_object_array(name, list(value))
            else:
                config.set_property(name, value)
        return found.run(config)

    def wait(self, seconds: float) -> None:
        """Let this process's main loop go on for so long; GIMP's own never stops."""
        loop = GLib.MainLoop()
        GLib.timeout_add(int(seconds * 1000), loop.quit)
        loop.run()

    def wait_until(self, true: Callable[[], Any], seconds: float = 30.0) -> Any:
        """What ``true`` returns once that is something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := true():
                return value
            self.wait(0.02)
        raise AssertionError(f"waited {seconds} s in vain")


def begin() -> None:
    """Run the script that the environment names."""
    play = read_play()
    if play is not None:
        play.write(play.begin(Stage(play)))
