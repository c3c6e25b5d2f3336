"""The view editor and whose view it edits."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..controller import Controller
from ..daemon.link import Outcome
from ..model.choices import Choices, StyleChoice
from ..model.style_view import StyleView
from ..model.viewed_style import ViewedStyle
from ..qt import QtCore
from .view_editor import ViewEditor
from .view_images import LARGEST, decoded, large_picture


class ViewEditing(QtCore.QObject):
    """One editor for all styles of the docker: it is gone when its style is."""

    def __init__(self, controller: Controller, parent: Any) -> None:
        super().__init__(parent)
        self._controller = controller
        self._viewed: ViewedStyle | None = None
        self.editor = ViewEditor(parent)
        self.editor.changed.connect(self._turned)
        controller.state.choices.watch(self._follow)

    def open(self, viewed: ViewedStyle, beside: Any) -> None:
        """Edit the view of ``viewed``, next to the widget ``beside``; no more if it is edited already."""
        view = viewed.view(self._controller.state.choices.value)
        if view is None or (viewed == self._viewed and self.editor.isVisible()):
            self.close()
            return
        self._viewed = viewed
        name = self._controller.state.name_of(viewed.style)
        self.editor.edit(name, large_picture(self._controller, viewed.style), view)
        self.editor.stand_beside(beside)
        if viewed.style.name is not None:
            # Until it comes, the thumbnail does.
            self._controller.link.see_style(viewed.style.name, partial(self._seen, viewed.style))

    def close(self) -> None:
        """Put it away."""
        self._viewed = None
        self.editor.hide()

    def _seen(self, style: StyleChoice, outcome: Outcome) -> None:
        if self._viewed is None or self._viewed.style != style or not isinstance(outcome, bytes):
            return
        picture = decoded(outcome, LARGEST)
        if not picture.isNull():
            self.editor.show_picture(picture)

    def _turned(self, view: StyleView) -> None:
        if self._viewed is not None:
            choices = self._controller.state.choices.value
            self._controller.change(self._viewed.put(choices, view))

    def _follow(self, choices: Choices) -> None:
        if self._viewed is None:
            return
        view = self._viewed.view(choices)
        if view is None and self._viewed.style.file is not None:
            # It may be on its way into the daemon's library at this moment.
            self._viewed = self._viewed.settled(self._controller.styles.moved)
            view = self._viewed.view(choices)
        if view is None:
            self.close()
        else:
            self.editor.show_view(view)
