"""`sa2va-annotator predict`: masks for a folder of images."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.cli_output import Report, resources_used, write_json
from core.errors import ExportError, KnownError
from core.export.names import distinct_names
from core.image_file import file_of, places_in
from core.labelled_set import by_base_name, images_in
from core.mask import STEPS, apply_threshold, encode_png, probability_levels, threshold_of
from core.model_reference import recommended_step, recommended_zoom
from core.place import stem_of
from core.whole_file import make_folder, write_aside, write_csv

RECORD = "predictions.json"


@dataclass(frozen=True)
class PredictedImage:
    """One row of predictions.json and predictions.csv: one structure on one image.

    Attributes:
        image: name of the file.
        prompt: the structure in words.
        mask: path of the mask in the folder of results; "" where none was written.
        area_px: pixels of the mask.
        predicted_iou, object_score: what the model thinks of it (`core.inference.predictor.Prediction`).
        answer: in words, special tokens included; "" where it was forced.
        parts: how many masks the answer speaks of; 0 means that the model says that there is nothing.
        candidates: of every mask that the model offered predicted_iou, area_px and whether it is the chosen one; only in JSON.
        error: why there is no mask.
    """

    image: str
    prompt: str
    mask: str
    width: int | None
    height: int | None
    area_px: int | None
    predicted_iou: float | None
    object_score: float | None
    seconds: float | None
    answer: str = ""
    parts: int | None = None
    candidates: tuple[dict[str, object], ...] = ()
    error: str = ""


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Predict every image, write masks and records; an image that cannot be read is named and left out.

    Raises:
        InputError, ExportError, ModelError, DeviceError: before anything was written.
    """
    files = _files(arguments.images)
    out = Path(arguments.out)
    folders = _folders(arguments.prompts)
    guard(out, files, list(folders.values()), arguments.overwrite, RECORD)
    step = arguments.threshold
    if step is None:
        step = recommended_step(arguments.model)
        if step is not None:
            report.remark(f"Threshold {threshold_of(step):g}, the best one of this version when it was made.")
    step = STEPS // 2 if step is None else step
    start = time.perf_counter()
    report.remark("Loading the model …")
    segmenter = arguments.open_model(arguments.model, arguments.device)
    for folder in folders.values():
        make_folder(out / folder)
    zoom = arguments.zoom or recommended_zoom(arguments.model)
    rows = _predict_all(files, folders, out, step, segmenter, zoom, arguments.let_decide, report)
    result = {
        "model": arguments.model,
        "model_id": segmenter.model_id,
        "device": segmenter.device.type,
        "prompts": list(folders),
        "let_decide": arguments.let_decide,
        "zoom": zoom,
        "threshold": threshold_of(step),
        "step": step,
        "images": [asdict(row) for row in rows],
        "seconds": round(time.perf_counter() - start, 2),
        **resources_used(),
    }
    write_json(str(out / RECORD), result)
    write_csv(out / "predictions.csv", [{**asdict(row), "candidates": len(row.candidates)} for row in rows])
    failed = [row for row in rows if row.error]
    for error in dict.fromkeys(row.error for row in failed):
        report.remark(error)
    if none := [row for row in rows if row.parts == 0]:
        report.remark(f"The model answered without a mask {len(none)} of {len(rows)} times; those files are black.")
    report.say(f"{len(rows) - len(failed)} of {len(rows)} masks written to {out}")
    return {"ok": not failed, **result}


def _files(named: list[str]) -> list[Path]:
    """Every image that the arguments name, and of a file with several frames each of them.

    Raises:
        InputError: there is none, or two share a base name.
    """
    files: list[Path] = []
    for name in named:
        path = Path(name)
        if file_of(path).is_file():
            files.append(path)
        else:
            files.extend(images_in(path))
    return list(by_base_name(places_in(files)).values())


def _folders(prompts: list[str]) -> dict[str, str]:
    """The folder of each prompt below that of the results; with one prompt that folder itself."""
    different = list(dict.fromkeys(prompts))
    if len(different) == 1:
        return {different[0]: "."}
    names = distinct_names([(prompt, str(number)) for number, prompt in enumerate(different, start=1)])
    return dict(zip(different, names, strict=True))


def guard(out: Path, files: Sequence[Path], folders: Sequence[str], overwrite: bool, record: str) -> None:
    """Refuse to write over an image that was given, or over masks that the same command did not write.

    Args:
        out: folder of the results.
        files: images that were given.
        folders: below `out`, of the masks.
        overwrite: whether a person allowed it.
        record: the file by which the command knows its own results.

    Raises:
        ExportError: in words.
    """
    originals = {file.resolve() for file in files}
    ours = (out / record).is_file()
    for file, folder in ((file, folder) for file in files for folder in folders):
        target = out / folder / f"{stem_of(file.name)}.png"
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
    files: list[Path],
    folders: dict[str, str],
    out: Path,
    step: int,
    segmenter: Any,
    zoom: int,
    decide: bool,
    report: Report,
) -> list[PredictedImage]:
    from core.inference.predictor import Predictor

    predictor, prompts = Predictor(segmenter), list(folders)
    rows: list[PredictedImage] = []
    for count, file in enumerate(files):
        report.progress(count, len(files), file.name)
        try:
            if decide:
                found = [predictor.let_decide(file, prompt, zoom) for prompt in prompts]
            else:
                found = predictor.predict_several(file, prompts, zoom)
        except KnownError as error:
            nothing = (None,) * 6
            rows += [PredictedImage(file.name, one, "", *nothing, error=f"{file.name}: {error}") for one in prompts]
            continue
        for prompt, prediction in zip(prompts, found, strict=True):
            rows.append(_write(file, prompt, out, folders[prompt], step, prediction))
    report.progress(len(files), len(files))
    return rows


def _write(file: Path, prompt: str, out: Path, folder: str, step: int, prediction: Any) -> PredictedImage:
    """Write one mask. Raises ExportError if that is not possible."""
    levels = [probability_levels(candidate, prediction.height, prediction.width) for candidate in prediction.candidates]
    areas = [int(apply_threshold(one, step).sum()) for one in levels]
    target = Path(folder) / f"{stem_of(file.name)}.png"
    write_aside(out / target, encode_png(apply_threshold(levels[prediction.best], step)))
    return PredictedImage(
        file.name,
        prompt,
        target.as_posix(),
        prediction.width,
        prediction.height,
        areas[prediction.best],
        round(prediction.predicted_iou, 6),
        round(prediction.object_score, 6),
        round(prediction.seconds, 4),
        prediction.text,
        prediction.parts,
        tuple(
            {"predicted_iou": round(iou, 6), "area_px": area, "chosen": place == prediction.best}
            for place, (iou, area) in enumerate(zip(prediction.ious, areas, strict=True))
        ),
    )
