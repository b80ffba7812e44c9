"""The good ending of a run that nobody watched, looked at before it is taken into the project. Works without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import FinetuneError
from core.finetune.job import Job

WEIGHTS_SHA256 = "weights_sha256"
_WEIGHTS, _RECORD = "adapter_model.safetensors", "version.json"


def sha256_of(file: Path) -> str:
    """Hash of a file, 64 hex digits. Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_result(job: Job, result: Mapping[str, Any]) -> None:
    """Look whether a version is the one that the run wrote.

    Args:
        job: what the run was told.
        result: what it said at its end.

    Raises:
        FinetuneError: the version is not there, not where it was to be, of another base model, or not as it was written.
    """
    folder = Path(job.out)
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        fits = (
            Path(str(result["version"])) == folder
            and sha256_of(folder / _WEIGHTS) == result[WEIGHTS_SHA256]
            and job.base_id in ("", record["base_id"])
            and isinstance(result["figures"], dict)
            and isinstance(result["accepted"], bool)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged() from error
    if not fits:
        raise _damaged()


def _damaged() -> FinetuneError:
    return FinetuneError(
        "The new version is not on the disk as it was written, so it was not taken in; your labels are safe.",
        "Start the fine-tune again.",
    )
