"""What window and worker say to each other about a walk comes back equal, and is believed only if it is whole."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WorkerError
from core.inference.waiting import Waiting
from core.packed_array import pack_array
from core.propagate_protocol import (
    DOUBTS,
    MOST_SLICES,
    DoubtAnswer,
    PropagateRequest,
    SliceAnswer,
    StopPropagateRequest,
    doubt_answer,
    doubt_message,
    mask_of,
    slice_answer,
    slice_message,
    walk_event,
    walk_request,
)
from core.worker_protocol import decode_line, encode_line, parse_event, progress_message

MASK = np.zeros((3, 4), np.uint8)
MASK[1, 2] = 1
REQUEST = PropagateRequest(3, ["a#frame1.nii", "a#frame2.nii"], 1, pack_array(MASK), "the liver", 5, 0, "cache")
SLICE = SliceAnswer(3, 7, np.eye(4, dtype=np.float16), 0.75, "memory")


def there_and_back(message: dict[str, Any]) -> dict[str, Any]:
    return decode_line(encode_line(message))


def test_requests_come_back_equal() -> None:
    for request in (REQUEST, PropagateRequest(3, ["a"], 0, pack_array(MASK), "", 0, 9), StopPropagateRequest(3)):
        assert walk_request(there_and_back(request.message())) == request
    assert walk_request({"verb": "predict"}) is None
    np.testing.assert_array_equal(mask_of(REQUEST), MASK.astype(bool))


def test_events_come_back_equal() -> None:
    answer = slice_answer(there_and_back(slice_message(SLICE)))
    np.testing.assert_array_equal(answer.logits, SLICE.logits)
    assert answer.logits.dtype == np.float16
    assert (answer.id, answer.index, answer.predicted_iou, answer.way) == (3, 7, 0.75, "memory")
    for why in DOUBTS:
        assert walk_event(there_and_back(doubt_message(DoubtAnswer(3, 8, why)))) == DoubtAnswer(3, 8, why)
    other = progress_message(3, "half", 0.5)
    assert walk_event(other) is None and parse_event(other).id == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": True},
        {"index": -1},
        {"index": 1.5},
        {"logits": None},
        {"logits": pack_array(np.eye(4, dtype=np.float32))},
        {"logits": pack_array(np.ones((3, 4), np.float16))},
        {"logits": pack_array(np.full((2, 2), np.nan, np.float16))},
        {"predicted_iou": "0.5"},
        {"predicted_iou": float("inf")},
        {"way": "magic"},
        {"way": ["memory"]},
    ],
)
def test_a_damaged_slice_is_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises(WorkerError, match="did not understand each other"):
        walk_event(slice_message(SLICE) | change)


@pytest.mark.parametrize("change", [{"why": "Because."}, {"why": None}, {"index": None}, {"event": "slice"}])
def test_a_damaged_doubt_is_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises(WorkerError, match="did not understand each other"):
        doubt_answer(doubt_message(DoubtAnswer(3, 8, DOUBTS[0])) | change)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"images": "a.png"},
        {"images": [1]},
        {"images": []},
        {"images": ["a"] * (MOST_SLICES + 1)},
        {"start": 2},
        {"start": -1},
        {"mask": [0, 1]},
        {"prompt": None},
        {"forward": "all"},
        {"backward": -1},
        {"cache": 5},
    ],
)
def test_a_damaged_request_is_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises(WorkerError, match="did not understand each other"):
        walk_request(REQUEST.message() | change)


@given(st.dictionaries(st.sampled_from(["id", "verb", "event", "walk", "index", "why", "way", "images"]), st.text()))
def test_no_message_breaks_the_readers(message: dict[str, Any]) -> None:
    for parse in (walk_event, walk_request):
        for start in ({}, {"event": "slice"}, {"event": "doubt"}, {"verb": "propagate"}, {"verb": "stop_propagate"}):
            with contextlib.suppress(WorkerError):
                parse(message | start)


def test_it_works_without_torch() -> None:
    code = "import sys, core.propagate_protocol; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def line(verb: str, **others: Any) -> bytes:
    return encode_line({"verb": verb, **others})


def test_what_goes_before_a_walk_and_what_does_not() -> None:
    waiting, click = Waiting(), line("predict", id=5)
    assert waiting.is_empty and not waiting.goes_before(3)
    for other in (line("prepare", id=4), line("stop_propagate", walk=8), b"noise\n", line("propagate", id=9)):
        waiting.put(other)
    assert not waiting.goes_before(3) and not waiting.ends(3) and waiting.take_passing(3) is None
    waiting.put(click)
    assert waiting.goes_before(3) and not waiting.ends(3)
    assert waiting.take_passing(3) == click and not waiting.goes_before(3)
    assert waiting.get() == line("prepare", id=4), "the others keep their order"


@pytest.mark.parametrize("end", [line("stop_propagate", walk=3), line("load", id=6, model="demo"), None])
def test_what_ends_a_walk_is_not_overtaken(end: bytes | None) -> None:
    waiting, click = Waiting(), line("predict", id=5)
    waiting.put(end)
    waiting.put(click)
    assert waiting.goes_before(3) and waiting.ends(3)
    assert waiting.take_passing(3) is None, "it was meant for what comes after the end"
    assert waiting.get() == end and waiting.get() == click and waiting.is_empty
