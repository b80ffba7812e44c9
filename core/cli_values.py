"""What a word on the command line can be."""

from __future__ import annotations

import argparse
import re


def threshold(text: str) -> int:
    """A threshold 0.005 … 0.995 as a step. Raises argparse's error for anything else."""
    from core.mask import step_of, threshold_of

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not threshold_of(1) <= value <= threshold_of(199):
        raise argparse.ArgumentTypeError(f"“{text}” is no threshold between 0.005 and 0.995")
    return step_of(value)


def count(text: str) -> int:
    """A whole number above 0. Raises argparse's error for anything else."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number above 0")
    return int(text)


def seed(text: str) -> int:
    """A whole number that random numbers can start from. Raises argparse's error for anything else."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number between 0 and 4294967295")
    return int(text)


def rate(text: str) -> float:
    """A learning rate. Raises argparse's error for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"“{text}” is no number above 0 and up to 1")
    return value


def words(text: str) -> str:
    """A prompt, with single spaces. Raises argparse's error for anything else."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the prompt is empty; name the structure, for example “the polyp”")
    return " ".join(text.split())


def pattern(text: str) -> re.Pattern[str]:
    """A regular expression. Raises argparse's error for anything else."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no regular expression ({error})") from error
