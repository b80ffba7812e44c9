"""A worker of a few lines that behaves, or misbehaves, as its argument says: for tests across real processes.

It finds a disc around the middle of every image; the prompt "nothing" finds nothing, "bad" fails, "die" kills the process. Clicks
add a small disc or take one away, a box gives what lies in it of the answer before. A mask is carried through a stack as a disc that
grows by half a cell from slice to slice: with "doubts" not beyond the second one, with "slow walk" a slice in a tenth of a second.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

import cv2
import numpy as np

from core.packed_array import pack_array, unpack_array
from core.propagate_protocol import (
    UNSURE,
    DoubtAnswer,
    SliceAnswer,
    doubt_message,
    mask_of,
    slice_message,
    walk_request,
)
from core.worker_protocol import encode_line

GRID = 64
LOOKED_AT: set[str] = set()


def say(message: dict) -> None:
    sys.stdout.buffer.write(encode_line(message))
    sys.stdout.buffer.flush()


def disc(radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:GRID, :GRID]
    inside = 6 * (1 - ((columns - 32) ** 2 + (rows - 32) ** 2) / radius**2)
    return inside.clip(-8, 8).astype(np.float16)


def answer(request: dict, mode: str) -> None:
    number, verb = request["id"], request["verb"]
    if verb == "load":
        say({"id": number, "event": "progress", "text": "Loading the model", "fraction": None})
        if "missing" in request["model"]:
            say(failed(number, "The model is not complete, so nothing was loaded.", "Choose another."))
            return
        say({"id": number, "event": "done", "result": {"model_id": request["model"], "device": "cpu"}})
        return
    say({"id": number, "event": "progress", "text": "Looking at the image", "fraction": None})
    if verb == "prepare":
        if mode == "dies preparing":
            os.kill(os.getpid(), signal.SIGKILL)
        say({"id": number, "event": "done", "result": {"prepared": True}})
        return
    several = verb == "predict_several"
    words = " ".join(request["prompts"]) if several else request["prompt"]
    if mode == "slow":
        time.sleep(0.4)
    if words == "die" or mode == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if mode == "leaves":
        sys.exit(0)
    if mode == "half":
        sys.stdout.buffer.write(b'{"id": 2, "event": "do')
        sys.stdout.buffer.flush()
        sys.exit(0)
    if words == "hang" or mode == "hangs":
        time.sleep(600)
    if words == "bad":
        say(failed(number, "The image {name} cannot be read.", "Choose another.", name="a.png"))
        return
    decide = request.get("decide", False)
    result: dict = {"seconds": 0.01, "model_id": "toy"}
    if mode == "slow look":  # an image that is new is encoded, and the decoder is quick
        new = request["image"] not in LOOKED_AT
        LOOKED_AT.add(request["image"])
        time.sleep(0.4 * new)
        result |= {"seconds": 0.4 * new + 0.01, "decoding": 0.01}
    if several:
        result["predictions"] = [found(prompt, decide) for prompt in request["prompts"]]
    else:
        result.update(found(words, decide))
        result.update(clicked(request, mode))
    say({"id": number, "event": "done", "result": result})
    if mode == "twice":
        say({"id": number, "event": "done", "result": result})


def found(words: str, decide: bool) -> dict:
    """Three discs, the one in the middle the best; a model that decides answers "two" with two discs, "none" with none."""
    masks, ious, best = [disc(8), disc(14), disc(20)], [0.5, 0.9, 0.7], 1
    answer, parts = "Sure, [SEG].<|im_end|>" if decide else "", 1
    if words == "nothing":
        masks = [np.full((GRID, GRID), -8, np.float16)] * 3
    if decide and words == "none":
        masks, ious, best = [np.full((GRID, GRID), -20, np.float16)], [0.0], 0
        answer, parts = "I see <p>nothing</p> of it.<|im_end|>", 0
    if decide and words == "two":
        left, right = np.roll(disc(8), -16, axis=1), np.roll(disc(8), 16, axis=1)
        masks, ious, best = [np.maximum(left, right), left, right], [0.6, 0.6, 0.8], 0
        answer, parts = "There are [SEG] and [SEG].<|im_end|>", 2
    return {
        "candidates": pack_array(np.stack(masks)),
        "ious": ious,
        "best": best,
        "object_score": 2.0,
        "answer": answer,
        "parts": parts,
    }


def walk(message: dict, mode: str, lines: "Lines") -> None:
    """Carry a mask forward, then backward, each outwards, until somebody ends it."""
    request = walk_request(message)
    assert request is not None and mask_of(request).any()
    sent, stopped = 0, False
    for way, most in ((1, request.forward), (-1, request.backward)):
        for steps in range(1, most + 1):
            index = request.start + way * steps
            if not 0 <= index < len(request.images) or stopped:
                break
            if mode == "slow walk":
                time.sleep(0.1)
            if mode == "dies walking" and steps == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            if mode == "doubts" and steps == 3:
                say(doubt_message(DoubtAnswer(request.id, index, UNSURE)))
                break
            say(slice_message(SliceAnswer(request.id, index, disc(10 + steps / 2), 0.8, "memory")))
            sent += 1
            stopped = any(one.get("verb") == "stop_propagate" and one["walk"] == request.id for one in lines.ready())
    result = {"way": "memory", "slices": sent, "stopped": stopped, "model_id": "toy", "seconds": 0.1}
    say({"id": request.id, "event": "done", "result": result})


class Lines:
    """Requests as they come; those that are there already can be looked at first."""

    def __init__(self) -> None:
        self._rest = b""
        self._waiting: list[bytes] = []

    def __iter__(self) -> Iterator[dict]:
        while self._waiting or self._read():
            while self._waiting:
                yield json.loads(self._waiting.pop(0))

    def ready(self) -> list[dict]:
        """What waits, without taking it away."""
        while select.select([0], [], [], 0)[0] and self._read():
            pass
        return [json.loads(line) for line in self._waiting]

    def _read(self) -> bool:
        found = os.read(0, 65536)
        *lines, self._rest = (self._rest + found).split(b"\n")
        self._waiting += lines
        return bool(found)


def clicked(request: dict, mode: str) -> dict:
    """The answer before (the middle disc without one) with a disc of 5 cells for each click, cut to the box."""
    if not request.get("clicks"):
        return {}
    if mode == "slow clicks":
        time.sleep(0.4)
    height, width = cv2.imread(request["image"], cv2.IMREAD_GRAYSCALE).shape
    best = disc(14)
    if "before" in request:  # of whatever size, as the model takes it
        best = cv2.resize(unpack_array(request["before"]).astype(np.float32), (GRID, GRID)).astype(np.float16)
    rows, columns = np.mgrid[:GRID, :GRID]
    for mark in request["clicks"]:
        if len(mark) == 3:
            x, y = mark[0] / width * GRID, mark[1] / height * GRID
            best[np.hypot(columns - x, rows - y) < 5] = 8 if mark[2] else -8
        else:
            left, right = (edge / width * GRID for edge in (mark[0], mark[2]))
            top, bottom = (edge / height * GRID for edge in (mark[1], mark[3]))
            best[(columns < left) | (columns > right) | (rows < top) | (rows > bottom)] = -8
    return {"candidates": pack_array(np.stack([disc(8), best, disc(20)]))}


def failed(number: int, what: str, to_do: str, **values: str) -> dict:
    return {"id": number, "event": "failed", "what_happened": what, "what_to_do": to_do, "values": values}


def main() -> None:
    mode = sys.argv[1] if len(sys.argv) > 1 else "ok"
    if mode == "deaf":
        time.sleep(600)
    say({"event": "ready", "version": 99 if mode == "other" else 1})
    lines = Lines()
    for request in lines:
        if request["verb"] == "quit":
            if mode == "stubborn":
                time.sleep(600)
            return
        if request["verb"] in ("rest", "stop_propagate"):
            continue
        if mode == "noisy":
            sys.stdout.buffer.write(b"downloading shards: 100%\n[1, 2]\n\xff\xfe\n{}\n")
        if request["verb"] == "propagate":
            walk(request, mode, lines)
        else:
            answer(request, mode)


if __name__ == "__main__":
    main()
