"""`sa2va-annotator propagate`: one mask, or words, carried through a stack."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.cli_output import Report, resources_used, write_json
from core.cli_predict import guard
from core.errors import InputError
from core.image_file import file_of, places_in, read_image
from core.labelled_set import images_in, read_reference_mask
from core.mask import HALF, apply_threshold, encode_png, probability_levels, threshold_of
from core.model_reference import recommended_step
from core.packed_array import pack_array
from core.place import stem_of
from core.propagate_protocol import MOST_SLICES, DoubtAnswer, PropagateRequest, SliceAnswer, walk_event
from core.series import in_series_order
from core.whole_file import make_folder, write_aside, write_csv
from core.worker_protocol import Message

if TYPE_CHECKING:
    from core.inference.predictor import Predictor

RECORD = "propagation.json"


@dataclass(frozen=True)
class CarriedSlice:
    """One row of propagation.json and propagation.csv.

    Attributes:
        image: name of the slice.
        mask: name of its mask in the folder of results; "" where none was written.
        area_px: pixels of the mask.
        predicted_iou: what the model thinks of it; None for the mask that was given.
        doubt: why the masks end before this slice; "" where they do not.
    """

    image: str
    mask: str
    area_px: int | None = None
    predicted_iou: float | None = None
    doubt: str = ""


class _Masks:
    """Writes what comes, and remembers it for the record."""

    def __init__(self, places: list[Path], out: Path, step: int, report: Report) -> None:
        self._places, self._out, self._step, self._report = places, out, step, report
        self.rows: dict[int, CarriedSlice] = {}

    def keep(self, index: int, mask: npt.NDArray[np.bool_], predicted_iou: float | None = None) -> None:
        """Write one mask (H, W) bool. Raises ExportError."""
        name = f"{stem_of(self._places[index].name)}.png"
        write_aside(self._out / name, encode_png(mask))
        guess = None if predicted_iou is None else round(predicted_iou, 6)
        self.rows[index] = CarriedSlice(self._places[index].name, name, int(mask.sum()), guess)
        self._report.progress(len(self.rows), len(self._places), self._places[index].name)

    def answer(self, index: int, logits: npt.NDArray[np.float16], predicted_iou: float, shape: tuple[int, int]) -> None:
        """Write the mask of one answer, for a slice of (H, W) pixels. Raises ExportError."""
        self.keep(index, apply_threshold(probability_levels(logits, *shape), self._step), predicted_iou)

    def doubt(self, index: int, why: str) -> None:
        """Say where the masks end."""
        self.rows[index] = CarriedSlice(self._places[index].name, "", doubt=why)
        self._report.remark(f"{self._places[index].name}: {why}")


class _Nobody:
    """Nothing goes before a walk on the command line. Fulfils `core.inference.propagation.MakingWay`."""

    def is_wanted(self) -> bool:
        return False

    def go_on(self) -> bool:
        return True


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Carry the mask, write masks and records; what was written before a fault holds.

    Raises:
        InputError, ImageError, ExportError, ModelError, DeviceError: in words.
    """
    places = _slices(Path(arguments.stack))
    out = Path(arguments.out)
    start = _start(arguments, len(places))
    given = None
    if start is not None:
        image = read_image(places[start])
        given = read_reference_mask(Path(arguments.mask), image.height, image.width).mask
    guard(out, places, ["."], arguments.overwrite, RECORD)
    step = arguments.threshold or recommended_step(arguments.model) or HALF
    begun = time.perf_counter()
    report.remark("Loading the model …")

    from core.inference.predictor import Predictor

    segmenter = arguments.open_model(arguments.model, arguments.device)
    make_folder(out)
    masks, predictor = _Masks(places, out, step, report), Predictor(segmenter)
    if start is None or given is None:
        way = _by_words(predictor, places, arguments.prompt, masks)
    else:
        masks.keep(start, given)
        way = _by_mask(predictor, _request(arguments, places, start, given), given.shape, masks)
    result = {
        "model": arguments.model,
        "model_id": segmenter.model_id,
        "device": segmenter.device.type,
        "way": way,
        "prompt": arguments.prompt or "",
        "threshold": threshold_of(step),
        "images": [asdict(row) for _, row in sorted(masks.rows.items())],
        "seconds": round(time.perf_counter() - begun, 2),
        **resources_used(),
    }
    write_json(str(out / RECORD), result)
    write_csv(out / "propagation.csv", result["images"])
    written = sum(bool(row.mask) for row in masks.rows.values())
    report.say(f"{written} masks of {len(places)} slices written to {out}")
    return {"ok": True, **result}


def _slices(stack: Path) -> list[Path]:
    """The slices in their order. Raises InputError."""
    files = [stack] if file_of(stack).is_file() else in_series_order(images_in(stack))
    places = places_in(files)
    if len(places) > MOST_SLICES:
        raise InputError(
            "“{name}” has {count} slices, and {most} can be walked through at a time, so nothing was started.",
            "Put the slices that matter into a folder of their own.",
            name=stack.name,
            count=len(places),
            most=MOST_SLICES,
        )
    return places


def _start(arguments: argparse.Namespace, count: int) -> int | None:
    """Index of the slice whose mask is given; None for words alone. Raises InputError."""
    if arguments.mask is None and arguments.slice is None and arguments.prompt:
        return None
    if arguments.mask is None or arguments.slice is None:
        raise InputError(
            "It is not said what is to be carried through the stack, so nothing was started.",
            "Give the mask of one slice with --mask and its number with --slice, or words alone with --prompt.",
        )
    if arguments.slice > count:
        raise InputError(
            "The stack has {count} slices, so there is no slice {number}, and nothing was started.",
            "Give a number from 1 to {count} with --slice.",
            count=count,
            number=arguments.slice,
        )
    return int(arguments.slice) - 1


def _request(
    arguments: argparse.Namespace, places: list[Path], start: int, mask: npt.NDArray[np.bool_]
) -> PropagateRequest:
    packed = pack_array(mask.astype(np.uint8))
    images = [str(place) for place in places]
    return PropagateRequest(1, images, start, packed, arguments.prompt or "", arguments.forward, arguments.backward)


def _by_mask(predictor: Predictor, request: PropagateRequest, shape: tuple[int, ...], masks: _Masks) -> str:
    """Walk as the window's worker does."""
    from core.inference.propagation import Propagation

    height, width = shape

    def take(message: Message) -> None:
        event = walk_event(message)
        if isinstance(event, SliceAnswer):
            masks.answer(event.index, event.logits, event.predicted_iou, (height, width))
        elif isinstance(event, DoubtAnswer):
            masks.doubt(event.index, event.why)

    return str(Propagation(predictor, request, take, _Nobody()).run()["way"])


def _by_words(predictor: Predictor, places: list[Path], prompt: str, masks: _Masks) -> str:
    """Walk as Sa2VA does through a film. Its masks have the size of their own slice."""
    from core.inference.stack_walk import by_words

    for found in by_words(predictor, places, prompt):
        image, _ = predictor.look(places[found.index])
        masks.answer(found.index, found.logits, found.predicted_iou, (image.height, image.width))
    return "words"
