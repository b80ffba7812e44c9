"""Compare this project's way through films and stacks with an oracle: `python -m tests.parity_video ROOT [--salt TEXT]`.

ROOT as for `tests.parity`; each family's video/NN holds frame_0.png .. frame_7.png, prompt.json and expected.npz, and
video/mask_propagation a mask for one of the frames of video/00. Prints the largest error per array; exit code 0 only if there was a
film and every error is within the project's limits.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from core.mask import enlarge
from core.sa2va.film import talk_about
from core.sa2va.memory import Memory, Remembered, empty_memory, place_of
from core.sa2va.memory_walk import MemoryWalk
from core.sa2va.network import Sa2VANetwork
from core.sa2va.preprocessing import normalise, sam2_picture
from core.segmenter import WORDS_ON, Decoded, ImageFeatures
from tests.parity import LOGITS, MASK_IOU, load_family
from tests.parity_weights import fill as draw

Arrays = dict[str, np.ndarray]
LIMITS = {"mask_packed": 1 - MASK_IOU, "ious": 1e-3, "object_score": 1e-3, "best": 0, "memory_tokens": 0}
"""Largest error; everything else of a track is held to the limit of logits."""


def load_memory(folder: Path, network: Sa2VANetwork, salt: bytes = b"") -> Memory:
    """SAM 2's memory of a family, filled by the recipe."""
    memory = empty_memory(network.config.sam2)
    keys = json.loads((folder / "keys.json").read_text())
    tensors = draw({key: shape for key, shape in keys.items() if place_of(key)}, salt)
    memory.load_state_dict({str(place_of(key)): tensor for key, tensor in tensors.items()}, assign=True)
    return memory.eval()


class Watch:
    """What goes on inside during one step of a walk: features, memories before they are rounded, tokens of the memory attention."""

    def __init__(self) -> None:
        self.entered = self.kept = torch.empty(0)
        self.tokens = (0, 0)

    @contextmanager
    def on(self, network: Sa2VANetwork, memory: Memory) -> Iterator[None]:
        def features(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
            self.entered = inputs[0]

        def keep(_: Any, __: Any, output: torch.Tensor) -> None:
            self.kept = output

        def count(_: Any, __: Any, named: dict[str, Any]) -> None:
            self.tokens = (len(named["memory"]), named["num_obj_ptr_tokens"])

        self.tokens = (0, 0)
        hooks = [
            network.grounding.sam_mask_decoder.register_forward_pre_hook(features),
            memory.memory_encoder.out_proj.register_forward_hook(keep),
            memory.memory_attention.register_forward_pre_hook(count, with_kwargs=True),
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def digests(self) -> Arrays:
        def digest(array: torch.Tensor) -> np.ndarray:
            wide = array.double()
            return np.array([float(wide.mean()), float(wide.abs().mean())])

        return {
            "mem_digest": digest(self.kept),
            "feat_digest": digest(self.entered),
            "memory_tokens": np.array(self.tokens),
        }


def rgb_of(file: Path) -> np.ndarray:
    """(H, W, 3) uint8."""
    return np.asarray(Image.open(file).convert("RGB"))


@lru_cache(maxsize=8)
def seen_by_sam2(network: Sa2VANetwork, file: Path) -> tuple[np.ndarray, ImageFeatures]:
    """Sum, mean and mean magnitude of the normalised frame, and its features."""
    pixels = normalise(sam2_picture(rgb_of(file), network.config.sam2.image_size)[None])
    wide = pixels.double()
    with torch.no_grad():
        features = network.grounding.encode(pixels)
    return np.array([float(wide.sum()), float(wide.mean()), float(wide.abs().mean())]), features


def told(decoded: Decoded, left: Remembered, watch: Watch, shape: Sequence[int]) -> Arrays:
    """What the fixture says of one frame."""
    low = decoded.chosen[0].numpy()
    return {
        "low": low,
        "low_res_f16": low[::4, ::4],
        "ious": decoded.ious[0].numpy(),
        "best": decoded.best[0].numpy(),
        "object_score": decoded.object_score[0, 0].numpy(),
        "obj_ptr": left.pointer[0].numpy(),
        "mask_packed": np.packbits(enlarge(low, *shape[:2]) > 0),
        "kept": watch.kept[0].numpy(),
        **watch.digests(),
    }


@torch.no_grad()
def run_video(
    network: Sa2VANetwork, memory: Memory, tokenizer: Any, case: Path, upto: int = 8
) -> tuple[Arrays, list[dict[int, Arrays]]]:
    """The language path: arrays of the whole film, and for each [SEG] those of each frame.

    Args:
        network: of the family.
        memory: of the family.
        tokenizer: of the family.
        case: folder with frames and prompt.json.
        upto: only so many frames, to save time.
    """
    files = [case / f"frame_{index}.png" for index in range(8)]
    frames = [rgb_of(file) for file in files]
    spoken = json.loads((case / "prompt.json").read_text(encoding="utf-8"))
    talk = talk_about(network, tokenizer, frames[:WORDS_ON], spoken["question"], spoken["answer"])
    pixels = torch.cat([picture.pixels for picture in talk.pictures]).double()
    embedded = network.text_hidden_fcs(talk.states)
    seen = [seen_by_sam2(network, file) for file in files[:upto]]
    whole = {
        "vid/ids": np.array(talk.ids),
        "vid/hidden_seg": talk.states.numpy(),
        "vid/seg_embed": embedded.numpy(),
        "vid/pixel_shape": np.array(pixels.shape),
        "vid/pixel_digest": np.array([float(pixels.sum()), float(pixels.mean()), float(pixels.abs().mean())]),
        "vid/pixel_head": pixels.flatten()[:16].numpy(),
        "vid/sam_input_digest": np.stack([digest for digest, _ in seen]),
    }
    tracks: list[dict[int, Arrays]] = []
    for language in embedded:
        walk, track, watch = MemoryWalk(network.grounding, memory, len(frames)), {}, Watch()
        for index, (_, features) in enumerate(seen):
            with watch.on(network, memory):
                if index < WORDS_ON:
                    decoded = walk.begin_with_words(features, language[None])
                    left = walk.bank.given[-1]
                else:
                    decoded = walk.step(features)
                    left = walk.bank.recent[-1]
            track[index] = told(decoded, left, watch, frames[0].shape)
        tracks.append(track)
    return whole, tracks


@torch.no_grad()
def run_mask(network: Sa2VANetwork, memory: Memory, case: Path, frames: Sequence[int]) -> dict[int, Arrays]:
    """A given mask carried on: arrays of each frame, in the order of a walk that begins at the mask and goes one way."""
    prompt = json.loads((case / "prompt.json").read_text(encoding="utf-8"))
    film = [case.parent / "00" / f"frame_{index}.png" for index in range(8)]
    mask = np.asarray(Image.open(case / prompt["mask"]).convert("L")) > 127
    walk, found, watch = MemoryWalk(network.grounding, memory, len(film)), {}, Watch()
    start = prompt["mask_frame"]
    with watch.on(network, memory):
        walk.begin(seen_by_sam2(network, film[start])[1], torch.from_numpy(mask)[None, None])
    found[start] = {"obj_ptr": walk.bank.given[0].pointer[0].numpy(), **watch.digests()}
    for index in frames:
        features = seen_by_sam2(network, film[index])[1]
        with watch.on(network, memory):
            decoded = walk.step(features)
        found[index] = told(decoded, walk.bank.recent[-1], watch, mask.shape)
    return found


def film_errors(whole: Arrays, expected: Arrays, upto: int) -> dict[str, float]:
    """What of the language side lies outside the limits, with its error."""
    ids = np.concatenate([expected["vid/prompt_ids"], expected["vid/new_ids"]])
    wanted = {**expected, "vid/sam_input_digest": expected["vid/sam_input_digest"][:upto]}
    found = {} if np.array_equal(whole["vid/ids"][: len(ids)], ids) else {"vid/ids": float("inf")}
    limits = {"vid/hidden_seg": 2e-4, "vid/seg_embed": 1e-3, "vid/pixel_shape": 0}
    for name in whole.keys() & wanted.keys():
        got, right = whole[name].astype(np.float64), wanted[name].astype(np.float64)
        same = got.shape == right.shape
        error = float((np.abs(got - right) / np.maximum(1.0, np.abs(right))).max()) if same else float("inf")
        if error > limits.get(name, 1e-4):
            found[name] = error
    return found


def track_errors(track: dict[int, Arrays], expected: Arrays, prefix: str) -> dict[str, float]:
    """Largest error of each array of one track that the fixture holds, over its frames; 1 − IoU for masks.

    Args:
        track: frame -> arrays.
        expected: the fixture.
        prefix: of the track's names in it, for example "vid/seg0/".
    """
    errors: dict[str, float] = {}

    def note(name: str, error: float) -> None:
        errors[name] = max(errors.get(name, 0.0), error)

    for index, arrays in track.items():
        for name, got in arrays.items():
            if prefix + name not in expected:
                continue
            wanted = expected[prefix + name][index]
            if name == "mask_packed":
                a, b = np.unpackbits(got).astype(bool), np.unpackbits(wanted).astype(bool)
                note(name, 1 - (a & b).sum() / max(1, (a | b).sum()))
                continue
            difference = np.abs(got.astype(np.float64) - wanted.astype(np.float64))
            if wanted.dtype == np.float16:  # two numbers within the limit may be rounded to neighbours
                difference = (difference - np.spacing(np.abs(wanted)).astype(np.float64)).clip(0)
            note(name, float(difference.max()))
        for frame in expected.get(prefix + "low_res_frames", ()):
            if frame == index and "low" in arrays:
                place = list(expected[prefix + "low_res_frames"]).index(frame)
                note("low_res", float(np.abs(arrays["low"] - expected[prefix + "low_res"][place]).max()))
        if f"{prefix}mem_f{index}_s8" in expected:
            note("mem_s8", float(np.abs(arrays["kept"][:, ::8, ::8] - expected[f"{prefix}mem_f{index}_s8"]).max()))
    return errors


def outside(errors: dict[str, float]) -> dict[str, float]:
    """What of a track's errors lies outside the limits."""
    return {name: error for name, error in errors.items() if error > LIMITS.get(name, LOGITS)}


def read_fixture(case: Path) -> Arrays:
    """All arrays of expected.npz."""
    with np.load(case / "expected.npz") as archive:
        return {key: archive[key] for key in archive.files}


def compare_family(folder: Path, salt: bytes) -> bool:
    """Run every film of a family to its end and print; whether all of it is within the limits."""
    network, tokenizer = load_family(folder, salt)
    memory, fine = load_memory(folder, network, salt), True
    for case in sorted((folder / "video").iterdir()):
        expected = read_fixture(case)
        if case.name == "mask_propagation":
            start, last = int(expected["mp/mask_frame"]), 7
            onwards = run_mask(network, memory, case, range(start + 1, last + 1))
            back = run_mask(network, memory, case, range(start - 1, -1, -1))
            del back[start], onwards[start]["feat_digest"], onwards[start]["memory_tokens"]
            tracks = {
                "onwards": track_errors(onwards, expected, "mp/"),
                "back": track_errors(back, expected, "mp/fresh_"),
            }
        else:
            whole, found = run_video(network, memory, tokenizer, case)
            tracks = {
                f"[SEG] {number}": track_errors(track, expected, f"vid/seg{number}/")
                for number, track in enumerate(found)
            }
            tracks["language side, outside"] = film_errors(whole, expected, 8)
            fine = fine and not tracks["language side, outside"]
        for name, errors in tracks.items():
            print(f"{folder.name} {case.name} {name}: {', '.join(f'{key} {one:.2g}' for key, one in errors.items())}")
            fine = fine and not outside(errors)
    return fine


def main(arguments: list[str] | None = None) -> int:
    """Run all films under ROOT."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity_video", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--salt", default="", help="text mixed into the recipe of the weights")
    options = parser.parse_args(arguments)
    families = sorted(folder for folder in options.root.iterdir() if (folder / "video").is_dir())
    equal = bool(families) and all([compare_family(folder, options.salt.encode()) for folder in families])
    print("equal to the oracle within the limits" if equal else "not equal to the oracle")
    return int(not equal)


if __name__ == "__main__":
    sys.exit(main())
