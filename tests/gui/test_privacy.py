"""The privacy dialog: what the project holds, and a copy without it."""

import pytest

from app.privacy_dialog import PrivacyDialog
from core.store import Store
from tests.gui.acting import paint, predict

WAIT = 60_000


@pytest.fixture
def dialog(qtbot, window):
    predict(window)
    paint(qtbot, window, [(10, 10), (30, 10)])
    window.commands["privacy"].trigger()
    (found,) = window.findChildren(PrivacyDialog)
    qtbot.waitUntil(lambda: not found.bar.isVisible(), timeout=WAIT)
    return found


def test_it_says_what_the_project_holds(dialog):
    lines = dialog.held.text().splitlines()
    assert "• Paths of images outside of the project: 3" in lines and "• File names of images: 3" in lines


def test_a_copy_is_made_and_the_project_stays_open(qtbot, window, dialog, tmp_path):
    dialog.make_copy(tmp_path / "copy")
    qtbot.waitUntil(lambda: dialog.closing.text() == "The copy is ready. Images in it: 3.", timeout=WAIT)
    with Store.open(tmp_path / "copy") as copy:
        assert [row.path for row in copy.images()] == [f"images/image_{number:05d}.png" for number in (1, 2, 3)]
        assert len(copy.journal(1, 1)) == 1
    dialog.make_copy(tmp_path / "copy")
    qtbot.waitUntil(lambda: "is not empty" in dialog.closing.text(), timeout=WAIT)
    dialog.reject()
    paint(qtbot, window, [(50, 50), (60, 50)])
    assert len(window.session.store.journal(window.session.image_id, window.session.structure_id)) == 2
