"""Asks which images show the same patient: a fine-tune never learns from a patient on whom it is measured."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.controls import label
from core.image_file import patient_key
from core.store import ImageRow

IMAGE, PATIENT = 0, 1


class PatientsDialog(QDialog):
    """A line for each image with its patient, to be typed over; or one rule for all of them."""

    def __init__(self, rows: list[ImageRow], parent: QWidget | None = None) -> None:
        """Show who is known.

        Args:
            rows: of the project.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Patients"))
        self.resize(560, 560)
        self._rows = rows
        text = self.tr(
            "Images of one patient are alike, so a fine-tune keeps all of them together: to learn from, or to measure on. "
            "Give the images of one patient the same word; it stays in this project."
        )
        words = label(text, "plain")
        words.setWordWrap(True)
        self.rule = QComboBox()
        self.rule.setAccessibleName(self.tr("Rule for all images"))
        for rule, name in (
            ("", self.tr("Fill in by a rule …")),
            ("name", self.tr("The file name up to the first “_” or “-”")),
            ("image", self.tr("Each image is a patient of its own")),
            ("folder", self.tr("Each folder is a patient")),
        ):
            self.rule.addItem(name, rule)
        self.rule.activated.connect(lambda _: self._fill_in(self.rule.currentData()))
        self.table = QTableWidget(len(rows), 2)
        self.table.setHorizontalHeaderLabels([self.tr("Image"), self.tr("Patient")])
        self.table.verticalHeader().setVisible(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(
            trigger.DoubleClicked | trigger.SelectedClicked | trigger.AnyKeyPressed | trigger.EditKeyPressed
        )
        for place, row in enumerate(rows):
            image = QTableWidgetItem(row.name)
            image.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(place, IMAGE, image)
            self.table.setItem(place, PATIENT, QTableWidgetItem(row.patient_key))
        buttons = QDialogButtonBox()
        keep = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        keep.setProperty("role", "primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for part in (words, self.rule, self.table, buttons):
            column.addWidget(part)

    def patients(self) -> dict[int, str]:
        """The patient of every image, by the image's id; an image without one is its own patient."""
        found = {}
        for place, row in enumerate(self._rows):
            item = self.table.item(place, PATIENT)
            words = " ".join(item.text().split()) if item is not None else ""
            found[row.id] = words or row.name
        return found

    def _fill_in(self, rule: str) -> None:
        for place, row in enumerate(self._rows):
            path = Path(row.path)
            key = {"name": patient_key(path), "image": path.stem, "folder": path.parent.name}.get(rule)
            item = self.table.item(place, PATIENT)
            if key is not None and item is not None:
                item.setText(key or path.stem)
