"""A whole checkpoint folder with the tiny weights of the parity fixtures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from safetensors.torch import save_file

from tests.parity_weights import fill

PARITY = Path(__file__).parents[1] / "data" / "parity"


def make_tiny_model(folder: Path, family: str = "internvl_qwen2") -> Path:
    """Write config, tokenizer and two shards with their index, as upstream publishes them."""
    shutil.copytree(PARITY / family, folder, ignore=shutil.ignore_patterns("cases", "video", "keys.json"))
    tensors = fill(json.loads((PARITY / family / "keys.json").read_text()))
    names = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": names[:200], "model-00002-of-00002.safetensors": names[200:]}
    for file, keys in shards.items():
        save_file({key: tensors[key] for key in keys}, folder / file)
    index = {"weight_map": {key: file for file, keys in shards.items() for key in keys}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder
