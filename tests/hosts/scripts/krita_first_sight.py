"""A fresh profile: the docker is opened beside a photo, and what is seen of it, and when."""

import time

from PyQt5.QtWidgets import QDockWidget


def main(stage):
    began = time.monotonic()
    report = {}

    def since():
        return round(time.monotonic() - began, 3)

    yield from stage.open(stage.arguments["photo"])
    docker = stage.window.qwindow().findChild(QDockWidget, "velatura_docker")
    panel = docker.panel
    began = time.monotonic()
    docker.setVisible(True)
    docker.raise_()
    yield lambda: panel.view.before is not None and panel.library.grid.count() > 0
    report["seen at once"] = since()
    report["styles"] = panel.library.grid.count()
    report["status"] = panel.status.words.text()
    report["waits"] = panel.view.caption
    # A person looks at the styles for a moment; the one that is clicked here is chosen at once.
    panel.library.grid.setCurrentRow(3)
    yield lambda: panel.view.after is not None
    report["previewed"] = since()
    report["caption"] = panel.view.caption
    report["ready"] = panel.status.words.text()
    report["message"] = panel.message.isVisible()
    # The painter is warm now: from the click on Apply until the canvas shows the result.
    document, before = stage.krita.activeDocument(), canvas(stage.krita.activeDocument())
    began = time.monotonic()
    panel.apply_bar.apply.click()
    yield lambda: canvas(document) != before
    report["applied"] = since()
    document.waitForDone()
    seen = canvas(document)
    document.refreshProjection()
    document.waitForDone()
    report["whole"] = canvas(document) == seen
    return report


def canvas(document):
    """What is composited in a row of every part of the picture."""
    rows = range(50, document.height(), 200)
    return [bytes(document.pixelData(0, row, document.width(), 1)) for row in rows]
