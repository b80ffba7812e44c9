"""A worker of a few lines that behaves, or misbehaves, as its argument says: for tests across real processes.

It finds a disc around the middle of every image; the prompt "nothing" finds nothing, "bad" fails, "die" kills the process.
"""

import os
import signal
import sys
import time

import numpy as np

from core.worker_protocol import encode_line, pack_array

GRID = 64


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
    words = request["prompt"]
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
    logits = np.full((GRID, GRID), -8, np.float16) if words == "nothing" else disc(14)
    result = {
        "logits": pack_array(logits),
        "predicted_iou": 0.9,
        "object_score": 2.0,
        "seconds": 0.01,
        "model_id": "toy",
    }
    say({"id": number, "event": "done", "result": result})
    if mode == "twice":
        say({"id": number, "event": "done", "result": result})


def failed(number: int, what: str, to_do: str, **values: str) -> dict:
    return {"id": number, "event": "failed", "what_happened": what, "what_to_do": to_do, "values": values}


def main() -> None:
    import json

    mode = sys.argv[1] if len(sys.argv) > 1 else "ok"
    if mode == "deaf":
        time.sleep(600)
    say({"event": "ready", "version": 99 if mode == "other" else 1})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["verb"] == "quit":
            if mode == "stubborn":
                time.sleep(600)
            return
        if mode == "noisy":
            sys.stdout.buffer.write(b"downloading shards: 100%\n[1, 2]\n\xff\xfe\n{}\n")
        answer(request, mode)


if __name__ == "__main__":
    main()
