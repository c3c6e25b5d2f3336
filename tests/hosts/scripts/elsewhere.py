"""Another program, run by the root's own Python: a picture file to drag from its window, and one on the clipboard.

`elsewhere.py FILE PICTURE`: the whole window drags FILE, and PICTURE is what was copied.
"""

import sys

from PyQt5.QtCore import QMimeData, Qt, QTimer, QUrl
from PyQt5.QtGui import QDrag, QImage
from PyQt5.QtWidgets import QApplication, QWidget


class Folder(QWidget):
    """As a file manager does: a drag begins once the pointer has moved."""

    def mouseMoveEvent(self, event):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(sys.argv[1])])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec_(Qt.CopyAction)


application = QApplication(sys.argv)
window = Folder(None, Qt.FramelessWindowHint | Qt.WindowStaysOnTopHint)
window.setWindowTitle("elsewhere")
window.setGeometry(0, 0, 60, 60)
window.show()
application.clipboard().setImage(QImage(sys.argv[2]))
QTimer.singleShot(120_000, application.quit)
application.exec_()
