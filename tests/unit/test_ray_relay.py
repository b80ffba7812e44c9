"""A job handed to a cluster: what leaves this computer, what comes back, and what becomes of it when something goes wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import FinetuneError
from core.finetune.files_in_lines import HeardFiles, spoken
from core.finetune.job import Job
from core.finetune.packed import FILES
from core.finetune.ray_job import MARK, RESULT
from core.finetune.ray_relay import PLACE, hand_over
from core.finetune.run import run_job
from core.image_file import read_image
from core.task_worker import Cancelled, Paused
from tests.unit.finetune_toy import make_job, open_toy

ROOT = Path(__file__).parents[2]


def line(message: dict[str, Any]) -> str:
    return (MARK + json.dumps(message).encode() + b"\n").decode()


class ThisComputer:
    """A cluster of one: the job runs here in a process of its own, in a copy of what was sent."""

    def __init__(self, place: Path) -> None:
        self.place, self.stopped = place, False
        self.sent: dict[str, bytes] = {}

    def submit(self, folder: Path, command: str, card: bool) -> str:
        shutil.copytree(folder, self.place)
        self.sent = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        toy = [sys.executable, *command.replace("core.finetune.ray_job", "tests.unit.ray_toy").split()[1:]]
        with (self.place / "log").open("wb") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.run(toy, cwd=self.place, stdout=log, stderr=log, env=environment, check=False)
        assert process.returncode == 0
        return "one"

    def follow(self, name: str) -> Iterator[str]:
        text = (self.place / "log").read_text()
        yield from (text[start : start + 20_000] for start in range(0, len(text), 20_000))

    def stop(self, name: str) -> None:
        self.stopped = True

    def ending(self, name: str) -> str:
        return "SUCCEEDED"


class Script:
    """A cluster that says what was written down for it; each time it is followed the next of several."""

    def __init__(self, *times: list[str | Exception], ending: str = "SUCCEEDED") -> None:
        self.times, self.how, self.stopped, self.submitted = list(times), ending, 0, 0

    def submit(self, folder: Path, command: str, card: bool) -> str:
        self.submitted += 1
        return "one"

    def follow(self, name: str) -> Iterator[str]:
        for piece in self.times.pop(0) if len(self.times) > 1 else self.times[0]:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def stop(self, name: str) -> None:
        self.stopped += 1

    def ending(self, name: str) -> str:
        return self.how


def test_a_cluster_brings_back_what_this_computer_would_have_made_and_learns_no_name(tmp_path: Path) -> None:
    job = make_job(tmp_path, epochs=4, held_out=4)
    told: list[dict[str, Any]] = []
    there = ThisComputer(tmp_path / "there")
    away = replace(job, cluster="http://nowhere", note="Mrs Smith")
    checked = []
    result = hand_over(away, told.append, cluster=there, check=lambda base, folder: checked.append(base))
    here = run_job(replace(job, out=str(tmp_path / "here")), lambda event: None, open_model=open_toy)
    assert result["figures"]["tuned_at_best"] == here["figures"]["tuned_at_best"] and checked == ["toy"]
    assert result["weights_sha256"] == here["weights_sha256"] and result["version"] == job.out
    assert sorted(file.name for file in Path(job.out).iterdir()) == sorted(FILES)
    record = json.loads((Path(job.out) / "version.json").read_text())
    other = json.loads((tmp_path / "here" / "version.json").read_text())
    assert record["note"] == "Mrs Smith" and record["base"] == "toy"
    assert record["learned_from"] == other["learned_from"] and record["compared_on"] == other["compared_on"]
    assert [event["epoch"] for event in told if event["event"] == "epoch"] == [1, 2, 3, 4]
    sent = there.sent["job/job.json"].decode()
    assert not any(word in sent for word in (str(tmp_path), "p0", "Smith", "nowhere"))
    one = read_image(Path(job.examples[0].image)).pixels
    (tmp_path / "copy.png").write_bytes(there.sent["job/images/0.png"])
    assert (read_image(tmp_path / "copy.png").pixels == one).all()
    left = [file for file in (tmp_path / "there").rglob("*") if file.suffix in (".png", ".safetensors")]
    assert not left and not list(tmp_path.glob(".*")) and not (Path(job.folder) / PLACE).exists()


def answer(files: dict[str, bytes]) -> list[str]:
    said: list[str] = []
    for name, content in files.items():
        sha256 = hashlib.sha256(content).hexdigest()
        said.append(line({"event": "file", "name": name, "bytes": len(content), "sha256": sha256}))
        said.append(line({"event": "piece", "data": base64.b64encode(content).decode()}))
    return [*said, line({"event": "done", "result": {}})]


def whole() -> dict[str, bytes]:
    weights = b"weights"
    result = {"version": "made/version", "accepted": True, "reason": "", "figures": {"worst": [1]}}
    result["weights_sha256"] = hashlib.sha256(weights).hexdigest()
    files = {name: b'{"base_id": "toy base"}' for name in FILES}
    return {**files, "adapter_model.safetensors": weights, RESULT: json.dumps(result).encode()}


def no_check(base: str, folder: Path) -> None:
    """Every version fits."""


def run_with(
    job: Job, there: Script, should_stop: Callable[[], bool] = lambda: False
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    return hand_over(job, told.append, should_stop, there, no_check), told


def test_a_broken_line_is_picked_up_where_it_broke(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    epoch = [line({"event": "epoch", "epoch": number}) for number in (1, 2)]
    log = ["".join(["noise\n", *epoch, *answer(whole())])]
    cut = [log[0][:70], log[0][70:120], ConnectionError()]
    result, told = run_with(job, Script(cut, cut, log))
    assert [event["epoch"] for event in told if event["event"] == "epoch"] == [1, 2]
    assert result["version"] == job.out and result["figures"]["worst"] == []


@pytest.mark.parametrize("spoil", ["a piece", "a name", "a lack", "the weights", "the result"])
def test_what_did_not_come_whole_is_thrown_away(tmp_path: Path, spoil: str) -> None:
    job, files = make_job(tmp_path), whole()
    said = answer(files)
    if spoil == "a piece":
        said[1] = line({"event": "piece", "data": base64.b64encode(b'{"base_id": "toy basf"}').decode()})
    elif spoil == "a name":
        said = answer({**files, "../../outside": b""})
    elif spoil == "a lack":
        said = answer({name: content for name, content in files.items() if name != "version.json"})
    elif spoil == "the weights":
        said = answer({**files, "adapter_model.safetensors": b"others"})
    else:
        said = answer({**files, RESULT: b"[]"})
    there = Script(said)
    with pytest.raises(FinetuneError):
        run_with(job, there)
    assert not Path(job.out).exists() and not list(tmp_path.rglob("outside")) and not list(tmp_path.glob(".*"))


def test_a_cancel_reaches_the_cluster_and_a_pause_lets_it_go_on(tmp_path: Path) -> None:
    job, asked = make_job(tmp_path), iter([False] * 14)
    there = Script([line({"event": "stage", "text": "x"})] * 3, ending="")
    with pytest.raises(Cancelled):
        run_with(job, there, lambda: next(asked, True))
    assert there.stopped == 1 and not (Path(job.folder) / PLACE).exists()

    told = iter([False] * 14)

    def pause() -> bool:
        if next(told, True):
            raise Paused
        return False

    there = Script([line({"event": "stage", "text": "x"})] * 3, ending="")
    with pytest.raises(Paused):
        run_with(job, there, pause)
    assert there.stopped == 0 and (Path(job.folder) / PLACE).is_file()
    again = Script(answer(whole()))
    result, _ = run_with(job, again)
    assert again.submitted == 0 and result["accepted"] and not (Path(job.folder) / PLACE).exists()


@pytest.mark.parametrize("word", ["failed", "cancelled", ""])
def test_an_end_there_is_an_end_here_in_words(tmp_path: Path, word: str) -> None:
    said = {"failed": {"event": "failed", "what_happened": "Too {much}.", "what_to_do": "", "values": {"much": 3}},
            "cancelled": {"event": "cancelled"}, "": {"event": "stage", "text": "x"}}  # fmt: skip
    with pytest.raises(FinetuneError, match="Too 3" if word == "failed" else "ended the fine-tune before"):
        run_with(make_job(tmp_path), Script([line(said[word])], ending="FAILED"))


def test_a_file_of_several_pieces_comes_as_it_went(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(os.urandom(40_000))
    heard = HeardFiles(tmp_path, ("target",))
    for message in spoken(tmp_path / "source", "target"):
        assert len(json.dumps(message)) < 15_000
        heard.take(message)
    heard.check()
    assert (tmp_path / "source").read_bytes() == (tmp_path / "target").read_bytes()
