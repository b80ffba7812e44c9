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
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from safetensors.torch import load_file, save_file

from core.errors import InputError, KnownError, ModelError
from core.inference.predictor import Predictor
from core.inference.requests import InferenceService
from core.mask_import.sources import find_masks
from core.model_reference import DEMO_FOLDER, VERSION_RECORD, open_segmenter
from core.paths import resources_folder
from core.worker_protocol import LoadRequest, PredictRequest
from tests.unit.test_finetune_merge import make_version

WEIGHTS_FILE = "adapter_model.safetensors"


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


# --- versions of somebody else ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_version(DEMO_FOLDER, tmp_path_factory.mktemp("version") / "v1")


@pytest.fixture(scope="module")
def service() -> InferenceService:
    """The model in use: the demo model."""
    service = InferenceService(lambda model, device, precision: open_segmenter(model, "cpu"))
    service.load(LoadRequest(1, "demo"), quiet)
    return service


def quiet(*_: object) -> None:
    """Nobody listens."""


def harm_version(folder: Path, harm: str) -> None:
    file, tensors = folder / WEIGHTS_FILE, load_file(folder / WEIGHTS_FILE)
    first = min(tensors)
    record = json.loads((folder / VERSION_RECORD).read_text(encoding="utf-8"))
    if harm == "another base":
        (folder / VERSION_RECORD).write_text(json.dumps({**record, "base_id": "0" * 32}), encoding="utf-8")
    elif harm == "a base that is not here":
        (folder / VERSION_RECORD).write_text(json.dumps({**record, "base": "/nowhere/at all"}), encoding="utf-8")
    elif harm == "renamed keys":
        save_file({f"other.{name}": tensor for name, tensor in tensors.items()}, file)
    elif harm == "no numbers":
        save_file({**tensors, first: torch.full_like(tensors[first], float("nan"))}, file)
    elif harm == "another shape":
        save_file({**tensors, first: tensors[first][..., :-1].contiguous()}, file)
    else:
        save_file({**tensors, first: torch.zeros(tensors[first].shape, dtype=torch.int64)}, file)


@pytest.mark.parametrize(
    "harm",
    [
        "another base", "a base that is not here", "renamed keys", "no numbers", "another shape", "whole numbers",
    ],
)  # fmt: skip
def test_a_version_that_does_not_belong_here_is_refused_and_the_model_in_use_stays(
    version: Path, service: InferenceService, tmp_path: Path, harm: str
) -> None:
    folder, picture = Path(shutil.copytree(version, tmp_path / "theirs")), tmp_path / "a.png"
    cv2.imwrite(str(picture), np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    before = service.predict(PredictRequest(2, str(picture), "the polyp"), quiet)
    harm_version(folder, harm)
    with pytest.raises(ModelError) as refused:
        service.load(LoadRequest(3, str(folder)), quiet)
    assert str(refused.value).endswith("."), "a sentence"
    after = service.predict(PredictRequest(4, str(picture), "the polyp"), quiet)
    assert after["model_id"] == before["model_id"] and after["candidates"] == before["candidates"]


# --- masks of somebody else ---------------------------------------------------------------------------------------

IMAGES = [{"id": 5, "file_name": "../../p0.png", "height": 60, "width": 80}]


def coco(segmentation: object, **changes: object) -> str:
    """One annotation on one image; what is changed of the image is written as it stands."""
    whole = {
        "images": [{**IMAGES[0], **changes}],
        "categories": [{"id": 1, "name": "a"}],
        "annotations": [{"image_id": 5, "category_id": 1, "segmentation": segmentation}],
    }
    return json.dumps(whole)


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        coco([[1, 1, 9, 1, 9, 9]], height=float("inf")),
        coco([[1, 1, 9, 1, 9, 9]], height="NaN"),
        coco([[1e300, 1, 9, 1, 9, 9]]),
        coco([[float("nan"), 1, 9, 1, 9, 9]]),
        coco([[1, 1, 9]]),
        coco(5),
        coco({"counts": [10**30, 1]}),
        coco({"counts": [-5, 4805]}),
        coco({"counts": "\u0000" * 50}),
        coco([[1, 1, 9, 1, 9, 9]]).replace('"category_id": 1', f'"category_id": {10**30}'),
    ],
)
def test_a_hostile_table_of_masks_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(KnownError):
        for one in find_masks([tmp_path / "a.json"], quiet).masks:
            one.read(frozenset())


def test_a_table_of_masks_leads_to_no_file(tmp_path: Path) -> None:
    """Names in it are compared with those of images and never opened; a size beyond all measure is left out."""
    (tmp_path / "a.json").write_text(coco([[1, 1, 9, 1, 9, 9]]), encoding="utf-8")
    (found,) = find_masks([tmp_path / "a.json"], quiet).masks
    assert found.stem == "p0" and found.read(frozenset()).shape == (60, 80)
    (tmp_path / "b.json").write_text(coco([[1, 1, 9, 1, 9, 9]], height=100_000, width=100_000), encoding="utf-8")
    with pytest.raises(KnownError):
        found = find_masks([tmp_path / "b.json"], quiet)
        assert not found.masks
        raise InputError("It was left out.", "")


@pytest.mark.parametrize("entry", ["Rows", "NumberOfFrames"])
def test_a_segmentation_that_says_it_is_huge_takes_no_memory(tmp_path: Path, entry: str) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 60, 65535, 1
    setattr(dataset, entry, 65535 if entry == "Rows" else 2_000_000_000)
    dataset.SegmentSequence = [Dataset()]
    dataset.SegmentSequence[0].SegmentNumber = 1
    dataset.save_as(tmp_path / "a.dcm", enforce_file_format=False)
    content = (tmp_path / "a.dcm").read_bytes()
    if content[128:132] != b"DICM":
        (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM" + content)
    with pytest.raises(KnownError, match="is damaged"):
        find_masks([tmp_path / "a.dcm"], quiet)
