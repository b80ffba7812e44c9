"""Between the window and a Ray cluster: the fine-tune worker that lets another computer learn.

It hands the job over, passes on what the cluster says, forwards a cancel, and brings the version back, checked. A pause lets go of the
cluster, which goes on; who goes on with the run follows it again from the beginning of what it said.
"""

from __future__ import annotations

import json
import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import FinetuneError
from core.finetune.files_in_lines import HeardFiles
from core.finetune.handing_over import Check, pack_job, take_back
from core.finetune.job import Job
from core.finetune.ray_cluster import Cluster, RayCluster
from core.finetune.ray_job import MARK, RESULT, returned
from core.task_worker import Cancelled, Paused
from core.worker_protocol import FailedEvent, Message, decode_line, parse_event

COMMAND = "python -m core.finetune.ray_job"
PLACE = "cluster.json"
"""In the job folder: the name of the job on the cluster, for who follows it again."""
LOOK_SECONDS, PATIENCE_SECONDS = 0.2, 60.0
"""How often a stop is looked for, and for how long a broken line is tried again."""

PACKING = "Putting the labels together for the cluster, without names"
SENDING = "Handing the labels over to the cluster"
WAITING = "Waiting for the cluster"
FETCHING = "Fetching the new version from the cluster"


def hand_over(
    job: Job,
    tell: Callable[[Message], None],
    should_stop: Callable[[], bool] = lambda: False,
    cluster: Cluster | None = None,
    check: Check | None = None,
) -> dict[str, Any]:
    """Let a cluster run a job to its end; as `core.finetune.run.run_job`.

    Args:
        job: what to do; `cluster` in it is the address.
        tell: hears events.
        should_stop: asked now and then.
        cluster: instead of the one at the address.
        check: instead of the check against the base model (`core.finetune.handing_over.take_back`).

    Raises:
        KnownError: what kept the run from its end, here or there.
        Cancelled: it was stopped, here and there. Paused: it goes on there, and nobody listens here.
    """

    def stage(text: str) -> None:
        tell({"event": "stage", "text": text, "values": {}})

    def check_stop() -> None:
        if should_stop():
            raise Cancelled

    there = cluster or RayCluster(job.cluster)
    folder = Path(job.folder)
    name = _followed(folder, there)
    if not name:
        stage(PACKING)
        with tempfile.TemporaryDirectory(prefix=".away-", dir=folder) as place:
            pack_job(job, Path(place), check_stop)
            stage(SENDING)
            name = there.submit(Path(place), COMMAND, job.device == "cuda")
        (folder / PLACE).write_text(json.dumps({"name": name}), encoding="utf-8")
    stage(WAITING)
    out = Path(job.out)
    aside = out.with_name(f".{out.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        result = _listen(there, name, HeardFiles(aside, returned(job.dry_run)), tell, check_stop)
        back = result if job.dry_run else take_back(job, aside, result, *([check] if check else []))
    except Paused:
        raise
    except BaseException:
        there.stop(name)
        _forget(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _forget(folder)
    return back


def _listen(
    there: Cluster, name: str, files: HeardFiles, tell: Callable[[Message], None], check_stop: Callable[[], None]
) -> dict[str, Any]:
    """Pass on what is said there, and put together what is sent; returns the result of the run."""
    fetching = False
    for message in _messages(there, name, check_stop):
        kind = message.get("event")
        if kind in ("stage", "epoch"):
            tell(message)
        elif kind in ("file", "piece"):
            if not fetching:
                fetching = True
                tell({"event": "stage", "text": FETCHING, "values": {}})
            files.take(message)
        elif kind == "failed":
            event = parse_event(message)
            assert isinstance(event, FailedEvent)
            raise FinetuneError(event.what_happened, event.what_to_do, **event.values)
        elif kind == "done":
            files.check()
            return files.take_out(RESULT)
        elif kind == "cancelled":
            break
    raise FinetuneError(
        "The cluster ended the fine-tune before it was finished, so there is no new version; your labels are safe.",
        "Start it again, or let this computer learn. Who runs the cluster finds the reason in its log, under {name}.",
        name=name,
    )


def _messages(there: Cluster, name: str, check_stop: Callable[[], None]) -> Iterator[Message]:
    """What our lines in the log say, one after the other, to the end of the job. A broken line is picked up where it broke.

    Raises:
        FinetuneError: the cluster is silent for a minute.
    """
    known, heard_last = 0, time.monotonic()
    while True:
        lines = _Lines(there, name)
        for count, line in enumerate(lines.until_end(check_stop), start=1):
            heard_last = time.monotonic()
            if count > known:
                known = count
                if line.startswith(MARK):
                    yield decode_line(line[len(MARK) :])
        try:
            ending = there.ending(name)
        except ConnectionError:
            ending = ""
        if ending and not lines.broke:
            return
        if time.monotonic() - heard_last > PATIENCE_SECONDS and (lines.broke or not ending):
            raise FinetuneError(
                "The Ray cluster does not answer any more, so the fine-tune was given up; your labels are safe, nothing was changed.",
                "Start it again when the cluster can be reached, or let this computer learn.",
            )
        check_stop()
        time.sleep(LOOK_SECONDS)


class _Lines:
    """The log, read by a thread of its own, so that a stop is heard while nothing comes.

    Attributes:
        broke: it did not come to its end.
    """

    def __init__(self, there: Cluster, name: str) -> None:
        self._there, self._name = there, name
        self._came: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.broke = False
        threading.Thread(target=self._read, name="cluster", daemon=True).start()

    def until_end(self, check_stop: Callable[[], None]) -> Iterator[bytes]:
        """Whole lines as they come, without their ends."""
        rest = b""
        while True:
            check_stop()
            try:
                piece = self._came.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if piece is None:
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines

    def _read(self) -> None:
        try:
            for piece in self._there.follow(self._name):
                self._came.put(piece.encode("utf-8", errors="surrogateescape"))
        except ConnectionError:
            self.broke = True
        finally:
            self._came.put(None)


def _followed(folder: Path, there: Cluster) -> str:
    """The job that was handed over before and is still known there; "" for none."""
    try:
        name = str(json.loads((folder / PLACE).read_text(encoding="utf-8"))["name"])
        return name if there.ending(name) in ("", "SUCCEEDED") else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _forget(folder: Path) -> None:
    (folder / PLACE).unlink(missing_ok=True)
