"""How quick the tools on whole masks are: each one alone, and with the edit layer and the journal until it is on the disk.

    python -m tests.benchmarks.mask_tools_speed [--side 4096] [--runs 9]

The mask is a disc of a tenth of the image with holes and islands around it; "strewn" has 200 islands over the whole image as well,
so that no rectangle is smaller than the image. Prints a table with the best, the median and the worst of all runs.
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

from core import mask_tools
from core.correction import EditLayer
from core.store import JournalStep, Store

Mask = np.ndarray


def masks(side: int) -> dict[str, Mask]:
    """The two masks, (side, side) bool."""
    rng = np.random.default_rng(0)
    rows, columns = np.ogrid[:side, :side]
    middle, radius = side / 2, side * np.sqrt(0.1 / np.pi)
    disc = (columns - middle) ** 2 + (rows - middle) ** 2 < radius**2
    disc &= (columns - middle) ** 2 + (rows - middle * 0.9) ** 2 > (radius / 8) ** 2
    disc[int(middle - radius) :, int(middle + radius) - 10 : int(middle + radius)][:12] = True
    strewn = disc.copy()
    for _ in range(200):
        row, column = rng.integers(10, side - 10, 2)
        strewn[row - 5 : row + 5, column - 5 : column + 5] = True
    return {"disc": disc, "strewn": strewn}


def changes(side: int) -> dict[str, Callable[[Mask], object]]:
    """What is measured."""
    turn = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    line = side / 2 + side * np.sqrt(0.1 / np.pi) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return {
        "polygon of 1000 points": lambda _: mask_tools.polygon_region(line, side, side),
        "flood, piece": lambda seen: mask_tools.flood_region(seen, side // 2, side // 2),
        "flood, ground": lambda seen: mask_tools.flood_region(seen, 0, 0),
        "fill holes": mask_tools.fill_holes,
        "keep largest": mask_tools.keep_largest,
        "remove islands": lambda seen: mask_tools.remove_islands(seen, 200),
        "smooth 3": lambda seen: mask_tools.smooth(seen, 3),
        "smooth 20": lambda seen: mask_tools.smooth(seen, 20),
        "grow 5": lambda seen: mask_tools.grow(seen, 5),
        "shrink 5": lambda seen: mask_tools.shrink(seen, 5),
    }


def timed(runs: int, what: Callable[[], object], before: Callable[[], object] = lambda: None) -> str:
    """Best, median and worst in milliseconds."""
    times = []
    for _ in range(runs + 1):
        before()
        begun = time.perf_counter()
        what()
        times.append(1000 * (time.perf_counter() - begun))
    return f"{min(times[1:]):.0f} | {statistics.median(times[1:]):.0f} | {max(times[1:]):.0f}"  # the first one only warms up


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.side}×{options.side}\n")
    print("| tool | mask | best ms | median | worst | until on the disk, best | median | worst |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder), "speed") as store:
        store.add_images([(Path("p.png"), "0" * 64, options.side, options.side, "p", "")])
        store.add_structure("Polyp", "the polyp", "#56B4E9")
        for kind, seen in masks(options.side).items():
            for tool, change in changes(options.side).items():
                edits: list[EditLayer] = []

                def step(change: Callable[[Mask], object] = change, seen: Mask = seen, edits: list = edits) -> None:
                    made = change(seen)
                    region = isinstance(made, mask_tools.Region)
                    patch = edits[-1].paint(made, True) if region else edits[-1].become(seen, made)
                    if patch is not None:
                        store.append_step(1, 1, JournalStep("stroke", {"tool": "speed"}, patch))

                alone = timed(options.runs, lambda: change(seen))  # noqa: B023
                whole = timed(options.runs, step, lambda: edits.append(EditLayer(options.side, options.side)))  # noqa: B023
                print(f"| {tool} | {kind} | {alone} | {whole} |", flush=True)


if __name__ == "__main__":
    main()
