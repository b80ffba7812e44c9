"""Labels as the trainer needs them: features and [SEG] states computed once, targets on the decoder's grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file

from core.errors import FinetuneError, KnownError
from core.features import FeatureStore
from core.finetune.job import Example
from core.finetune.views import look, views_for
from core.image_file import read_image
from core.mask import decode_png
from core.segmenter import ImageFeatures, Segmenter
from core.zoom import crops, name_of_view

Key = tuple[str, str]
"""Hash of an image and name of a view or a crop of it."""

IN_MEMORY_BYTES = 3 * 2**30


@dataclass(frozen=True)
class Sample:
    """One structure on one view of one image, or on one crop of it.

    Attributes:
        example: the label.
        view: number of the view; 0 is the image as it is.
        key: where its features are.
        state: (1, hidden) float32 on the CPU, the [SEG] state, said of the whole view.
        target: (g, g) float32 on the CPU, share of each cell that belongs to the structure.
        crop: which part of the view (`core.zoom.crops`).
    """

    example: Example
    view: int
    key: Key
    state: torch.Tensor
    target: torch.Tensor
    crop: int = 0


class Shelf:
    """Features in half precision: in memory as long as they fit, on the disk beyond.

    Half precision, since features are inputs here and never updated: full-size ones take 8 MB instead of 16 MB a view.
    """

    def __init__(self, folder: Path, room: int = IN_MEMORY_BYTES) -> None:
        self._folder, self._room = folder, room
        self._held: dict[Key, ImageFeatures] = {}
        self._files: dict[Key, Path] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._held or key in self._files

    def put(self, key: Key, features: ImageFeatures) -> None:
        """Keep the features of one view. Raises FinetuneError if the disk is full."""
        half = features.to("cpu", torch.float16)
        parts = {"embedding": half.embedding, "high_res_0": half.high_res_0, "high_res_1": half.high_res_1}
        size = sum(part.numel() * 2 for part in parts.values())
        if size <= self._room:
            self._room -= size
            self._held[key] = half
            return
        file = self._folder / f"{key[0]}-{key[1]}.safetensors"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_file({name: part.contiguous() for name, part in parts.items()}, file)
        except OSError as error:
            raise disk_full() from error
        self._files[key] = file

    def batch(self, keys: Sequence[Key], device: torch.device) -> ImageFeatures:
        """Features of several views one after the other, in half precision on a device."""
        found = [self._get(key).to(device, torch.float16) for key in keys]
        return ImageFeatures(
            torch.cat([one.embedding for one in found]),
            torch.cat([one.high_res_0 for one in found]),
            torch.cat([one.high_res_1 for one in found]),
        )

    def bring_near(self, device: torch.device) -> None:
        """Keep what is in memory on the graphics card instead, if a quarter of what is free there suffices."""
        sizes = (part.nbytes for one in self._held.values() for part in (one.embedding, one.high_res_0, one.high_res_1))
        if device.type == "cuda" and sum(sizes) <= torch.cuda.mem_get_info(device)[0] // 4:
            self._held = {key: one.to(device, torch.float16) for key, one in self._held.items()}

    def _get(self, key: Key) -> ImageFeatures:
        return self._held[key] if key in self._held else ImageFeatures(**load_file(self._files[key]))


def read_truth(example: Example) -> npt.NDArray[np.bool_]:
    """The frozen mask of a label, (H, W) bool. Raises FinetuneError if its file is missing or damaged."""
    try:
        return decode_png(Path(example.mask).read_bytes())
    except (OSError, ValueError) as error:
        raise FinetuneError(
            "A mask that was frozen for this fine-tune is missing or damaged, so it was stopped; your labels are safe.",
            "Start it again from the window.",
        ) from error


def target_of(mask: npt.NDArray[np.bool_], grid: int) -> torch.Tensor:
    """(H, W) bool -> (grid, grid) float32 share of each cell: what enlarging bilinearly brings back best."""
    return torch.from_numpy(cv2.resize(mask.astype(np.float32), (grid, grid), interpolation=cv2.INTER_AREA))


def by_label(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The crops of each label's plain view, in the order of their first appearance."""
    plain: dict[Example, list[Sample]] = {}
    for sample in samples:
        if sample.view == 0:
            plain.setdefault(sample.example, []).append(sample)
    return list(plain.values())


def encode(
    segmenter: Segmenter,
    examples: Sequence[Example],
    views: int,
    shelf: Shelf,
    store: FeatureStore,
    advance: Callable[[int, int], None],
) -> list[Sample]:
    """Encode every view of every image once, and every prompt on it.

    Args:
        segmenter: a loaded model.
        examples: labels.
        views: how many views of each are wanted.
        shelf: takes the features.
        store: computes them, or knows them from before.
        advance: called with (done, all) before each view; may raise to stop.

    Returns:
        Samples; the crops of one view of a label stand together, in their order.

    Raises:
        FinetuneError: an image is gone or another one than was labelled.
    """
    by_image: dict[str, list[Example]] = {}
    for example in examples:
        by_image.setdefault(example.image_sha256, []).append(example)
    planned = [
        (group, view, [e for e in group if view in views_for(e.prompt, views)])
        for group in by_image.values()
        for view in range(views)
    ]
    planned = [(group, view, wanted) for group, view, wanted in planned if wanted]
    samples: list[Sample] = []
    pixels: npt.NDArray[np.uint8] | None = None
    shown: list[Example] | None = None
    for count, (group, view, wanted) in enumerate(planned):
        advance(count, len(planned))
        if shown is not group or pixels is None:
            shown, pixels = group, read_pixels(group[0])
        rgb = look(pixels, view)
        for example in wanted:
            truth = read_truth(example)
            if truth.shape != pixels.shape[:2]:
                raise _changed()
            seen = look(truth.astype(np.uint8), view) > 0 if view else truth
            sha, grid = example.image_sha256, segmenter.mask_grid
            state = store.state(segmenter, sha, rgb, example.prompt, name_of_view(view)).float().cpu()
            for number, part in enumerate(crops(truth.shape[0], truth.shape[1], example.zoom, grid)):
                key = (sha, name_of_view(view, example.zoom, number))
                if key not in shelf:
                    shelf.put(key, store.features(segmenter, sha, rgb[part], key[1]))
                samples.append(Sample(example, view, key, state, target_of(seen[part], grid), number))
    advance(len(planned), len(planned))
    return samples


def picture_of(sample: Sample, grid: int, whole: bool = False) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8, the pixels of a sample's crop, or of its whole view.

    Args:
        sample: which one.
        grid: side of the model's answer.
        whole: the view as it is.

    Raises:
        FinetuneError: the image is gone or another one.
    """
    rgb = look(read_pixels(sample.example), sample.view)
    if whole:
        return rgb
    rows, columns = crops(rgb.shape[0], rgb.shape[1], sample.example.zoom, grid)[sample.crop]
    return np.ascontiguousarray(rgb[rows, columns])


def disk_full() -> FinetuneError:
    """What is said when there is no room for what a run keeps beside."""
    return FinetuneError(
        "The disk is full, so the fine-tune was stopped; your labels are safe.",
        "Make room on the disk and start it again.",
    )


def read_pixels(example: Example) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 of a label's image. Raises FinetuneError if it is gone or another one."""
    try:
        image = read_image(Path(example.image))
    except KnownError as error:
        raise FinetuneError(
            "A labelled image cannot be read any more, so the fine-tune was stopped; your labels are safe.",
            "Put the image back where it was, or take its label back, and start again.",
        ) from error
    if image.sha256 != (example.copy_sha256 or example.image_sha256):
        raise _changed()
    return image.pixels


def _changed() -> FinetuneError:
    return FinetuneError(
        "A labelled image was exchanged since it was labelled, so the fine-tune was stopped; your labels are safe.",
        "Put the image back, or label the new one, and start again.",
    )
