"""Resizing in whole numbers is what Pillow and torch compute, to the last bit."""

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.sa2va.byte_resize import pillow_bicubic, torch_bicubic

SIDE = st.integers(1, 150)


def picture(height: int, width: int, seed: int) -> torch.Tensor:
    """Bytes; for even seeds only 0 and 255, where the cubic overshoots and must be cut."""
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
    return torch.tensor(np.where(rgb > 127, 255, 0) if seed % 2 == 0 else rgb, dtype=torch.uint8)


@settings(max_examples=150, deadline=None)
@given(height=SIDE, width=SIDE, rows=SIDE, columns=SIDE, seed=st.integers(0, 999))
def test_as_pillow(height: int, width: int, rows: int, columns: int, seed: int) -> None:
    pixels = picture(height, width, seed)
    wanted = Image.fromarray(pixels.numpy())
    for size in ((columns, height), (columns, rows)):  # one pass at a time: newer versions may begin with the other one
        wanted = wanted.resize(size, Image.Resampling.BICUBIC)
    assert np.array_equal(pillow_bicubic(pixels, columns, rows).numpy(), np.asarray(wanted))


@settings(max_examples=150, deadline=None)
@given(height=SIDE, width=SIDE, rows=SIDE, columns=SIDE, seed=st.integers(0, 999))
def test_as_torch(height: int, width: int, rows: int, columns: int, seed: int) -> None:
    pixels = picture(height, width, seed).permute(2, 0, 1)
    wanted = F.interpolate(pixels[None], (rows, columns), mode="bicubic", antialias=True, align_corners=False)[0]
    assert torch.equal(torch_bicubic(pixels, columns, rows), wanted)


def test_a_large_picture_made_small() -> None:
    pixels = picture(1500, 900, 1)
    wanted = Image.fromarray(pixels.numpy()).resize((256, 1500), Image.Resampling.BICUBIC)
    wanted = wanted.resize((256, 256), Image.Resampling.BICUBIC)
    assert np.array_equal(pillow_bicubic(pixels, 256, 256).numpy(), np.asarray(wanted))
