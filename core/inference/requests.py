"""What the inference worker does for each request of the window: load a model, predict an image, prepare the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from core.errors import ModelError
from core.features import FeatureCache, FeatureStore
from core.inference.predictor import Prediction, Predictor
from core.packed_array import pack_array
from core.segmenter import Segmenter
from core.worker_protocol import LoadRequest, Message, PredictRequest, PredictSeveralRequest, PrepareRequest

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

    def predict(self, request: PredictRequest | PredictSeveralRequest, progress: Progress) -> Message:
        """Predict one structure on one image, or several; with `decide` the model may say that there is nothing.

        Raises:
            ModelError: no model is loaded.
            ImageError, InputError, DeviceError: as `Predictor.predict`.
        """
        predictor = self._ready(request.cache)
        progress("Looking at the image", None)
        image, start = Path(request.image), time.perf_counter()
        if isinstance(request, PredictRequest):
            prompt = request.prompt
            found = (
                predictor.let_decide(image, prompt, request.zoom)
                if request.decide
                else predictor.predict(image, prompt, request.clicks, request.zoom)
            )
            return {**_packed(found), "model_id": predictor.segmenter.model_id}
        if request.decide:
            several = [predictor.let_decide(image, prompt, request.zoom) for prompt in request.prompts]
        else:
            several = predictor.predict_several(image, request.prompts, request.zoom)
        return {
            "predictions": [_packed(one) for one in several],
            "seconds": round(time.perf_counter() - start, 4),
            "model_id": predictor.segmenter.model_id,
        }

    def prepare(self, request: PrepareRequest, should_stop: Callable[[], bool]) -> Message:
        """Fill the cache ahead; `prepared` says whether it came to its end.

        Raises:
            ModelError, ImageError, InputError, DeviceError: as `predict`.
        """
        predictor = self._ready(request.cache)
        return {"prepared": predictor.prepare(Path(request.image), request.prompts, should_stop, request.zoom)}

    def _ready(self, cache: str) -> Predictor:
        """The predictor, with the cache of a request. Raises ModelError if there is none."""
        if self._predictor is None:
            raise ModelError(
                "No model is loaded, so nothing can be predicted.",
                "Choose a model, or restart the program.",
            )
        if cache != self._cache:
            self._cache = cache
            self._store = FeatureCache(Path(cache)) if cache else FeatureStore()
        self._predictor.store = self._store
        return self._predictor

    def free(self) -> None:
        """Give back what can be computed again; the model stays."""
        if self._predictor is not None:
            self._predictor.forget()


def _packed(prediction: Prediction) -> Message:
    return {
        "candidates": pack_array(prediction.candidates),
        "ious": list(prediction.ious),
        "best": prediction.best,
        "object_score": prediction.object_score,
        "seconds": round(prediction.seconds, 4),
        "answer": prediction.text,
        "parts": prediction.parts,
    }
