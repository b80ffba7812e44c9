"""Structures can be told apart by those who see colours differently."""

from itertools import combinations, product

import cv2
import numpy as np
import pytest

from app.overlay import doubt_colour
from app.theme import STRUCTURE_COLOURS
from core.demo_project import read_demo_project

#: What is left of linear red, green and blue (Machado, Oliveira, Fernandes, IEEE TVCG 2009, severity 1).
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colour: str, blindness: str) -> np.ndarray:
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = (np.asarray(BLINDNESS[blindness]) @ linear).clip(0, 1)
    back = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055).astype(np.float32)
    return cv2.cvtColor(back.reshape(1, 1, 3), cv2.COLOR_RGB2LAB).reshape(3)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_no_two_structures_look_alike(blindness):
    for one, other in combinations(STRUCTURE_COLOURS, 2):
        assert np.linalg.norm(lab(one, blindness) - lab(other, blindness)) > 12, (one, other)


def test_the_demo_uses_them_too():
    assert {row.colour for row in read_demo_project().structures} <= set(STRUCTURE_COLOURS)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_uncertainty_is_told_from_the_outline_of_any_structure(blindness):
    chosen = ["#{:02x}{:02x}{:02x}".format(*parts) for parts in product(range(0, 256, 51), repeat=3)]
    for colour in (*STRUCTURE_COLOURS, *chosen):
        assert np.linalg.norm(lab(colour, blindness) - lab(doubt_colour(colour), blindness)) > 29.9, colour
