"""A button for a picture, or another file: from the disk, from a layer of the document, from the clipboard."""

from __future__ import annotations

from functools import partial

from ..controller import Controller
from ..document.images import clipboard_png
from ..model.input_choice import InputChoice
from ..model.state import Message
from ..qt import QtCore, QtWidgets, Signal
from ..texts import tr
from .menus import add_action, add_menu
from .picture_dialog import PictureDialog


class FileButton(QtWidgets.QToolButton):
    """``given`` has an :class:`InputChoice`; ``title`` is said in the dialog. A ``picture`` may also be a layer."""

    given = Signal(object)

    def __init__(self, controller: Controller, title: str, *, picture: bool) -> None:
        super().__init__()
        self._controller, self._title, self._picture = controller, title, picture
        self.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Ignored, policy.Fixed)
        menu = QtWidgets.QMenu(self)
        add_action(menu, tr("From a file…"), lambda: self._from_file())
        if picture:
            self.layers = add_menu(menu, tr("From a layer"))
            self.layers.aboutToShow.connect(self._list_layers)
            add_action(menu, tr("From the clipboard"), lambda: self._from_clipboard())
        self.setMenu(menu)

    def show_given(self, given: InputChoice | None) -> None:
        """Show what is given; nobody is told."""
        self.setText(tr("Choose …") if given is None else given.title)
        self.setToolTip("" if given is None else given.title)

    def _give(self, given: InputChoice | None) -> None:
        if given is not None:
            self.given.emit(given)

    def _from_file(self) -> None:
        inputs = self._controller.inputs
        if self._picture:
            dialog = PictureDialog(self, self._title, self._controller.settings, several=False)
            dialog.choose(lambda path: self._give(inputs.of_file(path)))
            return
        files = QtWidgets.QFileDialog(self, self._title)
        files.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QtWidgets.QFileDialog.FileMode.ExistingFile)
        files.fileSelected.connect(lambda path: self._give(inputs.of_file(path)))
        files.open()

    def _list_layers(self) -> None:
        inputs = self._controller.inputs
        self.layers.clear()
        for title, node in inputs.layers():
            give = partial(self._give, inputs.of_layer(node))
            add_action(self.layers, title.replace("&", "&&"), give)

    def _from_clipboard(self) -> None:
        png = clipboard_png()
        if png is None:
            self._controller.state.message.set(nothing_to_paste())
        else:
            self._give(self._controller.inputs.of_picture(tr("From the clipboard"), png))


def nothing_to_paste() -> Message:
    """What is said of a clipboard without a picture."""
    return Message(tr("There is no picture in the clipboard."), tr("Copy one first."), bad=True)
