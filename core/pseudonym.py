"""Stand-ins for what a file says of a patient: equal for equal ones, and not to be turned back by looking at them."""

from __future__ import annotations

import hashlib
from functools import lru_cache

DIGITS = 12
_ROUNDS = 20_000
"""Numbers of patients are short, so they can be tried one by one; so many rounds make each try cost some milliseconds."""


@lru_cache(maxsize=4096)
def pseudonym(words: str, salt: str) -> str:
    """A word of hexadecimal digits for a patient's number or a study's.

    Args:
        words: as the file says it; "" stays "".
        salt: of the project, so that two projects cannot be laid side by side. It lies in the project: who has both the project
            and a list of all possible numbers can still try them.
    """
    if not words:
        return ""
    return hashlib.pbkdf2_hmac("sha256", words.encode(errors="replace"), salt.encode(), _ROUNDS).hex()[:DIGITS]
