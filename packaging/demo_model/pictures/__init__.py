"""Procedural medical pictures with exact masks, of the project's own making: nothing is copied from any real picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pictures import microscopy, optical, radiology, ultrasound

_DRAW: dict[str, tuple[Callable[..., tuple[np.ndarray, dict[str, np.ndarray]]], tuple[str, ...]]] = {
    "ultrasound_breast": (ultrasound.breast, ("breast_lesion",)),
    "ultrasound_fetal": (ultrasound.fetal, ("fetal_head",)),
    "ultrasound_carotid": (ultrasound.carotid, ("carotid",)),
    "dermoscopy": (optical.dermoscopy, ("skin_lesion",)),
    "endoscopy": (optical.endoscopy, ("polyp",)),
    "fundus": (optical.fundus, ("optic_disc", "vessels")),
    "ct_abdomen": (radiology.abdomen, ("liver", "spleen", "left_kidney", "right_kidney", "aorta")),
    "chest_xray": (radiology.chest, ("lungs", "heart")),
    "brain_mr": (radiology.brain, ("brain", "metastases")),
    "fluorescence_nuclei": (microscopy.fluorescence, ("nuclei",)),
    "histology_he": (microscopy.histology, ("nuclei",)),
    "em_membrane": (microscopy.electron, ("membranes",)),
    "shapes": (
        microscopy.shapes,
        ("bright_region", "dark_region", "red_region", "green_region", "blue_region", "yellow_region"),
    ),
}
KINDS = tuple(_DRAW)
STRUCTURES_OF = {kind: structures for kind, (_, structures) in _DRAW.items()}
WEIGHTS = {
    "ultrasound_breast": 3.5,
    "ultrasound_carotid": 0.6,
    "dermoscopy": 1.6,
    "endoscopy": 2.6,
    "fundus": 2.2,
    "ct_abdomen": 2.6,
    "chest_xray": 1.2,
    "fluorescence_nuclei": 0.7,
    "histology_he": 0.6,
    "em_membrane": 0.9,
}
"""How often a kind is drawn for training; 1 where nothing is said."""

PROMPTS: dict[str, list[str]] = {
    "breast_lesion": [
        "the breast lesion",
        "the lesion",
        "the breast tumor",
        "the breast mass",
        "the mass",
        "the tumor",
        "breast lesion",
        "breast tumor",
        "lesion",
        "tumor",
        "乳腺病灶",
        "乳腺肿瘤",
    ],
    "fetal_head": [
        "the fetal head",
        "the head of the fetus",
        "fetal head",
        "the head",
        "the fetal skull",
        "the baby's head",
        "胎儿头部",
        "胎头",
    ],
    "carotid": [
        "the carotid artery",
        "the common carotid artery",
        "carotid artery",
        "the artery",
        "the carotid",
        "颈动脉",
        "颈总动脉",
    ],
    "skin_lesion": [
        "the skin lesion",
        "the lesion of the skin",
        "the lesion",
        "lesion",
        "the skin cancer",
        "mole",
        "melanoma",
        "the nevus",
        "the mole",
        "skin lesion",
        "the melanoma",
        "皮肤病灶",
        "皮损",
    ],
    "polyp": [
        "the polyp",
        "polyp",
        "the polyps",
        "polyps",
        "the lesion",
        "the colon polyp",
        "the colorectal polyp",
        "息肉",
        "结肠息肉",
    ],
    "optic_disc": [
        "the optic disc",
        "optic disc",
        "the optic disk",
        "the optic nerve head",
        "the disc",
        "optic nerve",
        "视盘",
        "视乳头",
    ],
    "vessels": [
        "the blood vessels",
        "the retinal vessels",
        "blood vessels",
        "vessels",
        "retinal vessels",
        "the vessels",
        "the retinal blood vessels",
        "血管",
        "视网膜血管",
    ],
    "liver": ["the liver", "liver", "the liver parenchyma", "肝脏"],
    "spleen": ["the spleen", "spleen", "the whole spleen", "脾脏"],
    "left_kidney": ["the left kidney", "left kidney", "左肾"],
    "right_kidney": ["the right kidney", "right kidney", "右肾"],
    "aorta": ["the aorta", "aorta", "主动脉"],
    "lungs": ["the lungs", "lungs", "lung", "the lung", "the lung fields", "肺", "双肺"],
    "heart": ["the heart", "heart", "心脏"],
    "brain": ["the brain", "brain", "the brain tissue", "脑", "大脑"],
    "metastases": [
        "the brain metastases",
        "the brain metastasis",
        "the metastases",
        "the brain tumor",
        "the tumor",
        "brain tumor",
        "the enhancing lesions",
        "脑转移瘤",
        "脑肿瘤",
    ],
    "nuclei": ["the cell nuclei", "the nuclei", "the nucleus", "cells", "cell nuclei", "nuclei", "the cells", "细胞核"],
    "membranes": ["the cell membranes", "the membranes", "cell membranes", "the membrane", "细胞膜"],
    "bright_region": ["the bright region", "the bright area", "the white region", "亮区"],
    "dark_region": ["the dark region", "the dark area", "the black region", "暗区"],
    "red_region": ["the red region", "the red area", "红色区域"],
    "green_region": ["the green region", "the green area", "绿色区域"],
    "blue_region": ["the blue region", "the blue area", "蓝色区域"],
    "yellow_region": ["the yellow region", "the yellow area", "黄色区域"],
}

NOT_ASKED: dict[str, set[str]] = {
    "ultrasound_carotid": {"vessels", "aorta"},
    "ultrasound_fetal": {"brain"},
    "ct_abdomen": {"vessels"},
    "histology_he": {"membranes"},
    "em_membrane": {"nuclei"},
}
"""Structures that a kind of picture arguably shows although no mask says so: never asked for as absent."""


@dataclass(frozen=True)
class Sample:
    """One picture.

    Attributes:
        image: (S, S, 3) uint8 RGB.
        masks: structure -> (S, S) bool, not empty.
        kind: one of `KINDS`.
        absent: structures that this kind of picture could hold but this one does not.
    """

    image: npt.NDArray[np.uint8]
    masks: dict[str, npt.NDArray[np.bool_]]
    kind: str
    absent: tuple[str, ...]


def make(kind: str, seed: int, size: int = 512, hard: float = 1.0) -> Sample:
    """Draw one picture.

    Args:
        kind: one of `KINDS`.
        seed: the same seed gives the same picture.
        size: side in pixels.
        hard: 1 for the full variety of contrast, blur and noise, less for clearer pictures.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    cv2.setRNGSeed(seed & 0x7FFFFFFF)
    draw, structures = _DRAW[kind]
    image, masks = draw(rng, size, hard)
    smallest = max(12, size * size // 20000)
    masks = {key: np.ascontiguousarray(mask) for key, mask in masks.items() if int(mask.sum()) >= smallest}
    return Sample(np.ascontiguousarray(image), masks, kind, tuple(key for key in structures if key not in masks))
