"""`sa2va-annotator demo`: open the window on the demo project, or go the whole way without one."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.cli_output import Report, resources_used, write_json
from core.errors import InputError, WorkerError
from core.whole_file import make_folder


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Start the window and wait for it, or run the loop without it.

    Raises:
        KnownError: whatever could not be done, in words.
    """
    return _headless(arguments, report) if arguments.headless else _window(report)


def _window(report: Report) -> dict[str, Any]:
    """Start the window as its own process: nothing of the command line may know Qt."""
    command = [sys.executable, "-m", "app", "--demo"]
    if getattr(sys, "frozen", False):
        window = Path(sys.executable).with_name("sa2va-annotator-window" + Path(sys.executable).suffix)
        command = [str(window), "--demo"]
    report.remark("Opening the window …")
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise WorkerError(
            "The window could not be started; it is not installed completely.",
            "Install the program again, or go the whole way without a window: demo --headless --out DIR.",
        ) from error
    if code:
        report.remark("The window ended with an error. Without a screen use: demo --headless --out DIR.")
    return {"ok": code == 0}


def _headless(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    from core.cli_finetune import trained
    from core.demo import FIGURES, MASKS, PROJECT, Loop, headless
    from core.demo_project import read_demo_project
    from core.export.png import export_png
    from core.model_reference import DEMO
    from core.store.store import Store

    out = Path(arguments.out)
    for name in (PROJECT, MASKS):
        if (out / name).exists():
            raise InputError(
                "The folder “{out}” already holds the results of another time, so nothing was started.",
                "Choose another folder with --out, or delete that one.",
                out=str(out),
            )
    project = read_demo_project()
    make_folder(out)
    with Store.create(out / PROJECT, "Demo") as store:
        loop = Loop(store, DEMO, arguments.device, arguments.seed, arguments.open_model, report.remark, report.progress)
        figures = headless(loop, project, trained(report))
        report.remark("Writing the masks …")
        export_png(store, out / MASKS, progress=report.progress)
    result = {"ok": True, **figures, "out": str(out), **resources_used()}
    write_json(str(out / FIGURES), result)
    _print(result, report)
    return result


def _print(result: dict[str, Any], report: Report) -> None:
    report.say(
        f"Second scanner, {result['held_out_images']} images of {result['held_out_patients']} patients that were never "
        f"learned from:"
    )
    for key, words in (
        ("base_at_half", "base model at 0.5"),
        ("base_at_best", "base model at its best threshold"),
        ("tuned_at_best", f"after fine-tuning on {result['corrected_images']} corrected images"),
    ):
        if result[key] is not None:
            low, high = result[key]["dice_interval"]
            report.say(
                f"  {words:<42} Dice {result[key]['dice']:.4f} [{low:.4f}, {high:.4f}]  "
                f"(threshold {result[key]['threshold']:g})"
            )
    report.say(result["reason"])
    report.say(f"Masks, project and figures.json are in {result['out']}")
