"""Several processes share the steps of a training: same weights, same figures, and nobody is left behind."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from safetensors.torch import load_file

from core.cli import main
from core.finetune.jitter import jitter, skip
from tests.unit.finetune_toy import open_toy

Start = Callable[..., list[subprocess.Popen[bytes]]]


def command(folder: Path, out: str, *more: str) -> list[str]:
    labelled = ["--images", f"{folder}/images", "--masks", f"{folder}/masks", "--prompt", "the square"]
    where = ["--out", f"{folder}/{out}", "--test-images", f"{folder}/test.txt", "--device", "cpu"]
    return ["finetune", *labelled, *where, *more]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command line in so many processes, as a launcher does; what lives at the end is killed."""
    rng = np.random.default_rng(5)
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for number in range(7):
        mask = np.zeros((48, 64), bool)
        mask[rng.integers(2, 18) :, rng.integers(2, 30) :][:20, :24] = True
        pixels = (np.where(mask, 120, 25) + rng.integers(0, 12, mask.shape)).astype(np.uint8)
        Picture.fromarray(np.repeat(pixels[:, :, None], 3, axis=2)).save(tmp_path / f"images/{number}.png")
        Picture.fromarray(mask.astype(np.uint8) * 255).save(tmp_path / f"masks/{number}.png")
    (tmp_path / "test.txt").write_text("5\n6\n")
    started: list[subprocess.Popen[bytes]] = []

    def start(processes: int, out: str, *more: str, kind: str = "") -> list[subprocess.Popen[bytes]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        line = [
            sys.executable,
            "-m",
            "tests.unit.shared_toy",
            *([kind] if kind else []),
            *command(tmp_path, out, *more),
        ]
        for rank in range(processes):
            place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(processes)}
            place |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
            pipe = subprocess.PIPE
            started.append(subprocess.Popen(line, env=os.environ | place, stdout=pipe, stderr=pipe))
        return started[-processes:]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_two_processes_learn_what_one_does_and_only_one_speaks(start: Start, tmp_path: Path) -> None:
    def more(out: str) -> tuple[str, ...]:
        return "--epochs", "4", "--learning-rate", "0.02", "--json", f"{tmp_path}/{out}.json"

    first, second = start(2, "two", *more("two"))
    assert main(command(tmp_path, "one", *more("one")), open_model=open_toy) == 0
    said, nothing = first.communicate(timeout=200), second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), said
    assert b"2 processes share" in said[1] and b"Dice" in said[0] and nothing == (b"", b"")
    one, two = (load_file(tmp_path / out / "adapter_model.safetensors") for out in ("one", "two"))
    assert max(float((one[name] - two[name]).abs().max()) for name in one) < 1e-4
    figures = [json.loads((tmp_path / f"{out}.json").read_text())["figures"] for out in ("one", "two")]
    for name in ("base_at_best", "tuned_at_best", "last_loss"):
        assert figures[0][name] == pytest.approx(figures[1][name], abs=1e-4)
    assert figures[0]["first_loss"] > figures[0]["last_loss"] and not list(tmp_path.glob(".*"))


def test_one_that_is_killed_ends_the_other(start: Start, tmp_path: Path) -> None:
    first, second = start(2, "out", "--epochs", "100000", kind="unhurried")
    assert first.stderr is not None
    for line in first.stderr:
        if b"epochs, loss" in line:
            break
    second.send_signal(signal.SIGKILL)
    words = first.communicate(timeout=60)[1]
    assert first.returncode == 1
    assert b"Another process of this fine-tune failed" in words and b"Traceback" not in words
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".*"))


def test_pictures_that_another_process_varies_take_the_same_numbers() -> None:
    picture, target = np.zeros((8, 8, 3), np.uint8), np.zeros((4, 4), np.float32)
    one, other = random.Random(3), random.Random(3)
    jitter(picture, target, one)
    jitter(picture, target, one)
    skip(other, 2)
    assert one.getstate() == other.getstate()
