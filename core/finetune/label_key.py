"""By what a label is known again later, in the record of a version: no name of a patient or a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.finetune.job import Example

Key = tuple[str, str, str]


def label_key(example: Example) -> Key:
    """Hashes of image and mask (16 hex digits each), and the words. Another mask of the same image is another label."""
    mask = hashlib.sha256(Path(example.mask).read_bytes()).hexdigest()
    return example.image_sha256[:16], mask[:16], example.prompt


def fingerprint(example: Example) -> dict[str, str]:
    """The same as version.json keeps it."""
    image, mask, prompt = label_key(example)
    return {"image": image, "mask": mask, "prompt": prompt}


def measured_apart(record: Mapping[str, Any]) -> dict[Key, float]:
    """Label -> Dice by a model that had not learned from it, of a version that was judged in several rounds.

    Args:
        record: version.json; one that is not as expected knows nothing.
    """
    figures, rows = record.get("figures"), record.get("compared_on")
    if not isinstance(figures, dict) or not isinstance(rows, list) or not figures.get("rounds"):
        return {}
    images = figures.get("images")
    if not isinstance(images, list) or len(images) != len(rows):
        return {}
    found = {}
    for row, image in zip(rows, images, strict=True):
        if isinstance(row, dict) and isinstance(image, dict) and isinstance(image.get("after"), int | float):
            found[str(row.get("image")), str(row.get("mask")), str(row.get("prompt"))] = float(image["after"])
    return found
