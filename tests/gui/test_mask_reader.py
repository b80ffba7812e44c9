"""Large masks are unpacked beside the window, and that of the next image ahead of time; what is shown is what the project holds."""

import numpy as np
import pytest

from app import image_reader, mask_reader, reading_ahead
from app.levels import levels_of
from core.store import Store
from tests.gui.acting import disc_logits, paint, predict


@pytest.fixture
def large(window, monkeypatch, qtbot):
    """The window, to which every image is a large one."""
    for module in (image_reader, mask_reader, reading_ahead):
        monkeypatch.setattr(module, "AT_ONCE", 100)
    predict(window)
    return window


def is_there(window) -> bool:
    return window.session.image is not None and window.session.editing.is_loaded


def go_to(qtbot, window, place: int) -> None:
    window.session.select_image(window.session.images[place].id)
    qtbot.waitUntil(lambda: is_there(window), timeout=30_000)


def kept(window) -> np.ndarray:
    """The mask as another connection reads it from the project."""
    session, key = window.session, (window.session.image_id, window.session.structure_id)
    with Store.open(session.folder, read_only=True) as store:
        record = store.mask_record(*key)
    levels = levels_of(record.prediction, *record.size)
    return record.edits().final(levels >= record.correction.threshold_step)


def test_a_large_mask_comes_as_it_was_left(large, qtbot) -> None:
    paint(qtbot, large, [(30, 30), (60, 30)])
    before = large.canvas.shown_mask().copy()
    go_to(qtbot, large, 1)
    assert not large.canvas.shown_mask().any()
    go_to(qtbot, large, 0)
    assert np.array_equal(large.canvas.shown_mask(), before) and np.array_equal(kept(large), before)
    assert large.session.editing.undo() and not np.array_equal(large.canvas.shown_mask(), before)
    assert np.array_equal(large.canvas.shown_mask(), kept(large))


def test_before_a_mask_is_there_nothing_can_be_painted_or_accepted(large, qtbot) -> None:
    go_to(qtbot, large, 1)
    large.session.masks.drop()  # nothing was read ahead
    large.session.select_structure(None)
    large.session.select_structure(large.session.structures[0].id)
    assert large.session.masks.is_promised and not large.session.editing.is_loaded
    paint(qtbot, large, [(30, 30), (60, 30)])
    assert large.session.accept() is False, "nobody has seen it"
    qtbot.waitUntil(lambda: is_there(large), timeout=30_000)
    assert not large.canvas.shown_mask().any() and large.session.editing.status == "unseen"


def test_the_next_mask_is_read_ahead_and_again_when_it_changes(large, qtbot) -> None:
    session = large.session
    go_to(qtbot, large, 1)
    qtbot.waitUntil(lambda: session.masks._beside.kept is not None, timeout=30_000)
    assert session.masks._beside.kept[0].prediction is None
    following = session.images[2].id
    session.take_prediction(following, session.structure_id, None, "the polyp", disc_logits(32, 32, 14), 0.9)
    qtbot.waitUntil(lambda: session.masks._beside.kept[0].prediction is not None, timeout=30_000)
    qtbot.waitUntil(lambda: session.reader._beside.kept is not None, timeout=30_000)
    session.select_image(following)
    assert is_there(large), "without waiting"
    assert large.canvas.shown_mask().any() and np.array_equal(large.canvas.shown_mask(), kept(large))


def test_nothing_is_read_ahead_before_the_image_of_now_is_drawn(large, qtbot) -> None:
    """A thread that begins in the same turn takes the processor from it."""
    session = large.session
    go_to(qtbot, large, 1)
    qtbot.waitUntil(lambda: session.masks._beside.kept is not None, timeout=30_000)
    qtbot.waitUntil(lambda: session.reader._beside.kept is not None, timeout=30_000)
    readers = (session.reader._beside, session.masks._beside)
    qtbot.waitUntil(lambda: all(reader._running is None for reader in readers), timeout=30_000)
    for reader in readers:
        reader.kept = None
    session.image_changed.emit()
    session.prediction_changed.emit()
    assert all(reader._running is None for reader in readers)
    qtbot.waitUntil(lambda: session.masks._beside.kept is not None, timeout=30_000)
    qtbot.waitUntil(lambda: session.reader._beside.kept is not None, timeout=30_000)


def test_an_answer_that_comes_while_the_mask_is_read_is_shown(large, qtbot) -> None:
    session = large.session
    go_to(qtbot, large, 1)
    session.masks.drop()
    session.select_structure(None)
    session.select_structure(session.structures[0].id)
    predict(large)
    qtbot.waitUntil(lambda: is_there(large), timeout=30_000)
    assert session.editing.has_prediction and np.array_equal(large.canvas.shown_mask(), kept(large))


def test_a_damaged_mask_is_said_and_not_shown(large, qtbot) -> None:
    session = large.session
    paint(qtbot, large, [(30, 30), (60, 30)])
    go_to(qtbot, large, 1)
    session.store.execute("UPDATE journal SET after = x'00'")
    session.select_image(session.images[0].id)
    qtbot.waitUntil(lambda: any("damaged" in text for text in large.messages.texts()), timeout=30_000)
    assert not session.editing.is_loaded and not session.masks.is_promised
