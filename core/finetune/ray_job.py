"""What runs on the cluster: the job as it came, told in marked lines of the log, and at the end the version, in lines too.

python -m core.finetune.ray_job          in the folder that was sent (`core.finetune.handing_over`)

Ray ends a job with a signal; then, as at every other end, the labels that were sent are taken away again.
"""

from __future__ import annotations

import json
import queue
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.finetune.files_in_lines import spoken
from core.finetune.handing_over import JOB, OUT
from core.finetune.packed import FILES
from core.finetune.worker import FinetuneTask
from core.task_worker import begin_process, run_task
from core.worker_protocol import Message, encode_line

MARK = b"sa2va "
"""Begins each of our lines: what libraries print goes into the same log."""
RESULT = "result.json"


def returned(dry_run: bool) -> tuple[str, ...]:
    """The files that come back; of a run that was only tried there is no version."""
    return (RESULT,) if dry_run else (*FILES, RESULT)


class Marked:
    """Standard output whose lines carry the mark."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, line: bytes) -> int:
        """Write one whole line."""
        return self._stream.write(MARK + line)

    def flush(self) -> None:
        """Hand it on."""
        self._stream.flush()


class ClusterTask(FinetuneTask):
    """Runs the job, and speaks its result."""

    def work(self, tell: Callable[[Message], None], should_stop: Callable[[], bool]) -> Message:
        """As `FinetuneTask.work`; the result is told as a file beside those of the version, and {} is returned."""
        try:
            result = super().work(tell, should_stop)
            made = Path(OUT)
            made.mkdir(parents=True, exist_ok=True)
            (made / RESULT).write_text(json.dumps(result), encoding="utf-8")
            for name in returned(not result["version"]):
                for message in spoken(made / name, name):
                    tell(message)
        finally:
            self.clean_up()
        return {}

    def clean_up(self) -> None:
        """Take away all that was sent and made."""
        for place in (JOB, Path(OUT).parts[0]):
            shutil.rmtree(place, ignore_errors=True)


def commands() -> Iterator[bytes]:
    """One line "cancel" as soon as Ray wants the job to end."""
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    signal.signal(signal.SIGTERM, lambda number, frame: asked.put(encode_line({"verb": "cancel"})))

    def lines() -> Iterator[bytes]:
        yield asked.get()

    return lines()


def main(run_job: Callable[..., dict[str, Any]] | None = None) -> None:
    """The whole process; `run_job` trains, the program's own training unless another is given."""
    heard = commands()
    events = cast(BinaryIO, Marked(begin_process("finetune")))
    Path(OUT).parent.mkdir(exist_ok=True)
    run_task(events, ClusterTask(Path(JOB), run_job), heard)


if __name__ == "__main__":
    main()
