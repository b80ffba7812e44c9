"""A lost graphics card is told from a full memory and from our own mistakes."""

from __future__ import annotations

import pytest
import torch

from core.lost_card import is_lost_card


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: device-side assert triggered",
        "CUDA error: unspecified launch failure",
        "CUDA error: the launch timed out and was terminated",
        "HIP error: invalid device function",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    ],
)
@pytest.mark.parametrize("kind", [RuntimeError, torch.AcceleratorError])
def test_what_torch_says_of_a_lost_card(kind: type[RuntimeError], words: str) -> None:
    assert is_lost_card(kind(words))
    try:
        try:
            raise kind(words)
        finally:
            raise ValueError("while it was tidied up")
    except ValueError as later:
        assert is_lost_card(later)


def test_a_full_memory_and_a_mistake_are_something_else() -> None:
    for error in (
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        ValueError("CUDA error: is only a word here"),
    ):
        assert not is_lost_card(error), error
