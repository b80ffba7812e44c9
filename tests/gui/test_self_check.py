"""Help → Check this installation: lines with marks, Copy, and a cancel that ends the process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.self_check_dialog import SelfCheckDialog
from app.theme import Theme
from tests.gui.acting import click

GOOD = {"ok": True, "what": "{free} are free on the disk.", "to_do": "", "values": {"free": "7 GB"}}
BAD = {
    "ok": False,
    "what": "The package {p} cannot be loaded.",
    "to_do": "Install the program again.",
    "values": {"p": "torch"},
}


@pytest.fixture
def check(qtbot, qapp, tmp_path: Path):
    """Opens the dialog over a worker that says what it is told, then waits or dies."""

    def open_it(findings: list[dict] | None, wait: bool = False) -> SelfCheckDialog:
        lines = [{"event": "ready", "version": 1}]
        if findings is not None:
            lines += [{"event": "stage", "text": one["what"], "values": one["values"]} for one in findings]
            lines += [] if wait else [{"event": "done", "result": {"findings": findings}}]
        code = f"import sys, time\nfor line in {[json.dumps(line) for line in lines]!r}: print(line, flush=True)\n"
        code += "time.sleep(600)" if wait else "sys.stdin.read()" if findings is not None else "sys.exit(9)"
        dialog = SelfCheckDialog([sys.executable, "-c", code], Theme(qapp, "dark"))
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return open_it


def test_each_finding_is_a_line_and_all_can_be_copied(qtbot, check) -> None:
    dialog = check([GOOD, BAD])
    qtbot.waitUntil(lambda: dialog.copy.isEnabled(), timeout=20_000)
    assert dialog.outcome.text() == "Not as it should be: 1 of 2." and not dialog.bar.isVisible()
    marks = [one.accessibleName() for one in dialog.findChildren(QLabel) if one.accessibleName()]
    assert marks == ["ok", "not ok"]
    lines = [one for one in dialog.findChildren(QLabel) if "free" in one.text() or "loaded" in one.text()]
    qtbot.waitUntil(lambda: all(one.height() >= one.heightForWidth(one.width()) for one in lines), timeout=5_000)
    assert len(lines) == 2 and dialog.copy.geometry().top() > dialog.grid.geometry().bottom()
    click(qtbot, dialog.copy)
    assert QApplication.clipboard().text() == (
        "ok: 7 GB are free on the disk.\nnot ok: The package torch cannot be loaded. Install the program again.\n"
    )
    dialog.done(0)


@pytest.mark.expects_log("a worker ended")
def test_a_check_that_dies_is_one_sentence(qtbot, check) -> None:
    dialog = check(None)
    qtbot.waitUntil(lambda: bool(dialog.outcome.text()), timeout=20_000)
    assert "The check stopped unexpectedly" in dialog.outcome.text() and not dialog.copy.isEnabled()
    dialog.done(0)


def test_cancel_ends_the_process(qtbot, check) -> None:
    dialog = check([GOOD], wait=True)
    qtbot.waitUntil(lambda: dialog.bar.value() == 1, timeout=20_000)
    click(qtbot, dialog.leave)
    assert not [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]


def test_the_menu_opens_it(qtbot, window, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr("app.main_window.show_check", lambda *given: asked.append(given))
    window.commands["check"].trigger()
    assert len(asked) == 1
