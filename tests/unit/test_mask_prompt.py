"""What a person painted is a part of the mask that the decoder sees; everything else of the last answer stays as it was."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.correction import ADDED, REMOVED
from core.mask_prompt import CERTAIN, GRID, mask_prompt

SIDE = 16


def answer(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 6, (SIDE, SIDE)).astype(np.float16)


def test_without_paint_the_answer_itself_is_the_prompt():
    logits = answer()
    assert mask_prompt(logits, np.zeros((60, 100), np.uint8)) is logits


def test_painted_cells_are_certain_and_no_other_cell_changes():
    logits, layer = answer(), np.zeros((64, 160), np.uint8)  # a cell is 4 rows of 10 columns
    layer[8:16, 20:60], layer[32:40, 100:120] = ADDED, REMOVED
    prompt = mask_prompt(logits, layer)
    assert prompt.dtype == np.float16 and prompt.shape == (SIDE, SIDE)
    added, removed = np.s_[2:4, 2:6], np.s_[8:10, 10:12]
    assert np.array_equal(prompt[added], np.maximum(logits[added], CERTAIN))
    assert np.array_equal(prompt[removed], np.minimum(logits[removed], -CERTAIN))
    rest = np.ones_like(logits, bool)
    rest[added] = rest[removed] = False
    assert np.array_equal(prompt[rest], logits[rest])


@given(seed=st.integers(0, 1000), rows=st.integers(1, 90), columns=st.integers(1, 90))
def test_paint_moves_a_cell_towards_what_was_painted_and_never_away(seed, rows, columns):
    rng = np.random.default_rng(seed)
    logits = answer(seed)
    for value, sign in ((ADDED, 1), (REMOVED, -1)):
        prompt = mask_prompt(logits, (rng.random((rows, columns)) < 0.3).astype(np.uint8) * value)
        assert np.isfinite(prompt).all() and (sign * (prompt.astype(float) - logits) >= 0).all()


def test_without_an_answer_the_painted_mask_alone_is_the_prompt():
    layer = np.zeros((512, 1024), np.uint8)
    layer[100:200, 300:500], layer[400:, :] = ADDED, REMOVED
    prompt = mask_prompt(None, layer)
    assert prompt.shape == (GRID, GRID)
    inside = np.zeros((GRID, GRID), bool)
    inside[50:100, 75:125] = True
    assert (prompt[inside] == CERTAIN).all() and (prompt[~inside] == -CERTAIN).all()
    layer[layer == ADDED] = 0
    assert mask_prompt(None, layer) is None, "an empty mask says nothing of where the structure is"
