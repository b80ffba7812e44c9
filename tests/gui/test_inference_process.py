"""The model's process seen from the window: every request has one ending, whatever the process does."""

import logging
import sys
import time

import pytest

from app.inference_process import InferenceProcess
from app.worker_process import How, WorkerProcess, worker_command
from core.packed_array import unpack_array


def toy(mode: str = "ok") -> list[str]:
    return [sys.executable, "-m", "tests.gui.toy_worker", mode]


class Endings:
    """What came out of a process, in order."""

    def __init__(self, process: InferenceProcess) -> None:
        self.seen: list[tuple] = []
        process.answered.connect(lambda number, result: self.seen.append(("answered", number, result)))
        process.failed.connect(lambda number, error: self.seen.append(("failed", number, str(error))))
        process.died.connect(lambda error: self.seen.append(("died", 0, str(error))))

    def kinds(self) -> list[tuple[str, int]]:
        return [(kind, number) for kind, number, _ in self.seen]


@pytest.fixture
def make(qtbot):
    made = []

    def start(mode: str = "ok") -> tuple[InferenceProcess, Endings]:
        process = InferenceProcess(toy(mode))
        made.append(process)
        return process, Endings(process)

    yield start
    for process in made:
        process.close()


def wait_for(qtbot, endings: Endings, count: int) -> None:
    qtbot.waitUntil(lambda: len(endings.seen) >= count, timeout=30_000)
    qtbot.wait(50)
    assert len(endings.seen) == count


def test_nothing_is_started_before_the_first_request(make):
    process, _ = make()
    assert not process.is_running and process.model is None


def test_load_and_predict_are_answered_in_order(qtbot, make):
    process, endings = make()
    texts = []
    process.progressed.connect(lambda number, text, _fraction: texts.append((number, text)))
    assert process.load("demo") == 1 and process.model == "demo"
    assert process.predict("a.png", "the polyp") == 2
    wait_for(qtbot, endings, 2)
    assert endings.kinds() == [("answered", 1), ("answered", 2)]
    assert unpack_array(endings.seen[1][2]["candidates"]).shape == (3, 64, 64)
    assert texts == [(1, "Loading the model"), (2, "Looking at the image")]


def test_a_failure_is_the_ending_of_its_request_and_the_next_one_works(qtbot, make):
    process, endings = make()
    process.predict("a.png", "bad")
    process.predict("a.png", "the polyp")
    wait_for(qtbot, endings, 2)
    assert endings.kinds() == [("failed", 1), ("answered", 2)]
    assert endings.seen[0][2] == "The image a.png cannot be read. Choose another."


def test_a_model_that_cannot_be_loaded_does_not_count_as_loaded(qtbot, make):
    process, endings = make()
    process.load("missing")
    wait_for(qtbot, endings, 1)
    assert endings.kinds() == [("failed", 1)] and process.model is None


@pytest.mark.expects_log("a worker ended")
@pytest.mark.parametrize("mode", ["dies", "leaves", "half"])
def test_a_process_that_goes_without_an_answer_is_said_once_and_started_again(qtbot, make, mode, caplog):
    process, endings = make(mode)
    process.load("demo")
    process.predict("a.png", "the polyp")
    wait_for(qtbot, endings, 2)
    assert endings.kinds() == [("answered", 1), ("failed", 2)]
    assert "stopped unexpectedly" in endings.seen[1][2] and "safe" in endings.seen[1][2]
    assert not process.is_running and process.model is None
    process.load("demo")
    wait_for(qtbot, endings, 3)
    assert endings.kinds()[-1] == ("answered", 3)


@pytest.mark.expects_log("a worker ended")
def test_a_process_that_dies_while_nobody_waits_is_said_once(qtbot, make):
    process, endings = make()
    process.load("demo")
    wait_for(qtbot, endings, 1)
    process._worker._process.kill()
    wait_for(qtbot, endings, 2)
    assert endings.kinds()[-1] == ("died", 0)


@pytest.mark.expects_log("no event")
def test_noise_is_logged_and_ignored(qtbot, make, caplog):
    process, endings = make("noisy")
    process.load("demo")
    process.predict("a.png", "the polyp")
    wait_for(qtbot, endings, 2)
    assert endings.kinds() == [("answered", 1), ("answered", 2)]
    assert "downloading shards" in caplog.text


@pytest.mark.expects_log("nobody waits for")
def test_a_second_answer_to_one_request_is_dropped(qtbot, make, caplog):
    process, endings = make("twice")
    process.predict("a.png", "the polyp")
    process.predict("b.png", "the polyp")
    wait_for(qtbot, endings, 2)
    assert endings.kinds() == [("answered", 1), ("answered", 2)]
    assert "nobody waits for" in caplog.text


def test_a_dropped_request_delivers_nothing(qtbot, make):
    process, endings = make("slow")
    process.drop(process.predict("a.png", "the polyp"))
    process.predict("b.png", "the polyp")
    wait_for(qtbot, endings, 1)
    assert endings.kinds() == [("answered", 2)]


@pytest.mark.expects_log("speaks version")
@pytest.mark.expects_log("a worker ended")
def test_another_version_of_the_language_is_said(qtbot, make, caplog):
    process, endings = make("other")
    process.load("demo")
    wait_for(qtbot, endings, 1)
    assert endings.kinds() == [("failed", 1)] and "two different installations" in endings.seen[0][2]


@pytest.mark.expects_log("a worker ended")
def test_a_program_that_is_not_there_is_said(qtbot, caplog):
    process = InferenceProcess(["/nowhere/at/all"])
    endings = Endings(process)
    process.load("demo")
    wait_for(qtbot, endings, 1)
    assert "could not be started" in endings.seen[0][2]


@pytest.mark.parametrize(("mode", "words"), [("hangs", "x"), ("stubborn", "x"), ("ok", "hang")])
def test_stop_ends_a_process_that_hangs_and_the_next_request_starts_another(qtbot, make, mode, words):
    process, endings = make(mode)
    process.load("demo")
    wait_for(qtbot, endings, 1)
    first = process._worker._process
    process.predict("a.png", words)
    start = time.monotonic()
    with qtbot.waitSignal(first.finished, timeout=30_000):
        process.stop()
    assert time.monotonic() - start < 15
    assert endings.kinds() == [("answered", 1)]
    process.load("demo")
    wait_for(qtbot, endings, 2)


def test_close_waits_until_the_process_is_gone(qtbot, make):
    process, endings = make()
    process.load("demo")
    wait_for(qtbot, endings, 1)
    worker = process._worker
    process.close()
    assert not worker.is_running and not process.is_running


@pytest.mark.expects_log("a worker ended")
def test_a_process_that_never_says_it_is_ready_is_given_up(qtbot, caplog):
    worker = WorkerProcess(toy("deaf"), ready_ms=300)
    with qtbot.waitSignal(worker.ended, timeout=30_000) as ended:
        worker.start()
    assert ended.args[0].how is How.NOT_STARTED


@pytest.mark.expects_log("no module of that name")
def test_error_output_is_kept_for_the_log(qtbot, caplog):
    caplog.set_level(logging.WARNING)
    worker = WorkerProcess([sys.executable, "-c", "import sys; sys.exit('no module of that name')"])
    with qtbot.waitSignal(worker.ended, timeout=30_000) as ended:
        worker.start()
    assert ended.args[0].how is How.DIED and "no module of that name" in ended.args[0].tail
    assert "no module of that name" in caplog.text


def test_a_frozen_program_starts_its_second_program(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "sa2va-annotator.exe"))
    command = worker_command("core.finetune.worker", "job")
    assert command == [str(tmp_path / "sa2va-annotator-worker.exe"), "core.finetune.worker", "job"]
