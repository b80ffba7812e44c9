"""A piece of work beside the window has one ending, on the window's thread."""

import sys
import threading

import pytest

from app.background import Background
from core.errors import ExportError


class Seen:
    def __init__(self, work: Background) -> None:
        self.endings: list[tuple[str, object]] = []
        self.steps: list[int] = []
        self.threads: set[int] = set()
        work.done.connect(lambda result: self._note("done", result))
        work.failed.connect(lambda error: self._note("failed", error))
        work.progressed.connect(lambda done, _total, _text: self.steps.append(done))

    def _note(self, kind: str, what: object) -> None:
        self.endings.append((kind, what))
        self.threads.add(threading.get_ident())


def run(qtbot, work) -> Seen:
    background = Background(work)
    seen = Seen(background)
    background.start()
    qtbot.waitUntil(lambda: bool(seen.endings), timeout=5000)
    qtbot.wait(30)
    background.close()
    assert len(seen.endings) == 1 and seen.threads == {threading.get_ident()}
    return seen


def test_the_result_and_the_steps_arrive_in_order(qtbot):
    def work(progress):
        assert threading.current_thread() is not threading.main_thread()
        for number in range(3):
            progress(number, 3, "")
        return "result"

    seen = run(qtbot, work)
    assert seen.endings == [("done", "result")] and seen.steps == [0, 1, 2]


def test_an_error_of_the_world_is_the_ending(qtbot):
    error = ExportError("The disk is full.", "Make room.")

    def work(_progress):
        raise error

    assert run(qtbot, work).endings == [("failed", error)]


@pytest.mark.parametrize("kind", [ValueError, RuntimeError, MemoryError, SystemExit])
def test_a_mistake_is_shown_as_a_crash_and_ends_the_work(qtbot, monkeypatch, kind):
    crashes = []
    monkeypatch.setattr(sys, "excepthook", lambda *crash: crashes.append(crash[0]))

    def work(_progress):
        raise kind("a mistake")

    (ending,) = run(qtbot, work).endings
    assert ending[0] == "failed" and "The program made a mistake" in str(ending[1])
    assert crashes == [kind]


def test_after_stop_nothing_is_delivered(qtbot):
    going, gone = threading.Event(), threading.Event()

    def work(progress):
        try:
            while True:
                going.set()
                progress(1, 2, "")
        finally:
            gone.set()

    background = Background(work)
    seen = Seen(background)
    background.start()
    assert going.wait(5)
    background.close()
    assert gone.is_set() and not background.is_running
    qtbot.wait(50)
    assert seen.endings == []
