"""What the inference worker does for each request of the window: load a model, predict an image, prepare the next."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import KnownError, ModelError, TooLittleMemory
from core.features import FeatureCache, FeatureStore
from core.inference.memory import is_out_of_memory
from core.inference.predictor import Prediction, Predictor
from core.inference.propagation import MakingWay, Propagation
from core.packed_array import pack_array, unpack_array
from core.propagate_protocol import PropagateRequest
from core.segmenter import Segmenter
from core.worker_protocol import (
    LoadRequest,
    Message,
    PredictRequest,
    PredictSeveralRequest,
    PrepareRequest,
    not_understood,
)

Opener = Callable[[str, str, str], Segmenter]
"""From a model's reference, a device's name and a precision's to the loaded model."""

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
        self._loaded: LoadRequest | None = None

    def load(self, request: LoadRequest, progress: Progress) -> Message:
        """Load a model; the one before stays in use until the new one is there, and if it does not come.

        Only where both do not fit, the one before is given up for the new one; it is loaded again if that one fails.

        Raises:
            ModelError: the model is missing, incomplete or of another kind.
            DeviceError: a graphics card was asked for and there is none, or memory did not suffice.
        """
        progress("Loading the model", None)
        if self._predictor is not None and self._is_loaded(request):
            return self._about(self._predictor.segmenter)
        try:
            segmenter = self._open(request)
        except TooLittleMemory:
            if self._loaded is None:
                raise
            progress("Making room for the model", None)
            segmenter = self._open_instead(request, self._loaded)
        if self._predictor is not None:
            self._predictor.forget()
        self._predictor, self._loaded = Predictor(segmenter), request
        return self._about(segmenter)

    def _is_loaded(self, request: LoadRequest) -> bool:
        return self._loaded is not None and replace(self._loaded, id=request.id) == request

    @staticmethod
    def _about(segmenter: Segmenter) -> Message:
        return {
            "model_id": segmenter.model_id,
            "device": segmenter.device.type,
            "device_name": str(getattr(segmenter, "device_name", "")),
            "device_reason": str(getattr(segmenter, "device_reason", "")),
            "mask_grid": segmenter.mask_grid,
        }

    def _open(self, request: LoadRequest) -> Segmenter:
        """Open a model; a memory that becomes full on the way is too little memory. Raises KnownError."""
        try:
            return self._open_model(request.model, request.device, request.precision)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        raise TooLittleMemory(
            "The memory became full while the model was loaded, so it is not in use.",
            "Close other programs, choose a smaller model, or choose “processor” as the device.",
        )

    def _open_instead(self, request: LoadRequest, before: LoadRequest) -> Segmenter:
        """Give up the model in use and open another one, or the one before again. Raises KnownError."""
        self.free()
        self._predictor = self._loaded = None
        gc.collect()
        try:
            return self._open(request)
        except KnownError:
            self._predictor, self._loaded = Predictor(self._open(before)), before
            raise

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
                else predictor.predict(image, prompt, request.clicks, request.zoom, _map_before(request))
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

    def propagate(self, request: PropagateRequest, send: Callable[[Message], None], making_way: MakingWay) -> Message:
        """Carry a mask through a stack.

        Args:
            request: as the window sent it.
            send: takes a message for each slice.
            making_way: what goes before the walk, for example a click.

        Raises:
            ModelError, ImageError, InputError, DeviceError, WorkerError: as `Propagation.run`.
        """
        return Propagation(self._ready(request.cache), request, send, making_way).run()

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


def _map_before(request: PredictRequest) -> npt.NDArray[np.floating] | None:
    """The answer that clicks correct (g, g). Raises WorkerError if it is none."""
    if request.before is None:
        return None
    before = unpack_array(request.before)
    square = before.ndim == 2 and before.shape[0] == before.shape[1] > 0
    if not square or before.dtype.kind != "f" or not np.isfinite(before).all():
        raise not_understood("a request with a damaged map")
    return before


def _packed(prediction: Prediction) -> Message:
    return {
        "candidates": pack_array(prediction.candidates),
        "ious": list(prediction.ious),
        "best": prediction.best,
        "object_score": prediction.object_score,
        "seconds": round(prediction.seconds, 4),
        "decoding": round(prediction.decoding, 4),
        "answer": prediction.text,
        "parts": prediction.parts,
    }
