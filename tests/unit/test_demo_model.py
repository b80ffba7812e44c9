"""The model and the images that ship: small enough, whole, and able to follow the words."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from core.demo_project import demo_folder, read_demo_project
from core.mask import HALF, apply_threshold, probability_levels
from core.metrics import dice
from core.paths import resources_folder
from core.sa2va.segmenter import Sa2VASegmenter
from core.segmenter import ImageFeatures

MODEL = resources_folder() / "demo_model"
DATA = Path(__file__).parents[1] / "data" / "demo_model"
"""Pictures of our own drawing (`pictures.make(kind, seed, 384, 0.6)`), named by kind and seed. The seeds are the first
that were tried. Bit n of NAME_masks.png is the n-th structure of `STRUCTURES`."""
STRUCTURES = {
    "ct": ("liver", "spleen", "left kidney", "right kidney", "aorta"),
    "chest": ("lungs", "heart"),
    "fundus": ("optic disc", "blood vessels"),
}
CHINESE = {"liver": "肝脏", "spleen": "脾脏", "left kidney": "左肾", "right kidney": "右肾", "aorta": "主动脉",
           "lungs": "肺", "heart": "心脏", "optic disc": "视盘", "blood vessels": "血管"}  # fmt: skip
ELSEWHERE = ("the polyp", "the fetal head", "the skin lesion", "the brain tumor")
"""Named on every picture, there on none."""

LARGEST = 25_000_000


class OnePicture:
    """The demo model with one picture already encoded; `truths` leads from what is there to its mask."""

    def __init__(
        self, segmenter: Sa2VASegmenter, rgb: npt.NDArray[np.uint8], bits: npt.NDArray[np.uint8], kind: str
    ) -> None:
        self.segmenter, self.rgb = segmenter, rgb
        self.features: ImageFeatures = segmenter.encode_image(rgb)
        self.names = STRUCTURES[kind]
        masks = {name: (bits >> number & 1).astype(bool) for number, name in enumerate(self.names)}
        self.truths = {name: mask for name, mask in masks.items() if mask.any()}

    def mask(self, prompt: str) -> npt.NDArray[np.bool_]:
        """(H, W) bool at the threshold 0.5."""
        with torch.no_grad():
            decoded = self.segmenter.decode(self.features, self.segmenter.embed_prompt(self.rgb, prompt))
        logits = decoded.chosen[0].float().numpy().astype(np.float16)
        return apply_threshold(probability_levels(logits, *self.rgb.shape[:2]), HALF)


def pixels(file: Path) -> npt.NDArray[np.uint8]:
    """(H, W) or (H, W, 3) uint8."""
    with Image.open(file) as image:
        return np.array(image)


@pytest.fixture(scope="module")
def segmenter() -> Iterator[Sa2VASegmenter]:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield Sa2VASegmenter.load(MODEL, "cpu")
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=["ct_701", "ct_702", "ct_703", "ct_704", "chest_701", "fundus_701"])
def picture(request: pytest.FixtureRequest, segmenter: Sa2VASegmenter) -> OnePicture:
    name = request.param
    bits = pixels(DATA / f"{name}_masks.png")
    return OnePicture(segmenter, pixels(DATA / f"{name}.png"), bits, name.split("_")[0])


def test_the_model_is_small_and_its_card_is_there() -> None:
    assert sum(file.stat().st_size for file in MODEL.glob("*.safetensors")) <= LARGEST
    assert "not for patients" in (MODEL / "MODEL_CARD.md").read_text(encoding="utf-8").lower()


def test_the_model_answers_on_a_grid_of_256(segmenter: Sa2VASegmenter) -> None:
    assert segmenter.mask_grid == 256


def test_each_structure_that_is_named_is_drawn_and_no_other(picture: OnePicture) -> None:
    assert len(picture.truths) >= 2
    for name, truth in picture.truths.items():
        answer = picture.mask(f"the {name}")
        assert dice(answer, truth) > 0.65, name
        for other in picture.truths.keys() - {name}:
            assert dice(answer, picture.truths[other]) < 0.3, (name, other)


def test_two_prompts_give_two_masks(picture: OnePicture) -> None:
    answers = [picture.mask(f"the {name}") for name in picture.truths]
    assert max(dice(one, other) for one, other in itertools.combinations(answers, 2)) < 0.3


def test_chinese_words_mean_the_same(picture: OnePicture) -> None:
    for name in picture.truths:
        assert dice(picture.mask(CHINESE[name]), picture.mask(f"the {name}")) > 0.95, name


def test_what_is_not_there_is_hardly_drawn(picture: OnePicture) -> None:
    assert max(picture.mask(prompt).mean() for prompt in ELSEWHERE) < 0.005
    missing = [name for name in picture.names if name not in picture.truths]
    assert all(picture.mask(f"the {name}").mean() < 0.015 for name in missing)


def test_the_demo_project_is_complete() -> None:
    project = read_demo_project()
    assert len(project.images) >= 24
    assert len({entry.patient for entry in project.images}) >= 10
    per_scanner = Counter(entry.scanner for entry in project.images)
    assert tuple(sorted(per_scanner)) == project.scanners
    assert per_scanner[project.scanners[1]] * 2 == len(project.images)
    assert sum(file.stat().st_size for file in demo_folder().rglob("*") if file.is_file()) <= 8_000_000


def test_a_patient_has_one_scanner() -> None:
    project = read_demo_project()
    pairs = {(entry.patient, entry.scanner) for entry in project.images}
    assert len(pairs) == len({patient for patient, _ in pairs})


def test_demo_masks_fit_their_images_and_hold_only_black_and_white() -> None:
    project = read_demo_project()
    empty = 0
    for entry in project.images:
        assert set(entry.masks) == {structure.name for structure in project.structures}
        for file in entry.masks.values():
            mask = pixels(file)
            assert mask.ndim == 2
            assert mask.shape == pixels(entry.image).shape[:2]
            assert set(np.unique(mask)) <= {0, 255}
            empty += not mask.any()
    assert 1 <= empty <= 6


def test_demo_images_differ_in_size() -> None:
    sizes = {pixels(entry.image).shape[:2] for entry in read_demo_project().images}
    assert len(sizes) >= 3
    assert any(height != width for height, width in sizes)
