"""The cheat sheet, projects opened lately, dropping, the walk through the window, and pages that say what to do."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel

import app.program
from app import demo_start
from app.commands import COMMANDS, MENUS, words
from app.keymap import BOUND
from app.program import Program
from app.recent_projects import MOST, RecentProjects
from app.settings import Settings
from app.shortcuts_dialog import COMMAND_ROLE, KEYS, ShortcutsDialog
from core.store import Store
from tests.gui.acting import click, key, place
from tests.gui.test_start import demo  # noqa: F401  a small demo project

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def row_of(dialog, command):
    return next(row for row in dialog._rows() if row.data(0, COMMAND_ROLE) == command)


@pytest.fixture
def sheet(qtbot, window) -> ShortcutsDialog:
    window.activateWindow()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Question)
    return window.findChild(ShortcutsDialog)


def give(qtbot, sheet, command, name, modifiers=Qt.KeyboardModifier.NoModifier):
    """Choose a row, press Enter, press the key."""
    sheet.table.setCurrentItem(row_of(sheet, command))
    qtbot.keyClick(sheet.table, Qt.Key.Key_Return)
    assert row_of(sheet, command).text(KEYS) == "Press the key …"
    qtbot.keyClick(sheet.table, name, modifiers)


def test_the_question_mark_shows_every_command_with_its_key(sheet, window):
    shown = {row.data(0, COMMAND_ROLE): row.text(KEYS) for row in sheet._rows() if row.data(0, COMMAND_ROLE)}
    assert shown == {command.key: window.commands.keymap.text(command.key) for command in BOUND}
    assert shown["undo"] == "Ctrl+Z" and shown["hold_blink"] == "S"


def test_the_keys_of_the_walk_are_in_the_cheat_sheet(sheet, window):
    shown = {row.text(0) for row in sheet._rows()}
    for shortcut in window.first_tour.tour._shortcuts:
        assert shortcut.key().toString(QKeySequence.SequenceFormat.PortableText) in shown
    sheet.search.setText("tour")
    assert [row.text(0) for row in sheet._rows() if not row.isHidden() and row.text(0) == "Esc"] == ["Esc"]


def test_the_search_finds_names_keys_and_what_they_do(qtbot, sheet):
    qtbot.keyClicks(sheet.search, "ctrl+t")
    assert [row.data(0, COMMAND_ROLE) for row in sheet._rows() if not row.isHidden()] == ["finetune"]
    sheet.search.clear()
    qtbot.keyClicks(sheet.search, "smaller")
    found = {row.data(0, COMMAND_ROLE) for row in sheet._rows() if not row.isHidden()}
    assert {"smaller", "remove_islands", "zoom_out"} <= found and "undo" not in found
    sheet.search.clear()
    assert not any(row.isHidden() for row in sheet._rows())


def test_a_new_key_works_at_once_stays_and_is_shown_everywhere(qtbot, sheet, window, tmp_path):
    give(qtbot, sheet, "eraser", Qt.Key.Key_J)
    assert row_of(sheet, "eraser").text(KEYS) == "J"
    sheet.reject()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.canvas)
    key(qtbot, window, Qt.Key.Key_E)
    assert window.tools.tool.value == "brush"
    key(qtbot, window, Qt.Key.Key_J)
    assert window.tools.tool.value == "eraser"
    assert window.work.strip.button_of("eraser").toolTip().endswith("(J)")
    assert Settings(tmp_path / "settings.ini").note("keys/eraser") == '["J"]'


def test_sentences_and_tips_name_the_key_that_is_in_force(qtbot, window):
    """Also where a command has no key any more: then its name."""
    keymap, tip = window.commands.keymap, window.segment.tone.slider.toolTip
    key(qtbot, window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: len(window.segment.answer.buttons()) == 3, timeout=30_000)
    keymap.choose("next_mask", ("Shift+V",))
    assert "(Shift+V: the next mask)" in window.segment.answer.buttons()[0].toolTip()
    keymap.choose("hold_tone", ("J",))
    keymap.choose("reject", ("Shift+Q",))
    assert "hold J and" in tip()
    window.messages.say("rejected", image="a.png")
    assert window.messages.texts()[-1].endswith("press Shift+Q.")
    keymap.choose("hold_tone", ())
    keymap.choose("reject", ())
    assert tip().endswith("stay as they are.")
    window.messages.say("rejected", image="a.png")
    assert window.messages.texts()[-1].endswith("press “Reject this image”.")
    window.messages.say("limit_leaves_nothing", low=1, high=2)
    assert window.messages.texts()[-1].endswith("switch the limit off with I.")


def test_a_key_in_use_is_said_and_swapped_only_when_asked(qtbot, sheet, window):
    keymap = window.commands.keymap
    give(qtbot, sheet, "brush", Qt.Key.Key_E)
    assert sheet.note.text() == "E is the key of “Eraser”; nothing was changed."
    assert keymap.keys("brush") == ("B",) and keymap.keys("eraser") == ("E",)
    click(qtbot, sheet.swap)
    assert keymap.keys("brush") == ("E",) and keymap.keys("eraser") == ("B",)
    assert not sheet.swap.isVisible()
    click(qtbot, sheet.usual)
    assert keymap.keys("brush") == (), "B belongs to the eraser now"
    click(qtbot, sheet.all_usual)
    assert keymap.keys("brush") == ("B",) and keymap.keys("eraser") == ("E",)


def test_keys_that_cannot_be_given_are_refused_with_a_reason(qtbot, sheet, window):
    keymap = window.commands.keymap
    give(qtbot, sheet, "undo", Qt.Key.Key_Tab)
    assert "needed to get around" in sheet.note.text()
    give(qtbot, sheet, "hold_blink", Qt.Key.Key_J, CTRL)
    assert "without Ctrl, Alt or Shift" in sheet.note.text()
    give(qtbot, sheet, "undo", Qt.Key.Key_Escape)
    sheet.table.setCurrentItem(row_of(sheet, "undo"))
    qtbot.keyClick(sheet.table, Qt.Key.Key_Return)
    click(qtbot, sheet.none)
    assert sheet.isVisible() and keymap.keys("hold_blink") == ("S",) and keymap.keys("undo") == ()


def test_a_held_key_can_be_another_one(qtbot, sheet, window):
    give(qtbot, sheet, "hold_blink", Qt.Key.Key_J)
    sheet.reject()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.canvas)
    held = window.canvas._held
    qtbot.keyPress(window.canvas, Qt.Key.Key_J)
    assert held.blinks
    qtbot.keyRelease(window.canvas, Qt.Key.Key_J)
    qtbot.keyPress(window.canvas, Qt.Key.Key_S)
    assert not held.blinks


def test_every_command_stands_in_a_menu(window):
    for menu, _ in MENUS:
        shown = [action.objectName() for action in window.commands.menus[menu].actions() if action.objectName()]
        assert shown == [command.key for command in COMMANDS if command.menu == menu]
    assert [action.menu().title() for action in window.menuBar().actions()] == [words(text) for _, text in MENUS]


# Opened lately


def test_projects_opened_lately_are_remembered_as_folders_only(qtbot, window, project, tmp_path):
    assert window.recent.folders == [project]
    text = (tmp_path / "settings.ini").read_text()
    assert str(project) in text and "Polyp" not in text and "p0_a" not in text
    again = RecentProjects(Settings(tmp_path / "settings.ini"))
    assert again.folders == [project]


def test_the_list_is_short_newest_first_and_survives_nonsense(qapp, tmp_path):
    settings = Settings(tmp_path / "s.ini")
    recent = RecentProjects(settings)
    for number in range(MOST + 3):
        recent.add(tmp_path / str(number))
    recent.add(tmp_path / "5")
    assert len(recent.folders) == MOST and recent.folders[0] == tmp_path / "5"
    settings.keep_note("recent_projects", '{"a": 1}')
    assert RecentProjects(settings).folders == []
    settings.keep_note("recent_projects", '[1, "", "/x", "/x"]')
    assert RecentProjects(settings).folders == [Path("/x")]


def test_a_project_that_vanished_is_grey_and_can_be_removed(qtbot, window, project, tmp_path):
    other = tmp_path / "gone & lost"
    Store.create(other, "x").close()
    window.recent.add(other)
    shutil.rmtree(other)
    with qtbot.waitSignal(window.recent.changed, timeout=5000):
        window.recent.look()
    menu = next(
        action.menu()
        for action in window.commands.menus["file"].actions()
        if action.menu() and action.text() == "Open &recent"
    )
    gone, there = menu.actions()[:2]
    assert not gone.isEnabled() and "gone && lost – not there any more" in gone.text()
    assert there.isEnabled() and there.toolTip() == str(project)
    assert not window.recent_list.openers[0].isEnabled() and window.recent_list.openers[1].isEnabled()
    window.recent_list.removers[0].click()
    assert window.recent.folders == [project]
    menu.actions()[-1].trigger()
    assert window.recent.folders == [] and not menu.menuAction().isEnabled()


def test_the_first_page_opens_a_project_with_one_click(qtbot, window, project):
    window.session.close_project()
    assert window.recent_list.isVisible()
    qtbot.waitUntil(lambda: window.recent_list.openers[0].isVisible())
    click(qtbot, window.recent_list.openers[0])
    assert window.session.folder == project and window.recent.folders == [project]
    texts = [part.text() for part in window.work.findChildren(QLabel)]
    assert "For research, not a medical device." in texts


# Dropping


def dragged(places: list[Path]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(one)) for one in places])
    return mime


def hover(window, mime: QMimeData) -> bool:
    event = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window, mime: QMimeData) -> None:
    assert hover(window, mime)
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)


def test_what_will_happen_is_said_while_it_hovers(qtbot, window, project, tmp_path):
    pictures = tmp_path / "pictures"
    for places, says in (
        ([pictures], "Add all images of the folder “pictures”"),
        (sorted(pictures.iterdir()), "Add to the project: 3"),
        ([pictures, *sorted(pictures.iterdir())], "Add these files and all images of these folders"),
        ([project], "Open the project “project”"),
    ):
        assert hover(window, dragged(places)) and window.dropping.veil.isVisible()
        assert window.dropping.words.text() == says
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.dropping.veil.isVisible()
    text = QMimeData()
    text.setText("words")
    assert not hover(window, text)


def test_a_dropped_folder_is_added_and_a_dropped_project_is_opened(qtbot, window, tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    shutil.copy(tmp_path / "pictures" / "p0_a.png", more / "copy.png")
    other = tmp_path / "other"
    Store.create(other, "other").close()
    with qtbot.waitSignal(window.files.added, timeout=10_000):
        drop(window, dragged([more]))
    drop(window, dragged([other]))
    assert window.session.folder == other
    window.session.close_project()
    drop(window, dragged([more]))
    assert window.dropping.words.text().startswith("Open or make a project first")
    assert not window.dropping.veil.isVisible()
    assert "No project is open, so nothing was added." in window.messages.texts()[-1]


def test_a_field_for_words_leaves_files_to_the_window(window):
    assert not window.images.filter.acceptDrops() and not window.segment.structure.prompt.acceptDrops()


# The walk


def test_the_walk_points_at_what_it_speaks_of_and_lets_one_work(qtbot, window):
    window.activateWindow()
    window.commands["tour"].trigger()
    tour = window.first_tour.tour
    seen = []
    for step in range(7):
        assert tour.place == step and tour.isVisible() and tour.frame.isVisible()
        step_now = tour._steps[step]
        part = step_now.part() if step_now.part is not None else step_now.target.rect()
        corner = step_now.target.mapTo(window, part.center())
        assert tour.frame.geometry().contains(corner)
        assert window.rect().contains(tour.geometry()) and not tour.geometry().contains(corner)
        seen.append(tour.title.text())
        if step < 6:
            qtbot.keyClick(window.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert len(set(seen)) == 7
    qtbot.keyClick(window.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert tour.place == 5 and window.tabs.currentWidget() is window.model
    key(qtbot, window, Qt.Key.Key_E)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=place(window, 20, 20))
    assert window.tools.tool.value == "eraser" and tour.isVisible(), "the window works as ever"
    key(qtbot, window, Qt.Key.Key_Escape)
    assert not tour.isVisible() and not tour.frame.isVisible() and not tour._follows.isActive()


def test_the_walk_stays_in_sight_when_its_target_is_not(qtbot, window):
    window.commands["tour"].trigger()
    tour = window.first_tour.tour
    window.tabs.setCurrentWidget(window.model)
    qtbot.waitUntil(lambda: not tour.frame.isVisible(), timeout=3000)
    assert tour.isVisible() and window.rect().contains(tour.geometry())
    window.tabs.setCurrentWidget(window.segment)
    qtbot.waitUntil(tour.frame.isVisible, timeout=3000)
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: window.rect().contains(tour.geometry()), timeout=3000)
    click(qtbot, tour.skip)
    assert not tour.isVisible()


def test_the_walk_comes_by_itself_once_with_the_demo(qtbot, window, demo, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(demo_start, "data_folder", lambda: tmp_path / "data")
    tour = window.first_tour.tour
    window.commands["demo"].trigger()
    assert tour.isVisible()
    tour.end()
    window.commands["demo"].trigger()
    assert not tour.isVisible()
    window.session.close_project()
    window.commands["tour"].trigger()
    assert tour.isVisible() and window.session.store is not None


# Saying what to do


def test_a_filter_that_hides_all_offers_all_again(qtbot, window):
    window.images.filter.setText("nothing like it")
    click(qtbot, window.images.show_all)
    assert len(window.images.shown_ids()) == 3 and window.images.view.isVisible()


def test_a_project_without_a_structure_offers_to_name_one(qtbot, window, tmp_path):
    structure = window.segment.structure
    assert not structure.first.isVisible() and structure.predict.isVisible()
    window.session.create_project(tmp_path / "new", "new")
    assert structure.first.isVisible() and structure.first.isEnabled() and not structure.predict.isVisible()
    window.session.add_structure("Lesion", "the lesion", "#56B4E9")
    assert not structure.first.isVisible() and structure.predict.isVisible()


def test_the_first_start_says_what_the_program_is_not(qtbot, qapp, monkeypatch, tmp_path):
    import sys

    monkeypatch.setattr(app.program, "Settings", lambda parent: Settings(tmp_path / "settings.ini", parent))
    hook = sys.excepthook
    try:
        for said in (True, False):
            program = Program(qapp)
            qtbot.addWidget(program.window)
            program.begin(None, demo=False)
            assert any("not a medical device" in text for text in program.window.messages.texts()) is said
            program.window.close()
    finally:
        sys.excepthook = hook
