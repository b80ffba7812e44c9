"""The inference worker answers each request once, survives what fails, and stops when the window is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from core.clicks import Clicks
from core.errors import KnownError, ModelError, TooLittleMemory
from core.inference.requests import InferenceService
from core.inference.worker import InferenceWorker
from core.packed_array import unpack_array
from core.worker_protocol import (
    LoadRequest,
    Message,
    PredictRequest,
    PredictSeveralRequest,
    PrepareRequest,
    QuitRequest,
    RestRequest,
    decode_line,
    encode_line,
)
from tests.unit.worker_toy import GRID, BrightSegmenter, open_toy


def picture(path: Path, width: int = 64, height: int = 48) -> str:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, width // 2 :] = 255
    Picture.fromarray(pixels).save(path)
    return str(path)


def best_of(result: Message) -> np.ndarray:
    return unpack_array(result["candidates"])[result["best"]]


class Running:
    """A worker in a thread of this process, spoken to through real pipes."""

    def __init__(self, segmenter: BrightSegmenter | None = None) -> None:
        read_requests, write_requests = os.pipe()
        read_events, write_events = os.pipe()
        self.to_worker: BinaryIO = os.fdopen(write_requests, "wb")
        self.from_worker: BinaryIO = os.fdopen(read_events, "rb")
        self._worker_side = [os.fdopen(read_requests, "rb"), os.fdopen(write_events, "wb")]
        self.stopped = threading.Event()

        def open_model(ref: str, device: str, precision: str) -> Any:
            return segmenter if segmenter is not None and ref == "toy" else open_toy(ref, device)

        worker = InferenceWorker(
            self._worker_side[0], self._worker_side[1], lambda: InferenceService(open_model), self.stopped.set
        )
        self.thread = threading.Thread(target=worker.run)
        self.thread.start()
        assert self.read() == {"event": "ready", "version": 1}

    def read(self) -> Message:
        return decode_line(self.from_worker.readline())

    def ask(self, request: LoadRequest | PredictRequest | PredictSeveralRequest | PrepareRequest) -> Message:
        self.send(encode_line(request.message()))
        return self.ending()

    def send(self, line: bytes) -> None:
        self.to_worker.write(line)
        self.to_worker.flush()

    def ending(self) -> Message:
        while (message := self.read())["event"] == "progress":
            assert message["text"]
        return message

    def close(self) -> None:
        self.to_worker.close()
        self.thread.join(5)
        assert not self.thread.is_alive() and self.stopped.is_set()
        for stream in (*self._worker_side, self.from_worker):
            stream.close()


@pytest.fixture
def running() -> Iterator[Running]:
    worker = Running()
    yield worker
    worker.close()


def test_load_then_predict(running: Running, tmp_path: Path) -> None:
    loaded = running.ask(LoadRequest(1, "toy"))
    assert loaded == {
        "id": 1,
        "event": "done",
        "result": {
            "model_id": "toy",
            "device": "cpu",
            "device_name": "",
            "device_reason": "a toy needs nothing else",
            "mask_grid": GRID,
        },
    }
    done = running.ask(PredictRequest(2, picture(tmp_path / "a.png"), "the bright part"))
    assert (done["id"], done["event"]) == (2, "done")
    candidates = unpack_array(done["result"]["candidates"])
    assert candidates.dtype == np.float16 and candidates.shape == (3, GRID, GRID)
    logits = candidates[done["result"]["best"]]
    assert (logits[:, GRID // 2 + 1 :] > 0).all() and (logits[:, : GRID // 2 - 1] < 0).all()
    assert done["result"]["ious"] == pytest.approx([0.2, 0.9, 0.3]) and done["result"]["best"] == 1
    assert done["result"]["answer"] == "" and done["result"]["parts"] == 1
    assert done["result"]["model_id"] == "toy" and done["result"]["seconds"] >= 0


def test_an_image_is_encoded_once_for_all_prompts_and_clicks(tmp_path: Path) -> None:
    segmenter = BrightSegmenter()
    running = Running(segmenter)
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    first = running.ask(PredictRequest(2, path, "the bright part"))
    other = running.ask(PredictRequest(3, path, "the dark part"))
    clicked = running.ask(PredictRequest(4, path, "the bright part", Clicks(((0.0, 0.0, 1),))))
    assert segmenter.encoded == 1 and segmenter.embedded == 2
    assert not np.array_equal(best_of(first["result"]), best_of(other["result"]))
    assert best_of(clicked["result"])[0, 0] == 15
    picture(tmp_path / "a.png", width=80)  # the file changed: it is another image now
    running.ask(PredictRequest(5, path, "the bright part"))
    assert segmenter.encoded == 2
    running.close()


def test_reading_a_new_image_is_no_part_of_the_decoders_time(tmp_path: Path) -> None:
    class SlowToEncode(BrightSegmenter):
        def encode_image(self, rgb: np.ndarray) -> Any:
            time.sleep(0.3)
            return super().encode_image(rgb)

    running = Running(SlowToEncode())
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    new = running.ask(PredictRequest(2, path, "the bright part"))["result"]
    known = running.ask(PredictRequest(3, path, "the bright part"))["result"]
    assert new["seconds"] - new["decoding"] >= 0.3
    assert 0 < known["decoding"] <= known["seconds"] + 1e-4 and known["seconds"] - known["decoding"] < 0.3
    running.close()


def test_several_structures_come_in_one_answer_and_the_image_is_looked_at_once(tmp_path: Path) -> None:
    segmenter = BrightSegmenter()
    running = Running(segmenter)
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    several = running.ask(PredictSeveralRequest(2, path, ("the bright part", "the dark part")))["result"]["predictions"]
    assert segmenter.encoded == 1 and len(several) == 2
    alone = running.ask(PredictRequest(3, path, "the dark part"))["result"]
    assert np.array_equal(best_of(several[1]), best_of(alone))
    decided = running.ask(PredictSeveralRequest(4, path, ("the dark part", "the unicorn"), decide=True))["result"]
    assert [one["parts"] for one in decided["predictions"]] == [1, 0]
    assert [one["answer"] for one in decided["predictions"]] == ["Sure, [SEG].", "There is none."]
    assert segmenter.encoded == 1
    running.close()


def test_a_model_that_decides_may_find_two_or_nothing(running: Running, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    none = running.ask(PredictRequest(2, path, "the unicorn", decide=True))["result"]
    assert none["answer"] == "There is none." and none["parts"] == 0 and (best_of(none) < -10).all()
    two = running.ask(PredictRequest(3, path, "the bright part and the dark part", decide=True))["result"]
    assert two["parts"] == 2 and unpack_array(two["candidates"]).shape == (3, GRID, GRID) and two["best"] == 0


def test_what_was_prepared_is_not_encoded_again(tmp_path: Path) -> None:
    segmenter, cache = BrightSegmenter(), str(tmp_path / "cache")
    running = Running(segmenter)
    first, second = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", width=80)
    prompts = ("the bright part", "the dark part")
    running.ask(LoadRequest(1, "toy"))
    assert running.ask(PrepareRequest(2, second, prompts, cache))["result"] == {"prepared": True}
    running.send(encode_line(RestRequest().message()))
    assert (segmenter.encoded, segmenter.embedded) == (1, 2)
    prepared = running.ask(PredictRequest(3, second, "the dark part", cache=cache))["result"]
    running.ask(PredictRequest(4, second, "the bright part", cache=cache))
    assert (segmenter.encoded, segmenter.embedded) == (1, 2)
    fresh = running.ask(PredictRequest(5, second, "the dark part"))["result"]
    assert np.array_equal(best_of(prepared), best_of(fresh)), "as if nothing had been prepared"
    running.ask(PredictRequest(6, first, "the dark part", cache=cache))
    assert running.ask(PrepareRequest(7, first, (), cache))["result"] == {"prepared": True}
    assert segmenter.encoded == 2
    failed = running.ask(PrepareRequest(8, str(tmp_path / "gone.png"), prompts, cache))
    assert failed["event"] == "failed" and "gone.png" in failed["what_happened"].format(**failed["values"])
    running.close()


class Patient(BrightSegmenter):
    """Works through layers until somebody wants something; says when it has begun."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work, self.slow = threading.Event(), True
        self.layer = torch.nn.Identity()

    def encode_image(self, rgb: Any) -> Any:
        while self.slow:
            self.layer(torch.zeros(1))
            self.at_work.set()
            time.sleep(0.001)
        return super().encode_image(rgb)


def test_preparing_makes_way_at_once_and_leaves_nothing_half(tmp_path: Path) -> None:
    segmenter, cache = Patient(), tmp_path / "cache"
    running = Running(segmenter)
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    for number, line in ((2, RestRequest().message()), (3, PredictRequest(4, path, "the dark part").message())):
        segmenter.at_work.clear()
        running.send(encode_line(PrepareRequest(number, path, ("the dark part",), str(cache)).message()))
        assert segmenter.at_work.wait(5)
        segmenter.slow = number == 2
        start = time.monotonic()
        running.send(encode_line(line))
        interrupted = running.ending()
        assert time.monotonic() - start < 1
        if number == 2:
            assert interrupted == {"id": 2, "event": "done", "result": {"prepared": False}}
    assert running.ending()["id"] == 4, "the prediction follows"
    assert not any(part.name.endswith(".part") for part in cache.rglob("*"))
    running.close()


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (LoadRequest(7, "/models/torn"), "missing"),
        (LoadRequest(7, "toy", "cuda"), "no graphics card"),
        (PredictRequest(7, "nowhere.png", "the polyp"), "nowhere.png"),
        (PredictRequest(7, "text.png", "the polyp"), "text.png"),
        (PredictRequest(7, "good.png", "  "), "no prompt"),
    ],
)
def test_a_failure_is_one_sentence_and_the_next_request_works(
    running: Running, tmp_path: Path, request_: LoadRequest | PredictRequest, words: str
) -> None:
    (tmp_path / "text.png").write_text("this is no picture")
    good = picture(tmp_path / "good.png")
    running.ask(LoadRequest(1, "toy"))
    if isinstance(request_, PredictRequest):
        request_ = PredictRequest(7, str(tmp_path / request_.image), request_.prompt)
    failed = running.ask(request_)
    assert (failed["id"], failed["event"]) == (7, "failed")
    assert words in failed["what_happened"].format(**failed["values"])
    assert failed["what_to_do"]
    assert running.ask(PredictRequest(8, good, "the bright part"))["event"] == "done"


class Shelf:
    """Opens toys by name as long as the one before is gone or both have room; "torn" is damaged."""

    def __init__(self) -> None:
        self.room_for_two = True
        self.opened: list[str] = []
        self.precisions: list[str] = []
        self.alive: weakref.WeakSet[BrightSegmenter] = weakref.WeakSet()

    def open(self, model: str, device: str, precision: str) -> BrightSegmenter:
        self.opened.append(model)
        self.precisions.append(precision)
        if len(self.alive) and not self.room_for_two:
            raise TooLittleMemory("It needs {needed} and {free} are free.", "", needed="2 GB", free="1 GB")
        if model == "torn":
            raise ModelError("It is damaged.", "")
        if model == "fat":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        segmenter = BrightSegmenter(model)
        self.alive.add(segmenter)
        return segmenter


@pytest.mark.parametrize(
    ("room_for_two", "wanted", "in_use", "opened"),
    [
        (True, "second", "second", ["first", "second"]),
        (True, "torn", "first", ["first", "torn"]),
        (False, "second", "second", ["first", "second", "second"]),
        (False, "torn", "first", ["first", "torn", "torn", "first"]),
        (True, "fat", "first", ["first", "fat", "fat", "first"]),
    ],
)
def test_the_model_in_use_stays_in_use_until_another_one_is_there(
    room_for_two: bool, wanted: str, in_use: str, opened: list[str], tmp_path: Path
) -> None:
    shelf = Shelf()
    service = InferenceService(shelf.open)
    service.load(LoadRequest(1, "first"), lambda text, fraction: None)
    shelf.room_for_two = room_for_two
    if wanted == in_use:
        service.load(LoadRequest(2, wanted), lambda text, fraction: None)
    else:
        with pytest.raises(KnownError):
            service.load(LoadRequest(2, wanted), lambda text, fraction: None)
    done = service.predict(PredictRequest(3, picture(tmp_path / "a.png"), "the bright part"), lambda text, part: None)
    assert done["model_id"] == in_use and shelf.opened == opened


def test_the_same_model_in_another_precision_is_loaded_anew(tmp_path: Path) -> None:
    shelf = Shelf()
    service = InferenceService(shelf.open)
    for number, precision in enumerate(("auto", "auto", "bf16", "bf16", "auto"), start=1):
        service.load(LoadRequest(number, "first", precision=precision), lambda text, fraction: None)
    assert shelf.precisions == ["auto", "bf16", "auto"]


def test_without_a_model_there_is_a_sentence(running: Running, tmp_path: Path) -> None:
    failed = running.ask(PredictRequest(1, picture(tmp_path / "a.png"), "the polyp"))
    assert failed["event"] == "failed" and "No model is loaded" in failed["what_happened"]


def test_a_full_memory_is_one_sentence_and_the_next_try_works(tmp_path: Path) -> None:
    segmenter = BrightSegmenter()
    running = Running(segmenter)
    path = picture(tmp_path / "a.png")
    running.ask(LoadRequest(1, "toy"))
    segmenter.out_of_memory = True
    failed = running.ask(PredictRequest(2, path, "the polyp"))
    assert failed["event"] == "failed" and "memory did not suffice" in failed["what_happened"]
    assert running.ask(PredictRequest(3, path, "the polyp"))["event"] == "done"
    running.close()


def test_lines_that_are_no_requests_are_answered_and_survived(running: Running) -> None:
    for line in (b"hello\n", b"[1]\n", b'{"id": 5, "verb": "burn"}\n', b"\xff\xfe\n"):
        running.send(line)
        assert running.ending()["event"] == "failed"
    assert running.ask(LoadRequest(6, "toy"))["event"] == "done"


def test_a_mistake_of_the_program_is_told_without_a_traceback(tmp_path: Path, caplog: Any) -> None:
    class Mistaken(BrightSegmenter):
        def embed_prompt(self, rgb: Any, prompt: str) -> Any:
            raise KeyError("[SEG]")

    running = Running(Mistaken())
    running.ask(LoadRequest(1, "toy"))
    failed = running.ask(PredictRequest(2, picture(tmp_path / "a.png"), "the polyp"))
    assert failed["event"] == "failed" and "SEG" not in str(failed) and "safe" in failed["what_happened"]
    running.close()
    caplog.clear()


class TestProcess:
    """The same across a process border."""

    @pytest.fixture
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.worker_toy"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        yield process
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()

    @staticmethod
    def ask(worker: subprocess.Popen[bytes], request: LoadRequest | PredictRequest | QuitRequest) -> None:
        assert worker.stdin is not None
        worker.stdin.write(encode_line(request.message()))
        worker.stdin.flush()

    @staticmethod
    def read(worker: subprocess.Popen[bytes]) -> Message:
        assert worker.stdout is not None
        return decode_line(worker.stdout.readline())

    def test_noise_of_libraries_does_not_reach_the_window(
        self, worker: subprocess.Popen[bytes], tmp_path: Path
    ) -> None:
        self.ask(worker, LoadRequest(1, "toy"))
        self.ask(worker, PredictRequest(2, picture(tmp_path / "a.png"), "the bright part"))
        events = [self.read(worker) for _ in range(5)]
        assert [event["event"] for event in events] == ["ready", "progress", "done", "progress", "done"]
        assert [event.get("id") for event in events] == [None, 1, 1, 2, 2]

    @pytest.mark.parametrize("how", ["quit", "end of input"])
    def test_it_ends_at_once_even_in_the_middle_of_a_prediction(
        self, worker: subprocess.Popen[bytes], tmp_path: Path, how: str
    ) -> None:
        self.ask(worker, LoadRequest(1, "toy"))
        self.ask(worker, PredictRequest(2, picture(tmp_path / "slow.png", width=13), "the polyp"))
        for _ in range(4):
            last = self.read(worker)
        assert (last["id"], last["event"]) == (2, "progress")
        start = time.monotonic()
        if how == "quit":
            self.ask(worker, QuitRequest())
        else:
            assert worker.stdin is not None
            worker.stdin.close()
        assert worker.wait(5) == 0
        assert time.monotonic() - start < 2
