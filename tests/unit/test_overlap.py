"""Where masks overlap in one picture, the one further up in the list wins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.overlap import label_map


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 9))))
def test_every_pixel_belongs_to_the_first_mask_that_holds_it(stack):
    labels = label_map(list(stack))
    assert labels.dtype == np.uint8 and labels.shape == stack.shape[1:]
    for place in np.ndindex(*labels.shape):
        holders = [number for number in range(len(stack)) if stack[(number, *place)]]
        assert labels[place] == (holders[0] + 1 if holders else 0)


@given(arrays.arrays(np.bool_, (3, 5, 5)))
def test_a_mask_that_overlaps_nothing_is_whole_wherever_it_stands(stack):
    alone = stack[0] & ~stack[1] & ~stack[2]
    for order in ([0, 1, 2], [1, 2, 0]):
        labels = label_map([stack[number] for number in order])
        assert (labels == order.index(0) + 1)[alone].all()


def test_more_masks_than_a_byte_can_count_take_two():
    masks = [np.zeros((1, 300), np.bool_) for _ in range(300)]
    for number, mask in enumerate(masks):
        mask[0, number] = True
    labels = label_map(masks)
    assert labels.dtype == np.uint16 and labels[0].tolist() == list(range(1, 301))


@pytest.mark.parametrize(
    "masks",
    [[], [np.zeros((2, 2))], [np.zeros((2, 2), bool), np.zeros((2, 3), bool)], [np.zeros(4, bool)]],
    ids=["none", "no mask", "two sizes", "no picture"],
)
def test_what_is_no_list_of_masks_is_refused(masks):
    with pytest.raises(ValueError):
        label_map(masks)
