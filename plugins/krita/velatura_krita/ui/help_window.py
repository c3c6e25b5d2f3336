"""Help and About, in a window of their own; no browser is needed and no network."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from ..qt import QtCore, QtGui, QtWidgets
from ..texts import language, tr

_HERE = Path(__file__).parent.parent
_SIZE = (560, 620)


class HelpWindow(QtWidgets.QDialog):
    """Shows one page at a time; links to files and to the web open in their own programs."""

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        self.setWindowTitle("Velatura")
        self.setObjectName("velatura_help")
        self.resize(*_SIZE)
        self.page = QtWidgets.QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.page.anchorClicked.connect(self._follow)
        # With words of its own: Qt's translations are not everywhere.
        buttons = QtWidgets.QDialogButtonBox()
        buttons.addButton(tr("Close"), QtWidgets.QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.close)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(self.page)
        column.addWidget(buttons)

    def show_page(self, html: str) -> None:
        """Open with that page."""
        self.page.setHtml(html)
        self.show()
        self.raise_()
        self.activateWindow()

    def _follow(self, link: Any) -> None:
        if link.scheme() == "page":
            self.page.setHtml(manual_page())
        elif link.isRelative():
            self.page.scrollToAnchor(link.fragment())
        else:
            QtGui.QDesktopServices.openUrl(link)


def manual_page() -> str:
    """The manual in the person's language, or in English."""
    own = _HERE / f"Manual.{language()}.html"
    return (own if own.is_file() else _HERE / "Manual.html").read_text(encoding="utf-8")


def about_page(version: str, painter: str | None) -> str:
    """What this is, by whom, under which terms. ``painter`` is the version of the program that paints, if it runs."""
    runs = painter or tr("not running")
    rows = (
        (tr("Plugin"), version),
        (tr("Velatura's painter"), runs),
        (tr("Folder"), str(_HERE)),
        ("Qt", QtCore.QT_VERSION_STR),
    )
    table = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{escape(value)}</td></tr>"
        for name, value in rows
    )
    terms = tr(
        "Free software under the MIT licence. Network weights that are downloaded have their own licences."
    )
    return (
        "<h2>Velatura</h2>"
        f"<p>{escape(tr('Paints a layer in the style of another picture.'))}</p>"
        f"<table>{table}</table>"
        f"<p>{escape(terms)}</p>"
        f'<p><a href="page:help">{escape(tr("Help"))}</a></p>'
    )
