#!/usr/bin/env python3
"""What GIMP runs. A fixed plug-in: its procedures are those of the manifest beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import gi

for namespace, version in (
    ("Gimp", "3.0"),
    ("GimpUi", "3.0"),
    ("Gtk", "3.0"),
    ("Gegl", "0.4"),
    ("Babl", "0.1"),
):
    gi.require_version(namespace, version)
from gi.repository import Gimp, GLib  # noqa: E402

HERE = Path(__file__).resolve().parent
# This file has the package's name, so the folder above comes before its own.
sys.path[:1] = [str(HERE.parent), str(HERE)]
from velatura_gimp import procedures, texts  # noqa: E402
from velatura_gimp.plugin_folder import PluginFolder  # noqa: E402

FOLDER = PluginFolder(HERE)


class Velatura(Gimp.PlugIn):
    """Registers the procedures; GIMP starts it anew for each call of one."""

    def do_query_procedures(self) -> list[str]:
        FOLDER.promote()
        texts.learn(FOLDER.manifest())
        return procedures.names(FOLDER)

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        return procedures.make(self, name, FOLDER)

    def do_set_i18n(self, name: str) -> bool:
        """Whether there are catalogues of gettext; ours are in velatura_gimp.texts."""
        return False


# GIMP puts the language that it was told to speak into LANGUAGE, which comes first here.
texts.choose(GLib.get_language_names())
texts.learn(FOLDER.manifest())
Gimp.main(Velatura.__gtype__, sys.argv)
