"""Compare this project's Sa2VA with an oracle: `python -m tests.parity ROOT [--salt TEXT] [--out DIR]`.

ROOT holds one folder per family, each with config.json, tokenizer, keys.json (published name -> shape) and cases/NN with
image.png, gt_mask.png, prompt.json, expected.npz. The weights are drawn from the names by `tests.parity_weights`. Prints the
largest error per array over all cases; exit code 0 only if every family ran and every error is within the project's limits.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from core.errors import KnownError
from core.mask import enlarge
from core.sa2va import prompt as text
from core.sa2va.checkpoint import empty_network, fill, image_token_of, load_tokenizer
from core.sa2va.config import read_config
from core.sa2va.families.family import LanguagePicture, PictureTokens, Route
from core.sa2va.keys import SAM2_PREFIX, convert
from core.sa2va.network import Sa2VANetwork
from core.sa2va.preprocessing import normalise, sam2_picture
from core.sa2va.reading import Reading
from tests.parity_weights import fill as draw

LOGITS = 5e-3
LIMITS = {"hidden_seg": 2e-4, "hidden_seg_after_norm": 2e-4, "seg_embed": 1e-3, "ious": 1e-3, "object_score": 1e-3}
"""Largest absolute difference, float32 (the project's tolerances)."""
RELATIVE = {"loss": 1e-4, "grad": 2e-3, "digest": 1e-4}
MASK_IOU = 0.999


def load_family(folder: Path, salt: bytes) -> tuple[Sa2VANetwork, Any]:
    """The network of a family, filled by the recipe, and its tokenizer."""
    config = read_config(folder)
    tokenizer = load_tokenizer(folder, image_token_of(config))
    network = empty_network(config, tokenizer)
    tensors = draw(json.loads((folder / "keys.json").read_text()), salt)
    fill(network, config, iter(tensors.items()), torch.device("cpu"), torch.float32, folder.name)
    return network.eval(), tokenizer


def digest(array: np.ndarray) -> np.ndarray:
    """Sum, mean and mean of magnitudes in float64."""
    wide = array.astype(np.float64)
    return np.array([wide.sum(), wide.mean(), np.abs(wide).mean()])


def look(picture: LanguagePicture, route: str) -> dict[str, np.ndarray]:
    """What the fixture says about the language side's picture."""
    pixels = picture.pixels.numpy()
    got = {
        f"{route}/pixel_shape": np.array(pixels.shape),
        f"{route}/pixel_digest": digest(pixels),
        f"{route}/pixel_head": pixels.ravel()[:16],
    }
    if picture.grid is not None:
        got[f"{route}/image_grid_thw"] = np.array([[1, *picture.grid]])
    return got


def ask(
    network: Sa2VANetwork, tokenizer: Any, rgb: np.ndarray, spoken: dict[str, str], route: Route
) -> tuple[LanguagePicture, PictureTokens, text.Conversation]:
    """The picture as the vision model takes it and as the language model does, and the ids of question and answer."""
    picture = network.family.picture(rgb, route)
    tokens = network.image_tokens(picture)
    count = tokens.tokens.shape[0]
    style = network.family.style(route)
    return picture, tokens, text.converse(tokenizer, spoken["question"], count, spoken["answer"], style)


def run_case(network: Sa2VANetwork, tokenizer: Any, case: Path, expected: Any) -> dict[str, np.ndarray]:
    """Every array of one case, under the fixture's names."""
    network.zero_grad(set_to_none=True)
    rgb = np.asarray(Image.open(case / "image.png").convert("RGB"))
    spoken = json.loads((case / "prompt.json").read_text(encoding="utf-8"))
    pixels = normalise(sam2_picture(rgb, network.config.sam2.image_size)[None])
    picture, tokens, talk = ask(network, tokenizer, rgb, spoken, "training")
    seg = talk.seg_positions[0]
    ids = torch.tensor([talk.ids])
    decoded, states = network(
        pixels, [tokens], ids, torch.ones_like(ids), torch.tensor([seg]), torch.zeros(1, dtype=torch.long)
    )
    labels = torch.full_like(ids, -100)
    labels[0, talk.answer_start : talk.answer_end] = ids[0, talk.answer_start : talk.answer_end]
    got = {
        "tf/input_ids": ids[0].numpy(),
        "tf/labels": labels[0].numpy(),
        "tf/seg_pos": np.array(seg),
        "tf/num_image_tokens": np.array(tokens.tokens.shape[0]),
        "tf/hidden_seg": states[0, seg].detach().numpy(),
        "tf/hidden_digest": digest(states.detach().numpy())[[0, 2]],
        "tf/logits_seg": network.word_logits(states[0, seg]).detach().numpy(),
        "tf/seg_embed": network.text_hidden_fcs(states[0, seg]).detach().numpy(),
        "tf/multimasks": decoded.logits[0].detach().numpy(),
        "tf/ious": decoded.ious[0].detach().numpy(),
        "tf/best": decoded.best[0].numpy(),
        "tf/object_score": decoded.object_score[0].detach().numpy(),
        "tf/sam_input_digest": digest(pixels.numpy()),
        "tf/sam_input_head": pixels.numpy().ravel()[:16],
        **look(picture, "tf"),
    }
    if tokens.grid is not None:
        placed = network.family.positions(ids, [tokens], network.image_token_id)[:, 0]
        got["tf/mrope_position_ids"] = placed.numpy()
        got["tf/mrope_delta"] = np.array([[int(placed.max()) + 1 - ids.shape[1]]])
    if tokens.deeper:
        normed = network.vision_language.model.language_model.norm(states[0, seg])
        got["tf/hidden_seg_after_norm"] = normed.detach().numpy()
    got |= losses_and_gradients(network, decoded.chosen[0], states, labels, case, expected)
    got |= inference(network, tokenizer, rgb, spoken, expected)
    return got


def losses_and_gradients(
    network: Sa2VANetwork, chosen: torch.Tensor, states: torch.Tensor, labels: torch.Tensor, case: Path, expected: Any
) -> dict[str, np.ndarray]:
    """Upstream's losses, and the norms of their gradients for the parameters that the fixture names."""
    truth = np.asarray(Image.open(case / "gt_mask.png").convert("L")) > 127
    target = F.interpolate(torch.from_numpy(truth).float()[None, None], chosen.shape, mode="nearest")[0, 0]
    bce = 2.0 * F.binary_cross_entropy_with_logits(chosen, target)
    p = chosen.sigmoid()
    dice = 0.5 * (1 - (2 * (p * target).sum() + 1) / (p.sum() + target.sum() + 1))
    words = F.cross_entropy(network.word_logits(states[0, :-1]), labels[0, 1:], ignore_index=-100)
    named = {"loss_mask": bce, "loss_dice": dice, "llm_loss": words}
    got = {f"tf/{name}": np.array(loss.item()) for name, loss in named.items()}
    step = int(expected["tf/up_step"]) if "tf/up_step" in expected else 1
    up = F.interpolate(chosen.detach()[None, None], truth.shape, mode="bilinear", align_corners=False)[0, 0]
    got |= {"tf/up_step": np.array(step), "tf/up_logits": up[::step, ::step].numpy().astype(np.float16)}
    for prefix, loss in (("grad_seg/", bce + dice), ("grad_llm/", words)):
        network.zero_grad(set_to_none=True)
        loss.backward(retain_graph=True)
        for name in (key for key in expected if key.startswith(prefix)):
            got[name] = np.array(gradient_norm(network, name[len(prefix) :]))
    return got


def gradient_norm(network: Sa2VANetwork, published: str) -> float:
    """Norm of the gradient of one published tensor, put together from the pieces it became."""
    key = SAM2_PREFIX + published if published.startswith("sam_mask_decoder.") else published
    key = key.replace(".base_layer", "")
    parameters = dict(network.named_parameters())
    shape = published_shape(network, key)
    squares = 0.0
    for place, _ in convert(key, torch.empty(shape, device="meta"), network.config):
        gradient = parameters[place].grad
        squares += float(gradient.double().pow(2).sum()) if gradient is not None else 0.0
    return float(np.sqrt(squares))


def published_shape(network: Sa2VANetwork, key: str) -> tuple[int, ...]:
    """A shape that `convert` can cut up (only joined attention tensors depend on it)."""
    if "wqkv" in key or ".qkv." in key:
        hidden = network.config.hidden_size
        heads = int(network.config.language["num_attention_heads"])
        groups = int(network.config.language.get("num_key_value_heads", heads))
        return (hidden + 2 * groups * hidden // heads, hidden)
    return (1,)


@torch.no_grad()
def inference(
    network: Sa2VANetwork, tokenizer: Any, rgb: np.ndarray, spoken: dict[str, str], expected: Any
) -> dict[str, np.ndarray]:
    """The inference path: generation step by step with the forced ids, then the enlargement that the program uses."""
    picture, tokens, talk = ask(network, tokenizer, rgb, spoken, "inference")
    prompt_ids = list(talk.ids[: talk.answer_start])
    forced = expected["gen/forced_ids"].tolist()
    ahead = iter(forced)
    said = Reading(network, prompt_ids, tokens).generate((), len(forced), lambda logits: next(ahead))
    state = said.states[[said.ids.index(tokenizer.convert_tokens_to_ids(text.SEG_TOKEN))]]
    embedding = network.text_hidden_fcs(state)
    size = network.config.sam2.image_size
    features = network.grounding.encode(normalise(sam2_picture(rgb, size)[None]))
    decoded = network.grounding.decode(features, embedding)
    low = decoded.chosen[0].numpy()
    step = int(expected["tf/up_step"])
    final = enlarge(low, *rgb.shape[:2])
    got = {
        **look(picture, "gen"),
        "gen/forced_ids": np.array(forced),
        "gen/prompt_ids": np.array(prompt_ids),
        "gen/new_ids": np.array(said.ids),
        "gen/text": np.frombuffer(tokenizer.decode(said.ids).strip().encode(), np.uint8),
        "gen/hidden_seg": state[0].numpy(),
        "gen/seg_embed": embedding[0].numpy(),
        "gen/best": decoded.best[0].numpy(),
        "gen/video_res_logits_s4": enlarge(low, size, size)[::4, ::4].astype(np.float16),
        "gen/video_res_logits_shape": np.array([1, 1, size, size]),
        "gen/final_logits": final[::step, ::step].astype(np.float16),
        "gen/mask_packed": np.packbits((final > 0).ravel()),
        "gen/mask_shape": np.array(rgb.shape[:2]),
    }
    if "gen/low_res" in expected:
        got["gen/low_res"] = low
    return got


def error_of(name: str, got: np.ndarray, expected: np.ndarray, shape: np.ndarray) -> tuple[float, bool]:
    """(error, within the limit); the error is relative for losses, gradients and digests, 1 − IoU for masks."""
    if got.shape != expected.shape:
        return float("inf"), False
    tail = name.split("/")[-1]
    if tail == "mask_packed":
        count = int(np.prod(shape))
        a, b = np.unpackbits(got)[:count].astype(bool), np.unpackbits(expected)[:count].astype(bool)
        error = 1 - (a & b).sum() / max(1, (a | b).sum())
        return float(error), bool(error <= 1 - MASK_IOU)
    difference = np.abs(got.astype(np.float64) - expected.astype(np.float64))
    if np.issubdtype(expected.dtype, np.integer):
        return float(difference.max(initial=0)), not difference.any()
    kind = "grad" if name.startswith("grad") else "loss" if "loss" in tail else "digest" if "digest" in tail else ""
    if kind:
        scale = np.maximum(np.abs(expected), 1e-3 if kind == "grad" else 1e-9)
        if kind == "digest":
            scale = np.maximum(np.abs(expected), np.abs(expected[-1]))
        error = float((difference / scale).max(initial=0))
        return error, error <= RELATIVE[kind]
    limit = np.full(difference.shape, LIMITS.get(tail, LOGITS))
    if expected.dtype == np.float16:  # two numbers within the limit may be rounded to neighbours
        limit = LOGITS + np.spacing(np.abs(expected)).astype(np.float64)
    return float(difference.max(initial=0)), bool((difference <= limit).all())


def compare_family(folder: Path, salt: bytes, out: Path | None) -> tuple[dict[str, float], list[str]]:
    """Largest error per array over a family's cases, and what lies outside the limits."""
    network, tokenizer = load_family(folder, salt)
    worst: dict[str, float] = {}
    outside: list[str] = []
    for case in sorted((folder / "cases").iterdir()):
        with np.load(case / "expected.npz") as archive:
            expected = {name: archive[name] for name in archive.files}
        got = run_case(network, tokenizer, case, expected)
        outside += [f"{case.name} {name}: not computed" for name in sorted(expected.keys() - got.keys())]
        for name in sorted(got.keys() & expected.keys()):
            error, fine = error_of(name, got[name], expected[name], expected["gen/mask_shape"])
            worst[name] = max(worst.get(name, 0.0), error)
            if not fine:
                outside.append(f"{case.name} {name}: {error:.3g}")
        if out is not None:
            target = out / folder.name / "cases" / case.name
            target.mkdir(parents=True, exist_ok=True)
            alike = {name: array.astype(expected[name].dtype) for name, array in got.items() if name in expected}
            np.savez_compressed(target / "got.npz", **alike)
    return worst, outside


def main(arguments: list[str] | None = None) -> int:
    """Run all families under ROOT."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--salt", default="", help="text mixed into the recipe of the weights")
    parser.add_argument("--out", type=Path, help="write OUT/FAMILY/cases/NN/got.npz")
    options = parser.parse_args(arguments)
    families = sorted(folder for folder in options.root.iterdir() if (folder / "cases").is_dir())
    failed = not families
    for folder in families:
        try:
            worst, outside = compare_family(folder, options.salt.encode(), options.out)
        except KnownError as error:
            print(f"{folder.name}: not run. {error}")
            failed = True
            continue
        print(f"{folder.name}: largest error per array over {len(list((folder / 'cases').iterdir()))} cases")
        for name, error in worst.items():
            print(f"  {name:<78} {error:.3g}")
        for line in outside:
            print(f"  OUTSIDE THE LIMIT  {line}")
        failed = failed or bool(outside)
    print("not equal to the oracle" if failed else "equal to the oracle within the limits")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
