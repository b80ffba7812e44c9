"""Checksums of what lies beside packed pixels: the place of a stroke, its order, the threshold. A flipped bit there moves a mask.

A row without one (NULL) is not checked; every row that this program writes has one.
"""

from __future__ import annotations

import zlib
from typing import Any

from core.store.blobs import DamagedError

STEP_COLUMNS = "image_id, structure_id, position, kind, payload, x, y, j.width, j.height"
"""Of a row j of the journal, what its checksum is made of, in this order. The packed pixels have one of their own."""

SEAL = (
    "((cursor * 211 + threshold_step) * 7 + CASE status WHEN 'unseen' THEN 1 WHEN 'predicted' THEN 2 WHEN 'in_work' THEN 3"
    " WHEN 'accepted' THEN 4 ELSE 5 END) * 1000003 + coalesce(prediction_id, -1)"
)
"""SQL, of a row of corrections: one number that no single changed value leaves as it is."""


def step_checksum(*values: Any) -> int:
    """The checksum of a step: CRC-32 of the values of `STEP_COLUMNS`."""
    return zlib.crc32("\x1f".join(map(str, values)).encode("utf-8", errors="surrogatepass"))


def check_step(checksum: int | None, *values: Any) -> None:
    """Compare a step with its checksum. Raises DamagedError."""
    if checksum is not None and step_checksum(*values) != checksum:
        raise DamagedError("a step is not what was stored")
