"""What can be said to `sa2va-annotator propagate`."""

from __future__ import annotations

import argparse

from core.cli_values import count, threshold, words
from core.propagate_protocol import MOST_SLICES

SUMMARY = "carry a mask, or words, through a stack"
DESCRIPTION = (
    "Carry the mask of one slice to its neighbours, as far as the model is sure of it: by SAM 2's memory where the model has one,\n"
    "else by each neighbour's mask as a hint. Or, without --mask, follow what --prompt names from the first slices on, as\n"
    "Sa2VA follows it through a film; that takes a model with a memory, and never stops by itself.\n"
    "Masks go into DIR as PNG, black 0 and white 255, one for each slice that was reached."
)


def add_propagate(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that no other command has."""
    parser.add_argument(
        "stack", metavar="STACK", help="a file with several frames, or a folder with the slices of one series"
    )
    parser.add_argument("--mask", metavar="PNG", help="mask of one slice, black 0 and white 255; it is kept as it is")
    parser.add_argument("--slice", metavar="N", type=count, help="number of the slice that --mask belongs to, from 1")
    parser.add_argument("--prompt", metavar="TEXT", type=words, help="the structure in words")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the masks; made if needed")
    parser.add_argument(
        "--forward",
        metavar="N",
        type=_reach,
        default=MOST_SLICES,
        help="so many slices after it at most (default: all)",
    )
    parser.add_argument(
        "--backward",
        metavar="N",
        type=_reach,
        default=MOST_SLICES,
        help="so many slices before it at most (default: all)",
    )
    parser.add_argument(
        "--threshold",
        metavar="T",
        type=threshold,
        help="of the probability, 0.005 to 0.995 (default: the version's best, or 0.5)",
    )
    parser.add_argument("--overwrite", action="store_true", help="write over masks that another program wrote")


def _reach(text: str) -> int:
    """A whole number, 0 included. Raises argparse's error for anything else."""
    return 0 if text == "0" else count(text)
