"""How closely the model looks is chosen with the structure and reaches the worker."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.structure_dialog import StructureDialog
from core.store import StructureRow


def test_the_dialog_gives_back_what_it_was_given(qtbot):
    row = StructureRow(3, "Vessels", "the vessels", "#E69F00", 2)
    dialog = StructureDialog(row)
    qtbot.addWidget(dialog)
    assert dialog.choice() == {"name": "Vessels", "prompt": "the vessels", "colour": "#E69F00", "zoom": 2}


def test_finer_detail_is_chosen_with_the_keyboard_kept_and_asked_for(open_window, qtbot):
    window = open_window()
    asked = []
    predict = window.flow.process.predict
    window.flow.process.predict = lambda *more: asked.append(more) or predict(*more)

    def choose() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, StructureDialog)
        dialog.zoom.setFocus()
        qtbot.keyClick(dialog.zoom, Qt.Key.Key_Down)
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(100, choose)
    qtbot.mouseClick(window.segment.structure.edit, Qt.MouseButton.LeftButton)
    assert window.session.structure_row.zoom == 2
    with qtbot.waitSignal(window.flow.predictions.answered, timeout=20_000):
        window.segment.structure.ask()
    assert asked[0][-1] == 2


def test_structures_of_different_detail_are_asked_for_one_after_the_other(open_window, qtbot):
    window = open_window()
    window.session.add_structure("Vessels", "the vessels", "#E69F00", 3)
    answers = []
    window.flow.predictions.answered.connect(lambda: answers.append(1))
    assert window.flow.predictions.want_all() == ""
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=20_000)
    store, image = window.session.store, window.session.image_id
    assert all(store.prediction(image, row.id) is not None for row in window.session.structures)
