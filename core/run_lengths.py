"""Masks as run lengths, as COCO keeps them: column by column, first the length of the run of zeros.

Lin et al., Microsoft COCO: Common Objects in Context, 2014; the packed form as in the maskApi of its tools: each length, from the
third on as the difference to that two before, in pieces of five bits, the lowest first, bit six for "more follows", all 48 higher.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_MORE, _SIGN, _BITS, _FIRST = 0x20, 0x10, 0x1F, 48


def packed(mask: npt.NDArray[np.bool_]) -> str:
    """(H, W) bool as COCO's packed run lengths."""
    counts = run_lengths(mask)
    return "".join(_letters(count - counts[at - 2] if at > 2 else count) for at, count in enumerate(counts))


def run_lengths(mask: npt.NDArray[np.bool_]) -> list[int]:
    """(H, W) bool as the lengths of its runs, zeros first."""
    flat = mask.ravel(order="F")
    borders = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts: list[int] = np.diff(np.concatenate(([0], borders, [flat.size]))).tolist()
    return [0, *counts] if flat.size and flat[0] else counts


def unpacked(letters: str) -> list[int]:
    """The lengths of packed runs. Raises ValueError for what is none."""
    counts: list[int] = []
    at = 0
    while at < len(letters):
        value = shift = 0
        while True:
            if at >= len(letters) or shift > 50:
                raise ValueError("run lengths that break off")
            piece = ord(letters[at]) - _FIRST
            if not 0 <= piece < 64:
                raise ValueError("no run lengths")
            value |= (piece & _BITS) << shift
            at, shift = at + 1, shift + 5
            if not piece & _MORE:
                break
        if piece & _SIGN:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
    return counts


def mask_of(counts: Sequence[int], height: int, width: int) -> npt.NDArray[np.bool_]:
    """(height, width) bool of the lengths of its runs. Raises ValueError where they are not those of such a mask."""
    lengths = np.asarray(counts, dtype=np.int64)
    if lengths.ndim != 1 or (lengths < 0).any() or int(lengths.sum()) != height * width:
        raise ValueError("run lengths of another size")
    flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    return np.ascontiguousarray(flat.reshape((height, width), order="F"))


def _letters(value: int) -> str:
    letters = ""
    while True:
        piece, value = value & _BITS, value >> 5
        more = value != (-1 if piece & _SIGN else 0)
        letters += chr((piece | _MORE if more else piece) + _FIRST)
        if not more:
            return letters
