"""Upstream's half of `tests.benchmarks.upstream`, run by a Python that has upstream's libraries and nothing of ours.

    PYTHON tests/benchmarks/upstream_side.py CHECKOUT ASKS.json

ASKS.json is a list of {folder, code, picture, question, answer, out}: a checkpoint folder, the folder of modelling files that
belongs to it (below CHECKOUT/projects/sa2va/hf), what to ask, and the .npz to write. As the tool that publishes does
(tools/convert_to_hf.py), the modelling files are copied beside the weights; config.json then names the class, and
`from_pretrained` and `predict_forward` are upstream's own.

What is changed about upstream, and why:
- the image trunk is built in the sizes of sam2_config.json, with upstream's own classes: the tiny models have a small one;
- "cuda" means the processor, there is no card;
- float32 instead of bfloat16, the constants that normalise SAM 2's picture included: otherwise rounding hides everything;
- the answer's ids are forced one after the other, because random weights do not say "Sure, [SEG].".
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file
from transformers.dynamic_module_utils import get_class_from_dynamic_module


class OnProcessor:
    """The library, but that every device is the processor."""

    def __getattr__(self, name: str) -> Any:
        return (lambda *_: torch.device("cpu")) if name == "device" else getattr(torch, name)


class Forced(transformers.LogitsProcessor):
    """Leaves only the next id of a given answer possible."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = iter(ids)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """(1, L) ids and (1, V) scores -> scores, infinitely low but for one."""
        only = torch.full_like(scores, -torch.inf)
        only[:, next(self.ids)] = 0
        return only


def shrink(code: Any, sizes: dict[str, Any]) -> None:
    """Have upstream's SAM 2 build its image trunk and neck in other sizes."""

    def build(self: Any) -> Any:
        names = (
            "embed_dim",
            "num_heads",
            "stages",
            "global_att_blocks",
            "window_pos_embed_bkg_spatial_size",
            "window_spec",
        )
        width = sizes["d_model"]
        place = code.PositionEmbeddingSine(num_pos_feats=width, normalize=True, scale=None, temperature=10000)
        neck = code.FpnNeck(
            d_model=width,
            position_encoding=place,
            backbone_channel_list=sizes["backbone_channel_list"],
            fpn_top_down_levels=sizes["fpn_top_down_levels"],
            fpn_interp_model="nearest",
        )
        return code.ImageEncoder(scalp=1, trunk=code.Hiera(**{name: sizes[name] for name in names}), neck=neck)

    code.SAM2.build_image_encoder = build


def load(folder: Path, checkout: Path, code: str) -> tuple[Any, dict[str, list[str]]]:
    """The model by upstream's own class, and keys that are missing, left over, of another shape or of other numbers."""
    for file in (checkout / "projects" / "sa2va" / "hf" / code).glob("*.py"):
        shutil.copyfile(file, folder / file.name)
    config = transformers.AutoConfig.from_pretrained(str(folder), trust_remote_code=True)
    kind = get_class_from_dynamic_module(config.auto_map["AutoModelForCausalLM"], str(folder))
    sam2 = sys.modules[sys.modules[kind.__module__].SAM2.__module__]
    shrink(sam2, json.loads((folder / "sam2_config.json").read_text(encoding="utf-8")))
    sam2.torch = OnProcessor()
    sam2.SAM2.preprocess_image = partial_method(sam2.SAM2.preprocess_image, dtype=torch.float32)
    model, said = kind.from_pretrained(
        str(folder), config=config, torch_dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    keys = {name: sorted(map(str, said[name])) for name in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    return model.eval(), keys | {"changed_keys": changed(model, folder)}


def changed(model: Any, folder: Path) -> list[str]:
    """Names that stand only in the model or only in the files, or with other numbers. Empty: every number arrived."""
    stored = {name: one for file in folder.glob("*.safetensors") for name, one in load_file(file).items()}
    held = model.state_dict()
    both = stored.keys() & held.keys()
    return sorted(
        (stored.keys() ^ held.keys()) | {name for name in both if not torch.equal(stored[name].float(), held[name])}
    )


def partial_method(method: Any, **given: Any) -> Any:
    """A method with arguments given beforehand."""
    return lambda self, *rest: partial(method, self, **given)(*rest)


@contextmanager
def listening(model: Any) -> Iterator[dict[str, np.ndarray]]:
    """What passes through upstream's own code: the [SEG] state, the embedding, and the logits on 1024×1024."""
    heard: dict[str, np.ndarray] = {}

    def projection(module: Any, taken: Any, given: Any) -> None:
        heard["state"], heard["embedding"] = taken[0].numpy(), given.numpy()

    infer = model.grounding_encoder.language_embd_inference

    def decoder(*rest: Any) -> Any:
        logits = infer(*rest)
        heard["logits"] = logits[0, 0].numpy()
        return logits

    hook = model.text_hidden_fcs.register_forward_hook(projection)
    model.grounding_encoder.language_embd_inference = decoder
    yield heard
    hook.remove()


@torch.no_grad()
def predict(model: Any, folder: Path, picture: Path, question: str, answer: str) -> dict[str, np.ndarray]:
    """Upstream's `predict_forward` on a picture, with the answer forced, and what passed through."""
    if hasattr(model, "preparing_for_generation"):
        reader = transformers.AutoTokenizer.from_pretrained(str(folder), trust_remote_code=True)
        model.preparing_for_generation(reader, torch_dtype=torch.float32)
        speaker, given = model.language_model, {"tokenizer": reader}
    else:
        processor = transformers.AutoProcessor.from_pretrained(str(folder), trust_remote_code=True)
        reader, speaker, given = processor.tokenizer, model.model, {"processor": processor}
        model.torch_dtype = torch.float32
    ids = reader.encode(answer, add_special_tokens=False)
    speaker.generate = partial(speaker.generate, logits_processor=[Forced(ids)])
    with listening(model) as heard:
        said = model.predict_forward(image=Image.open(picture).convert("RGB"), text=question, **given)
    mask = said["prediction_masks"][0][0]
    return {**heard, "mask": mask, "words": np.frombuffer(said["prediction"].encode(), np.uint8)}


def main(checkout: str, asks: str) -> None:
    """Answer everything that is asked."""
    torch.Tensor.cuda = lambda self, *_, **__: self  # type: ignore[method-assign]
    for ask in json.loads(Path(asks).read_text(encoding="utf-8")):
        model, keys = load(Path(ask["folder"]), Path(checkout), ask["code"])
        heard = predict(model, Path(ask["folder"]), Path(ask["picture"]), ask["question"], ask["answer"])
        np.savez(ask["out"], keys=json.dumps(keys), tensors=len(model.state_dict()), **heard)


if __name__ == "__main__":
    main(*sys.argv[1:])
