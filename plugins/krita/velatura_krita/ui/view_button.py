"""The button that opens the view of a style."""

from __future__ import annotations

from ..qt import QtCore, QtGui, QtWidgets
from ..texts import tr
from .view_images import crop_icon


class ViewButton(QtWidgets.QToolButton):
    """Off where the view is ``refused``, for that reason; lit where the picture is not taken as it is."""

    def __init__(self, refused: str | None) -> None:
        super().__init__()
        self.setIconSize(QtCore.QSize(20, 20))
        self.setAutoRaise(True)
        self.setEnabled(refused is None)
        words = refused or tr("Choose a part of the style's picture, turn it, resize its strokes")
        self.setToolTip(f"<p>{words}</p>")
        self.mark(plain=True)

    def mark(self, *, plain: bool) -> None:
        """Show whether the picture is taken as it is."""
        palette = self.palette()
        lit = (palette.highlightedText().color(), palette.highlight().color())
        dark = (palette.text().color(), QtGui.QColor(0, 0, 0, 0))
        self.setIcon(crop_icon(*(dark if plain else lit)))
