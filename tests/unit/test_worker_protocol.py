"""Both sides read what the other wrote, and nothing that it did not."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clicks import Clicks
from core.errors import ImageError, WorkerError
from core.packed_array import ARRAY_TYPES, pack_array, unpack_array
from core.worker_protocol import (
    DoneEvent,
    FailedEvent,
    LoadRequest,
    PredictRequest,
    PredictSeveralRequest,
    PrepareRequest,
    ProgressEvent,
    QuitRequest,
    ReadyEvent,
    RestRequest,
    decode_line,
    done_message,
    encode_line,
    failed_message,
    parse_event,
    parse_request,
    progress_message,
    ready_message,
)


@pytest.mark.parametrize("name", ARRAY_TYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (1, 2, 3, 4)])
def test_arrays_come_back_equal(name: str, shape: tuple[int, ...]) -> None:
    array = (np.random.default_rng(0).random(shape) * 100).astype(name)
    back = unpack_array(decode_line(encode_line({"a": pack_array(array)}))["a"])
    assert back.dtype == array.dtype and back.shape == array.shape
    np.testing.assert_array_equal(back, array)
    back.fill(0)  # writable


def test_a_slice_in_another_order_comes_back_equal() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6).T[::2]
    np.testing.assert_array_equal(unpack_array(pack_array(array)), array)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "object"},
        {"dtype": "complex64"},
        {"dtype": None},
        {"shape": [2, 3]},
        {"shape": [-1, -4]},
        {"shape": [True, 4]},
        {"shape": "4"},
        {"shape": [1, 1, 1, 1, 4]},
        {"shape": [1 << 40, 1 << 40]},
        {"base64": "AAAA"},
        {"base64": "####"},
        {"base64": None},
        {"base64": "ä"},
    ],
)
def test_a_damaged_array_is_refused_in_words(change: dict[str, object]) -> None:
    packed = pack_array(np.arange(4, dtype=np.float32)) | change
    with pytest.raises(WorkerError) as caught:
        unpack_array(packed)
    assert "Your labels are safe" in str(caught.value)


def test_objects_are_never_sent() -> None:
    with pytest.raises(ValueError, match="object"):
        pack_array(np.array([{}], dtype=object))


@given(st.binary(max_size=200))
def test_no_line_breaks_the_reader(line: bytes) -> None:
    try:
        message = decode_line(line)
    except WorkerError:
        return
    for parse in (parse_request, parse_event):
        with contextlib.suppress(WorkerError):
            parse(message)


@given(st.text(), st.text())
def test_any_text_goes_through(path: str, prompt: str) -> None:
    request = PredictRequest(3, path, prompt, Clicks(((1.5, 2.0, 1), (0.0, 1.0, 4.0, 5.0), (0.0, 0.0, 0))))
    line = encode_line(request.message())
    assert line.count(b"\n") == 1
    assert parse_request(decode_line(line)) == request


def test_a_file_name_that_is_not_utf_8_goes_through() -> None:
    name = b"scan_\xe9.png".decode("utf-8", errors="surrogateescape")
    assert decode_line(encode_line(LoadRequest(1, name).message()))["model"] == name


def test_requests_come_back_equal() -> None:
    for request in (
        LoadRequest(1, "demo", "cpu"),
        LoadRequest(1, "demo", precision="4bit"),
        PredictRequest(2, "a.png", "the polyp"),
        PredictRequest(3, "a.png", "the polyp", cache="c", decide=True),
        PredictRequest(3, "a.png", "the polyp", Clicks(((1.0, 2.0, 0),)), zoom=2, before={"dtype": "float16"}),
        PredictSeveralRequest(4, "a.png", ("the polyp", "the vessel"), "c", True),
        PrepareRequest(5, "a.png", (), "c"),
        RestRequest(),
        QuitRequest(),
    ):
        assert parse_request(decode_line(encode_line(request.message()))) == request


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"verb": "load", "model": "demo"},
        {"id": True, "verb": "load", "model": "demo"},
        {"id": 1, "verb": "load"},
        {"id": 1, "verb": "burn"},
        {"id": 1, "verb": "predict", "image": "a.png"},
        {"id": 1, "verb": "predict", "image": "a.png", "prompt": "x", "clicks": [[1, 2]]},
        {"id": 1, "verb": "predict", "image": "a.png", "prompt": "x", "clicks": [["1", 2, 1]]},
        {"id": 1, "verb": "predict", "image": "a.png", "prompt": "x", "clicks": 5},
        {"id": 1, "verb": "predict", "image": "a.png", "prompt": "x", "clicks": [[5, 1, 4, 9]]},
        {"id": 1, "verb": "predict", "image": "a.png", "prompt": "x", "clicks": [[1, 1, 4, 9], [1, 1, 4, 9]]},
    ],
)
def test_a_wrong_request_is_refused_in_words(message: dict[str, object]) -> None:
    with pytest.raises(WorkerError, match="did not understand each other"):
        parse_request(message)


def test_events_come_back_equal() -> None:
    error = ImageError("“{name}” is broken.", "Choose another one than {name}.", name="a.png")
    assert parse_event(ready_message()) == ReadyEvent(1)
    assert parse_event(progress_message(4, "half", 0.5)) == ProgressEvent(4, "half", 0.5)
    assert parse_event(done_message(4, {"x": 1})) == DoneEvent(4, {"x": 1})
    failed = parse_event(decode_line(encode_line(failed_message(4, error))))
    assert failed == FailedEvent(4, "“{name}” is broken.", "Choose another one than {name}.", {"name": "a.png"})
    assert isinstance(failed, FailedEvent) and str(failed.error()) == str(error)


def test_not_a_number_is_not_sent() -> None:
    with pytest.raises(ValueError):
        encode_line({"x": float("nan")})


def test_the_protocol_needs_no_torch() -> None:
    code = "import sys, json, core.worker_protocol; print(json.dumps('torch' in sys.modules))"
    assert json.loads(subprocess.check_output([sys.executable, "-c", code])) is False
