"""Does the gate hold? Labels shuffled among the images of other patients must never bring a version into use, true ones must.

    python -m tests.benchmarks.shuffled_labels [DATA_FOLDER] [--sets NAME ...] [--seeds 20] [--images 10] [--epochs N]
        [--device auto] [--together 1] [--json FILE]

Without DATA_FOLDER only the demo project (its second scanner) is measured. A set is a folder with images/ and masks/, of which
`--images` are taken, evenly spread; of the demo project the first ones. All of them are accepted labels, so that with fewer than
30 the run is judged in rounds. Features are computed once a set, so that a run costs its steps alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.demo_project import read_demo_project
from core.finetune.job import Example, Job
from core.finetune.presets import PRESETS, QUICK
from core.image_file import read_image
from core.labelled_set import read_reference_mask
from core.mask import decode_png, encode_png
from tests.benchmarks.finetune_settings import PROMPTS
from tests.benchmarks.real_sets import PROMPTS as REPORTED

DEMO_SET = "demo project"
SETS = ("us_fetal_head_hc18", "nuclei_fluo_dsb2018", "retina_vessels_drive", "ct_spleen_msd", "skin_isic")
COLUMNS = ("set", "labels", "seeds", "put in use", "Dice before", "Dice after", "largest gain", "seconds a run")


@dataclass(frozen=True)
class Task:
    """One run: labels of `job` as they are, or shuffled by the seed."""

    name: str
    job: Job
    seed: int
    shuffled: bool


def demo_examples(folder: Path, count: int) -> list[Example]:
    """The first images of the demo project's second scanner with their reference masks."""
    project = read_demo_project()
    chosen = [entry for entry in project.images if entry.scanner == project.scanners[1]][:count]
    prompts = {structure.name: structure.prompt for structure in project.structures}
    return [
        _example(entry.image, mask, entry.patient, prompts[name], folder)
        for entry in chosen
        for name, mask in entry.masks.items()
    ]


def set_examples(data: Path, folder: Path, count: int) -> list[Example]:
    """Images of a set, evenly spread over the sorted names; slices of one volume are one patient."""
    names = sorted(path.stem for path in (data / "masks").glob("*.png"))
    chosen = [names[int((place + 0.5) * len(names) / count)] for place in range(min(count, len(names)))]
    prompt = (PROMPTS | REPORTED)[data.name]
    return [
        _example(
            next((data / "images").glob(f"{name}.*")),
            data / "masks" / f"{name}.png",
            name.split("_slice")[0],
            prompt,
            folder,
        )
        for name in chosen
    ]


def _example(path: Path, reference: Path, patient: str, prompt: str, folder: Path) -> Example:
    image = read_image(path.resolve())
    mask = folder / f"{len(list(folder.iterdir()))}.png"
    mask.write_bytes(encode_png(read_reference_mask(reference, image.height, image.width).mask))
    return Example(str(path.resolve()), image.sha256, str(mask), patient, prompt)


def shuffle(examples: tuple[Example, ...], seed: int, folder: Path) -> tuple[Example, ...]:
    """Each image with the mask of another patient's image of the same structure, brought to its size."""
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    shuffled = []
    for prompt in dict.fromkeys(example.prompt for example in examples):
        alike = [example for example in examples if example.prompt == prompt]
        order = list(alike)
        while any(one.group == other.group for one, other in zip(alike, order, strict=True)):
            chance.shuffle(order)
        for one, other in zip(alike, order, strict=True):
            height, width = decode_png(Path(one.mask).read_bytes()).shape
            mask = decode_png(Path(other.mask).read_bytes()).astype(np.uint8)
            file = folder / f"{len(shuffled)}.png"
            file.write_bytes(encode_png(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST) > 0))
            shuffled.append(replace(one, mask=str(file)))
    return tuple(shuffled)


def measure(task: Task) -> dict[str, Any]:
    """One row."""
    import torch

    from core.finetune.run import run_job

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        examples = task.job.examples
        if task.shuffled:
            examples = shuffle(examples, task.seed, Path(place) / "masks")
        job = replace(task.job, folder=f"{place}/job", out=f"{place}/version", examples=examples, seed=task.seed)
        begun = time.monotonic()
        result = run_job(job, lambda event: None)
        figures = result["figures"]
        row = {
            "set": task.name, "shuffled": task.shuffled, "seed": task.seed, "accepted": result["accepted"],
            "before": figures["base_at_best"], "after": figures["tuned_at_best"], "difference": figures["difference"],
            "interval": figures["interval"], "rounds": figures["rounds"], "constant": figures["constant_at_best"],
            "seconds": round(time.monotonic() - begun, 1),
        }  # fmt: skip
    print(json.dumps(row), flush=True)
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown, a line for each set and kind of labels."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    for name, shuffled in dict.fromkeys((row["set"], row["shuffled"]) for row in rows):
        some = [row for row in rows if (row["set"], row["shuffled"]) == (name, shuffled)]
        before, after, seconds = (np.mean([row[key] for row in some]) for key in ("before", "after", "seconds"))
        lines.append(
            f"| {name} | {'shuffled' if shuffled else 'true'} | {len(some)} | {sum(row['accepted'] for row in some)} | "
            f"{before:.3f} | {after:.3f} | {max(row['difference'] for row in some):+.3f} | {seconds:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--images", type=int, default=10)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.data is not None and not options.data.is_dir():
        print(f"only the demo project is measured: there is no folder {options.data}")
        options.data = None
    settings = dict(PRESETS[QUICK].settings)
    if options.epochs is not None:
        settings["epochs"] = options.epochs
    with tempfile.TemporaryDirectory() as place:
        tasks = []
        for name in [DEMO_SET] if options.data is None else options.sets:
            masks = Path(place) / name / "masks"
            masks.mkdir(parents=True)
            examples = demo_examples(masks, options.images) if name == DEMO_SET else set_examples(
                options.data / name, masks, options.images
            )  # fmt: skip
            cache = str(Path(place) / name / "cache")
            job = Job("", "demo", tuple(examples), "", device=options.device, cache=cache, **settings)
            tasks.append(Task(name, job, 0, shuffled=False))
            seeds = options.seeds if name == DEMO_SET else 0
            tasks += [Task(name, job, seed, shuffled=True) for seed in range(seeds)]
        with multiprocessing.get_context("spawn").Pool(options.together) as pool:
            rows = pool.map(measure, tasks, chunksize=1)
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
