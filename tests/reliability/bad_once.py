"""An inference worker that goes wrong the first time it is started, as its arguments say, and is good from then on.

`python -m tests.reliability.bad_once MODE FILE`: the file remembers that there was a first time. "memory" is a real full memory:
the process gives itself a limit and then needs more, inside the program's own worker. "card" is a lost graphics card as torch
reports one: no card is lost here, the same error is raised in the same place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path


def starve() -> None:
    """Need more memory than the system gives this process."""
    import resource

    import torch

    before = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 100_000_000, before[1]))
    try:
        torch.zeros(1_000_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def lose_card() -> None:
    """What torch raises at the first call after a kernel failed."""
    import torch

    raise torch.AcceleratorError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported later.")


def serve_unlucky(first: bool, trouble: Callable[[], None]) -> None:
    """The program's own worker around a toy; its first picture meets a trouble if this is the first time."""
    from core.inference.requests import InferenceService
    from core.inference.worker import InferenceWorker
    from core.task_worker import claim_standard_output
    from tests.unit.worker_toy import BrightSegmenter

    class Unlucky(BrightSegmenter):
        def encode_image(self, rgb):
            nonlocal first
            if first:
                first = False
                trouble()
            return super().encode_image(rgb)

    events = claim_standard_output()
    service = lambda: InferenceService(lambda *_: Unlucky())  # noqa: E731
    InferenceWorker(sys.stdin.buffer, events, service, lambda: os._exit(0)).run()


def main() -> None:
    mode, file = sys.argv[1], Path(sys.argv[2])
    first = not file.exists()
    file.touch()
    if mode in ("memory", "card"):
        serve_unlucky(first, starve if mode == "memory" else lose_card)
        return
    from tests.gui import toy_worker

    sys.argv = [sys.argv[0], mode if first else "ok"]
    toy_worker.main()


if __name__ == "__main__":
    main()
