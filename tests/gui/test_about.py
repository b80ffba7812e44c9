"""Help → About: versions and licences of everything, read beside the window."""

from __future__ import annotations

import time
from email.message import Message

import pytest
from PySide6.QtWidgets import QApplication

from app.about import AboutDialog
from core.installed_packages import installed_packages, licence_of
from tests.gui.acting import click


@pytest.fixture
def about(qtbot, qapp):
    """Opens the dialog, and waits until it is filled."""

    def open_it(model: str) -> AboutDialog:
        dialog = AboutDialog(model)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: dialog.list.topLevelItemCount() > 0, timeout=20_000)
        return dialog

    return open_it


def test_every_package_is_there_with_version_and_licence_and_can_be_copied(qtbot, about) -> None:
    dialog = about("demo")
    packages = installed_packages()
    assert dialog.list.topLevelItemCount() == len(packages) > 40
    assert {"torch", "numpy", "pyside6-essentials", "transformers"} <= {
        one.name.lower().replace("_", "-") for one in packages
    }
    click(qtbot, dialog.copy)
    text = QApplication.clipboard().text()
    for part in (
        "sa2va-annotator 0.1.0",
        "Python: 3.",
        "Qt: 6.",
        "the demo model of this program; licence: Apache 2.0",
        "torch 2.",
    ):
        assert part in text
    assert "Demo images: drawn by a program" in text and text.count("\n") == len(packages) + 6
    assert dialog.copy.geometry().top() > dialog.list.geometry().bottom(), "nothing lies over anything"
    dialog.done(0)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("ByteDance/Sa2VA-4B", "ByteDance/Sa2VA-4B; licence: Apache 2.0"),
        ("ByteDance/Sa2VA-Qwen3-VL-4B", "licence: as its page on the hub says"),
        ("/somewhere/mine", "mine; licence: as who made it says"),
    ],
)
def test_the_model_in_use_is_named_with_its_licence(about, model: str, words: str) -> None:
    dialog = about(model)
    assert words in dialog.text()
    dialog.done(0)


def test_the_window_does_not_wait_for_the_list(qtbot, qapp) -> None:
    AboutDialog("demo").done(0)  # fonts and style are there
    begun = time.perf_counter()
    dialog = AboutDialog("demo")
    took = time.perf_counter() - begun
    qtbot.addWidget(dialog)
    assert took < 0.5 and dialog.list.topLevelItemCount() == 0
    dialog.done(0)


def record(**lines: str) -> Message:
    about = Message()
    for name, value in lines.items():
        about[name.replace("_", "-")] = value
    return about


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ({"License_Expression": "MIT OR Apache-2.0", "License": "x"}, "MIT OR Apache-2.0"),
        ({"Classifier": "License :: OSI Approved :: MIT License", "License": "x"}, "MIT License"),
        ({"License": "Apache 2.0 License"}, "Apache 2.0 License"),
        ({"License": "SEE LICENSE"}, ""),
        ({"License": "LICENSE.txt"}, ""),
        ({"License": "UNKNOWN"}, ""),
        ({"Classifier": "License :: Other/Proprietary License"}, ""),
        ({}, ""),
    ],
)
def test_a_licence_that_is_not_said_is_not_made_up(lines: dict[str, str], licence: str) -> None:
    assert licence_of(record(**lines)) == licence
