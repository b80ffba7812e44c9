"""What the inference worker does for each request of the window: load a model, predict an image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from core.features import FeatureCache, FeatureStore
from core.inference.predictor import Predictor
from core.segmenter import Segmenter
from core.worker_protocol import LoadRequest, Message, PredictRequest, pack_array

Opener = Callable[[str, str], Segmenter]
"""From a model's reference and a device's name to the loaded model."""

Progress = Callable[[str, float | None], None]
"""Takes a text and a fraction 0..1 (None where nobody knows)."""


class InferenceService:
    """Holds at most one loaded model and answers requests about it.

    Args:
        open_model: loads a model.
    """

    def __init__(self, open_model: Opener) -> None:
        self._open_model = open_model
        self._cache, self._store = "", FeatureStore()
        self._predictor: Predictor | None = None

    def load(self, request: LoadRequest, progress: Progress) -> Message:
        """Load a model; the one before is given up only when the new one is there, or when both would not fit.

        Raises:
            ModelError: the model is missing, incomplete or of another kind.
            DeviceError: a graphics card was asked for and there is none, or memory did not suffice.
        """
        progress("Loading the model", None)
        segmenter = self._open_model(request.model, request.device)
        if self._predictor is not None:
            self._predictor.forget()
        self._predictor = Predictor(segmenter)
        return {
            "model_id": segmenter.model_id,
            "device": segmenter.device.type,
            "device_reason": str(getattr(segmenter, "device_reason", "")),
            "mask_grid": segmenter.mask_grid,
        }

    def predict(self, request: PredictRequest, progress: Progress) -> Message:
        """Predict one image.

        Raises:
            ModelError: no model is loaded.
            ImageError, InputError, DeviceError: as `Predictor.predict`.
        """
        if self._predictor is None:
            raise ModelError(
                "No model is loaded, so nothing can be predicted.",
                "Choose a model, or restart the program.",
            )
        progress("Looking at the image", None)
        if request.cache != self._cache:
            self._cache = request.cache
            self._store = FeatureCache(Path(request.cache)) if request.cache else FeatureStore()
        self._predictor.store = self._store
        prediction = self._predictor.predict(Path(request.image), request.prompt, request.clicks)
        return {
            "logits": pack_array(prediction.logits),
            "predicted_iou": prediction.predicted_iou,
            "object_score": prediction.object_score,
            "seconds": round(prediction.seconds, 4),
            "model_id": self._predictor.segmenter.model_id,
        }

    def free(self) -> None:
        """Give back what can be computed again; the model stays."""
        if self._predictor is not None:
            self._predictor.forget()
