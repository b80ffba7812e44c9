"""`sa2va-annotator check`: whether this installation does what it should."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import core
from core.cli_output import Report
from core.self_check import Finding

DIED = Finding(
    False,
    "The check stopped unexpectedly: a package of this installation is broken, or the memory is too small.",
    "Install the program again.",
)


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Check in a process of its own and print a line for each thing."""
    command = [sys.executable, "-m", "core.self_check_worker"]
    command += [str(Path(arguments.project).absolute())] if arguments.project else []
    # `-m` looks into the working directory first: it must be ours, not a folder with a "core" of its own.
    here = Path(core.__file__).resolve().parents[1]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=here
    ) as process:
        assert process.stdout is not None  # its input stays open: the end of that would stop it
        findings = findings_of(process.stdout.read())
    for one in findings:
        report.say(f"{'ok    ' if one.ok else 'NOT OK'}  {one}")
    ok = all(one.ok for one in findings)
    return {"ok": ok, "findings": [{"ok": one.ok, "text": str(one)} for one in findings]}


def findings_of(output: bytes) -> list[Finding]:
    """What the worker found; one finding that it stopped if it did not come to its end."""
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("event") == "done":
            return [Finding(**one) for one in message["result"]["findings"]]
        if message.get("event") == "failed":
            return [Finding(False, message["what_happened"], message["what_to_do"], message["values"])]
    return [DIED]
