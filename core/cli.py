"""The command line: predict, finetune, evaluate, export, download and demo, without a window.

Results go to standard output, progress and remarks to standard error. The exit code is 0 only when all of it worked:
1 when something in the world was wrong (said in one sentence), 2 when the command itself was not understood, 3 when the
program made a mistake (the log file says which).
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from core.cli_output import Report, write_json
from core.errors import InputError, KnownError
from core.model_reference import is_to_be_fetched, open_segmenter

log = logging.getLogger(__name__)

PROGRAM = "sa2va-annotator"

WORLD, USAGE, MISTAKE, STOPPED = 1, 2, 3, 130

COMMANDS = {
    "predict": "core.cli_predict",
    "finetune": "core.cli_finetune",
    "evaluate": "core.cli_evaluate",
    "export": "core.cli_export",
    "download": "core.cli_download",
    "demo": "core.cli_demo",
}
"""The module of each command; imported when it is asked for, so that --help is there at once."""

_REF = "folder of a base model or of a version, name of a model on the Hugging Face hub, or demo (default: demo)"
DEVICES = ("auto", "cpu", "cuda", "mps")


class _Parser(argparse.ArgumentParser):
    """Says in one plain sentence what was not understood."""

    def error(self, message: str) -> NoReturn:
        """End with a sentence and exit code 2."""
        self.exit(USAGE, f"The command was not understood: {message}. Try “{self.prog} --help”.\n")


def _threshold(text: str) -> int:
    """A threshold 0.005 … 0.995 as a step. Raises argparse's error for anything else."""
    from core.mask import step_of, threshold_of

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not threshold_of(1) <= value <= threshold_of(199):
        raise argparse.ArgumentTypeError(f"“{text}” is no threshold between 0.005 and 0.995")
    return step_of(value)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number above 0")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number between 0 and 4294967295")
    return int(text)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"“{text}” is no number above 0 and up to 1")
    return value


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the prompt is empty; name the structure, for example “the polyp”")
    return " ".join(text.split())


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no regular expression ({error})") from error


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, with its help."""
    parser = _Parser(
        prog=PROGRAM,
        description="Segment medical images with Sa2VA by naming a structure; make the model better by correcting it.",
        epilog="Not a medical device: a person has to look at every mask.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    _add_predict(commands)
    _add_finetune(commands)
    _add_evaluate(commands)
    _add_export(commands)
    _add_download(commands)
    _add_demo(commands)
    return parser


def _add(commands: Any, name: str, summary: str, description: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--json", metavar="FILE", help="also write the result as JSON into FILE (- for standard output)"
    )
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="REF", default="demo", help=_REF)
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="what computes (default: a graphics card, if any)"
    )


def _add_precision(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dtype",
        choices=["auto", "fp32", "bf16", "8bit", "4bit"],
        default="auto",
        help="how exactly the model computes: single precision (fp32), half (bf16), or its language part in 8 or 4 bits, "
        "for which the extra “quant” has to be installed (default: bf16 on a graphics card, fp32 elsewhere)",
    )


def _add_zoom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--zoom",
        type=int,
        choices=[1, 2, 3],
        help="2 or 3 looks closer, in 4 or 9 crops, for thin structures such as vessels; as many times slower "
        "(default: that of the version, or 1)",
    )


def _add_predict(commands: Any) -> None:
    parser = _add(
        commands,
        "predict",
        "write masks for images",
        "Write OUT/<name of the image>.png for every image: white (255) where the structure is, black (0) elsewhere,\n"
        "in the exact size of the image. predictions.json and predictions.csv in OUT say how sure the model is.",
    )
    parser.add_argument("images", metavar="IMAGES", nargs="+", help="a folder of images, or image files")
    parser.add_argument("--prompt", metavar="TEXT", required=True, type=_words, help="the structure, e.g. “the polyp”")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the masks")
    _add_model(parser)
    _add_zoom(parser)
    _add_precision(parser)
    parser.add_argument(
        "--threshold",
        metavar="T",
        type=_threshold,
        help="probability above which a pixel belongs to the structure, in steps of 0.005 (default: 0.5; with a "
        "version, the threshold that was best when it was made)",
    )
    parser.add_argument("--overwrite", action="store_true", help="allow to write over files that another program made")


def _add_labelled(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--images", metavar="DIR", required=True, help="folder of images")
    parser.add_argument(
        "--masks",
        metavar="DIR",
        required=True,
        help="folder of reference masks, each with the base name and size of its image; brighter than 127 is structure",
    )
    parser.add_argument("--prompt", metavar="TEXT", required=True, type=_words, help="the structure, e.g. “the polyp”")


def _add_finetune(commands: Any) -> None:
    parser = _add(
        commands,
        "finetune",
        "make a better version from labelled images",
        "Train the mask decoder on images with masks. Before it starts, the run proves that it can learn; at its end\n"
        "the new version is compared, on images it never saw, with the model it came from at its best threshold.\n"
        "OUT is the folder of the new version; use it as --model afterwards.",
    )
    _add_labelled(parser)
    parser.add_argument(
        "--out", metavar="DIR", required=True, help="folder for the new version; must not exist or be empty"
    )
    _add_model(parser)
    _add_zoom(parser)
    parser.add_argument(
        "--group-by",
        metavar="REGEX",
        type=_pattern,
        help="which images are of one patient: what group 1 (or else the whole expression) matches in the file name. "
        "Images of one patient are never divided between training and comparison (default: each image is a patient)",
    )
    parser.add_argument("--seed", metavar="N", type=_seed, default=0, help="start of the random numbers (default: 0)")
    parser.add_argument(
        "--limit", metavar="N", type=_count, help="train on N images only, spread evenly over those that are there"
    )
    parser.add_argument(
        "--test-images",
        metavar="FILE",
        help="text file with one base name on each line: these images are only compared on and never trained on",
    )
    parser.add_argument("--epochs", metavar="N", type=_count, help="how often every image is seen")
    parser.add_argument(
        "--views", metavar="N", type=_count, help="looks at each image: as it is, mirrored, turned (1 to 4)"
    )
    parser.add_argument("--learning-rate", metavar="X", type=_rate, help="how large the steps are")


def _add_evaluate(commands: Any) -> None:
    parser = _add(
        commands,
        "evaluate",
        "measure a model against reference masks",
        "Dice and IoU of every image, their means and 95 % intervals: at 0.5, at the given threshold, and at the\n"
        "threshold that is best on these very images (which flatters: it was chosen on them).",
    )
    _add_labelled(parser)
    _add_model(parser)
    _add_zoom(parser)
    _add_precision(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--threshold", metavar="T", type=_threshold, help="the given threshold, 0.005 … 0.995")
    which.add_argument(
        "--threshold-from",
        metavar="DIR",
        help="choose the given threshold on another labelled set, e.g. the training images. DIR holds the folders "
        "images and masks; or DIR is a folder of masks, each named like an image in --images (or in a folder "
        "images beside DIR); or DIR is a version, which knows its own. Images on which it is chosen are not measured",
    )
    parser.add_argument("--only", metavar="FILE", help="measure only the images whose base names this text file lists")


def _add_export(commands: Any) -> None:
    parser = _add(
        commands,
        "export",
        "write the accepted masks of a project",
        "Write OUT/<structure>/<name of the image>.png for every accepted mask of a project, and manifest.csv.",
    )
    parser.add_argument("project", metavar="PROJECT", help="folder of the project")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the masks")


def _add_download(commands: Any) -> None:
    parser = _add(
        commands,
        "download",
        "bring a published model onto this computer",
        "Download a model from the Hugging Face hub into the hub's own cache (HF_HOME says where that is). A download that\n"
        "was interrupted goes on where it stopped. Without NAME: list the published models.",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="name on the hub, e.g. ByteDance/Sa2VA-4B")


def _add_demo(commands: Any) -> None:
    parser = _add(
        commands,
        "demo",
        "show the program on its own images",
        "Open the window on the demo project; or, with --headless, go the whole way without a window: predict, choose\n"
        "a threshold, take over corrections for ten images of the second scanner, fine-tune, compare, write the masks.",
    )
    parser.add_argument(
        "--headless", action="store_true", help="go the whole way without a window, and print the figures"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="folder for project, masks and figures.json (needed with --headless)"
    )
    parser.add_argument("--seed", metavar="N", type=_seed, default=0, help="start of the random numbers (default: 0)")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="what computes")


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
    if arguments.json:
        try:
            write_json(arguments.json, {"command": arguments.command, "ok": False, "error": str(error)})
        except KnownError as second:
            report.remark(str(second))
    return WORLD


def _mistake(arguments: argparse.Namespace, report: Report, error: Exception) -> int:
    """A full memory is the world's; anything else is ours: the sentence and where the log is."""
    from core.inference.memory import is_out_of_memory, out_of_memory

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
