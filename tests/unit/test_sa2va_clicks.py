"""Clicks, a box and a mask reach the decoder as SAM 2's own predictor hands them over, with the [SEG] token behind them."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from core.clicks import Clicks
from core.sa2va.segmenter import Sa2VASegmenter
from core.segmenter import Decoded, ImageFeatures
from tests.unit.tiny_model import make_tiny_model

RGB = np.random.default_rng(0).integers(0, 255, (60, 90, 3), dtype=np.uint8)
POINTS = Clicks().with_point(0.25, 0.5, True).with_point(0.75, 0.12, False)
BOX = Clicks().with_box(0.1, 0.2, 0.7, 0.9)
BOTH = POINTS.with_box(0.1, 0.2, 0.7, 0.9).with_point(0.33, 0.44, True)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Sa2VASegmenter:
    return Sa2VASegmenter.load(make_tiny_model(tmp_path_factory.mktemp("models") / "tiny", "internvl_qwen2"), "cpu")


@pytest.fixture(scope="module")
def features(segmenter: Sa2VASegmenter) -> ImageFeatures:
    return segmenter.encode_image(RGB)


@pytest.fixture(scope="module")
def state(segmenter: Sa2VASegmenter) -> torch.Tensor:
    return torch.randn(1, segmenter.network.config.hidden_size, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def predictor_class(monkeypatch: pytest.MonkeyPatch) -> Any:
    """SAM 2's predictor; torchvision, which it needs to read pictures alone, is not there and not needed here."""
    for name in ("torchvision", "torchvision.transforms"):
        stand_in = ModuleType(name)
        stand_in.Normalize = stand_in.Resize = stand_in.ToTensor = object  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, stand_in)
    for name in ("sam2.utils.transforms", "sam2.sam2_image_predictor"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    yield SAM2ImagePredictor
    for name in ("sam2.utils.transforms", "sam2.sam2_image_predictor"):
        sys.modules.pop(name, None)


def sam2_alone(
    kind: Any, segmenter: Sa2VASegmenter, features: ImageFeatures, clicks: Clicks, mask: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and predicted IoUs of SAM 2's own predictor."""
    grounding, size = segmenter.network.grounding, segmenter.network.config.sam2.image_size
    predictor = kind.__new__(kind)
    predictor.model = SimpleNamespace(
        sam_prompt_encoder=grounding.sam_prompt_encoder, sam_mask_decoder=grounding.sam_mask_decoder
    )
    predictor._is_image_set, predictor._orig_hw, predictor.mask_threshold = True, [(60, 90)], 0.0
    predictor._features = {
        "image_embed": features.embedding,
        "high_res_feats": [features.high_res_0, features.high_res_1],
    }
    predictor._transforms = SimpleNamespace(postprocess_masks=lambda masks, hw: masks)
    points = torch.tensor([[[x * size, y * size] for x, y, _ in clicks.points]]) if clicks.points else None
    labels = torch.tensor([[inside for *_, inside in clicks.points]], dtype=torch.int) if clicks.points else None
    box = torch.tensor([clicks.box]) * size if clicks.box is not None else None
    _, ious, logits = predictor._predict(points, labels, box, mask)
    return logits, ious


def without_words(
    segmenter: Sa2VASegmenter, features: ImageFeatures, state: torch.Tensor, clicks: Clicks, mask: torch.Tensor | None
) -> Decoded:
    """Our decoding, with the [SEG] token left out at the very last."""

    def leave_out(_module: Any, args: Any, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return args, {**given, "sparse_prompt_embeddings": given["sparse_prompt_embeddings"][:, :-1]}

    decoder = segmenter.network.grounding.sam_mask_decoder
    hook = decoder.register_forward_pre_hook(leave_out, with_kwargs=True)
    try:
        return segmenter.decode(features, state, clicks, mask)
    finally:
        hook.remove()


def some_mask(segmenter: Sa2VASegmenter, scale: float = 8.0) -> torch.Tensor:
    grid = segmenter.mask_grid
    return torch.randn(1, 1, grid, grid, generator=torch.Generator().manual_seed(5)) * scale


@pytest.mark.parametrize("clicks", [POINTS, BOX, BOTH], ids=["points", "box", "both"])
@pytest.mark.parametrize("scale", [0.0, 8.0, 40.0], ids=["no mask", "mask", "mask beyond the limit"])
@torch.no_grad()
def test_as_sam_2_does_it(
    predictor_class: Any,
    segmenter: Sa2VASegmenter,
    features: ImageFeatures,
    state: torch.Tensor,
    clicks: Clicks,
    scale: float,
) -> None:
    mask = some_mask(segmenter, scale) if scale else None
    ours = without_words(segmenter, features, state, clicks, mask)
    theirs, ious = sam2_alone(
        predictor_class, segmenter, features, clicks, mask.clamp(-32, 32) if mask is not None else None
    )
    assert torch.allclose(ours.logits.clamp(-32, 32), theirs, atol=1e-5)
    assert torch.allclose(ours.ious, ious, atol=1e-6)


@torch.no_grad()
def test_every_kind_is_heard_and_the_words_beside_it(
    segmenter: Sa2VASegmenter, features: ImageFeatures, state: torch.Tensor
) -> None:
    answers = [
        segmenter.decode(features, state, clicks, mask).logits
        for clicks in (None, POINTS, BOX, BOTH)
        for mask in (None, some_mask(segmenter))
    ]
    answers.append(segmenter.decode(features, -state, BOTH).logits)
    for number, one in enumerate(answers):
        assert all((one - other).abs().max() > 1e-3 for other in answers[:number])
    assert torch.equal(segmenter.decode(features, state, Clicks()).logits, segmenter.decode(features, state).logits)


@torch.no_grad()
def test_clicks_are_the_same_for_several_words(
    segmenter: Sa2VASegmenter, features: ImageFeatures, state: torch.Tensor
) -> None:
    both = segmenter.decode(features, torch.cat([state, -state]), BOTH, some_mask(segmenter).expand(2, -1, -1, -1))
    for row, one in enumerate((state, -state)):
        alone = segmenter.decode(features, one, BOTH, some_mask(segmenter))
        assert torch.allclose(both.logits[row], alone.logits[0], atol=1e-4)
