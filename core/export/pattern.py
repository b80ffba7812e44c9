"""How exported files are called: a pattern of words in braces, filled in for every mask.

`{structure}/{image}` is a folder for each structure, `{image}_{structure}` one folder for all, `{folder}/{image}_{structure}` the
folders of the images again. What is filled in is always a safe name (`core.export.names`), and so is the whole.
"""

from __future__ import annotations

import re

from core.errors import InputError
from core.export.names import safe_name

BY_STRUCTURE = "{structure}/{image}"
ONE_FOLDER = "{image}_{structure}"
MIRRORED = "{folder}/{image}_{structure}"
WORDS = ("structure", "image", "folder", "patient")
_LONGEST = 230
"""Bytes of one part: the endings come on top, and most file systems take 255."""
_PART_OF_STRUCTURE = re.compile(r"^\{structure\}[ _.\-]*|[ _.\-]*\{structure\}")
_WORD = re.compile(r"\{([^{}]*)\}")


def checked(pattern: str) -> str:
    """A pattern as it was typed, without spaces around it.

    Raises:
        InputError: there is a word in it that means nothing, or none that tells the images apart.
    """
    pattern = pattern.strip().replace("\\", "/").strip("/")
    unknown = [word for word in _WORD.findall(pattern) if word not in WORDS]
    if unknown or _WORD.sub("", pattern).strip("{}") != _WORD.sub("", pattern):
        raise InputError(
            "The pattern of names cannot be understood ({word}), so no masks were written.",
            "Only {{structure}}, {{image}}, {{folder}} and {{patient}} are filled in.",
            word=f"{{{unknown[0]}}}" if unknown else pattern,
        )
    if "{image}" not in pattern:
        raise InputError(
            "The pattern of names lacks {{image}}, so no masks were written: all of them would have one name.",
            "Put {{image}} into it.",
        )
    return pattern


def filled(pattern: str, structure: str, image: str, folder: str, patient: str) -> str:
    """The place of a mask, without its ending.

    Args:
        pattern: as `checked` returns it.
        structure: a safe name.
        image: a safe name.
        folder: of the image, "" or safe names with “/” between them.
        patient: any words.

    Returns:
        Safe names with “/” between them.
    """
    words = {"structure": structure, "image": image, "folder": folder, "patient": safe_name(patient)}
    text = _WORD.sub(lambda found: words[found[1]], pattern)
    return "/".join(safe_name(part, _LONGEST) for part in text.split("/") if part)


def without_structure(pattern: str) -> str:
    """The same pattern for a file that holds all structures of an image."""
    parts = [_PART_OF_STRUCTURE.sub("", part) for part in pattern.split("/")]
    return "/".join(part for part in parts if part)
