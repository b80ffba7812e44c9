"""A closer look at what a version was worth: every measure for each structure and each patient, and where it does worst."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.comparison_table import ComparisonTable
from app.controls import button, label, resize_on_screen
from app.session import Session
from app.theme import Theme
from app.version_figures import labels_of, worst_of
from app.versions import Versions, reason_of
from app.worst_cases import WorstCase, WorstCases
from core.errors import KnownError
from core.store import VersionRow


def show_figures(session: Session, versions: Versions, version_id: str, theme: Theme, window: QWidget) -> None:
    """Open the dialog for one version of the open project; the session says what cannot be read."""
    if session.store is None:
        return
    try:
        row = next((row for row in versions.rows() if row.id == version_id), None)
        name = versions.name_of(version_id)
    except KnownError as error:
        session.failed.emit(error)
        return
    if row is not None:
        dialog = FiguresDialog(session, name, row, theme, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class FiguresDialog(QDialog):
    """The reason, the table and the worst cases of one version."""

    def __init__(
        self, session: Session, name: str, row: VersionRow, theme: Theme, parent: QWidget | None = None
    ) -> None:
        """Fill the dialog.

        Args:
            session: with an open project.
            name: how the version is called.
            row: of the version.
            theme: the look.
            parent: the window.
        """
        super().__init__(parent)
        assert session.store is not None
        self._session = session
        self.setWindowTitle(self.tr("{name} – a closer look").format(name=name))
        resize_on_screen(self, 920, 760)
        labels = labels_of(row.figures, session.images, session.structures)
        folder = session.store.version_folder(row)
        self.reason = label(reason_of(row.figures), "plain")
        self.reason.setWordWrap(True)
        self.table = ComparisonTable(theme)
        self.table.show_labels(labels, self.tr("Before"), name)
        self.worst = WorstCases(worst_of(folder, row.figures, session.images, session.structures))
        self.worst.chosen.connect(self._open)
        self.none = label(self.tr("This version is from before these figures were kept."), "muted")
        self.table.setVisible(bool(labels))
        self.none.setVisible(not labels)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(16)
        for part in (self.reason, self.none, self.table, self.worst):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(body)
        close = button(self.tr("Close"), 34)
        close.clicked.connect(self.reject)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addWidget(area, 1)
        outer.addLayout(last)

    def _open(self, case: WorstCase) -> None:
        """Close, and show the image of a case with its structure."""
        self.accept()
        if case.structure_id is not None:
            self._session.select_structure(case.structure_id)
        self._session.select_image(case.image_id)
