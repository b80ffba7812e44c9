"""What the model answered: checked before it is believed, and put into words for the clinician."""

import re
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from core.errors import WorkerError
from core.packed_array import unpack_array
from core.store import Offer
from core.worker_protocol import NOT_UNDERSTOOD, NOT_UNDERSTOOD_DO

MOST_CANDIDATES = 64
MASK = "[SEG]"
_SPECIAL = re.compile(r"<\|[^|<>]*\|>|</?\w+>")


def offers_of(result: dict[str, Any], count: int) -> list[Offer]:
    """The masks of `count` structures out of an answer of the worker.

    Args:
        result: of a prediction of one structure, or of several.
        count: how many were asked for.

    Raises:
        WorkerError: they are not there, or no numbers.
    """
    found = result.get("predictions", [result])
    if not isinstance(found, list) or len(found) != count or not all(isinstance(one, dict) for one in found):
        raise _not_understood("another number of masks")
    return [_offer_of(one) for one in found]


def _offer_of(result: dict[str, Any]) -> Offer:
    candidates = unpack_array(result.get("candidates"))
    ious, best = result.get("ious"), result.get("best")
    answer, parts = result.get("answer", ""), result.get("parts", 1)
    square = candidates.ndim == 3 and candidates.shape[1] == candidates.shape[2] > 0 and candidates.dtype == np.float16
    if not square or not np.isfinite(candidates).all():
        raise _not_understood("a mask that is none")
    if not isinstance(ious, list) or not all(isinstance(iou, int | float) for iou in ious):
        raise _not_understood("masks without figures")
    if not len(ious) == len(candidates) <= MOST_CANDIDATES or not isinstance(best, int) or not 0 <= best < len(ious):
        raise _not_understood("masks that do not belong together")
    if not isinstance(answer, str) or not isinstance(parts, int) or parts < 0:
        raise _not_understood("an answer without words")
    return Offer(candidates, tuple(map(float, ious)), best, answer, parts)


def words_of(answer: str) -> str:
    """An answer as it can be read: without the signs that only the model needs, a mask as “[mask]”.

    Args:
        answer: as the model wrote it, for example "Sure, [SEG].<|im_end|>".
    """
    plain = " ".join(_SPECIAL.sub("", answer).split())
    one, of_many = (
        QCoreApplication.translate("answers", "[mask]"),
        QCoreApplication.translate("answers", "[mask {number}]"),
    )
    count = plain.count(MASK)
    for number in range(1, count + 1):
        plain = plain.replace(MASK, of_many.format(number=number) if count > 1 else one, 1)
    return plain


def _not_understood(detail: str) -> WorkerError:
    return WorkerError(NOT_UNDERSTOOD, NOT_UNDERSTOOD_DO, detail=detail)
