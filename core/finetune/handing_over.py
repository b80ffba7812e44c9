"""A job as it leaves this computer, and its version as it comes back.

job/job.json       paths inside the folder; patients by stand-ins; no note
job/images/0.png   pixels alone, as the model sees them: no name, no date, nothing that a file says beside them
job/masks/0.png    as they were frozen
job/in_use/        the version that has to be beaten, job/version/ the one that is gone on from
core/, resources/  this program, so that both computers run the same one, and the demo model where it is the base

What is written inside the pictures themselves goes along.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2

import core
from core.errors import FinetuneError
from core.finetune.dataset import read_pixels
from core.finetune.job import Example, Job
from core.finetune.packed import FILES
from core.finetune.result import WEIGHTS_SHA256, check_result
from core.finetune.version import put_in_place
from core.model_reference import DEMO, DEMO_FOLDER, VERSION_RECORD, base_folder, read_version_record
from core.paths import data_folder
from core.pseudonym import pseudonym

JOB, OUT = "job", "made/version"
MOST_BYTES = 95 * 2**20
"""Ray's dashboard takes packages up to 100 MiB."""

Check = Callable[[str, Path], object]


def pack_job(job: Job, folder: Path, check_stop: Callable[[], None] = lambda: None) -> None:
    """Write everything that the cluster needs.

    Args:
        job: as it was frozen here.
        folder: is filled; must exist.
        check_stop: called before each image; raises to stop.

    Raises:
        FinetuneError: an image is gone or another one; it is too much to be sent; the disk is full.
        ModelError: a version is damaged.
    """
    try:
        _pack(job, folder, check_stop)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    except OSError as error:
        raise FinetuneError(
            "The disk is full or write-protected, so the labels could not be put together for the cluster; none left this computer.",
            "Make room on the disk and start the fine-tune again.",
        ) from error
    if size > MOST_BYTES:
        raise FinetuneError(
            "The labelled images are too large to be sent to the cluster ({size} MB, at most {most}), so nothing left this computer.",
            "Let this computer learn instead, or learn from fewer images.",
            size=size // 2**20,
            most=MOST_BYTES // 2**20,
        )


def _pack(job: Job, folder: Path, check_stop: Callable[[], None]) -> None:
    given, salt = folder / JOB, _salt()
    for name in ("images", "masks"):
        (given / name).mkdir(parents=True)
    copies: dict[str, tuple[str, str]] = {}
    examples: list[Example] = []
    for number, example in enumerate(job.examples):
        check_stop()
        if example.image_sha256 not in copies:
            image = f"{JOB}/images/{len(copies)}.png"
            picture = cv2.imencode(".png", cv2.cvtColor(read_pixels(example), cv2.COLOR_RGB2BGR))[1].tobytes()
            (folder / image).write_bytes(picture)
            copies[example.image_sha256] = image, hashlib.sha256(picture).hexdigest()
        image, sha256 = copies[example.image_sha256]
        mask = f"{JOB}/masks/{number}.png"
        shutil.copyfile(example.mask, folder / mask)
        group = pseudonym(example.group, salt)
        examples.append(replace(example, image=image, mask=mask, group=group, copy_sha256=sha256))
    versions: dict[str, Any] = {}
    for name in ("version", "in_use"):
        source = getattr(job, name)
        if source is not None:
            _copy_version(Path(source), given / name, job.model)
            versions[name] = f"{JOB}/{name}"
    away = replace(job, folder=JOB, examples=tuple(examples), out=OUT, note="", cache="", cluster="", **versions)
    away.write(given)
    (given / "nonce").write_text(secrets.token_hex(16))  # a package of its own, which can be taken away at the end
    shutil.copytree(Path(core.__file__).parent, folder / "core", ignore=shutil.ignore_patterns("__pycache__"))
    if job.model == DEMO:
        shutil.copytree(DEMO_FOLDER, folder / "resources" / DEMO_FOLDER.name)


def _copy_version(source: Path, target: Path, model: str) -> None:
    target.mkdir()
    for name in FILES:
        if name != VERSION_RECORD:
            shutil.copyfile(source / name, target / name)
    record = {**read_version_record(source), "base": model, "note": ""}
    (target / VERSION_RECORD).write_text(json.dumps(record), encoding="utf-8")


def _salt() -> str:
    """A secret of this user, the same for all runs, so that each patient keeps the side that it was dealt to. It stays here."""
    file = data_folder() / "cluster-salt"
    try:
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(secrets.token_hex(16))
        return file.read_text()
    except OSError:  # a disk that cannot be written: then for this run alone
        return secrets.token_hex(16)


def _check_keys(base: str, version: Path) -> None:
    from core.finetune.merge import trained_tensors

    trained_tensors(base_folder(base), version)


def take_back(job: Job, aside: Path, result: dict[str, Any], check: Check = _check_keys) -> dict[str, Any]:
    """Put a version that came back in its place, once it is known to be what was made and to fit the base.

    Args:
        job: as it was frozen here.
        aside: holds its files; is renamed.
        result: of the run on the cluster.
        check: raises ModelError if the version in a folder does not fit a base model (its reference).

    Returns:
        The result, as a run on this computer gives it.

    Raises:
        FinetuneError: it is not what the run wrote, or cannot be put in its place.
        ModelError: it does not fit the base model that is here.
    """
    check_result(replace(job, out=str(aside)), {**result, "version": str(aside)})
    check(job.model, aside)
    figures = {**result["figures"], "worst": []}  # their pictures show patients, and stay out of the cluster's log
    parent = Path(job.version).name if job.version else None
    record = {**read_version_record(aside), "base": job.model, "parent": parent, "note": job.note, "figures": figures}
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        (aside / VERSION_RECORD).write_text(text, encoding="utf-8")
        Path(job.out).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FinetuneError(
            "The new version could not be written (the disk is full or write-protected), so the fine-tune brought nothing.",
            "Make room on the disk and start it again; your labels are safe.",
        ) from error
    put_in_place(aside, Path(job.out))
    return {**result, "version": job.out, "figures": figures, WEIGHTS_SHA256: result[WEIGHTS_SHA256]}
