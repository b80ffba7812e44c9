"""How the defaults of a fine-tune were chosen: every setting on labelled sets that the reported table does not use.

    python -m tests.benchmarks.finetune_settings DATA_FOLDER [--model REF] [--device auto] [--limit 20] [--best FILE]

DATA_FOLDER holds one folder per set with images/ and masks/. Divided like real_sets.py: the last third of the sorted names is
compared on. The sets run beside each other; features are computed once a set. `--best` writes the options of the best setting.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.finetune.job import Example, Job
from core.finetune.run import run_job
from core.image_file import read_image
from core.labelled_set import read_reference_mask
from core.mask import encode_png
from tests.benchmarks.real_sets import PROMPTS as REPORTED
from tests.benchmarks.real_sets import divide

PROMPTS = {
    "cxr_lungs": "the lungs",
    "optic_disc": "the optic disc",
    "nuclei_he_dsb2018": "the cell nuclei",
    "retina_vessels_drive": "the blood vessels",
    "em_membrane_isbi2012": "the cell membranes",
    "ct_spleen_msd": "the spleen",
    "brain_mr_mets": "the brain metastases",
}
Setting = tuple[float, int, int]
SETTINGS: tuple[Setting, ...] = ((1e-4, 30, 4), (3e-4, 30, 4), (1e-3, 30, 4), (3e-4, 30, 2))


def make_job(name: str, data: Path, folder: Path, model: str, device: str, limit: int) -> Job:
    """A job on one set whose test part is marked."""
    learn, test = divide(data / name, limit)
    (folder / "masks").mkdir(parents=True)
    examples = []
    for key, split in [(key, "") for key in learn] + [(key, "test") for key in test]:
        path = next((data / name / "images").glob(f"{key}.*")).resolve()
        image = read_image(path)
        mask = folder / "masks" / f"{len(examples)}.png"
        truth = read_reference_mask(next((data / name / "masks").glob(f"{key}.*")), image.height, image.width)
        mask.write_bytes(encode_png(truth.mask))
        group = key.split("_slice")[0]
        examples.append(Example(str(path), image.sha256, str(mask), group, (PROMPTS | REPORTED)[name], split))
    return Job(str(folder), model, tuple(examples), "", device=device, cache=str(folder / "cache"))


def measure(task: tuple[str, Path, str, str, int]) -> tuple[str, float, dict[Setting, tuple[float, float]]]:
    """(set, base at its best threshold, setting -> (tuned at its best threshold, seconds)) of one set."""
    name, *rest = task
    results: dict[Setting, tuple[float, float]] = {}
    base = float("nan")
    with tempfile.TemporaryDirectory() as place:
        job = make_job(name, rest[0], Path(place) / "job", *rest[1:])  # type: ignore[arg-type]
        for rate, epochs, views in SETTINGS:
            out = str(Path(place) / f"{rate}-{epochs}-{views}")
            begun = time.monotonic()
            chosen = replace(job, out=out, learning_rate=rate, epochs=epochs, views=views)
            figures = run_job(chosen, lambda event: None)["figures"]
            base = figures["base_at_best"]
            results[rate, epochs, views] = figures["tuned_at_best"], time.monotonic() - begun
    return name, base, results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--sets", nargs="*", default=list(PROMPTS))
    parser.add_argument("--best", type=Path)
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"not measured: there is no folder {options.data}")
        return
    tasks = [(name, options.data, options.model, options.device, options.limit) for name in options.sets]
    with multiprocessing.get_context("spawn").Pool(len(tasks)) as pool:
        found = list(pool.imap(measure, tasks))
    print("| learning rate, epochs, views | " + " | ".join(name for name, *_ in found) + " | mean | seconds |")
    print("|---|" + "---|" * (len(found) + 2))
    bases = [base for _, base, _ in found]
    print(
        "| base at its best threshold | "
        + " | ".join(f"{base:.3f}" for base in bases)
        + f" | {np.mean(bases):.3f} | – |"
    )
    means = {}
    for setting in SETTINGS:
        dice, seconds = zip(*[results[setting] for *_, results in found], strict=True)
        means[setting] = float(np.mean(dice))
        words = f"{setting[0]:g}, {setting[1]}, {setting[2]}"
        cells = " | ".join(f"{value:.3f}" for value in dice)
        print(f"| {words} | {cells} | {means[setting]:.3f} | {np.mean(seconds):.0f} |")
    rate, epochs, views = max(means, key=lambda setting: means[setting])
    if options.best:
        options.best.write_text(f"--learning-rate {rate:g} --epochs {epochs} --views {views}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
