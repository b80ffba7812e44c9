"""`sa2va-annotator predict`: masks for a folder of images."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.cli_output import Report, resources_used, write_json
from core.errors import ExportError, KnownError
from core.labelled_set import by_base_name, images_in
from core.mask import STEPS, apply_threshold, encode_png, probability_levels, threshold_of
from core.model_reference import recommended_step, recommended_zoom
from core.whole_file import make_folder, write_aside, write_csv

RECORD = "predictions.json"


@dataclass(frozen=True)
class PredictedImage:
    """One row of predictions.json and predictions.csv; `error` is empty where a mask was written."""

    image: str
    mask: str
    width: int | None
    height: int | None
    area_px: int | None
    predicted_iou: float | None
    object_score: float | None
    seconds: float | None
    error: str = ""


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Predict every image, write masks and records; an image that cannot be read is named and left out.

    Raises:
        InputError, ExportError, ModelError, DeviceError: before anything was written.
    """
    files = _files(arguments.images)
    out = Path(arguments.out)
    _guard(out, files, arguments.overwrite)
    step = arguments.threshold
    if step is None:
        step = recommended_step(arguments.model)
        if step is not None:
            report.remark(f"Threshold {threshold_of(step):g}, the best one of this version when it was made.")
    step = STEPS // 2 if step is None else step
    start = time.perf_counter()
    report.remark("Loading the model …")
    segmenter = arguments.open_model(arguments.model, arguments.device)
    make_folder(out)
    zoom = arguments.zoom or recommended_zoom(arguments.model)
    rows = _predict_all(files, out, step, segmenter, arguments.prompt, zoom, report)
    result = {
        "model": arguments.model,
        "model_id": segmenter.model_id,
        "device": segmenter.device.type,
        "prompt": arguments.prompt,
        "zoom": zoom,
        "threshold": threshold_of(step),
        "step": step,
        "images": [asdict(row) for row in rows],
        "seconds": round(time.perf_counter() - start, 2),
        **resources_used(),
    }
    write_json(str(out / RECORD), result)
    write_csv(out / "predictions.csv", [asdict(row) for row in rows])
    failed = [row for row in rows if row.error]
    for row in failed:
        report.remark(row.error)
    report.say(f"{len(rows) - len(failed)} of {len(rows)} masks written to {out}")
    return {"ok": not failed, **result}


def _files(named: list[str]) -> list[Path]:
    """Every image that the arguments name. Raises InputError where there is none, or two share a base name."""
    files: list[Path] = []
    for name in named:
        path = Path(name)
        if path.is_file():
            files.append(path)
        else:
            files.extend(images_in(path))
    return list(by_base_name(files).values())


def _guard(out: Path, files: list[Path], overwrite: bool) -> None:
    """Refuse to write over an image that was given, or over masks that this command did not write."""
    originals = {file.resolve() for file in files}
    ours = (out / RECORD).is_file()
    for file in files:
        target = out / f"{file.stem}.png"
        if target.resolve() in originals:
            raise ExportError(
                "The mask of “{name}” would be written over an image, so nothing was started.",
                "Choose another folder with --out.",
                name=file.name,
            )
        if target.exists() and not ours and not overwrite:
            raise ExportError(
                "The folder “{folder}” already holds “{name}”, which is not of this program, so nothing was started.",
                "Choose another folder with --out, or allow it with --overwrite.",
                folder=str(out),
                name=target.name,
            )


def _predict_all(
    files: list[Path], out: Path, step: int, segmenter: Any, prompt: str, zoom: int, report: Report
) -> list[PredictedImage]:
    from core.inference.predictor import Predictor

    predictor = Predictor(segmenter)
    rows: list[PredictedImage] = []
    for count, file in enumerate(files):
        report.progress(count, len(files), file.name)
        try:
            rows.append(_predict_one(file, out, step, predictor, prompt, zoom))
        except KnownError as error:
            if isinstance(error, ExportError):
                raise
            rows.append(PredictedImage(file.name, "", None, None, None, None, None, None, f"{file.name}: {error}"))
    report.progress(len(files), len(files))
    return rows


def _predict_one(file: Path, out: Path, step: int, predictor: Any, prompt: str, zoom: int) -> PredictedImage:
    prediction = predictor.predict(file, prompt, zoom=zoom)
    mask = apply_threshold(probability_levels(prediction.logits, prediction.height, prediction.width), step)
    target = out / f"{file.stem}.png"
    write_aside(target, encode_png(mask))
    return PredictedImage(
        file.name,
        target.name,
        prediction.width,
        prediction.height,
        int(mask.sum()),
        round(prediction.predicted_iou, 6),
        round(prediction.object_score, 6),
        round(prediction.seconds, 4),
    )
