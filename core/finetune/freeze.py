"""From a project to a frozen job, and from the job's ending back into the project. Used by window and command line."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import FinetuneError
from core.finetune.job import Example, Job
from core.mask import encode_png
from core.store.rows import ImageRow, StructureRow, VersionRow
from core.store.store import Store

LEAST_LABELS = 4
"""Two to learn from and two to compare on; `core.finetune.split` insists on the same."""

HeldOut = tuple[ImageRow, StructureRow, npt.NDArray[np.bool_]]


def enough_labels(store: Store) -> tuple[int, int, str]:
    """Accepted labels, patients among them, and why a run cannot start ("" if it can; a template with {least})."""
    labels, images, patients = store.count_accepted()
    return labels, patients, "" if images >= LEAST_LABELS else "Accept at least {least} images first."


def freeze_labels(
    store: Store,
    *,
    model: str,
    device: str = "auto",
    seed: int = 0,
    note: str = "",
    base_id: str = "",
    in_use: str | None = None,
    held_out: Sequence[HeldOut] = (),
    **settings: Any,
) -> Job:
    """Copy every accepted label into a new job folder of the project, but none of the test set.

    Args:
        store: the open project.
        model: reference of the base model.
        device: "auto", "cpu" or "cuda".
        seed: of the division and the training.
        note: a line of the user's.
        base_id: identity of the base model if it is known.
        in_use: folder of the version in use, None for the base model.
        held_out: masks that the run only compares on.
        settings: epochs, learning_rate, batch, views where they differ from those of `Job`.

    Returns:
        The job, written. The name of its folder is the key of run and version.

    Raises:
        FinetuneError: too few labels, or the folder cannot be written.
        StoreError: a label is damaged.
    """
    key = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"
    folder = store.folder / "runs" / key
    job = Job(
        folder=str(folder),
        model=model,
        examples=_freeze_all(store, folder, held_out),
        out=str(store.folder / "versions" / key),
        in_use=in_use,
        base_id=base_id,
        seed=seed,
        device=device,
        note=note,
        cache=str(store.folder / "cache"),
        **settings,
    )
    job.write()
    return job


def begin(store: Store, job: Job) -> None:
    """Record that a run has begun. Raises StoreError if the project cannot be written."""
    store.add_run(Path(job.folder).name, job.folder)


def finish(store: Store, job: Job, outcome: str, result: dict[str, Any] | None = None) -> None:
    """Record how a run ended; a version that is measurably better becomes the active one.

    Args:
        store: the open project.
        job: of the run.
        outcome: "done", "failed", "cancelled", "paused" or "died".
        result: of `core.finetune.run.run_job`, with "done" only.

    Raises:
        StoreError: the project cannot be written.
    """
    key = Path(job.folder).name
    if result is None or not result["version"]:
        store.finish_run(key, outcome, (result or {}).get("figures"))
        return
    created = datetime.now(UTC).isoformat(timespec="seconds")
    parent = Path(job.version).name if job.version else None
    figures = {**result["figures"], "accepted": bool(result["accepted"])}
    for name in ("reason", "reason_template", "reason_values"):
        if name in result:
            figures[name] = result[name]
    base_id = job.base_id or _base_id_of(Path(result["version"]))
    if key in {row.id for row in store.versions(removed=True)}:  # taken in before the program was cut off
        store.finish_run(key, outcome, result["figures"], key)
        return
    store.add_version(VersionRow(key, parent, base_id, str(result["version"]), created, figures, job.note))
    if result["accepted"]:
        store.activate(key)
    store.finish_run(key, outcome, result["figures"], key)


def _base_id_of(version: Path) -> str:
    """The identity of the base model that the run found out and wrote into its version; "" if it cannot be read."""
    try:
        return str(json.loads((version / "version.json").read_text(encoding="utf-8"))["base_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _freeze_all(store: Store, folder: Path, held_out: Sequence[HeldOut]) -> tuple[Example, ...]:
    test_set = store.test_set()
    labels = [store.label(*key) for key in store.accepted() if key[0] not in test_set]
    if not held_out and len({label.image.sha256 for label in labels}) < LEAST_LABELS:
        raise FinetuneError(
            "There are too few accepted labels ({count}) to learn from some and compare on others, so nothing was started.",
            "Accept at least {least} images, if possible of several patients.",
            count=len(labels),
            least=LEAST_LABELS,
        )
    planned = [(label.image, label.structure, label.mask, "") for label in labels]
    planned += [(image, structure, mask, "test") for image, structure, mask in held_out]
    try:
        (folder / "masks").mkdir(parents=True)
        return tuple(_freeze(store, folder, *one) for one in planned)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise FinetuneError(
            "The fine-tune could not be prepared because the project's folder cannot be written; your labels are safe.",
            "Make room on the disk or allow writing, then start it again.",
        ) from error


def _freeze(
    store: Store, folder: Path, image: ImageRow, structure: StructureRow, mask: npt.NDArray[np.bool_], split: str
) -> Example:
    file = folder / "masks" / f"{image.id}-{structure.id}.png"
    file.write_bytes(encode_png(mask))
    path = str(store.image_path(image).resolve())
    return Example(path, image.sha256, str(file), image.patient_key, structure.prompt, split, structure.zoom)
