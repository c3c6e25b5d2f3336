"""The docker's foot: what is painted, as what the result comes, and the button for which all the rest is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from ..controller import Controller
from ..model.choices import OUTPUTS, Choices, Output, SourceKind
from ..model.progress import Shown
from ..model.request_builder import source_kinds, with_source
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .inputs import ComboBox
from .progress_bar import ProgressBar

_TALL = 30


class ApplyBar(QtWidgets.QWidget):
    """Apply, Refine, Keep and Discard while nothing is painted; progress and Stop while something is.

    Refine is there while there is something to refine, above all the others, which do not move.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        applying, state = controller.applying, controller.state
        self._source = _picker(
            "velatura_source",
            {
                "layer": (tr("Active layer"), tr("Paint the active layer.")),
                "selected": (
                    tr("Selected layers"),
                    tr("Paint every selected layer; each result lies above its own."),
                ),
                "visible": (
                    tr("What is visible"),
                    tr("Paint what is visible of all layers; the result goes on top."),
                ),
                "frames": (
                    tr("Frames of the layer"),
                    tr("Paint every frame of the active layer within the playback range."),
                ),
                "canvas": (
                    tr("A new picture"),
                    tr("Paint from nothing: a layer as large as the selection, or the canvas."),
                ),
            },
            lambda source: self._choose(source=source),
        )
        self._output = _picker(
            "velatura_output",
            {
                "layer": (tr("New layer"), tr("The painting lies above the layer.")),
                "group": (
                    tr("Group with mask"),
                    tr("All of the layer is painted; a transparency mask shows the selection."),
                ),
                "in-place": (
                    tr("In place"),
                    tr("The painting takes the layer's place; the layer below is hidden."),
                ),
            },
            lambda output: self._choose(output=output),
        )
        self.apply = _button("velatura_apply", tr("Apply"), lambda: controller.apply())
        self.apply.setDefault(True)
        self.edit = _button(
            "velatura_edit", tr("Edit this result"), lambda: controller.edit_result()
        )
        self.edit.setToolTip(
            tr("Bring back the settings that made the active layer; Apply then replaces it")
        )
        self.keep = _button("velatura_keep", tr("Keep"), lambda: applying.keep())
        self.keep.setToolTip(tr("The result stays in the picture"))
        self.discard = _button("velatura_discard", tr("Discard"), lambda: applying.discard())
        self.discard.setToolTip(tr("Remove the result from the picture"))
        self.refine = _button("velatura_refine", tr("Refine"), lambda: applying.refine())
        self.refine.setToolTip(
            tr("Continue from this result with the slow engine in the background, then replace it")
        )
        self.finish = _button(
            "velatura_finish", tr("Keep what is there"), lambda: applying.finish()
        )
        self.finish.setToolTip(tr("Stop painting, and insert the picture as it is now"))
        self.stop = _button("velatura_stop", tr("Stop"), lambda: controller.stop())
        self.bar = ProgressBar()
        self.bar.setObjectName("velatura_progress")
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.words = QtWidgets.QLabel()
        self.words.setObjectName("velatura_progress_words")
        self._above = _pages(_row(self._source, self._output), _row(self.words))
        # What to do with a result stands beside Apply and never moves it.
        self._results = _pages(_row(self.discard, self.keep), _row(self.edit))
        self._below = _pages(_row(self._results, self.apply), _row(self.finish, self.stop))
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        for each in (self.refine, self.bar, self._above, self._below):
            column.addWidget(each)
        state.shown.watch(self._show)
        state.choices.watch(self._show_choices)
        state.offer.watch(lambda offer: self._show_choices(state.choices.value))
        state.pending.watch(lambda _: self._show_results())
        state.editable.watch(lambda _: self._show_results())
        state.refinable.watch(lambda _: self._show_results())
        state.edited.watch(
            lambda edited: self.apply.setText(tr("Replace") if edited else tr("Apply"))
        )

    def _choose(self, **changed: Any) -> None:
        self._controller.change(replace(self._controller.state.choices.value, **changed))

    def _show_choices(self, choices: Choices) -> None:
        manifest = self._controller.state.offer.value.manifest
        able = with_source(manifest, choices)
        _offer_only(self._source, source_kinds(manifest, choices.engine))
        _offer_only(self._output, [each for each in OUTPUTS if _suits(each, able.source)])
        self._source.setCurrentIndex(max(self._source.findData(able.source), 0))
        self._output.setCurrentIndex(self._output.findData(able.output))
        self.finish.setVisible(self._controller.applying.can_finish)

    def _show_results(self) -> None:
        state = self._controller.state
        self.keep.setEnabled(state.pending.value)
        self.discard.setEnabled(state.pending.value)
        self.refine.setVisible(state.refinable.value and state.shown.value is None)
        edits = state.editable.value and not state.pending.value
        self._results.setCurrentIndex(int(edits))

    def _show(self, shown: Shown | None) -> None:
        busy = shown is not None
        self.bar.setVisible(busy)
        self._show_results()
        for pages in (self._above, self._below):
            pages.setCurrentIndex(int(busy))
        if shown is None:
            return
        self.finish.setVisible(self._controller.applying.can_finish)
        self.words.setText(shown.sentence)
        self.bar.show_share(shown.share)


def _picker(
    name: str, words: Mapping[str, tuple[str, str]], chosen: Callable[[str], object]
) -> Any:
    """A box of the values that ``words`` has a text and a tooltip for."""
    box = ComboBox()
    box.setObjectName(name)
    for place, (value, (text, tip)) in enumerate(words.items()):
        box.addItem(text, value)
        box.setItemData(place, tip, QtCore.Qt.ItemDataRole.ToolTipRole)
    box.activated.connect(lambda place: chosen(box.itemData(place)))
    return box


def _offer_only(box: Any, values: Collection[str]) -> None:
    """Have those of the box's values chosen alone; it is off where there is one."""
    for place in range(box.count()):
        item = box.model().item(place)
        item.setEnabled(box.itemData(place) in values)
    box.setEnabled(len(values) > 1)


def _suits(output: Output, source: SourceKind) -> bool:
    """Whether a painting of ``source`` can come as ``output``: a new picture has no layer whose place it takes."""
    return source != "canvas" or output != "in-place"


def _button(name: str, text: str, act: Callable[[], object]) -> Any:
    button = QtWidgets.QPushButton(text)
    button.setObjectName(name)
    button.setMinimumHeight(_TALL)
    button.clicked.connect(lambda: act())
    return button


def _row(*widgets: Any) -> Any:
    row = QtWidgets.QWidget()
    line = QtWidgets.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        line.addWidget(widget, 1)
    return row


def _pages(*rows: Any) -> Any:
    pages = QtWidgets.QStackedWidget()
    for row in rows:
        pages.addWidget(row)
    return pages
