"""A worker of a few lines that compares two models: the second is a little better on every accepted mask of the project."""

import sys
from pathlib import Path

from core.store import Store
from core.worker_protocol import encode_line


def say(message: dict) -> None:
    sys.stdout.buffer.write(encode_line(message))
    sys.stdout.buffer.flush()


def main() -> None:
    project, _, _, which, _ = sys.argv[1:]
    say({"event": "ready", "version": 1})
    say({"event": "progress", "text": "Comparing", "fraction": 0.5})
    with Store.open(Path(project), read_only=True) as store:
        kept, keys = store.test_set(), store.accepted()
    keys = [key for key in keys if which != "test" or key[0] in kept]
    if not keys:
        say(
            {"event": "failed", "what_happened": "There are no such masks.", "what_to_do": "Accept some.", "values": {}}
        )
        sys.exit(1)
    labels = [
        {"image": image, "structure": structure, "values": {"dice": [0.5, 0.6 + image / 100], "hd95": [9.0, 7.5]}}
        for image, structure in keys
    ]
    say(
        {
            "event": "done",
            "result": {"labels": labels, "steps": [84, 96], "learned": [0, 2 if which == "accepted" else 0]},
        }
    )


if __name__ == "__main__":
    main()
