"""Going through images: filter, search, order, accept, reject and flag, through mouse and keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox

from app.flag_dialog import FlagDialog
from app.image_row import ENTRY_ROLE, STATUS_ROLE
from core.errors import StoreError
from core.store import Store
from tests.gui.acting import click, disc_logits, key, paint, predict


def names(window) -> list[str]:
    model = window.images.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def ids(window) -> list[int]:
    return [row.id for row in window.session.images]


def pick(qtbot, box: QComboBox, data: str) -> None:
    """Choose an entry of a box with the keyboard, as a hand does."""
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findData(data)):
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == data


def give_predictions(window, *radii: int) -> None:
    """A prediction for each image; the smaller the disc, the more of it hangs on the threshold."""
    session = window.session
    for image_id, radius in zip(ids(window), radii, strict=True):
        session.take_prediction(
            image_id, session.structure_id, None, "the polyp", disc_logits(32, 32, 20) / radius, 0.9
        )


def flag_dialog() -> FlagDialog:
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, FlagDialog)
    return dialog


def test_accept_goes_to_the_next_open_image_and_round_to_the_first(qtbot, window):
    first, second, third = ids(window)
    give_predictions(window, 1, 1, 1)
    window.session.select_image(second)
    for expected in (third, first):
        key(qtbot, window, Qt.Key.Key_Return)
        assert window.session.image_id == expected
    assert window.images.progress() == "2 of 3 accepted"
    key(qtbot, window, Qt.Key.Key_Return)
    assert set(window.session.statuses().values()) == {"accepted"} and window.images.progress() == "3 of 3 accepted"
    assert any("Every image is accepted" in text for text in window.messages.texts())


def test_accept_under_a_filter_follows_what_is_shown(qtbot, window):
    first, second, third = ids(window)
    give_predictions(window, 1, 1, 1)
    pick(qtbot, window.images.which, "open")
    assert names(window) == ["p0_a.png", "p1_a.png", "p2_a.png"]
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.image_id == second and names(window) == ["p1_a.png", "p2_a.png"]
    assert window.images.view.currentIndex().data() == "p1_a.png"
    pick(qtbot, window.images.which, "accepted")
    assert names(window) == ["p0_a.png"] and not window.images.view.currentIndex().isValid()
    key(qtbot, window, Qt.Key.Key_A)
    assert window.session.image_id == first
    paint(qtbot, window, [(5, 5), (9, 5)])
    assert names(window) == ["p0_a.png"], "it stays in sight until it is left, although it is in work now"
    pick(qtbot, window.images.which, "all")
    window.session.select_image(third)
    pick(qtbot, window.images.which, "accepted")
    assert names(window) == [] and not window.images.view.isVisible()


def test_the_most_uncertain_comes_first_and_the_order_is_remembered(qtbot, window, project):
    first, second, third = ids(window)
    give_predictions(window, 1, 4, 2)
    pick(qtbot, window.images.order, "uncertain")
    assert names(window) == ["p1_a.png", "p2_a.png", "p0_a.png"]
    window.session.select_image(second)
    for expected in (third, first):
        key(qtbot, window, Qt.Key.Key_Return)
        assert window.session.image_id == expected
    assert window.open_project(project)
    assert window.images.order.currentData() == "uncertain" and names(window)[0] == "p1_a.png"


def test_a_prediction_that_comes_in_moves_nothing_under_the_eyes(qtbot, window):
    first, second, third = ids(window)
    give_predictions(window, 1, 2, 3)
    pick(qtbot, window.images.order, "uncertain")
    before = names(window)
    assert before == ["p2_a.png", "p1_a.png", "p0_a.png"]
    window.session.take_prediction(
        first, window.session.structure_id, None, "the polyp", disc_logits(32, 32, 20) / 9, 0.9
    )
    assert names(window) == before
    window.session.select_image(third)
    assert names(window) == ["p0_a.png", "p2_a.png", "p1_a.png"]


def test_a_shuffled_list_stays_as_it_is(qtbot, window, project):
    pick(qtbot, window.images.order, "shuffled")
    shuffled = names(window)
    assert sorted(shuffled) == ["p0_a.png", "p1_a.png", "p2_a.png"]
    pick(qtbot, window.images.order, "name")
    assert names(window) == sorted(shuffled)
    pick(qtbot, window.images.order, "shuffled")
    assert names(window) == shuffled
    assert window.open_project(project) and names(window) == shuffled


def test_another_structure_shows_its_own_states_and_a_flag_stays_with_the_image(qtbot, window):
    first = window.session.image_id
    predict(window)
    window.session.store.set_flag(first, "ask")
    window.session.status_changed.emit(first)
    model = window.images.view.model()
    with qtbot.waitSignal(model.modelReset):
        window.session.add_structure("Vessel", "the vessel", "#E69F00")
    index = model.index(0, 0)
    assert index.data(STATUS_ROLE) == "Unseen" and index.data(ENTRY_ROLE).review.flag == "ask"
    assert index.data(ENTRY_ROLE).review.uncertainty is None
    with qtbot.waitSignal(model.modelReset):
        window.session.select_structure(1)
    assert model.index(0, 0).data(STATUS_ROLE) == "Predicted"


def test_rejecting_goes_on_and_the_same_key_takes_it_back(qtbot, window, project):
    first, second, _ = ids(window)
    predict(window)
    key(qtbot, window, Qt.Key.Key_Return)
    window.session.select_image(first)
    key(qtbot, window, Qt.Key.Key_X)
    assert window.session.image_id == second and window.session.statuses()[first] == "rejected"
    assert window.images.progress() == "0 of 3 accepted · 1 rejected"
    assert any(text.startswith("p0_a.png is rejected") for text in window.messages.texts())
    with Store.open(project, read_only=True) as other:
        assert other.rejected() == {first} and other.accepted() == []
    pick(qtbot, window.images.which, "rejected")
    assert names(window) == ["p0_a.png"]
    window.session.select_image(first)
    assert window.commands["reject"].isChecked()
    bar = window.review
    click(qtbot, bar.again)
    assert window.session.image_id == first and window.session.statuses()[first] == "accepted"
    assert not window.commands["reject"].isChecked() and bar.isHidden()
    assert not any("is rejected" in text for text in window.messages.texts())


def test_a_rejected_image_is_not_asked_again_and_accepting_takes_it_back(qtbot, window):
    first = window.session.image_id
    predict(window)
    key(qtbot, window, Qt.Key.Key_X)
    window.session.select_image(first)
    window.flow.predictions._asked.add(window.session.structure_id)
    window.flow.predictions._want_by_itself()
    assert not window.flow.predictions.is_busy
    assert first not in [entry.row.id for entry in window.queue.ahead(3)[1:]]
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.statuses()[first] == "accepted"


def test_accept_and_next_leaves_rejected_images_out(qtbot, window):
    first, second, third = ids(window)
    give_predictions(window, 1, 1, 1)
    window.session.select_image(second)
    key(qtbot, window, Qt.Key.Key_X)
    window.session.select_image(first)
    key(qtbot, window, Qt.Key.Key_Return)
    assert window.session.image_id == third
    key(qtbot, window, Qt.Key.Key_Return)
    assert any("accepted or rejected" in text for text in window.messages.texts())


def test_a_flag_with_a_note_is_shown_found_changed_and_taken_away(qtbot, window, project):
    first = window.session.image_id
    key(qtbot, window, Qt.Key.Key_N)
    dialog = flag_dialog()
    assert dialog.remove.isHidden()
    qtbot.keyClicks(dialog.note, "ask the radiologist")
    qtbot.keyClick(dialog.note, Qt.Key.Key_Return)
    assert window.review.text() == "ask the radiologist" and window.session.image_id == first
    assert window.images.progress() == "0 of 3 accepted · 1 flagged"
    with Store.open(project, read_only=True) as other:
        assert other.reviews(1, first)[0].flag == "ask the radiologist"
    index = window.images.view.model().index(0, 0)
    assert "Flagged: ask the radiologist" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("Flagged: ask the radiologist")
    key(qtbot, window, Qt.Key.Key_D)
    assert window.review.isHidden()
    pick(qtbot, window.images.which, "flagged")
    assert names(window) == ["p0_a.png"]
    key(qtbot, window, Qt.Key.Key_A)
    click(qtbot, window.review.edit)
    dialog = flag_dialog()
    assert dialog.note.text() == "ask the radiologist"
    click(qtbot, dialog.remove)
    assert window.review.isHidden() and window.images.progress() == "0 of 3 accepted"


def test_a_flag_that_is_given_up_changes_nothing(qtbot, window):
    key(qtbot, window, Qt.Key.Key_N)
    dialog = flag_dialog()
    qtbot.keyClicks(dialog.note, "ask")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.queue.entry(window.session.image_id).review.flag is None


def test_a_project_that_cannot_be_written_says_so_and_nothing_is_rejected(qtbot, window, monkeypatch):
    first = window.session.image_id

    def full(*_args):
        raise StoreError("The disk is full.", "Make room.")

    monkeypatch.setattr(window.session.store, "set_rejected", full)
    key(qtbot, window, Qt.Key.Key_X)
    assert window.session.image_id == first and not window.commands["reject"].isChecked()
    assert "The disk is full. Make room." in window.messages.texts()


def test_the_list_shows_small_pictures_and_keeps_them_in_the_project(qtbot, window, project):
    folder = project / "cache" / "thumbnails"
    qtbot.waitUntil(lambda: len(list(folder.glob("*.jpg"))) == 3, timeout=10_000)
    hashes = {row.sha256 for row in window.session.images}
    assert {file.stem for file in folder.iterdir()} == hashes
    delegate = window.images.view.itemDelegate()
    qtbot.waitUntil(lambda: all(delegate._thumbnails.of(row) is not None for row in window.session.images))


def test_an_image_that_is_gone_has_no_small_picture_and_stays_in_the_list(qtbot, window, project):
    session, thumbnails = window.session, window.images.view.itemDelegate()._thumbnails
    session.store.add_images([(Path("/gone/p9.png"), "9" * 64, 8, 8, "p9", "")])
    session.images = session.store.images()
    with qtbot.waitSignal(thumbnails.made, timeout=10_000, check_params_cb=lambda key: key == session.images[-1].id):
        session.images_changed.emit()
    assert names(window)[-1] == "p9.png" and thumbnails.of(session.images[-1]) is None
    assert "9" * 64 not in {file.stem for file in (project / "cache" / "thumbnails").iterdir()}


@pytest.mark.parametrize("look", ["dark", "light"])
def test_every_state_has_a_row_that_can_be_drawn(qtbot, window, look):
    window.theme.choose(look)
    first, second, third = ids(window)
    give_predictions(window, 1, 1, 1)
    window.session.select_image(second)
    key(qtbot, window, Qt.Key.Key_Return)
    window.session.store.set_rejected(first, True)
    window.session.status_changed.emit(first)
    window.session.store.set_flag(third, "ask")
    window.session.status_changed.emit(third)
    picture = window.images.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    tones = window.theme.tones
    assert {tones.warning, tones.text} <= colours, "the flag, and the names"


def test_all_images_of_the_list_are_predicted_while_somebody_works(qtbot, window):
    first, second, third = ids(window)
    window.session.store.set_rejected(second, True)
    window.session.status_changed.emit(second)
    qtbot.keyClick(window.canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    paint(qtbot, window, [(5, 5), (20, 5)])
    qtbot.waitUntil(lambda: not window.flow.predictions.is_busy, timeout=20_000)
    assert window.session.store.prediction(third, 1) is not None and window.session.store.prediction(second, 1) is None
    assert window.session.editing.current_mask()[5, 5:20].all()
    assert window.session.statuses()[third] == "predicted" and window.queue.entry(third).review.uncertainty is not None
    window.session.select_image(third)
    window.commands["predict_shown"].trigger()
    assert not window.flow.predictions.is_busy
    assert any("was predicted or worked on already" in text for text in window.messages.texts())


def test_an_image_that_was_begun_meanwhile_is_left_alone_and_what_is_asked_by_hand_comes_first(qtbot, open_window):
    window = open_window("slow")
    first, second, third = ids(window)
    window.commands["predict_shown"].trigger()
    window.session.select_image(third)
    paint(qtbot, window, [(5, 5), (20, 5)])
    window.session.select_image(second)
    key(qtbot, window, Qt.Key.Key_P)
    asked = [(wanted.image_id, wanted.later) for wanted in window.flow.predictions._queue]
    assert asked[0] == (second, False), "before the many"
    qtbot.waitUntil(lambda: not window.flow.predictions.is_busy, timeout=20_000)
    assert window.session.store.prediction(third, 1) is None and window.session.statuses()[third] == "in_work"
    count = window.session.store.execute("SELECT count(*) FROM predictions WHERE image_id = ?", (second,)).fetchone()
    assert count == (1,), "once, not again with the many"


def test_stop_ends_predicting_many(qtbot, open_window):
    window = open_window("slow")
    window.commands["predict_shown"].trigger()
    qtbot.waitUntil(lambda: window.segment.structure.stop.isVisible(), timeout=10_000)
    click(qtbot, window.segment.structure.stop)
    assert not window.flow.predictions.is_busy and window.flow.predictions._queue == []


def test_a_patient_is_kept_for_testing_and_taken_out_again(qtbot, window):
    first, second, third = ids(window)
    session = window.session
    session.store.set_patients({second: "p0_a"})
    window.session.images = session.store.images()
    session.store.set_patients({row.id: "p0" for row in session.images if row.id in (first, second)})
    session.images = session.store.images()
    window.session.images_changed.emit()
    session.select_image(first)
    action = window.commands["test_set"]
    assert action.isEnabled() and not action.isChecked()
    qtbot.keyClick(window.canvas, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert session.store.test_set() == {first, second} and action.isChecked()
    model = window.images.view.model()
    assert [model.index(row, 0).data(STATUS_ROLE).endswith("Test set") for row in range(3)] == [True, True, False]
    assert window.review.test.isVisible()
    pick(qtbot, window.images.which, "test")
    assert window.images.which.currentText() == "Test set (2)" and len(names(window)) == 2
    pick(qtbot, window.images.which, "all")
    qtbot.waitUntil(lambda: "kept for testing, never learned from: 2" in window.model.finetune.left_out.text())
    session.select_image(third)
    assert not action.isChecked() and not window.review.test.isVisible()
    session.select_image(second)
    click(qtbot, window.review.learn)
    assert session.store.test_set() == set() and not window.review.test.isVisible()
