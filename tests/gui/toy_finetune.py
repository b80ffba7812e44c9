"""A fine-tune worker of a few lines over a real job folder, that ends as its first argument says."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from core.worker_protocol import encode_line

FIGURES = {
    "base_at_half": 0.61, "base_at_best": 0.68, "base_step": 84, "tuned_at_best": 0.79, "tuned_step": 96,
    "difference": 0.11, "interval": [0.05, 0.17], "held_out": 3, "groups": 2, "learned_from": 9, "seconds": 1.0,
}  # fmt: skip


def say(message: dict) -> None:
    sys.stdout.buffer.write(encode_line(message))
    sys.stdout.buffer.flush()


def listen(mode: str) -> None:
    for line in sys.stdin.buffer:
        if json.loads(line).get("verb") == "cancel" and mode != "deaf":
            say({"event": "cancelled"})
            os._exit(0)
    os._exit(0)


def main() -> None:
    mode, folder = sys.argv[1], Path(sys.argv[2])
    job = json.loads((folder / "job.json").read_text())
    say({"event": "ready", "version": 99 if mode == "other" else 1})
    threading.Thread(target=listen, args=(mode,), daemon=True).start()
    count = len(job["examples"])
    say(
        {
            "event": "stage",
            "text": "Looking at the labelled images ({done} of {all})",
            "values": {"done": 1, "all": count},
        }
    )
    say({"event": "stage", "text": "Learning", "values": {}})
    epochs = 400 if mode in ("long", "deaf") else 6
    for epoch in range(1, epochs + 1):
        if mode == "dies" and epoch == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        say({"event": "epoch", "epoch": epoch, "epochs": epochs, "loss": 1 / epoch, "validation_dice": 0.7 + epoch / 100,
             "base_dice": 0.68, "seconds_left": 100.0 - epoch})  # fmt: skip
        time.sleep(0.1 if mode in ("long", "deaf") else 0.01)
    if mode == "fails":
        say({"event": "failed", "what_happened": "The model cannot learn ({why}); nothing was changed.",
             "what_to_do": "Use another model.", "values": {"why": "all is frozen"}})  # fmt: skip
        sys.exit(1)
    if mode == "silent":
        sys.exit(0)
    better = mode != "worse"
    figures = FIGURES if better else {**FIGURES, "tuned_at_best": 0.66, "difference": -0.02}
    Path(job["out"]).mkdir(parents=True)
    template = (
        "The new version is better: Dice {after:.3f}." if better else "The new version is not better: Dice {after:.3f}."
    )
    values = {"after": figures["tuned_at_best"]}
    say({"event": "done", "result": {"version": job["out"], "accepted": better, "reason": template.format(**values),
         "reason_template": template, "reason_values": values, "figures": figures}})  # fmt: skip


if __name__ == "__main__":
    main()
