"""The fine-tune worker as a process: one ending, within seconds where it matters."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.finetune_toy import make_job


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.unit.finetune_toy", *more, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def events_of(process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    process.wait(timeout=20)


def wait_for(process: subprocess.Popen[bytes], pattern: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if re.search(pattern, line.decode()):
            return
    raise AssertionError("the worker ended early")


def test_a_run_ends_once_with_its_result(tmp_path: Path) -> None:
    process = start(Path(make_job(tmp_path, epochs=4).folder))
    events = events_of(process)
    assert events[0] == {"event": "ready", "version": 1} and events[-1]["event"] == "done"
    assert [event["event"] for event in events].count("done") == 1
    assert process.wait(timeout=20) == 0 and (tmp_path / "version" / "version.json").is_file()
    end(process)


def test_a_model_without_gradient_ends_within_seconds_in_words(tmp_path: Path) -> None:
    process = start(Path(make_job(tmp_path, epochs=100_000).folder), "cut off")
    wait_for(process, "ready")
    begun = time.monotonic()
    ending = events_of(process)[-1]
    assert time.monotonic() - begun < 20 and ending["event"] == "failed" and "cut off" in ending["what_happened"]
    assert process.wait(timeout=20) == 1 and not (tmp_path / "version").exists()
    end(process)


def test_a_lost_graphics_card_is_one_sentence_and_the_next_try_works(tmp_path: Path) -> None:
    """Simulated: the toy raises what torch raises when a card is lost; there is no card here."""
    job = Path(make_job(tmp_path, epochs=4).folder)
    process = start(job, "card")
    events = events_of(process)
    assert any(event["event"] == "epoch" for event in events), "in the middle of the work"
    endings = [event for event in events if event["event"] in ("failed", "done", "cancelled")]
    assert len(endings) == 1 and "The graphics card stopped answering" in endings[0]["what_happened"]
    assert process.wait(timeout=20) == 1 and not (tmp_path / "version").exists()
    end(process)
    again = start(job)
    assert events_of(again)[-1]["event"] == "done" and again.wait(timeout=20) == 0
    end(again)


@pytest.mark.parametrize("how", ["cancel", "the window is gone"])
@pytest.mark.parametrize("kind", ["", "slow"])
def test_it_stops_within_two_seconds(tmp_path: Path, how: str, kind: str) -> None:
    process = start(Path(make_job(tmp_path, epochs=1_000_000).folder), *([kind] if kind else []))
    wait_for(process, '"epoch"' if not kind else r'Looking at the labelled images.*"done":(\d+),"all":\1\b')
    begun = time.monotonic()
    assert process.stdin is not None
    if how == "cancel":
        process.stdin.write(b'rubbish\n{"verb":"cancel"}\n')
        process.stdin.flush()
    else:
        process.stdin.close()
    events = events_of(process)
    assert process.wait(timeout=20) == 0 and time.monotonic() - begun < 2.5
    assert events[-1] == {"event": "cancelled"} and [event["event"] for event in events].count("cancelled") == 1
    assert not (tmp_path / "version").exists() and not list(tmp_path.glob(".*"))
    end(process)


def test_a_folder_without_a_job_gets_a_sentence(tmp_path: Path) -> None:
    process = start(tmp_path)
    events = events_of(process)
    assert events[-1]["event"] == "failed" and "missing or damaged" in events[-1]["what_happened"]
    assert process.wait(timeout=20) == 1
    end(process)
