"""A run that was cut off, paused or left to the background goes on and ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from core.errors import FinetuneError
from core.finetune.background import PROGRESS, ask, is_worked_on, new_lines, work_on
from core.finetune.job import Job
from core.finetune.presets import ADAPTER, PRESETS, QUICK
from core.finetune.reached import COURSE, STATE, TENSORS, Reached, forget, reached, states
from core.finetune.run import run_job
from core.finetune.version import WEIGHTS
from core.task_worker import Cancelled, Paused
from tests.unit.finetune_toy import LearningSegmenter, make_job, open_toy
from tests.unit.test_finetune_worker import end, events_of, start, wait_for

WAIT_SECONDS = 60.0


def epochs_of(events: list[dict[str, Any]]) -> list[tuple[int, float, float | None]]:
    return [(e["epoch"], e["loss"], e["validation_dice"]) for e in events if e["event"] == "epoch"]


def stopped_at(job: Job, step: int, how: type[Cancelled], open_model: Any = open_toy) -> list[dict[str, Any]]:
    """Run a job and stop it before one of its steps; returns what it told."""
    events: list[dict[str, Any]] = []
    left = step

    def should_stop() -> bool:
        nonlocal left
        learning = any("minutes" in event.get("values", {}) for event in events)
        left -= int(learning)
        if left < 0:
            raise how
        return False

    with pytest.raises(how):
        run_job(job, events.append, should_stop, open_model)
    return events


@pytest.fixture(autouse=True)
def every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Toy epochs are shorter than a writing; here each is kept all the same."""
    monkeypatch.setattr("core.finetune.kept.SPARING", 0)


@pytest.mark.parametrize("chooses", [False, True], ids=["all epochs", "the best epoch"])
@pytest.mark.parametrize(("how", "step"), [(Paused, 7), (Cancelled, 9), (Paused, 1), (Paused, 60)])
def test_a_run_gone_on_with_equals_one_that_was_never_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: type[Cancelled], step: int, chooses: bool
) -> None:
    monkeypatch.setitem(PRESETS, QUICK, replace(PRESETS[QUICK], chooses_from=4 if chooses else 1000))
    settings: dict[str, Any] = {"epochs": 6, "seed": 3}
    straight = make_job(tmp_path / "a", **settings)
    told: list[dict[str, Any]] = []
    whole = run_job(straight, told.append, open_model=open_toy)
    job = make_job(tmp_path / "b", **settings)
    before = stopped_at(job, step, how)
    again: list[dict[str, Any]] = []
    result = run_job(job, again.append, open_model=open_toy)
    assert epochs_of(again) == epochs_of(told) and epochs_of(before) == epochs_of(told)[: len(epochs_of(before))]
    for name in ("tuned_at_best", "tuned_step", "interval", "best_epoch", "last_loss", "images"):
        assert result["figures"][name] == whole["figures"][name], name
    weights = [load_file(tmp_path / one / "version" / WEIGHTS) for one in ("a", "b")]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not states(Path(job.folder)), "nobody goes on from a run that is over"


class AdaptedToy(LearningSegmenter):
    """Has a layer beside which an adapter can learn."""

    def __init__(self) -> None:
        super().__init__()
        self._network = super().network

    @property
    def network(self) -> torch.nn.Module:
        return self._network

    def decoder_layers(self) -> list[str]:
        return ["text_hidden_fcs.0"]


def test_adapters_go_on_as_well(tmp_path: Path) -> None:
    weights = []
    for name in ("a", "b"):
        job = make_job(tmp_path / name, preset=ADAPTER, epochs=4)
        if name == "b":
            torch.manual_seed(99)
            stopped_at(job, 9, Paused, lambda ref, device: AdaptedToy())
            assert reached(Path(job.folder)) is not None
        run_job(job, lambda event: None, open_model=lambda ref, device: AdaptedToy())
        weights.append(load_file(Path(job.out) / WEIGHTS))
    assert weights[0] and all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_how_far_a_run_has_come_is_told_and_can_be_forgotten(tmp_path: Path) -> None:
    job = make_job(tmp_path, epochs=6)
    assert reached(Path(job.folder)) is None
    stopped_at(job, 20, Paused)
    folder = Path(job.folder)
    assert reached(folder) == Reached(
        int(epochs_of([json.loads((states(folder)[0] / COURSE).read_text())["told"][-1]])[0][0]), 6
    )
    assert {file.name for file in states(folder)[0].iterdir()} == {COURSE, TENSORS}, "numbers, and nothing that runs"
    forget(folder)
    assert reached(folder) is None and not (folder / STATE).exists()


@pytest.mark.parametrize("damage", ["torn tensors", "torn course", "no tensors", "another model", "half written"])
def test_a_state_that_is_damaged_is_not_gone_on_from(tmp_path: Path, damage: str) -> None:
    job = make_job(tmp_path, epochs=4)
    stopped_at(job, 6, Paused)
    (place,) = states(Path(job.folder))
    file = place / (COURSE if damage in ("torn course", "another model") else TENSORS)
    if damage == "no tensors":
        file.unlink()
    elif damage == "another model":
        said = json.loads(file.read_text())
        file.write_text(json.dumps({**said, "kind": "deep somebody else"}))
    elif damage == "half written":
        place.rename(place.with_name(f".{place.name}.part"))
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    events: list[dict[str, Any]] = []
    run_job(job, events.append, open_model=open_toy)
    assert [epoch for epoch, _, _ in epochs_of(events)] == 4 * [1, 2, 3, 4], (
        "it began anew, with three rounds and all labels"
    )


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(0, 700))
def test_random_numbers_go_on_through_the_file(seed: int, drawn: int) -> None:
    from core.finetune.kept import state_of_chance

    chance = random.Random(seed)
    for _ in range(drawn):
        chance.gauss(0, 1)
    again = random.Random()
    again.setstate(state_of_chance(json.loads(json.dumps(chance.getstate()))))
    assert [again.gauss(0, 1) for _ in range(5)] == [chance.gauss(0, 1) for _ in range(5)]


def test_a_killed_worker_leaves_a_state_and_the_next_one_ends_as_if_it_had_not(tmp_path: Path) -> None:
    job = make_job(tmp_path / "b", epochs=12)
    process = start(Path(job.folder), "unhurried")
    wait_for(process, '"epoch":4')
    process.send_signal(signal.SIGKILL)
    end(process)
    came = reached(Path(job.folder))
    assert came is not None and came.epochs == 12 and came.epoch >= 1
    assert not is_worked_on(Path(job.folder))
    process = start(Path(job.folder))
    events = events_of(process)
    assert events[-1]["event"] == "done" and process.wait(timeout=20) == 0
    end(process)
    straight: list[dict[str, Any]] = []
    run_job(make_job(tmp_path / "a", epochs=12), straight.append, open_model=open_toy)
    assert epochs_of(events) == epochs_of(straight)


def test_a_pause_ends_the_worker_and_keeps_what_it_learned(tmp_path: Path) -> None:
    job = make_job(tmp_path, epochs=1_000)
    process = start(Path(job.folder), "unhurried")
    wait_for(process, '"epoch":3')
    begun = time.monotonic()
    assert process.stdin is not None
    process.stdin.write(b'{"verb":"pause"}\n')
    process.stdin.flush()
    events = events_of(process)
    assert events[-1] == {"event": "paused"} and process.wait(timeout=20) == 0 and time.monotonic() - begun < 2.5
    came = reached(Path(job.folder))
    assert came is not None and came.epoch >= 3
    end(process)


def background(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.unit.finetune_toy", "unhurried", str(folder), "--background"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(happens: Any) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("verb", "ending"), [("cancel", "cancelled"), ("pause", "paused")])
def test_a_run_in_the_background_writes_what_it_says_and_hears(tmp_path: Path, verb: str, ending: str) -> None:
    folder = Path(make_job(tmp_path, epochs=1_000).folder)
    process = background(folder)

    def said() -> list[dict[str, Any]]:
        return [json.loads(line) for line in new_lines(folder / PROGRESS, 0)[0]]

    wait_until(lambda: len(epochs_of(said())) > 1)
    assert is_worked_on(folder) and said()[0]["event"] == "ready"
    with pytest.raises(FinetuneError, match="already"):
        work_on(folder, seconds=0.1)
    begun = time.monotonic()
    ask(folder, verb)
    assert process.wait(timeout=20) == 0 and time.monotonic() - begun < 2.5
    assert said()[-1] == {"event": ending} and not is_worked_on(folder)
    assert (reached(folder) is not None) is (verb == "pause" or bool(states(folder)))


@settings(max_examples=40)
@given(
    st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")), max_size=8),
    st.data(),
)
def test_lines_are_read_whole_however_they_arrive(lines: list[bytes], data: st.DataObject) -> None:
    import tempfile

    text = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    with tempfile.TemporaryDirectory() as folder:
        file, place, found = Path(folder) / "lines", 0, []
        for start_, stop in zip([0, *cuts], [*cuts, len(text)], strict=True):
            with file.open("ab") as stream:
                stream.write(text[start_:stop])
            new, place = new_lines(file, place)
            found += new
    assert found == lines
