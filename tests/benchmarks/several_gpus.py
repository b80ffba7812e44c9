"""A fine-tune shared by several processes: time and figures beside those of one, and what becomes of it when one is lost.

    python -m tests.benchmarks.several_gpus [--processes 1 2] [--device cpu|cuda] [--preset quick] [--epochs 12] [--model demo]

Started by `accelerate launch`, as a user does. Learns the lesion on the demo project's second scanner; one patient in four is held out
by a list, so that the run learns once. With `--device cpu` the processes share the processor's cores and time says little; the figures
have to be the same all the same. After the table one of the last processes is killed in the middle of a run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from safetensors.torch import load_file

from core.demo_project import read_demo_project

STRUCTURE = "lesion"
FIGURES = ("base_at_best", "tuned_at_best", "first_loss", "last_loss")


def labelled(folder: Path) -> list[str]:
    """Images, masks and the list of those held out; the command's options for them."""
    project = read_demo_project()
    prompt = next(row.prompt for row in project.structures if row.name == STRUCTURE)
    rows = [row for row in project.images if STRUCTURE in row.masks]
    rows = [row for row in rows if row.scanner == rows[-1].scanner]
    patients = sorted({row.patient for row in rows})
    held_out = []
    for name in ("images", "masks"):
        (folder / name).mkdir()
    for row in rows:
        image, mask = Path(row.image), Path(row.masks[STRUCTURE])
        shutil.copy(image, folder / "images")
        shutil.copy(mask, folder / "masks" / f"{image.stem}{mask.suffix}")
        if row.patient in patients[::4]:
            held_out.append(image.stem)
    (folder / "test.txt").write_text("\n".join(held_out) + "\n")
    where = ["--images", str(folder / "images"), "--masks", str(folder / "masks"), "--prompt", prompt]
    return [*where, "--test-images", str(folder / "test.txt")]


def launched(processes: int, options: list[str]) -> list[str]:
    """The command line for one process, or as `accelerate launch` starts several."""
    start = [sys.executable, "-m"]
    if processes > 1:
        start += ["accelerate.commands.launch", "--multi_gpu", "--num_processes", str(processes), "--num_machines", "1"]
        start += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0", "-m"]
    return [*start, "core.cli", "finetune", *options]


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that share the work, started by the launcher."""
    below = psutil.Process(process.pid).children(recursive=True)
    return [one for one in below if "finetune" in one.cmdline()]


def lose_one(folder: Path, options: list[str], processes: int) -> None:
    """Kill one in the middle of a run, and say how long the others live."""
    command = launched(processes, [*options, "--epochs", "100000", "--out", str(folder / "lost")])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if b"epochs, loss" in line:
            break
    others = children(process)
    assert len(others) == processes, others
    victim = next(one for one in others if one.environ()["RANK"] == str(processes - 1))
    begun = time.monotonic()
    victim.send_signal(signal.SIGKILL)
    words = process.communicate(timeout=60)[1].decode()
    _, alive = psutil.wait_procs(others, timeout=30)
    left = [str(one) for one in folder.glob(".*")]
    said = [line for line in words.splitlines() if line.startswith("Another process")]
    print(f"one of {processes} killed: all gone after {time.monotonic() - begun:.1f} s, exit code {process.returncode}, "
          f"left alive: {len(alive)}, left in the folder: {left}, said: {said}")  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--model", default="demo")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        options = [*labelled(folder), "--device", arguments.device, "--preset", arguments.preset]
        options += ["--model", arguments.model]
        first = None
        print("| processes | s in all | s learning | " + " | ".join(FIGURES) + " | weights apart |")
        print("|---" * (4 + len(FIGURES)) + "|")
        for count in arguments.processes:
            out, result = folder / f"version-{count}", folder / f"{count}.json"
            more = ["--epochs", str(arguments.epochs), "--out", str(out), "--json", str(result)]
            begun = time.monotonic()
            threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // count))}
            done = subprocess.run(launched(count, [*options, *more]), env=os.environ | threads, capture_output=True)
            seconds = time.monotonic() - begun
            if done.returncode:
                sys.exit(done.stderr.decode())
            figures = json.loads(result.read_text())["figures"]
            weights = load_file(out / "adapter_model.safetensors")
            first = first or weights
            apart = max(float((weights[name] - first[name]).abs().max()) for name in weights)
            cells = [f"{figures[name]:.4f}" for name in FIGURES]
            print(
                f"| {count} | {seconds:.1f} | {figures['training_seconds']} | {' | '.join(cells)} | {apart:.1e} |",
                flush=True,
            )
        if max(arguments.processes) > 1:
            lose_one(folder, options, max(arguments.processes))


if __name__ == "__main__":
    main()
