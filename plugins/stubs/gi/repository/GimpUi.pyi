"""What the plug-in uses of GimpUi; written by tests/hosts/gi_stubs.py."""

# mypy: disable-error-code="override, misc"

from gi.repository import Gtk

def init(prog_name: str) -> None: ...
def window_set_transient(window: Gtk.Window) -> None: ...
