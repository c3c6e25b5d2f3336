"""Presets: chosen, saved, renamed and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from velatura_link.client import Client
from velatura_link.errors import LinkError, Refused

from ..controller import Controller
from ..daemon.link import Outcome
from ..model.choices import Choices
from ..model.offer import Offer
from ..model.presets import Preset, is_preset, preset_of, title_of_preset
from ..model.state import Message
from ..qt import QtCore, QtWidgets
from ..texts import tr
from .inputs import ComboBox
from .menus import add_action

LONGEST = 60
"""Letters of a preset's title (docs/reference/protocol.md, 6)."""


class PresetBar(QtWidgets.QWidget):
    """The presets that there are, and a menu of what can be done with them.

    One that was chosen stays the one that is shown; “(changed)” says that the settings are not it any more.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._presets: tuple[Preset, ...] = ()
        self._chosen = ""
        self._box = ComboBox()
        self._box.setObjectName("velatura_presets")
        self._box.activated.connect(lambda place: self._use(self._box.itemData(place)))
        self._menu = QtWidgets.QMenu(self)
        self.save = add_action(
            self._menu, tr("Save as a preset…"), lambda: self._ask_title(self._save)
        )
        self.rename = add_action(self._menu, tr("Rename…"), lambda: self._ask_title(self._rename))
        self.remove = add_action(self._menu, tr("Delete…"), lambda: self._ask_removal())
        more = QtWidgets.QToolButton()
        more.setObjectName("velatura_preset_menu")
        more.setText("⋯")
        more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        more.setToolTip(tr("Save, rename or delete a preset"))
        more.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(self._menu)
        self._more = more
        line = QtWidgets.QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self._box, 1)
        line.addWidget(more)
        controller.state.offer.watch(self._offer)
        controller.state.choices.watch(self._show)

    def _offer(self, offer: Offer) -> None:
        self._presets = offer.presets
        blocker = QtCore.QSignalBlocker(self._box)
        self._box.clear()
        self._box.addItem(tr("Choose …"), None)
        for preset in offer.presets:
            self._box.addItem(title_of_preset(preset), preset)
        blocker.unblock()
        self._more.setVisible(offer.keeps_presets)
        self._show(self._controller.state.choices.value)

    def _show(self, choices: Choices) -> None:
        manifest = self._controller.state.offer.value.manifest
        preset = self._current()
        if preset is None or not is_preset(manifest, choices, preset):
            same = (each for each in self._presets if is_preset(manifest, choices, each))
            preset = next(same, preset)
        self._chosen = "" if preset is None else str(preset["name"])
        changed = preset is not None and not is_preset(manifest, choices, preset)
        for place, each in enumerate(self._presets, 1):
            title = title_of_preset(each)
            shown = each is preset and changed
            self._box.setItemText(place, tr("{name} (changed)", name=title) if shown else title)
        self._box.setCurrentIndex(0 if preset is None else self._presets.index(preset) + 1)
        self.rename.setEnabled(preset is not None)
        self.remove.setEnabled(preset is not None)

    def _current(self) -> Preset | None:
        return next((each for each in self._presets if each["name"] == self._chosen), None)

    def _use(self, preset: Preset | None) -> None:
        self._chosen = "" if preset is None else str(preset["name"])
        if preset is not None:
            self._controller.choosing.preset(preset)
        self._show(self._controller.state.choices.value)

    def _ask_title(self, use: Callable[[str], object]) -> None:
        """Have a title typed and ``use`` it. The dialog runs no event loop of its own, so that painting goes on."""
        current = self._current()
        dialog = QtWidgets.QInputDialog(self)
        dialog.setObjectName("velatura_preset_title")
        dialog.setWindowTitle(tr("Preset"))
        dialog.setLabelText(tr("What is the preset called?"))
        dialog.setTextValue(title_of_preset(current) if current is not None else "")
        dialog.setCancelButtonText(tr("Cancel"))
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda text: use(text.strip()[:LONGEST]))
        dialog.open()

    def _save(self, title: str, *, replace: bool = False) -> None:
        choices = self._controller.styles.settled(self._controller.state.choices.value)
        try:
            preset = preset_of(self._controller.state.offer.value.manifest, choices)
        except ValueError:
            self._complain(
                tr("A style of this mixture is not in the library yet."),
                tr("Wait until it is, then save the preset."),
            )
            return

        def saved(outcome: Outcome) -> None:
            if isinstance(outcome, Refused) and outcome.code == "exists":
                self._ask_replacement(title)
            else:
                self._changed(outcome)

        self._keep(lambda client: client.save_preset(title, preset, replace=replace), saved)

    def _rename(self, title: str) -> None:
        if (current := self._current()) is not None:
            name = str(current["name"])
            self._keep(lambda client: client.rename_preset(name, title), self._changed)

    def _keep(self, change: Callable[[Client], Outcome], done: Callable[[Outcome], object]) -> None:
        self._controller.link.keep(change, done)

    def _changed(self, outcome: Outcome) -> None:
        """The daemon's answer: the preset as it is now, None for one that was deleted, or an error."""
        if isinstance(outcome, (LinkError, OSError)):
            error = outcome if isinstance(outcome, LinkError) else LinkError(str(outcome))
            self._complain(error.message, error.hint)
            return
        self._chosen = str(outcome["name"]) if isinstance(outcome, dict) else ""
        self._controller.link.refresh()

    def _ask_replacement(self, title: str) -> None:
        box = self._question(
            tr("There is already a preset “{name}”. Replace it?", name=title), tr("Replace")
        )
        box.accepted.connect(lambda: self._save(title, replace=True))
        box.open()

    def _ask_removal(self) -> None:
        current = self._current()
        if current is None:
            return
        name, title = str(current["name"]), title_of_preset(current)

        def remove(client: Client) -> Outcome:
            client.remove_preset(name)
            return None

        box = self._question(tr("Delete the preset “{name}”?", name=title), tr("Delete"))
        box.accepted.connect(lambda: self._keep(remove, self._changed))
        box.open()

    def _question(self, text: str, yes: str) -> Any:
        box = QtWidgets.QMessageBox(self)
        box.setObjectName("velatura_preset_question")
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setText(text)
        roles = QtWidgets.QMessageBox.ButtonRole
        box.addButton(yes, roles.AcceptRole)
        box.addButton(tr("Cancel"), roles.RejectRole)
        return box

    def _complain(self, text: str, hint: str) -> None:
        self._controller.state.message.set(Message(text, hint, bad=True))
