"""The view editor and whose view it edits."""

from __future__ import annotations

from typing import Any

from .choices import Choices
from .qt import QtCore
from .studio import Studio
from .view_editor import ViewEditor
from .view_images import large_picture
from .viewing import Viewed
from .views import View


class ViewDesk(QtCore.QObject):
    """One editor for all styles of the docker: it is gone when its style is."""

    def __init__(self, studio: Studio, parent: Any) -> None:
        super().__init__(parent)
        self._studio = studio
        self._viewed: Viewed | None = None
        self.editor = ViewEditor(parent)
        self.editor.changed.connect(self._turned)
        studio.state.choices.watch(self._follow)

    def open(self, viewed: Viewed, beside: Any) -> None:
        """Edit the view of ``viewed``, next to the widget ``beside``; no more if it is edited already."""
        view = viewed.view(self._studio.state.choices.value)
        if view is None or (viewed == self._viewed and self.editor.isVisible()):
            self.close()
            return
        self._viewed = viewed
        name = self._studio.state.name_of(viewed.style)
        self.editor.edit(name, large_picture(self._studio, viewed.style), view)
        self.editor.stand_beside(beside)

    def close(self) -> None:
        """Put it away."""
        self._viewed = None
        self.editor.hide()

    def _turned(self, view: View) -> None:
        if self._viewed is not None:
            choices = self._studio.state.choices.value
            self._studio.change(self._viewed.put(choices, view))

    def _follow(self, choices: Choices) -> None:
        if self._viewed is None:
            return
        view = self._viewed.view(choices)
        if view is None:
            self.close()
        else:
            self.editor.show_view(view)
