"""What this program is made of: every package of its environment with version and licence, from what each says of itself.

Nothing is imported for it, so the window can ask too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import Distribution, distributions

_LICENCE = "License :: "
_NOT_SAID = {"", "unknown", "dual license", "osi approved", "other/proprietary license"}
_SEE = re.compile(r"see\b.*|licen[cs]e(\.\w+)?", re.IGNORECASE)
_LONGEST = 80


@dataclass(frozen=True)
class Package:
    """An installed package.

    Attributes:
        name: as it is published.
        version: of it.
        licence: what it says of itself, in short; "" where it does not say it.
    """

    name: str
    version: str
    licence: str


def installed_packages() -> list[Package]:
    """All packages of this environment, by name; of two of one name the one that is imported."""
    found: dict[str, Package] = {}
    for one in distributions():
        about = _about(one)
        name = str(about.get("Name") or "") if about is not None else ""
        if about is not None and name:
            found.setdefault(normal(name), Package(name, str(about.get("Version") or ""), licence_of(about)))
    return [found[key] for key in sorted(found)]


def normal(name: str) -> str:
    """A package's name as it is compared: lower case, with hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(about: Message) -> str:
    """The licence that a package's own record names: its expression, else its classifiers, else its licence text.

    Args:
        about: the record (METADATA).

    Returns:
        "" where none of them says which it is.
    """
    expression = str(about.get("License-Expression") or "").strip()
    if expression:
        return expression
    marked = [line.removeprefix(_LICENCE) for line in about.get_all("Classifier") or [] if line.startswith(_LICENCE)]
    names = [line.split(" :: ")[-1] for line in marked]
    names = [name for name in names if name.lower() not in _NOT_SAID]
    if names:
        return " / ".join(dict.fromkeys(names))
    first = next((line.strip() for line in str(about.get("License") or "").splitlines() if line.strip()), "")
    if first.lower() in _NOT_SAID or _SEE.fullmatch(first) or len(first) > _LONGEST:
        return _named_in(str(about.get("License") or ""))
    return first


def _named_in(text: str) -> str:
    """The name of a licence whose whole text stands in the record."""
    for words, name in (
        ("Permission is hereby granted, free of charge", "MIT"),
        ("Redistributions of source code must retain", "BSD"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache License\n", "Apache-2.0"),
    ):
        if words in text:
            return name
    return ""


def _about(one: Distribution) -> Message | None:
    try:
        return one.metadata  # type: ignore[return-value]
    except (OSError, UnicodeDecodeError):  # a record that was deleted or damaged
        return None
