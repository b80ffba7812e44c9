"""What can be said on the command line: every command with its arguments and its help."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from core.cli_propagate_arguments import DESCRIPTION, SUMMARY, add_propagate
from core.cli_values import count, pattern, rate, seed, threshold, words
from core.export.choice import FORMAT_NAMES
from core.export.pattern import BY_STRUCTURE
from core.finetune.presets import PRESETS, QUICK

PROGRAM = "sa2va-annotator"

USAGE = 2
"""The exit code where the command itself was not understood."""
_REF = "folder of a base model or of a version, name of a model on the Hugging Face hub, or demo (default: demo)"
DEVICES = ("auto", "cpu", "cuda", "mps")


class _Parser(argparse.ArgumentParser):
    """Says in one plain sentence what was not understood."""

    def error(self, message: str) -> NoReturn:
        """End with a sentence and exit code 2."""
        self.exit(USAGE, f"The command was not understood: {message}. Try “{self.prog} --help”.\n")


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, with its help."""
    parser = _Parser(
        prog=PROGRAM,
        description="Segment medical images with Sa2VA by naming a structure; make the model better by correcting it.",
        epilog="Not a medical device: a person has to look at every mask.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for add in (
        _add_predict, _add_propagate, _add_finetune, _add_evaluate, _add_export, _add_import, _add_privacy, _add_download,
        _add_export_model, _add_versions, _add_demo, _add_check,
    ):  # fmt: skip
        add(commands)
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
        "in the exact size of the image; with several prompts OUT/<prompt>/<name of the image>.png. predictions.json and\n"
        "predictions.csv in OUT say how sure the model is, what it answered, and which masks it offered.",
    )
    parser.add_argument("images", metavar="IMAGES", nargs="+", help="a folder of images, or image files")
    parser.add_argument(
        "--prompt",
        metavar="TEXT",
        dest="prompts",
        action="append",
        required=True,
        type=words,
        help="the structure, e.g. “the polyp”; several times for several structures, for which an image is looked at once",
    )
    parser.add_argument(
        "--let-decide",
        action="store_true",
        help="let the model answer in words, without a mask if it sees nothing, with several if it sees several; slower",
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the masks")
    _add_model(parser)
    _add_zoom(parser)
    _add_precision(parser)
    parser.add_argument(
        "--threshold",
        metavar="T",
        type=threshold,
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
    parser.add_argument("--prompt", metavar="TEXT", required=True, type=words, help="the structure, e.g. “the polyp”")


def _add_propagate(commands: Any) -> None:
    parser = _add(commands, "propagate", SUMMARY, DESCRIPTION)
    add_propagate(parser)
    _add_model(parser)
    _add_precision(parser)


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
        type=pattern,
        help="which images are of one patient: what group 1 (or else the whole expression) matches in the file name. "
        "Images of one patient are never divided between training and comparison (default: each image is a patient)",
    )
    parser.add_argument("--seed", metavar="N", type=seed, default=0, help="start of the random numbers (default: 0)")
    parser.add_argument(
        "--limit", metavar="N", type=count, help="train on N images only, spread evenly over those that are there"
    )
    parser.add_argument(
        "--test-images",
        metavar="FILE",
        help="text file with one base name on each line: these images are only compared on and never trained on",
    )
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        default=QUICK,
        help="what learns: “quick” the mask decoder on cached features; “adapter” small additions to it, the smallest "
        "file; “deep” the language model too, by such additions; “whole” the image encoder too, from the pictures "
        "themselves, the slowest (default: quick)",
    )
    parser.add_argument(
        "--thin",
        action="store_true",
        help="the structure is thin (vessels, ducts): teach the model to keep its lines whole",
    )
    _add_steps(parser)
    _add_precision(parser)
    _add_cluster(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="prove that the model can learn from these images, measure time and memory, and train and write nothing",
    )


def _add_steps(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", metavar="N", type=count, help="how often every image is seen, at most")
    parser.add_argument(
        "--views", metavar="N", type=count, help="looks at each image: as it is, mirrored, turned (1 to 4)"
    )
    parser.add_argument("--learning-rate", metavar="X", type=rate, help="how large the steps are")
    parser.add_argument(
        "--encoder-rate",
        metavar="X",
        type=rate,
        help="how large those of the image encoder are (preset “whole”)",
    )


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        default="",
        help="let a Ray cluster learn: the address of its dashboard, e.g. http://127.0.0.1:8265. The pictures (without names), "
        "their masks and the prompt leave this computer. Needs the extra “ray”; with --device cuda one graphics card of the cluster",
    )


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
    which.add_argument("--threshold", metavar="T", type=threshold, help="the given threshold, 0.005 … 0.995")
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
        "Write OUT/<structure>/<name of the image>.png for every accepted mask of a project, and manifest.csv; or other\n"
        "formats. All of it is read again and compared with the project before it takes its place.",
    )
    parser.add_argument("project", metavar="PROJECT", help="folder of the project")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the masks")
    parser.add_argument(
        "--format",
        metavar="NAME",
        dest="formats",
        action="append",
        choices=FORMAT_NAMES,
        help=f"one of {', '.join(FORMAT_NAMES)}; several times for several (default: png)",
    )
    parser.add_argument(
        "--names",
        metavar="PATTERN",
        default=BY_STRUCTURE,
        help="how the files are called: {structure}, {image}, {folder} and {patient} are filled in, “/” makes folders "
        "(default: {structure}/{image})",
    )
    parser.add_argument(
        "--as-stored", action="store_true", help="let masks lie as the pixels in the file do, before its EXIF turn"
    )
    parser.add_argument(
        "--unreviewed", action="store_true", help="also masks that nobody accepted; the manifest says which"
    )
    parser.add_argument("--reviewer", metavar="NAME", default="", help="who accepted the masks, for the manifest")


def _add_import(commands: Any) -> None:
    parser = _add(
        commands,
        "import",
        "take masks of another program into a project",
        "Masks (PNG, TIFF and other pictures, NIfTI, DICOM segmentations, COCO JSON) become corrections of one structure, each one\n"
        "step that can be undone. They are paired by file name, or by DICOM's own names. Masks that are not plainly black and\n"
        "white are never guessed at: the command says what they hold, and which of it is the structure has to be said.",
    )
    parser.add_argument("project", metavar="PROJECT", help="folder of the project")
    parser.add_argument("masks", metavar="MASKS", nargs="+", help="a folder of masks, or mask files, of one kind")
    parser.add_argument("--structure", metavar="NAME", required=True, help="which structure of the project they show")
    parser.add_argument("--values", metavar="N", type=int, nargs="+", help="these values or labels are the structure")
    parser.add_argument("--above", metavar="N", type=int, help="all values above N are the structure")
    parser.add_argument("--inverted", action="store_true", help="all the rest is the structure instead")
    parser.add_argument("--accepted", action="store_true", help="the masks count as accepted (else: in work)")
    parser.add_argument("--dry-run", action="store_true", help="only say what belongs to what; write nothing")


def _add_privacy(commands: Any) -> None:
    parser = _add(
        commands,
        "privacy",
        "say what a project holds of patients, or make a copy without it",
        "List what may name a patient, a user or a place: paths, file names, notes, DICOM entries, log files. With --copy, write\n"
        "a copy for a colleague: new names, no paths, pixels without anything else.",
    )
    parser.add_argument("project", metavar="PROJECT", help="folder of the project")
    parser.add_argument("--copy", metavar="DIR", help="folder of the copy; must not exist or be empty")


def _add_download(commands: Any) -> None:
    parser = _add(
        commands,
        "download",
        "bring a published model onto this computer",
        "Download a model from the Hugging Face hub into the hub's own cache (HF_HOME says where that is). A download that\n"
        "was interrupted goes on where it stopped. Without NAME: list the published models.",
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="name on the hub, e.g. ByteDance/Sa2VA-4B")


def _add_export_model(commands: Any) -> None:
    parser = _add(
        commands,
        "export-model",
        "write a fine-tuned version for others",
        "Write base and version as one model in OUT, with the names and the layout of the base as it was published; or, with\n"
        "--adapter-only, what was learned alone. What is written is read again before it says done.",
    )
    parser.add_argument("version", metavar="VERSION", help="folder of the version, e.g. PROJECT/versions/…")
    parser.add_argument(
        "--out",
        metavar="DIR",
        required=True,
        help="folder that is made; must not exist or be empty. With --adapter-only a name that ends in .zip is one file",
    )
    parser.add_argument(
        "--adapter-only", action="store_true", help="only what was learned; it needs the same base model"
    )


def _add_versions(commands: Any) -> None:
    parser = _add(
        commands,
        "versions",
        "list, import, note and delete the versions of a project",
        "List the versions of a project: when they were made, what they were worth, how large they are.",
    )
    parser.add_argument("project", metavar="PROJECT", help="folder of the project")
    parser.add_argument(
        "--import",
        metavar="PATH",
        dest="import_from",
        help="take in a colleague's version: a folder or a .zip, as export-model --adapter-only writes it. It has to "
        "belong to the base model of the project, and is not put in use",
    )
    parser.add_argument("--note", metavar=("VERSION", "TEXT"), nargs=2, help="write another note to a version")
    parser.add_argument("--delete", metavar="VERSION", help="delete the files of a version that is not in use")


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
    parser.add_argument("--seed", metavar="N", type=seed, default=0, help="start of the random numbers (default: 0)")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="what computes")


def _add_check(commands: Any) -> None:
    parser = _add(
        commands, "check", "check this installation", "Check packages, model, graphics card, room, and a project."
    )
    parser.add_argument("project", metavar="PROJECT", nargs="?", help="folder of a project that is looked at as well")
