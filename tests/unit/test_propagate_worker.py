"""A walk through a stack: a message for each slice, an end by itself in doubt, and room for whoever is in a hurry."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from core.inference.stack_walk import small
from core.packed_array import pack_array
from core.propagate_protocol import (
    CHANGED,
    EMPTY,
    UNSURE,
    DoubtAnswer,
    PropagateRequest,
    SliceAnswer,
    StopPropagateRequest,
    walk_event,
)
from core.worker_protocol import LoadRequest, Message, PredictRequest, PrepareRequest, encode_line
from tests.unit.test_worker_inference import Running
from tests.unit.worker_toy import BrightSegmenter, BrightWalk

HEIGHT, WIDTH, COUNT, START = 48, 64, 9, 4


def write_slice(path: Path, left: int = 32, width: int = WIDTH) -> str:
    pixels = np.zeros((HEIGHT, width, 3), np.uint8)
    pixels[:, left:] = 255
    Picture.fromarray(pixels).save(path)
    return str(path)


@pytest.fixture
def stack(tmp_path: Path) -> list[str]:
    """Slices on which the bright part moves to the left by one column each time."""
    return [write_slice(tmp_path / f"{index}.png", 36 - index) for index in range(COUNT)]


@pytest.fixture
def segmenter() -> BrightSegmenter:
    return BrightSegmenter()


@pytest.fixture
def running(segmenter: BrightSegmenter) -> Iterator[Running]:
    worker = Running(segmenter)
    worker.ask(LoadRequest(1, "toy"))
    yield worker
    worker.close()


def request_for(images: list[str], forward: int = COUNT, backward: int = COUNT, **others: Any) -> PropagateRequest:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, 36 - START :] = 1
    wanted = {"start": START, "mask": pack_array(mask), "prompt": "the bright part", **others}
    return PropagateRequest(2, images, forward=forward, backward=backward, **wanted)


def walk(running: Running, request: PropagateRequest) -> tuple[list[SliceAnswer], list[DoubtAnswer], Message]:
    """What a request is answered with: slices, doubts, and the ending."""
    running.send(encode_line(request.message()))
    return follow(running)


def follow(running: Running) -> tuple[list[SliceAnswer], list[DoubtAnswer], Message]:
    slices: list[SliceAnswer] = []
    doubts: list[DoubtAnswer] = []
    while (event := walk_event(message := running.read())) is not None:
        if isinstance(event, SliceAnswer):
            slices.append(event)
        else:
            doubts.append(event)
    return slices, doubts, message


def test_every_slice_is_answered_outwards_from_the_given_one(
    running: Running, segmenter: BrightSegmenter, stack: list[str]
) -> None:
    slices, doubts, ending = walk(running, request_for(stack))
    assert [one.index for one in slices] == [5, 6, 7, 8, 3, 2, 1, 0] and not doubts
    assert ending["event"] == "done" and ending["id"] == 2
    result = ending["result"]
    assert (result["way"], result["slices"], result["stopped"]) == ("mask prompt", 8, False)
    assert result["model_id"] == "toy" and result["seconds"] >= 0
    assert all(one.id == 2 and one.way == "mask prompt" and one.predicted_iou == pytest.approx(0.9) for one in slices)
    sizes = [int((one.logits > 0).sum()) for one in slices]
    assert sizes[:4] == sorted(sizes[:4]) and sizes[4:] == sorted(sizes[4:], reverse=True) and len(set(sizes)) > 4
    assert segmenter.encoded == COUNT, "no slice is encoded twice"
    (mask, slices_of_stack), _ = segmenter.walks
    assert mask.shape == (HEIGHT, WIDTH) and mask.sum() == HEIGHT * WIDTH // 2 and slices_of_stack == COUNT


def test_no_more_slices_than_were_asked_for(running: Running, segmenter: BrightSegmenter, stack: list[str]) -> None:
    slices, _, ending = walk(running, request_for(stack, forward=2, backward=0))
    assert [one.index for one in slices] == [5, 6] and ending["result"]["slices"] == 2
    assert segmenter.encoded == 3
    nothing, _, ending = walk(running, request_for(stack, forward=0, backward=0))
    assert nothing == [] and ending["result"]["way"] is None


def test_words_are_read_where_the_model_wants_them_and_there_are_any(
    running: Running, segmenter: BrightSegmenter, stack: list[str]
) -> None:
    dark, doubts, _ = walk(running, request_for(stack, 1, 0, prompt="the dark part"))
    assert not dark and [one.why for one in doubts] == [CHANGED] and segmenter.embedded == 1
    without, _, _ = walk(running, request_for(stack, 1, 0, prompt=""))
    assert len(without) == 1 and segmenter.embedded == 1


def test_what_is_in_the_cache_is_not_encoded_again(
    running: Running, segmenter: BrightSegmenter, stack: list[str], tmp_path: Path
) -> None:
    cache = str(tmp_path / "cache")
    for number, image in enumerate(stack, start=10):
        running.ask(PrepareRequest(number, image, ("the bright part",), cache))
    assert segmenter.encoded == segmenter.embedded == COUNT
    slices, _, _ = walk(running, request_for(stack, cache=cache))
    assert len(slices) == COUNT - 1 and segmenter.encoded == segmenter.embedded == COUNT


def test_a_walk_stops_in_each_direction_by_itself(running: Running, stack: list[str]) -> None:
    write_slice(Path(stack[7]), WIDTH)  # nothing bright
    write_slice(Path(stack[2]), 60)  # a small part of what was there
    slices, doubts, ending = walk(running, request_for(stack))
    assert [one.index for one in slices] == [5, 6, 3]
    assert [(one.index, one.why) for one in doubts] == [(7, EMPTY), (2, CHANGED)]
    assert ending["result"]["stopped"] is False, "nobody ended it"


def test_a_walk_stops_where_the_model_is_not_sure(
    running: Running, stack: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = BrightWalk.step

    def unsure(self: BrightWalk, *rest: Any) -> Any:
        decoded = sure(self, *rest)
        return replace(decoded, ious=decoded.ious * 0.1)

    monkeypatch.setattr(BrightWalk, "step", unsure)
    slices, doubts, _ = walk(running, request_for(stack))
    assert not slices and [(one.index, one.why) for one in doubts] == [(5, UNSURE), (3, UNSURE)]


def test_slices_of_another_size_are_refused_in_a_sentence(running: Running, stack: list[str]) -> None:
    write_slice(Path(stack[6]), width=80)
    slices, _, ending = walk(running, request_for(stack))
    assert [one.index for one in slices] == [5] and ending["event"] == "failed"
    said = ending["what_happened"].format(**ending["values"])
    assert "6.png has another size" in said and "\n" not in said
    write_slice(Path(stack[START]), width=80)
    slices, _, ending = walk(running, request_for(stack))
    assert not slices and "4.png has another size" in ending["what_happened"].format(**ending["values"])


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((HEIGHT, WIDTH), np.uint8), "empty"),
        (np.full((HEIGHT, WIDTH), 2, np.uint8), "did not understand"),
        (np.ones((HEIGHT, WIDTH), np.int32), "did not understand"),
        (np.ones(HEIGHT, np.uint8), "did not understand"),
    ],
)
def test_a_mask_that_is_none_is_refused_in_words(
    running: Running, stack: list[str], mask: np.ndarray, words: str
) -> None:
    _, _, ending = walk(running, request_for(stack, mask=pack_array(mask)))
    assert ending["event"] == "failed" and words in ending["what_happened"]


def test_a_slice_that_is_gone_ends_the_walk_with_what_there_was(running: Running, stack: list[str]) -> None:
    Path(stack[6]).unlink()
    slices, _, ending = walk(running, request_for(stack))
    assert [one.index for one in slices] == [5] and ending["event"] == "failed"
    assert "6.png" in ending["what_happened"].format(**ending["values"])


class Slow(BrightSegmenter):
    """Works through layers for as long as it is told to, at one picture."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Identity()
        self.at_work, self.slow = threading.Event(), True

    def encode_image(self, rgb: Any) -> Any:
        while self.slow and self.encoded == 3:
            self.layer(torch.zeros(1))
            self.at_work.set()
            time.sleep(0.001)
        return super().encode_image(rgb)


@pytest.fixture
def segmenter_at_work() -> Slow:
    return Slow()


@pytest.fixture
def at_work(segmenter_at_work: Slow, stack: list[str]) -> Iterator[Running]:
    """A worker in the middle of the third slice of a walk."""
    worker = Running(segmenter_at_work)
    worker.ask(LoadRequest(1, "toy"))
    worker.send(encode_line(request_for(stack).message()))
    assert segmenter_at_work.at_work.wait(5)
    yield worker
    worker.close()


def test_a_stop_ends_a_walk_at_once_and_keeps_what_was_sent(at_work: Running) -> None:
    start = time.monotonic()
    at_work.send(encode_line(StopPropagateRequest(2).message()))
    slices, _, ending = follow(at_work)
    assert time.monotonic() - start < 2
    assert [one.index for one in slices] == [5, 6]
    assert ending["event"] == "done" and ending["result"]["stopped"] is True and ending["result"]["slices"] == 2


def test_the_stop_of_another_walk_does_not(at_work: Running, segmenter_at_work: Slow) -> None:
    at_work.send(encode_line(StopPropagateRequest(7).message()))
    segmenter_at_work.slow = False
    slices, _, ending = follow(at_work)
    assert len(slices) == COUNT - 1 and ending["result"]["stopped"] is False


def test_a_prediction_goes_first_and_the_walk_goes_on(
    at_work: Running, segmenter_at_work: Slow, stack: list[str]
) -> None:
    at_work.send(encode_line(PrepareRequest(8, stack[0], (), "").message()))
    at_work.send(encode_line(PredictRequest(9, stack[START], "the dark part").message()))
    seen: list[Message] = []
    while not seen or seen[-1].get("id") != 9 or seen[-1]["event"] != "done":
        seen.append(at_work.read())
    assert [one.get("index") for one in seen if one["event"] == "slice"] == [5, 6], "in the middle of the third"
    segmenter_at_work.slow = False
    slices, _, ending = follow(at_work)
    assert [one.index for one in slices] == [7, 8, 3, 2, 1, 0]
    assert ending["id"] == 2 and ending["result"] == {**ending["result"], "slices": 8, "stopped": False}
    assert at_work.ending()["id"] == 8, "what is not in a hurry comes after it"


def test_another_model_ends_a_walk(at_work: Running) -> None:
    at_work.send(encode_line(LoadRequest(3, "toy").message()))
    slices, _, ending = follow(at_work)
    assert len(slices) == 2 and ending["result"]["stopped"] is True
    assert at_work.ending()["id"] == 3


def test_a_walk_that_waits_can_be_stopped_before_it_begins(
    at_work: Running, segmenter_at_work: Slow, stack: list[str]
) -> None:
    other = request_for(stack, 1, 0)
    at_work.send(encode_line({**other.message(), "id": 5}))
    at_work.send(encode_line(StopPropagateRequest(5).message()))
    segmenter_at_work.slow = False
    assert follow(at_work)[2]["id"] == 2
    slices, _, ending = follow(at_work)
    assert not slices and ending["id"] == 5 and ending["result"]["stopped"] is True


def test_a_mask_of_a_few_pixels_is_not_empty_for_the_model() -> None:
    mask = np.zeros((1000, 1000), bool)
    mask[500, 500] = True
    assert small(mask, 32).sum() == 1
