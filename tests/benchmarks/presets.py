"""The four presets of the fine-tune beside each other on real sets: Dice on the held-out part, time, memory, size of the version.

    python -m tests.benchmarks.presets DATA_FOLDER [--device cuda] [--sets NAME ...] [--presets KEY[@ENCODER_RATE] ...]
        [--model REF] [--limit 20] [--epochs N] [--one-by-one] [--json FILE]

DATA_FOLDER holds one folder per set with images/ and masks/. Divided like real_sets.py: the last third of the sorted names is
compared on. The sets run beside each other, the presets of a set one after the other; features are computed once a set.
"whole@1e-4" is the preset Whole with another learning rate of the image encoder.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import KnownError
from core.finetune.presets import PRESETS
from tests.benchmarks.finetune_settings import make_job
from tests.benchmarks.real_sets import UNET

SETS = ("polyp_kvasir", "breast_us_busi", "skin_isic", "us_fetal_head_hc18", "retina_vessels_drive", "ct_spleen_msd")


@dataclass(frozen=True)
class Task:
    """One set with all its presets."""

    name: str
    data: Path
    model: str
    device: str
    limit: int
    presets: tuple[str, ...]
    epochs: int | None


def settings_of(words: str, epochs: int | None) -> dict[str, Any]:
    """What "whole@1e-4" means for a job."""
    key, _, rate = words.partition("@")
    settings: dict[str, Any] = {"preset": key, **PRESETS[key].settings}
    if rate:
        settings["encoder_rate"] = float(rate)
    if epochs is not None:
        settings["epochs"] = epochs
    return settings


def resident() -> int:
    """Bytes of main memory that this process holds."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def measure(task: Task) -> list[dict[str, Any]]:
    """One row for each preset."""
    import torch

    from core.finetune.run import run_job

    torch.set_num_threads(2)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        job = make_job(task.name, task.data, Path(place) / "job", task.model, task.device, task.limit)
        for words in task.presets:
            out = Path(place) / words.replace("@", "-")
            on_card = torch.cuda.is_available() and task.device != "cpu"
            if on_card:
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
            begun = time.monotonic()
            try:
                result = run_job(replace(job, out=str(out), **settings_of(words, task.epochs)), lambda event: None)
            except (KnownError, RuntimeError) as error:  # the other presets are worth their figures
                print(f"{task.name}, {words}: {error}", flush=True)
                continue
            figures = result["figures"]
            memory = torch.cuda.max_memory_allocated() if on_card else resident()
            row = {
                "set": task.name, "preset": words, "accepted": result["accepted"],
                "base": figures["base_at_best"], "tuned": figures["tuned_at_best"], "interval": figures["interval"],
                "difference": figures["difference"], "epochs": figures["epochs"], "best_epoch": figures["best_epoch"],
                "seconds": time.monotonic() - begun, "training_seconds": figures["training_seconds"], "gib": memory / 2**30,
                "mb": sum(file.stat().st_size for file in out.iterdir()) / 1e6, "tensors": figures["proof"]["tensors"],
            }  # fmt: skip
            rows.append(row)
            print(json.dumps(row), flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    lines = [
        "| set | preset | base at best | fine-tuned at best | gain, 95 % | accepted | epochs (kept) | time | memory | version "
        "| U-Net |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        low, high = row["interval"]
        unet = UNET.get(row["set"])
        lines.append(
            f"| {row['set']} | {row['preset']} | {row['base']:.3f} | {row['tuned']:.3f} | {low:.3f} – {high:.3f} | "
            f"{'yes' if row['accepted'] else 'no'} | {row['epochs']} ({row['best_epoch'] or row['epochs']}) | "
            f"{row['seconds']:.0f} s | {row['gib']:.2f} GiB | {row['mb']:.1f} MB | {'–' if unet is None else f'{unet:.3f}'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--presets", nargs="*", default=list(PRESETS))
    parser.add_argument("--one-by-one", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"not measured: there is no folder {options.data}")
        return
    shared = options.model, options.device, options.limit, tuple(options.presets), options.epochs
    tasks = [Task(name, options.data, *shared) for name in options.sets]
    with multiprocessing.get_context("spawn").Pool(1 if options.one_by_one else len(tasks)) as pool:
        rows = [row for found in pool.imap(measure, tasks) for row in found]
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
