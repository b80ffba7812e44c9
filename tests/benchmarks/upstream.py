"""Whether a merged checkpoint loads in upstream's own code and predicts there what base and version predict here.

    python -m tests.benchmarks.upstream CHECKOUT --python PYTHON [--legacy PYTHON] [--out FOLDER] [--families NAME ...]

CHECKOUT is a checkout of github.com/bytedance/Sa2VA (commit 9832e1a was used). PYTHON has torch, torchvision, transformers 4.57.6,
peft 0.17.1, timm, einops and qwen_vl_utils; upstream pins 4.57.0. The one of --legacy has transformers 4.49.0 and peft 0.11.1,
upstream's other pin: its InternLM2 does not generate under newer ones. Nothing of upstream's is imported here.

For each family and each preset of the fine-tune:
here      the tiny model of the parity fixtures is written as upstream publishes one (InternVL's vision model in bfloat16, the rest in
          float32), every tensor that the preset trains is changed, and version and merged checkpoint are written by the product's
          code, in several files; base and version predict;
upstream  `from_pretrained` and `predict_forward` of its own modelling files (`upstream_side.py` says what had to be changed).

"Moved" is how far the version moves the logits of the base: what a merge without effect would differ by. Exit code 0 only if nothing
is missing or left over, and everything is within the project's limits.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from core.finetune.merge import merge_version
from core.finetune.parts import open_parts
from core.finetune.presets import PRESETS
from core.finetune.version import apply_version, write_version
from core.mask import apply_threshold, enlarge, probability_levels
from core.sa2va import prompt as text
from core.sa2va.segmenter import Sa2VASegmenter
from tests.unit.tiny_model import PARITY, make_tiny_model

CODE = {
    "internvl_qwen2": "models",
    "internvl_internlm2": "models",
    "qwen2_5_vl": "models_qwen2_5_vl",
    "qwen3_vl": "models_qwen3vl",
}
"""Family -> upstream's folder of modelling files."""
CASE, PHRASE = "04", "the polyp"
LIMITS = {"state": 2e-4, "embedding": 1e-3, "logits": 5e-3}
"""Largest absolute difference, float32 (the project's tolerances)."""
SHARD = 20_000_000


def make_base(folder: Path, family: str) -> Path:
    """The tiny model in the precision of a published one."""
    make_tiny_model(folder, family)
    for file in folder.glob("*.safetensors"):
        tensors = load_file(file)
        half = {name: one.bfloat16() if name.startswith("vision_model.") else one for name, one in tensors.items()}
        save_file(half, file, {"format": "pt"})
    return folder


def make_version(base: Path, folder: Path, preset: str) -> Path:
    """A version of the preset's kind in which every trained tensor differs from the base's."""
    segmenter = Sa2VASegmenter.load(base, "cpu", "fp32")
    torch.manual_seed(0)  # adapters begin by chance
    parts = open_parts(segmenter, PRESETS[preset])
    chance = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in parts.trainable.values():
            noise = torch.randn(parameter.shape, generator=chance)
            parameter.add_(0.05 * noise * parameter.abs() if parameter.any() else 0.05 * noise)
    write_version(folder, parts.trained(), str(base), {"base_id": segmenter.model_id, "best_step": 100, "figures": {}})
    return folder


def predict(segmenter: Sa2VASegmenter, rgb: np.ndarray) -> dict[str, np.ndarray]:
    """The product's prediction: [SEG] state, embedding, logits on 1024×1024, mask at one half."""
    with torch.no_grad():
        state = segmenter.embed_prompt(rgb, PHRASE)
        low = segmenter.decode(segmenter.encode_image(rgb), state).chosen[0].numpy()
        embedding = segmenter.network.text_hidden_fcs(state)
    return {
        "state": state.numpy(),
        "embedding": embedding.numpy(),
        "logits": enlarge(low, 1024, 1024),
        "mask": apply_threshold(probability_levels(low, *rgb.shape[:2]), 100),
    }


def ask_upstream(python: str, checkout: Path, asks: list[dict[str, str]], out: Path) -> None:
    """Run upstream's half for some checkpoints. Raises CalledProcessError if it fails."""
    listed = out / "asks.json"
    listed.write_text(json.dumps(asks), encoding="utf-8")
    side = Path(__file__).with_name("upstream_side.py")
    modules = out / "modules"
    shutil.rmtree(modules, ignore_errors=True)
    surroundings = {**os.environ, "HF_MODULES_CACHE": str(modules), "HF_HUB_OFFLINE": "1"}
    with (out / "upstream.log").open("a") as log:
        subprocess.run([python, side, checkout, listed], env=surroundings, stdout=log, stderr=log, check=True)


def compare(ours: dict[str, np.ndarray], theirs: dict[str, Any], base: dict[str, np.ndarray]) -> tuple[str, bool]:
    """The rest of a line of the table, and whether all of it is within the limits."""
    keys = json.loads(str(theirs["keys"]))
    wrong = [name for names in keys.values() for name in names]
    errors = {name: float(np.abs(ours[name] - theirs[name]).max()) for name in LIMITS}
    pixels = int((ours["mask"] != theirs["mask"]).sum())
    moved = float(np.abs(ours["logits"] - base["logits"]).max())
    said = bytes(theirs["words"]).decode() == text.ANSWER + text.END_OF_TURN
    cells = [
        f"{int(theirs['tensors'])} / {len(keys['missing_keys'])} / {len(keys['unexpected_keys'])}",
        *(f"{error:.1e}" for error in errors.values()),
        f"{pixels} of {ours['mask'].size}",
        f"{moved:.1f}",
    ]
    iou = (ours["mask"] & theirs["mask"]).sum() / max(1, (ours["mask"] | theirs["mask"]).sum())
    within = all(error <= LIMITS[name] for name, error in errors.items()) and iou >= 0.999
    return " | ".join(cells), within and said and not wrong and moved > 100 * LIMITS["logits"]


def run_family(family: str, checkout: Path, python: str, out: Path) -> bool:
    """Make, ask and compare one family; prints a line for each preset."""
    picture = PARITY / family / "cases" / CASE / "image.png"
    if not picture.is_file():
        picture = PARITY / "internvl_qwen2" / "cases" / CASE / "image.png"
    rgb = np.asarray(Image.open(picture).convert("RGB"))
    base = make_base(out / family / "base", family)
    untuned = predict(Sa2VASegmenter.load(base, "cpu", "fp32"), rgb)
    asks, ours = [], {}
    for preset in PRESETS:
        version = make_version(base, out / family / preset, preset)
        merged, found = out / family / f"{preset}-merged", out / family / f"{preset}.npz"
        merge_version(base, version, merged, largest=SHARD)
        tuned = Sa2VASegmenter.load(base, "cpu", "fp32")
        apply_version(tuned, version)
        ours[preset] = predict(tuned, rgb)
        answer = text.ANSWER + text.END_OF_TURN
        asks.append({"folder": str(merged), "code": CODE[family], "picture": str(picture), "out": str(found),
                     "question": text.question_of(PHRASE), "answer": answer})  # fmt: skip
    ask_upstream(python, checkout, asks, out)
    fine = True
    for preset, ask in zip(PRESETS, asks, strict=True):
        with np.load(ask["out"]) as theirs:
            cells, within = compare(ours[preset], dict(theirs), untuned)
        print(f"| {family} | {preset} | {cells} |{'' if within else ' OUTSIDE'}", flush=True)
        fine = fine and within
    return fine


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--legacy", help="for InternLM2; without it that family is left out")
    parser.add_argument("--families", nargs="*", choices=CODE, default=list(CODE))
    parser.add_argument("--out", type=Path, help="keep everything here; otherwise it is thrown away")
    options = parser.parse_args()
    fine = True
    print("| family | preset | tensors / missing / left over | state | embedding | logits | pixels | moved |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as thrown:
        out = (options.out or Path(thrown)).absolute()
        for family in options.families:
            python = options.legacy if family == "internvl_internlm2" else options.python
            if python is None:
                print(f"| {family} | not run: no --legacy |")
                continue
            fine = run_family(family, options.checkout.absolute(), python, out) and fine
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
