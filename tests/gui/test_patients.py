"""Who is a patient can be said by hand or by a rule, and a fine-tune counts by it."""

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from app.patients_dialog import PATIENT, PatientsDialog
from core.store import ImageRow


def row(number: int, path: str, patient: str = "") -> ImageRow:
    return ImageRow(number, path, "", 4, 4, patient, "")


def test_rules_fill_in_all_images(qtbot):
    rows = [row(1, "images/left_001.png", "left"), row(2, "other/right_001.png", "right"), row(3, "other/x.png", "")]
    dialog = PatientsDialog(rows)
    qtbot.addWidget(dialog)
    assert dialog.patients() == {1: "left", 2: "right", 3: "x.png"}
    for rule, expected in (
        ("folder", {1: "images", 2: "other", 3: "other"}),
        ("image", {1: "left_001", 2: "right_001", 3: "x"}),
        ("name", {1: "left", 2: "right", 3: "x"}),
    ):
        dialog.rule.setCurrentIndex(dialog.rule.findData(rule))
        dialog.rule.activated.emit(dialog.rule.currentIndex())
        assert dialog.patients() == expected


def test_a_patient_typed_over_is_kept_and_counted(open_window, qtbot):
    window = open_window()
    session = window.session
    for image in session.images:
        session.store.save_final(image.id, session.structure_id, _mask(session), "accepted")
    assert window.flow.finetuning.labels()[:2] == (3, 3)

    def type_over() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, PatientsDialog)
        for place in range(3):
            dialog.table.setCurrentCell(place, PATIENT)
            qtbot.keyClick(dialog.table, Qt.Key.Key_F2)
            editor = dialog.table.findChild(QLineEdit)
            editor.selectAll()
            qtbot.keyClicks(editor, "Lee" if place < 2 else "  Wu ")
            qtbot.keyClick(editor, Qt.Key.Key_Return)
            qtbot.waitUntil(lambda: dialog.table.findChild(QLineEdit) is None)
        dialog.accept()

    QTimer.singleShot(100, type_over)
    window.commands["patients"].trigger()
    assert [image.patient_key for image in session.images] == ["Lee", "Lee", "Wu"]
    assert window.flow.finetuning.labels()[:2] == (3, 2)


def _mask(session):

    return np.ones((session.image.height, session.image.width), bool)
