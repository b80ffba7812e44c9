"""Models and versions of somebody else: nothing in them runs, and what does not fit is refused in a sentence."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import KnownError, ModelError
from core.inference.predictor import Predictor
from core.model_reference import open_segmenter
from core.paths import resources_folder


class Marker:
    """Makes a file if somebody unpickles it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return (Path.touch, (self.file,))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    shutil.copytree(resources_folder() / "demo_model", tmp_path / "model")
    return tmp_path / "model"


def test_weights_that_are_a_pickle_are_never_opened(model: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (model / "model.safetensors").unlink()
    for name in ("pytorch_model.bin", "model.safetensors", "model.pt"):
        (model / name).write_bytes(pickle.dumps(Marker(ran)))
        with pytest.raises(ModelError):
            open_segmenter(str(model), "cpu")
    assert not ran.exists()
    pickle.loads((model / "model.pt").read_bytes())
    assert ran.exists(), "it would have"


def test_code_in_the_folder_of_a_model_is_never_run(model: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = f"from pathlib import Path\nPath({str(ran)!r}).touch()\nclass Config: pass\nclass Model: pass\n"
    for name in (
        "modeling_sa2va.py",
        "configuration.py",
        "__init__.py",
        "tokenization.py",
        "core.py",
        "sitecustomize.py",
    ):
        (model / name).write_text(code)
    for file, key in (("config.json", "configuration.Config"), ("tokenizer_config.json", "tokenization.Config")):
        settings = json.loads((model / file).read_text(encoding="utf-8"))
        settings["auto_map"] = {name: key for name in ("AutoConfig", "AutoModel", "AutoTokenizer", "AutoProcessor")}
        settings["trust_remote_code"] = True
        (model / file).write_text(json.dumps(settings), encoding="utf-8")
    try:
        open_segmenter(str(model), "cpu")
    except ModelError:
        pass
    assert not ran.exists()


@pytest.mark.parametrize("harm", ["shape", "missing", "not numbers"])
def test_weights_that_do_not_fit_or_are_no_numbers_give_no_mask(model: Path, tmp_path: Path, harm: str) -> None:
    file = model / "model.safetensors"
    weights = load_file(file)
    name = next(key for key in sorted(weights) if key.startswith("text_hidden_fcs") and key.endswith("weight"))
    if harm == "shape":
        weights[name] = weights[name][:-1].clone()
    elif harm == "missing":
        del weights[name]
    else:
        weights[name] = torch.full_like(weights[name], float("nan"))
    save_file(weights, file)
    picture = tmp_path / "a.png"
    cv2.imwrite(str(picture), np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    with pytest.raises(KnownError):
        Predictor(open_segmenter(str(model), "cpu")).predict(picture, "the polyp")
