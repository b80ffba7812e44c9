"""Two versions on labels of a project: on all accepted ones, on the test set, or on those from which neither learned."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import FinetuneError
from core.features import FeatureCache
from core.inference.predictor import Predictor
from core.mask import HALF, apply_threshold, probability_levels
from core.metrics import dice
from core.model_reference import is_version, open_segmenter, read_version_record, recommended_step
from core.paired_table import NEW, TEST_SET, iou_of
from core.segmenter import Segmenter
from core.shape_metrics import is_thin, shape_figures
from core.store.store import Store

Key = tuple[int, int]
"""Ids of an image and a structure."""
Logits = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Comparison:
    """What is asked.

    Attributes:
        project: folder of the project; it is only read.
        references: of the first and the second model: folders of versions, or a base model.
        which: "accepted", "test" or "new" (`core.paired_table`).
        device: "auto", "cpu" or "cuda".
    """

    project: Path
    references: tuple[str, str]
    which: str
    device: str = "auto"


def compare_versions(
    asked: Comparison,
    advance: Callable[[int, int], None] = lambda done, total: None,
    open_model: Callable[[str, str], Segmenter] = open_segmenter,
) -> dict[str, Any]:
    """Compare, each model at the threshold that was best for it when it was made.

    A base model has the one that was best for it in the comparison with the other one, or 0.5 beside another base model.

    Args:
        asked: what.
        advance: called with (done, all) before each prediction; may raise to stop.
        open_model: loads a reference on a device.

    Returns:
        "labels": [{"image", "structure" (ids), "values": {metric: [first, second]}}], "steps": [first, second],
        "learned": of each model, how many of these labels show patients from whom it has learned.

    Raises:
        FinetuneError: no label is left to compare on.
        KnownError: a model, an image or a mask cannot be read.
    """
    steps = _steps(asked.references)
    with Store.open(asked.project, read_only=True) as store:
        patients = [_patients_learned(store, reference) for reference in asked.references]
        groups = {row.id: row.patient_key for row in store.images()}
        keys = _chosen(store, asked.which, groups, patients[0] | patients[1])
        answers = []
        for place, reference in enumerate(asked.references):
            # The first model has to be out of the memory before the second one is loaded.
            answers.append(_ask(store, asked, open_model(reference, asked.device), keys, place, advance))
            gc.collect()
        truths = {key: store.label(*key).mask for key in keys}
    thin = {one: is_thin([truths[key] for key in keys if key[1] == one]) for one in {key[1] for key in keys}}
    rows = []
    for key in keys:
        pair = [_values(answers[i][key], truths[key], steps[i], thin[key[1]]) for i in (0, 1)]
        values = {metric: [pair[0][metric], pair[1][metric]] for metric in pair[0]}
        rows.append({"image": key[0], "structure": key[1], "values": values})
    advance(2 * len(keys), 2 * len(keys))
    learned = [sum(groups[image] in known for image, _ in keys) for known in patients]
    return {"labels": rows, "steps": list(steps), "learned": learned}


def _steps(references: tuple[str, str]) -> tuple[int, int]:
    own = [recommended_step(reference) for reference in references]
    found = []
    for place, step in enumerate(own):
        other = references[1 - place]
        if step is None and own[1 - place] is not None:
            figures = read_version_record(Path(other)).get("figures")
            base = figures.get("base_step") if isinstance(figures, dict) else None
            step = base if isinstance(base, int) and 1 <= base <= 199 else None
        found.append(step or HALF)
    return found[0], found[1]


def _patients_learned(store: Store, reference: str) -> set[str]:
    """Patients from whose images a model has learned; of a base model nobody knows."""
    if not is_version(Path(reference)):
        return set()
    rows = read_version_record(Path(reference)).get("learned_from")
    seen = {str(row.get("image")) for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    return {row.patient_key for row in store.images() if row.sha256[:16] in seen}


def _chosen(store: Store, which: str, groups: dict[int, str], learned: set[str]) -> list[Key]:
    """Raises FinetuneError if nothing is left."""
    keys = store.accepted()
    if which == TEST_SET:
        kept = store.test_set()
        keys = [key for key in keys if key[0] in kept]
    elif which == NEW:
        keys = [key for key in keys if groups[key[0]] not in learned]
    if not keys:
        raise FinetuneError(
            "There are no accepted masks of this kind, so the versions cannot be compared on them.",
            "Accept masks of other patients, or choose another set.",
        )
    return keys


def _ask(
    store: Store,
    asked: Comparison,
    segmenter: Segmenter,
    keys: list[Key],
    place: int,
    advance: Callable[[int, int], None],
) -> dict[Key, Logits]:
    """What one model predicts: of each label (G, G) logits."""
    predictor = Predictor(segmenter, FeatureCache(store.folder / "cache"))
    images = {row.id: row for row in store.images()}
    structures = {row.id: row for row in store.structures()}
    found = {}
    # All structures of an image one after the other: the predictor remembers it.
    for done, key in enumerate(sorted(keys)):
        advance(place * len(keys) + done, 2 * len(keys))
        structure = structures[key[1]]
        answer = predictor.predict(store.image_path(images[key[0]]), structure.prompt, zoom=structure.zoom)
        found[key] = answer.logits
    return found


def _values(logits: Logits, truth: npt.NDArray[np.bool_], step: int, thin: bool) -> dict[str, float]:
    alike = dice(apply_threshold(probability_levels(logits, *truth.shape), step), truth)
    return {"dice": alike, "iou": iou_of(alike), **shape_figures(logits, truth, step, thin)}
