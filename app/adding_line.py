"""How far the adding of images is, in the status bar, with a button to stop it."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.controls import label
from app.project_files import ProjectFiles


class AddingLine(QWidget):
    """Hidden while nothing is added."""

    def __init__(self, files: ProjectFiles) -> None:
        """Follow the adding.

        Args:
            files: that adds.
        """
        super().__init__()
        self.words = label("", "muted")
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setToolTip(self.tr("Add no more images; those that were added stay"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words)
        row.addWidget(self.stop)
        files.searching.connect(self._search)
        files.adding.connect(self._add)
        files.added.connect(self.hide)
        self.stop.clicked.connect(files.stop)
        self.hide()

    def _search(self, found: int) -> None:
        self.words.setText(self.tr("Looking for images: {count}").format(count=found))
        self.show()

    def _add(self, done: int, total: int) -> None:
        self.words.setText(f"{done} / {total}")
        self.setVisible(done < total)
