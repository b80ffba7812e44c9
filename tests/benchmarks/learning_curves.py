"""How much a model gains from 5, 10, 20 and 40 corrections: the demo model with each preset, and a U-Net from nothing.

    python -m tests.benchmarks.learning_curves DATA_FOLDER [--device cuda] [--sets NAME ...] [--counts 5 10 20 40]
        [--ways quick unet whole adapter deep] [--together 11] [--rows FILE] [--plot FILE]

DATA_FOLDER holds one folder per set with images/ and masks/. The test part is the last third of the sorted names (of the sorted
patients, where several pictures are of one), at least 6; the corrections are spread evenly over the rest. Every threshold is
chosen on what is learned from. One seed. Each row is written to `--rows` when it is known, and what stands there is not
measured again. "unet" needs `monai`, `--plot` needs `matplotlib` (`uv sync --group benchmarks`); with `--ways` and nothing
behind it only table and plot are made.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import KnownError
from core.finetune.job import Example, Job
from core.finetune.presets import PRESETS
from core.image_file import read_image
from core.labelled_set import read_reference_mask
from core.mask import decode_png, encode_png
from tests.benchmarks.finetune_settings import PROMPTS
from tests.benchmarks.real_sets import PROMPTS as REPORTED

SETS = (
    "polyp_kvasir", "skin_isic", "breast_us_busi", "cxr_lungs", "nuclei_fluo_dsb2018", "nuclei_he_dsb2018",
    "retina_vessels_drive", "optic_disc", "em_membrane_isbi2012", "ct_spleen_msd", "brain_mr_mets",
)  # fmt: skip
COUNTS = (5, 10, 20, 40)
UNET = "unet"
WAYS = ("quick", UNET, "whole", "adapter", "deep")
LEVEL = 0.05
"""Differences below it say nothing with one seed and test parts as small as these."""
Row = dict[str, Any]


def patient_of(name: str, data_set: str) -> str:
    """Whose picture it is, as far as the name says."""
    if data_set == "brain_mr_mets":
        return name.rsplit("_", 1)[0]
    return name.rsplit("_", 1)[1] if data_set == "ct_spleen_msd" else name


def divide(names: Iterable[str], data_set: str) -> tuple[list[str], list[str]]:
    """(names to learn from, names of the test part): no patient is in both."""
    order = sorted(names, key=lambda name: (patient_of(name, data_set), name))
    first = len(order) - max(6, round(len(order) / 3))
    while patient_of(order[first - 1], data_set) == patient_of(order[first], data_set):
        first -= 1
    return order[:first], order[first:]


def spread(names: list[str], count: int) -> list[str]:
    """So many of the names, evenly spread."""
    return [names[round(place * (len(names) - 1) / max(1, count - 1))] for place in range(count)]


@dataclass(frozen=True)
class Task:
    """One set with all that is measured on it."""

    name: str
    data: Path
    device: str
    counts: tuple[int, ...]
    ways: tuple[str, ...]
    rows: Path
    known: frozenset[tuple[int, str]]


class Measured:
    """One set on the disk: its labels, and what each way reaches with so many of them."""

    def __init__(self, task: Task, place: Path) -> None:
        self._task = task
        self._place = place
        folder = task.data / task.name
        self.learnable, tested = divide([path.stem for path in (folder / "masks").glob("*.png")], task.name)
        self._examples = {name: self._example(name, "") for name in self.learnable}
        self._tested = [self._example(name, "test") for name in tested]

    def _example(self, name: str, split: str) -> Example:
        folder = self._task.data / self._task.name
        path = next((folder / "images").glob(f"{name}.*")).resolve()
        image = read_image(path)
        mask = self._place / f"{name}.png"
        truth = read_reference_mask(next((folder / "masks").glob(f"{name}.*")), image.height, image.width)
        mask.write_bytes(encode_png(truth.mask))
        prompt = (PROMPTS | REPORTED)[self._task.name]
        return Example(str(path), image.sha256, str(mask), patient_of(name, self._task.name), prompt, split)

    def row(self, count: int, way: str) -> Row:
        """What one way reaches with so many corrections."""
        learned = [self._examples[name] for name in spread(self.learnable, count)]
        row = {"set": self._task.name, "count": count, "way": way, "tested": len(self._tested)}
        begun = time.monotonic()
        figures = self._unet(learned) if way == UNET else self._finetune(learned, way, str(count))
        return {**row, **figures, "seconds": round(time.monotonic() - begun, 1)}

    def _unet(self, learned: list[Example]) -> Row:
        from tests.benchmarks.unet import unet_dice

        def pairs(examples: list[Example]) -> Any:
            return [(read_image(Path(one.image)).pixels, decode_png(Path(one.mask).read_bytes())) for one in examples]

        return {"dice": unet_dice(pairs(learned), pairs(self._tested), self._task.device, seed=0)}

    def _finetune(self, learned: list[Example], preset: str, name: str) -> Row:
        from core.finetune.run import run_job

        out = self._place / f"{preset}-{name}"
        job = Job(
            f"{out}-job", "demo", (*learned, *self._tested), str(out), device=self._task.device,
            cache=str(self._place / "cache"), preset=preset, **PRESETS[preset].settings,
        )  # fmt: skip
        result = run_job(job, lambda event: None)
        figures = result["figures"]
        return {
            "dice": figures["tuned_at_best"], "base": figures["base_at_best"], "base_at_half": figures["base_at_half"],
            "accepted": result["accepted"], "epochs": figures["epochs"], "training": figures["training_seconds"],
        }  # fmt: skip


def measure(task: Task) -> None:
    """All rows of one set, each printed when it is known."""
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        measured = Measured(task, Path(place))
        for way in task.ways:
            for count in task.counts:
                if count > len(measured.learnable) or (count, way) in task.known:
                    continue
                try:
                    row = measured.row(count, way)
                except (KnownError, RuntimeError) as error:  # the others are worth their figures
                    print(f"{task.name}, {count}, {way}: {error}", flush=True)
                    continue
                with task.rows.open("a", encoding="utf-8") as file:  # one short line: the others' are not torn by it
                    file.write(json.dumps(row) + "\n")
                print(json.dumps(row), flush=True)


def read_rows(file: Path) -> list[Row]:
    """What was measured so far."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def table(rows: list[Row]) -> str:
    """The rows in Markdown: a line for each set and count."""
    ways = [way for way in WAYS if any(row["way"] == way for row in rows)]
    lines = ["| set | test | corrections | base at 0.5 | base at best | " + " | ".join(ways) + " | best way − U-Net |"]
    lines.append("|" + "---|" * (6 + len(ways)))
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        for count in sorted({row["count"] for row in of_set}):
            some = {row["way"]: row for row in of_set if row["count"] == count}
            tuned = [row for way, row in some.items() if way != UNET]
            base = f"{tuned[0]['base_at_half']:.3f} | {tuned[0]['base']:.3f}" if tuned else "– | –"
            cells = [_cell(some.get(way)) for way in ways]
            ahead = f"{max(row['dice'] for row in tuned) - some[UNET]['dice']:+.3f}" if tuned and UNET in some else "–"
            lines.append(
                f"| {name} | {of_set[0]['tested']} | {count} | {base} | " + " | ".join(cells) + f" | {ahead} |"
            )
    return "\n".join([*lines, "", *_level(rows, ways)])


def _cell(row: Row | None) -> str:
    return "–" if row is None else f"{row['dice']:.3f}{' ✓' if row.get('accepted') else ''}"


def _level(rows: list[Row], ways: list[str]) -> list[str]:
    """For each preset: on how many sets it is level with the U-Net or better, by the mean over the counts."""
    lines = []
    for way in ways:
        gains = []
        for name in dict.fromkeys(row["set"] for row in rows):
            dice = {(row["count"], row["way"]): row["dice"] for row in rows if row["set"] == name}
            both = [dice[count, way] - dice[count, UNET] for count, one in dice if one == way and (count, UNET) in dice]
            gains += [sum(both) / len(both)] if both and way != UNET else []
        if gains:
            level, better = sum(gain > -LEVEL for gain in gains), sum(gain > 0 for gain in gains)
            lines.append(f"{way}: better than the U-Net on {better} of {len(gains)} sets, level or better on {level}.")
    return lines


def plot(rows: list[Row], file: Path) -> None:
    """One small chart a set: Dice against corrections."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(row["set"] for row in rows))
    figure, charts = pyplot.subplots(3, 4, figsize=(14, 9), sharex=True)
    for chart, name in zip(charts.flat, names, strict=False):
        of_set = [row for row in rows if row["set"] == name]
        for way in WAYS:
            curve = sorted((row["count"], row["dice"]) for row in of_set if row["way"] == way)
            start = [(0, row["base_at_half"]) for row in of_set if row["way"] == way and "base_at_half" in row][:1]
            if curve:
                chart.plot(*zip(*start, *curve, strict=True), "k--" if way == UNET else "-", marker=".", label=way)
        chart.set_title(name)
        chart.set_ylim(0, 1)
    for chart in charts.flat[len(names) :]:
        chart.set_axis_off()
    figure.supxlabel("corrections")
    figure.supylabel("Dice on held-out images")
    figure.legend(*charts.flat[0].get_legend_handles_labels(), loc="lower right", frameon=False)
    figure.tight_layout()
    figure.savefig(file, dpi=100)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--counts", nargs="*", type=int, default=list(COUNTS))
    parser.add_argument("--ways", nargs="*", default=list(WAYS))
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--rows", type=Path, default=Path("out/learning_curves.jsonl"))
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"not measured: there is no folder {options.data}")
        return
    options.rows.parent.mkdir(parents=True, exist_ok=True)
    options.rows.touch()
    rows = read_rows(options.rows)
    tasks = [
        Task(
            name, options.data, options.device, tuple(options.counts), tuple(options.ways), options.rows,
            frozenset((row["count"], row["way"]) for row in rows if row["set"] == name),
        )
        for name in options.sets
    ]  # fmt: skip
    with multiprocessing.get_context("spawn").Pool(options.together) as pool:
        pool.map(measure, tasks, chunksize=1)
    rows = read_rows(options.rows)
    print(table(rows))
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
