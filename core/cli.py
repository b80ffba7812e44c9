"""The command line: predict, propagate, finetune, evaluate, export, import, privacy, export-model, versions, download, demo, check.

Results go to standard output, progress and remarks to standard error. The exit code is 0 only when all of it worked:
1 when something in the world was wrong (said in one sentence), 2 when the command itself was not understood, 3 when the
program made a mistake (the log file says which).
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from core.cli_arguments import make_parser
from core.cli_output import Report, write_json
from core.errors import InputError, KnownError, TooLittleMemory
from core.model_reference import is_to_be_fetched, open_segmenter

log = logging.getLogger(__name__)

WORLD, MISTAKE, STOPPED = 1, 3, 130

COMMANDS = {
    "predict": "core.cli_predict",
    "propagate": "core.cli_propagate",
    "finetune": "core.cli_finetune",
    "evaluate": "core.cli_evaluate",
    "export": "core.cli_export",
    "import": "core.cli_import",
    "privacy": "core.cli_privacy",
    "download": "core.cli_download",
    "export-model": "core.cli_export_model",
    "versions": "core.cli_versions",
    "demo": "core.cli_demo",
    "check": "core.cli_check",
}
"""The module of each command; imported when it is asked for, so that --help is there at once."""


def _quieten_libraries() -> None:
    """Keep what libraries print away from the person, and torch from taking every core twice."""
    for name, value in (
        ("TRANSFORMERS_VERBOSITY", "error"),
        ("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1"),
        ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ("TOKENIZERS_PARALLELISM", "false"),
    ):
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())


def main(argv: Sequence[str] | None = None, open_model: Callable[[str, str], Any] = open_segmenter) -> int:
    """Run one command.

    Args:
        argv: the arguments; None is those of the process.
        open_model: from a model's reference and a device's name to the loaded model.

    Returns:
        The exit code.
    """
    arguments = make_parser().parse_args(argv)
    if arguments.command == "demo" and arguments.headless and not arguments.out:
        make_parser().error("demo --headless needs --out DIR")
    _quieten_libraries()
    report = Report()
    arguments.open_model = _opener(arguments, report, open_model)
    try:
        command = importlib.import_module(COMMANDS[arguments.command])
        result: dict[str, Any] = {"command": arguments.command, **command.run(arguments, report)}
        if arguments.json:
            write_json(arguments.json, result)
    except KnownError as error:
        return _failed(arguments, report, error)
    except KeyboardInterrupt:
        report.remark("Stopped. What was written so far is whole; nothing else was changed.")
        return STOPPED
    except Exception as error:  # noqa: BLE001 (the entry of the command line: nobody is to read a traceback)
        return _mistake(arguments, report, error)
    return 0 if result["ok"] else WORLD


def _opener(arguments: argparse.Namespace, report: Report, open_model: Callable[..., Any]) -> Callable[..., Any]:
    """Download what is missing, load, and say what computes."""

    def open_it(ref: str, device: str) -> Any:
        if open_model is open_segmenter and is_to_be_fetched(ref):
            from core.cli_download import fetch

            fetch(ref, report)
        more = {} if getattr(arguments, "dtype", "auto") == "auto" else {"precision": arguments.dtype}
        segmenter = open_model(ref, device, **more)
        name = str(getattr(segmenter, "device_name", ""))
        report.remark(f"{getattr(segmenter, 'device_reason', '')} {name}".strip())
        return segmenter

    return open_it


def _failed(arguments: argparse.Namespace, report: Report, error: KnownError) -> int:
    report.remark(str(error))
    if isinstance(error, TooLittleMemory) and "dtype" in arguments:
        report.remark("Or load less of it: --dtype bf16, and --dtype 8bit or 4bit for its language part.")
    if arguments.json:
        try:
            write_json(arguments.json, {"command": arguments.command, "ok": False, "error": str(error)})
        except KnownError as second:
            report.remark(str(second))
    return WORLD


def _mistake(arguments: argparse.Namespace, report: Report, error: Exception) -> int:
    """A full memory and a lost graphics card are the world's; anything else is ours: the sentence and where the log is."""
    from core.inference.memory import is_out_of_memory, out_of_memory
    from core.lost_card import is_lost_card, lost_card

    if is_lost_card(error):
        return _failed(arguments, report, lost_card())
    if is_out_of_memory(error):
        return _failed(arguments, report, out_of_memory())
    place = _write_log(error)
    sentence = InputError(
        "Something went wrong inside the program; files that were given are unchanged.",
        "Please send us the log file: {place}",
        place=place,
    )
    _failed(arguments, report, sentence)
    return MISTAKE


def _write_log(error: Exception) -> str:
    """Put what happened where the person can find it, and return the place."""
    from core.log_file import close_log, open_log

    place = open_log("command_line")
    if place is None:
        return "(it could not be written)"
    log.error("unexpected error", exc_info=error)
    close_log()
    return str(place)


if __name__ == "__main__":
    sys.exit(main())
