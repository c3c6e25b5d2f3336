"""The tabs of the dialog: how it is painted, where, and what only this engine has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gi.repository import Gimp, GObject, Gtk

from .arguments import (
    HEIGHT,
    MASK_STYLE,
    OUTPUT,
    REST_STYLE,
    SEED,
    SOURCE,
    STRENGTH,
    STYLE,
    USE_SELECTION,
    WIDTH,
    Argument,
)
from .choices import Values
from .knob_rows import KnobRows
from .layers import is_selected
from .library import Style
from .style_grid import StylePicker
from .texts import tr
from .window import without_wheel

_HEIGHT = 190
_CHANGED = "●"
_ENGINES_OWN = ("params", "inputs", "outputs")


class KnobPages(Gtk.Notebook):
    """Knobs for painting ``layers`` of ``image``; ``editing``: a result is made again, in its own place."""

    def __init__(
        self, image: Gimp.Image | None, layers: Sequence[Gimp.Layer], *, editing: bool
    ) -> None:
        super().__init__(scrollable=True)
        self._layers = layers
        self._image = image
        self._editing = editing
        self._pickers: list[tuple[str, StylePicker]] = []

    def show_engine(
        self,
        title: str,
        arguments: Sequence[Argument],
        values: Values,
        styles: Iterable[Style],
    ) -> None:
        """Have the knobs of the engine ``title``, its ``arguments``, instead of those before."""
        open_page = self.get_current_page()
        while self.get_n_pages():
            self.remove_page(-1)
        self._pickers = []
        own = [] if self._editing else [SOURCE, OUTPUT, WIDTH, HEIGHT]
        common = [each for each in arguments if each.place == "common"]
        engine = [each for each in arguments if each.place in _ENGINES_OWN]
        for heading, wanted in (
            (tr("Manner"), [STRENGTH, *common, SEED]),
            (tr("Where"), [*own, USE_SELECTION, REST_STYLE, MASK_STYLE]),
            (title, engine),
        ):
            shown = [one for each in wanted for one in arguments if one.name == each.name]
            if shown:
                self._add(heading, shown, values)
        self.offer(styles)
        for name, picker in self._pickers:
            picker.set_active_id(values[name] or "")
        self.show_all()
        self.set_current_page(max(open_page, 0))

    def offer(self, styles: Iterable[Style]) -> None:
        """These can be chosen for parts of the layer."""
        for _, picker in self._pickers:
            picker.fill(styles)

    def _add(self, title: str, arguments: list[Argument], values: Values) -> None:
        column = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        column.pack_start(KnobRows(arguments, values, self._image, self._made), False, False, 0)
        over_layers = SOURCE in arguments and WIDTH not in arguments
        if over_layers and not self._is_selected:
            said = tr("Nothing is selected, so the whole layer is painted.")
            note = Gtk.Label(label=said, xalign=0.0, wrap=True, margin=8, max_width_chars=40)
            column.pack_start(note, False, False, 0)
        window = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        window.set_size_request(-1, _HEIGHT)
        window.add(column)
        label = Gtk.Label()
        names = {each.name for each in arguments}

        def mark(name: str) -> None:
            if name in names:
                label.set_text(f"{title} {_CHANGED}" if values.differs(names) else title)

        values.watchers.append(mark)
        mark(arguments[0].name)
        self.append_page(window, label)

    def _made(self, argument: Argument, values: Values) -> Gtk.Widget | None:
        if argument in (REST_STYLE, MASK_STYLE) and STYLE.name in values.current:
            return self._picker(argument, values)
        if argument == USE_SELECTION and not self._is_selected:
            return Gtk.CheckButton(active=False, sensitive=False)
        return None

    @property
    def _is_selected(self) -> bool:
        return self._image is not None and is_selected(self._image)

    def _picker(self, argument: Argument, values: Values) -> Gtk.Widget:
        picker = without_wheel(StylePicker(tr("As it is")))
        self._pickers.append((argument.name, picker))

        def chosen(box: StylePicker) -> None:
            values.set(argument.name, box.get_active_id() or "")

        def told(name: str) -> None:
            # What cannot be shown must not be forgotten.
            if name == argument.name and (values[name] or "") != (picker.get_active_id() or ""):
                picker.set_active_id(values[name] or "")

        handler = picker.connect("changed", chosen)
        GObject.signal_handler_block(picker, handler)
        picker.set_active_id("")
        GObject.signal_handler_unblock(picker, handler)
        values.watchers.append(told)
        is_there = (
            self._is_selected
            if argument == REST_STYLE
            else any(each.get_mask() is not None for each in self._layers)
        )
        picker.set_sensitive(is_there)
        return picker
