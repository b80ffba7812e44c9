"""A fine-tune from the start of its process to its end, and what each part of it took.

    python -m tests.benchmarks.finetune_end_to_end [--device cpu|cuda] [--corrections 10] [--views 4] [--epochs 50] [--preset quick]

Ten corrections of the demo project's second scanner and the demo model. The worker is started as the window starts it, over a frozen
job folder; the parts are told apart by what it says. With fewer than 30 images a run learns in three rounds and once more
from all labels.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from app.worker_process import worker_command
from core.demo_project import read_demo_project
from core.finetune.job import Example, Job
from core.finetune.learn import COMPARING, LAST_ROUND, PROVING, ROUND, TRAINING, TRYING
from core.finetune.presets import PRESETS
from core.finetune.run import ENCODING, WRITING
from core.image_file import read_image

START, JUDGED_BEFORE = "start, loading the model", "judging the base"
PARTS = {
    ENCODING: "looking at the images (features)",
    PROVING: "proof",
    TRYING: "trying one step",
    TRAINING: "learning",
    ROUND: "rounds: learning",
    LAST_ROUND: "learning from all labels",
    COMPARING: "judging what was learned",
    WRITING: "judging in all, writing, reading back",
}


def make_job(folder: Path, corrections: int, settings: dict[str, Any]) -> Job:
    """A frozen job on the first images of the second scanner."""
    project = read_demo_project()
    structure = project.structures[0]
    (folder / "job" / "masks").mkdir(parents=True)
    examples = []
    for row in [one for one in project.images if one.scanner == project.scanners[1]][:corrections]:
        mask = folder / "job" / "masks" / f"{len(examples)}.png"
        shutil.copy(row.masks[structure.name], mask)
        sha256 = read_image(row.image).sha256
        examples.append(Example(str(row.image), sha256, str(mask), row.patient, structure.prompt))
    job = Job(str(folder / "job"), "demo", tuple(examples), str(folder / "version"), **settings)
    job.write()
    return job


def measure(job: Job) -> tuple[dict[str, float], dict[str, Any]]:
    """Run the worker; seconds of each part in the order in which it came first, and the run's result."""
    parts: dict[str, float] = {}
    part, since = START, time.perf_counter()

    def turn_to(following: str) -> None:
        nonlocal part, since
        now = time.perf_counter()
        parts[part] = parts.get(part, 0.0) + now - since
        part, since = following, now

    command = [*worker_command("core.finetune.worker"), job.folder]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "stage" and event["text"] in PARTS:
                values = event["values"]
                all_seen = event["text"] == ENCODING and values["done"] == values["all"]
                turn_to(JUDGED_BEFORE if all_seen else PARTS[event["text"]])
            elif event["event"] in ("done", "failed"):
                ending = event
    turn_to("")
    if ending["event"] != "done":
        raise SystemExit(str(ending))
    return parts, ending["result"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--corrections", type=int, default=10)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    chosen = parser.parse_args()
    settings = {**PRESETS[chosen.preset].settings, "views": chosen.views, "epochs": chosen.epochs}
    with tempfile.TemporaryDirectory() as place:
        job = make_job(Path(place), chosen.corrections, {**settings, "preset": chosen.preset, "device": chosen.device})
        parts, result = measure(job)
    figures = result["figures"]
    print(f"{chosen.corrections} corrections, {chosen.views} views, {chosen.epochs} epochs, {chosen.preset}, {chosen.device}; "
          f"{figures['rounds']} rounds, {figures['epochs']} epochs in the last learning, Dice {figures['base_at_best']:.3f} before, "
          f"{figures['tuned_at_best']:.3f} after")  # fmt: skip
    print("| part | s | share |\n|---|---|---|")
    whole = sum(parts.values())
    for part, seconds in parts.items():
        print(f"| {part} | {seconds:.1f} | {seconds / whole:.0%} |")
    print(f"| **in all** | **{whole:.1f}** | |")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"processor time of the worker: {used.ru_utime + used.ru_stime:.1f} s (at best, on cores of its own)")


if __name__ == "__main__":
    main()
