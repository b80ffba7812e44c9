"""How quick the demo model is on this computer: loading, a first prediction, a second prompt, a click.

    python -m tests.benchmarks.demo_speed [--threads 2] [--runs 7]

Prints a table with the median and the worst of all runs, beside the limits that were set for two processor cores.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Picture

from core.clicks import Clicks
from core.inference.predictor import Predictor
from core.model_reference import open_segmenter

SIDE = 1000
"""One megapixel."""


def timed(what: Callable[[], object]) -> float:
    """Seconds of one call."""
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    open_segmenter("demo", "cpu")  # the libraries are imported and the file is in the system's cache
    times: dict[str, list[float]] = {"load": [], "first prediction": [], "second prompt": [], "click": []}
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for run in range(options.runs):
            times["load"].append(timed(lambda: open_segmenter("demo", "cpu")))
            file = Path(folder) / f"{run}.png"
            Picture.fromarray(rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)).save(file)
            predictor = Predictor(open_segmenter("demo", "cpu"))
            times["first prediction"].append(timed(lambda: predictor.predict(file, "the polyp")))  # noqa: B023
            times["second prompt"].append(timed(lambda: predictor.predict(file, "the liver")))  # noqa: B023
            times["click"].append(timed(lambda: predictor.predict(file, "the liver", Clicks(((300, 300, 1),)))))  # noqa: B023
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.threads} threads\n")
    print("| step | limit | median | worst |\n|---|---|---|---|")
    limits = {"load": "3 s", "first prediction": "1.5 s", "second prompt": "150 ms", "click": "150 ms"}
    for step, seconds in times.items():
        print(f"| {step} | {limits[step]} | {statistics.median(seconds):.3f} s | {max(seconds):.3f} s |")


if __name__ == "__main__":
    main()
