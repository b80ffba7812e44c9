"""Five real sets through the command line: base at 0.5, base at its best threshold, fine-tuned on 20 images.

    python -m tests.benchmarks.real_sets DATA_FOLDER [--out FOLDER] [--model REF] [--limit 20] [--together] [--sets NAME ...]

DATA_FOLDER holds one folder per set with images/ and masks/ (see the table in RESULTS.md for what they are). The test part is the
last third of the sorted names, at least 6; the images to learn from are spread evenly over the rest. Without the
folder nothing is measured, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

PROMPTS = {
    "polyp_kvasir": "the polyp",
    "skin_isic": "the skin lesion",
    "breast_us_busi": "the breast lesion",
    "us_fetal_head_hc18": "the fetal head",
    "nuclei_fluo_dsb2018": "the cell nuclei",
}
UNET = {"polyp_kvasir": 0.475, "skin_isic": 0.620, "breast_us_busi": 0.592, "nuclei_fluo_dsb2018": 0.939}
"""A U-Net from scratch on the same 20 images, at the threshold that is best on them (measured once on a GPU, one seed)."""


def divide(folder: Path, limit: int) -> tuple[list[str], list[str]]:
    """(names to learn from, names of the test part)."""
    names = sorted(path.stem for path in (folder / "masks").glob("*.png"))
    test = names[len(names) - max(6, round(len(names) / 3)) :]
    rest = names[: len(names) - len(test)]
    count = min(limit, len(rest))
    return [rest[round(i * (len(rest) - 1) / max(1, count - 1))] for i in range(count)], test


def link(folder: Path, names: list[str], target: Path) -> Path:
    """A folder with images/ and masks/ of these names only."""
    for part in ("images", "masks"):
        (target / part).mkdir(parents=True, exist_ok=True)
        for name in names:
            source = next((folder / part).glob(f"{name}.*")).resolve()
            place = target / part / source.name
            if not place.exists():
                os.link(source, place) if source.stat().st_dev == target.stat().st_dev else place.write_bytes(
                    source.read_bytes()
                )
    return target


def command(*arguments: str) -> tuple[dict[str, Any], float]:
    """Run the command line; (its JSON, seconds). Stops the benchmark if it fails."""
    out = Path(arguments[arguments.index("--json") + 1])
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "core.cli", *arguments], check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text(encoding="utf-8")), time.monotonic() - begun


def measure(name: str, folder: Path, out: Path, model: str, limit: int, settings: Sequence[str] = ()) -> dict[str, Any]:
    """All figures of one set."""
    learn, test = divide(folder, limit)
    learning, testing = link(folder, learn, out / name / "learn"), link(folder, test, out / name / "test")
    prompt = PROMPTS[name]
    both = link(folder, [*learn, *test], out / name / "both")
    held_out = out / name / "held_out.txt"
    held_out.write_text("\n".join(test) + "\n", encoding="utf-8")
    labelled = ["--images", str(testing / "images"), "--masks", str(testing / "masks"), "--prompt", prompt]
    chosen_on = ["--threshold-from", str(learning)]
    base, _ = command("evaluate", *labelled, *chosen_on, "--model", model, "--json", str(out / name / "base.json"))
    predicted, predict_seconds = command(
        "predict", str(testing / "images"), "--prompt", prompt, "--model", model, "--overwrite",
        "--out", str(out / name / "masks"), "--json", str(out / name / "predict.json"),
    )  # fmt: skip
    version = out / name / "version"
    tuned_run, seconds = command(
        "finetune", "--images", str(both / "images"), "--masks", str(both / "masks"), "--prompt", prompt,
        "--test-images", str(held_out),
        "--model", model, "--out", str(version), "--seed", "0", "--json", str(out / name / "finetune.json"), *settings,
    )  # fmt: skip
    tuned, _ = command(
        "evaluate", *labelled, *chosen_on, "--model", str(version), "--json", str(out / name / "tuned.json")
    )
    return {
        "name": name, "learn": len(learn), "test": len(test), "base": base, "tuned": tuned, "run": tuned_run,
        "seconds": seconds, "predict_seconds": predict_seconds / max(1, len(test)), "predicted": predicted,
    }  # fmt: skip


def row(figures: dict[str, Any]) -> str:
    """One line of the table."""
    base, tuned = figures["base"], figures["tuned"]
    unet = UNET.get(figures["name"])
    return (
        f"| {figures['name']} | {figures['learn']} / {figures['test']} | {base['at_half']['dice']:.3f} | "
        f"{base['at_given']['dice']:.3f} | {tuned['at_given']['dice']:.3f} | "
        f"{'yes' if figures['run'].get('accepted') else 'no'} | "
        f"{'–' if unet is None else f'{unet:.3f}'} | {figures['seconds']:.0f} s | {figures['predict_seconds']:.1f} s |"
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/real_sets"))
    parser.add_argument("--model", default="demo")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument(
        "--together", action="store_true", help="run the sets beside each other (times are then longer)"
    )
    parser.add_argument("--settings", default="", help="more options of finetune, in one string")
    parser.add_argument("--sets", nargs="*", default=list(PROMPTS))
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"not measured: there is no folder {options.data}")
        return 1
    settings = options.settings.split()

    def one(name: str) -> str:
        line = row(measure(name, options.data / name, options.out, options.model, options.limit, settings))
        print(line, flush=True)
        return line

    with ThreadPoolExecutor(len(options.sets) if options.together else 1) as pool:
        lines = list(pool.map(one, options.sets))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"{platform.machine()}, {os.cpu_count()} cores; highest memory of a command {memory:.1f} GiB\n")
    print(
        "| set | learn / test | base at 0.5 | base at best* | fine-tuned at best* | accepted | U-Net | fine-tune | a prediction |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join(lines))
    print("\n* threshold chosen on the images to learn from; Dice on the test part.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
