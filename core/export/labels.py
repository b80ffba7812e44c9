"""The numbers and colours of structures in files that hold several of them."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from core.errors import ExportError
from core.export.plan import Plan
from core.whole_file import csv_bytes

GREY = (128, 128, 128)
MOST = 255


def rgb_of(colour: str) -> tuple[int, int, int]:
    """#rrggbb or #rgb as red, green, blue 0..255; grey for anything else."""
    digits = colour.removeprefix("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        return GREY
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def refuse_too_many(plan: Plan) -> None:
    """Raise ExportError if one byte cannot number the structures."""
    if len(plan.masks.structures) > MOST:
        raise ExportError(
            "A label map holds {most} structures at most, so no masks were written.",
            "Choose fewer structures, or another format.",
            most=MOST,
        )


def colours_of(plan: Plan) -> npt.NDArray[np.uint8]:
    """(256, 3) uint8 RGB: black, then the colour of each chosen structure, then black."""
    table = np.zeros((256, 3), np.uint8)
    for number, structure in enumerate(plan.masks.structures, 1):
        table[number] = rgb_of(structure.colour)
    return table


def labels_csv(plan: Plan) -> bytes:
    """The table of numbers, names and colours."""
    return csv_bytes(
        [
            {
                "number": number,
                "structure": row.name,
                "prompt": row.prompt,
                "colour": "#{:02x}{:02x}{:02x}".format(*rgb_of(row.colour)),
            }
            for number, row in enumerate(plan.masks.structures, 1)
        ]
    )
