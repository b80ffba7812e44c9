"""Train the demo model from nothing, every part of it, through the project's own differentiable forward.

    python packaging/demo_model/train.py --out FOLDER [--minutes 18] [--real FOLDER_OF_OPEN_SETS]

Needs a GPU with 16 GB, several processor cores and this repository; about 20 minutes on one H100. See README.md beside it.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import random
import sys
import threading
import time
from pathlib import Path
from queue import Queue

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import pictures  # noqa: E402
from augment import geometry, scanner  # noqa: E402
from check import Check  # noqa: E402
from marks import clicks, first_marks  # noqa: E402
from questions import ABSENT, MEANING_OF, MEANINGS, ask_several  # noqa: E402
from sample_pool import RealSet, SamplePool  # noqa: E402
from tokenizer import make_tokenizer  # noqa: E402

from core.sa2va import prompt as text  # noqa: E402
from core.sa2va.checkpoint import fill, load_tokenizer, read_tensors  # noqa: E402
from core.sa2va.config import read_config  # noqa: E402
from core.sa2va.families.family import LanguagePicture, PictureTokens  # noqa: E402
from core.sa2va.network import Sa2VANetwork  # noqa: E402
from core.sa2va.preprocessing import MEAN, STD  # noqa: E402
from core.sa2va.publish import publish  # noqa: E402
from core.segmenter import Decoded, ImageFeatures  # noqa: E402

REAL = {"nuclei_fluo_dsb2018": ("nuclei", "fluorescence_nuclei"), "nuclei_he_dsb2018": ("nuclei", "histology_he"),
        "us_carotid": ("carotid", "ultrasound_carotid")}  # fmt: skip
SIDES_MATTER = {"ct_abdomen", "chest_xray"}
POOL_SIZE = 512
OTHER_WORDS = 1 / 6
"""Share of the marked steps in which words and marks are of two minds."""


def new_network(folder: Path, device: torch.device, start: Path | None = None) -> tuple[Sa2VANetwork, object, int]:
    """Tokenizer, configuration and network (fresh, or with the weights of `start`); the first two are written to `folder`."""
    phrases = [phrase for all_phrases in pictures.PROMPTS.values() for phrase in all_phrases]
    texts = [text.INSTRUCTION.format(question=text.question_of(phrase)) + text.ANSWER for phrase in phrases]
    size = make_tokenizer(texts * 3, folder)
    raw = json.loads((HERE / "config.json").read_text())
    raw["llm_config"]["vocab_size"] = size
    (folder / "config.json").write_text(json.dumps(raw, indent=1) + "\n")
    (folder / "sam2_config.json").write_bytes((HERE / "sam2_config.json").read_bytes())
    tokenizer = load_tokenizer(folder)
    network = Sa2VANetwork(read_config(folder), tokenizer.convert_tokens_to_ids(text.IMAGE_TOKEN))
    torch.nn.init.normal_(network.grounding.no_mem_embed, std=0.02)
    if start is not None:
        fill(
            network,
            network.config,
            read_tensors(start, torch.device("cpu")),
            torch.device("cpu"),
            torch.float32,
            start.name,
        )
    return network.to(device), tokenizer, size


class Batches:
    """Pictures with several questions each; some ask for what is not there."""

    def __init__(self, pool: SamplePool, real: dict[str, RealSet], network: Sa2VANetwork, tokenizer: object, seed: int):
        self.pool, self.real, self.tokenizer = pool, list(real.values()), tokenizer
        self.seed = seed
        self.tokens = network.config.picture.tokens
        self.cache: dict[str, text.Conversation] = {}

    def draw(self, count: int, chooser: random.Random) -> dict[str, torch.Tensor]:
        """`count` pictures and four prompts for each, still in main memory, masks packed to bits, not yet augmented."""
        images, masks, flips, talks, meanings = [], [], [], [], []
        for _ in range(count):
            source = chooser.choice(self.real) if self.real and chooser.random() < 0.06 else self.pool
            image, truths, entry = source.sample(chooser)
            images.append(torch.from_numpy(np.ascontiguousarray(image)))
            truths_shape = (image.shape[0], image.shape[1] // 8)
            flips.append(entry.kind not in SIDES_MATTER)
            for phrase, index in ask_several(chooser, entry):
                meanings.append(MEANING_OF[phrase])
                if phrase not in self.cache:
                    question = text.question_of(phrase)
                    self.cache[phrase] = text.converse(self.tokenizer, question, self.tokens)
                talks.append(self.cache[phrase])
                masks.append(
                    torch.from_numpy(truths[index].copy())
                    if index >= 0
                    else torch.zeros(truths_shape, dtype=torch.uint8)
                )
        longest = max(len(talk.ids) for talk in talks)
        ids = torch.zeros(len(talks), longest, dtype=torch.long)
        attention, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
        for row, talk in enumerate(talks):
            ids[row, : len(talk.ids)] = torch.tensor(talk.ids)
            attention[row, : len(talk.ids)] = 1
            labels[row, talk.answer_start : talk.answer_end] = ids[row, talk.answer_start : talk.answer_end]
        return {
            "images": torch.stack(images),
            "masks": torch.stack(masks).view(count, len(ABSENT), *masks[0].shape),
            "flips": torch.tensor(flips),
            "ids": ids,
            "attention": attention,
            "labels": labels,
            "seg": torch.tensor([talk.seg_positions[0] for talk in talks]),
            "meanings": torch.tensor(meanings),
            "picture_of": torch.arange(count).repeat_interleave(len(ABSENT)),
        }

    def ahead(self, count: int) -> Queue[dict[str, torch.Tensor]]:
        """Batches drawn by three threads while the GPU works."""
        waiting: Queue[dict[str, torch.Tensor]] = Queue(maxsize=8)

        def fill_up(chooser: random.Random) -> None:
            while True:
                waiting.put({key: value.pin_memory() for key, value in self.draw(count, chooser).items()})

        for number in range(3):
            threading.Thread(target=fill_up, args=(random.Random(self.seed * 10 + number),), daemon=True).start()
        return waiting


def augmented(batch: dict[str, torch.Tensor], size: int, device: torch.device) -> dict[str, torch.Tensor]:
    """Move a batch to the device and give it pixels of side `size` and the share of each mask in the cells of its grid."""
    batch = {key: value.to(device, non_blocking=True) for key, value in batch.items()}
    pixels = batch.pop("images").permute(0, 3, 1, 2).float() / 255
    bits = batch.pop("masks").unsqueeze(-1) >> torch.arange(7, -1, -1, device=device) & 1
    pixels, truth = geometry(pixels, bits.flatten(-2).float(), size, batch.pop("flips"))
    return {**batch, "pixels": scanner(pixels), "truth": F.adaptive_avg_pool2d(truth, size // 4).flatten(0, 1)}


def losses(decoded: Decoded, truth: torch.Tensor, near: torch.Tensor | None = None) -> torch.Tensor:
    """Mask loss of the best of three and as much of all three, calibration of predicted IoU and object score.

    `near` (P, g, g) says how near a click is: there a wrong answer costs much more, or the few cells around a click would never count.

    Cross-entropy over inside and outside apart, each with the same weight, is what lets a small structure be found at all: the
    overlap has no slope where nothing is predicted, and the mean over all cells hardly knows that it is there. All three
    candidates must answer the words: were only the best one judged, each could draw another organ, whatever was asked.
    """
    logits, target = decoded.logits.float(), truth[:, None].expand_as(decoded.logits)
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    p = logits.sigmoid()
    focal = (bce * (p - target).abs() ** 1.0).mean((2, 3))
    overlap = 2 * (p * target).sum((2, 3)) + 1
    dice = 1 - overlap / (p.sum((2, 3)) + target.sum((2, 3)) + 1)
    there = truth.flatten(1).amax(1) > 0.5
    outside = (bce * (1 - target)).sum((2, 3)) / (1 - target).sum((2, 3)).clamp(min=1)
    inside = (bce * target).sum((2, 3)) / target.sum((2, 3)).clamp(min=1)
    each = 4.0 * focal + bce.mean((2, 3)) + 0.25 * (inside + outside) + torch.where(there[:, None], dice, 0.15 * dice)
    if near is not None:
        each = each + (bce * near[:, None]).sum((2, 3)) / near.sum((1, 2)).clamp(min=1)[:, None]
    mask_loss = 0.5 * each.min(1).values + 0.5 * each.mean(1)
    with torch.no_grad():
        hard, real = logits > 0, target > 0.5
        union = (hard | real).sum((2, 3))
        iou = torch.where(union > 0, (hard & real).sum((2, 3)) / union.clamp(min=1), torch.ones_like(p[:, :, 0, 0]))
    iou_loss = F.mse_loss(decoded.ious.float(), iou)
    score_loss = F.binary_cross_entropy_with_logits(decoded.object_score.float()[:, 0], there.float())
    return mask_loss.mean() + 0.5 * iou_loss + 0.1 * score_loss


def _of_another(per_question: torch.Tensor) -> torch.Tensor:
    """(P, ...) with the rows of each picture's questions moved on by one."""
    return per_question.view(-1, len(ABSENT), *per_question.shape[1:]).roll(1, 1).flatten(0, 1)


def marked_losses(
    network: Sa2VANetwork,
    features: ImageFeatures,
    language: torch.Tensor,
    words: Decoded,
    truth: torch.Tensor,
    size: int,
) -> torch.Tensor:
    """Loss of two rounds of correcting: first marks on the answer to the words, then one click more on what came of them.

    Now and then the words name another structure of the same picture than the marks show: were both always of one mind, the
    decoder would hear the words alone. Not where the marks show that nothing is there: a click on a small wrong piece would then
    take away the whole mask. Both rounds mostly see the answer before them, as they do in the window.
    """
    before = words.chosen.detach().float()
    if random.random() < OTHER_WORDS:
        there = truth.flatten(1).amax(1) > 0.5
        language = torch.where(there[:, None], _of_another(language), language)
        before = torch.where(there[:, None, None], _of_another(before), before)
    made = first_marks(truth, before, size)
    seen = before[:, None] if random.random() < 0.8 else None
    first = network.grounding.decode(features, language, made.points, made.labels, seen)
    loss = losses(first, truth, made.nearness(truth.shape[-1], size))
    before = first.chosen.detach().float()
    made = made.and_also(clicks(truth, before, size, 1))
    second = network.grounding.decode(features, language, made.points, made.labels, before[:, None])
    return 0.5 * loss + 0.5 * losses(second, truth, made.nearness(truth.shape[-1], size))


def step_losses(
    network: Sa2VANetwork, namer: torch.nn.Linear, batch: dict[str, torch.Tensor], size: int, with_marks: bool
) -> dict[str, torch.Tensor]:
    """Forward through every part: "mask", "name" and "words" losses, and "named", the share of meanings told rightly.

    With marks the decoder hears clicks and boxes beside the words. `namer` tells from the embedding at [SEG] which structure was named.
    Without it the language model settled on one answer for all words (the picture's tokens are so much larger than the words'
    at first) and the decoder learned not to listen.
    """
    mean, std = (torch.tensor(v, device=batch["pixels"].device).view(1, 3, 1, 1) for v in (MEAN, STD))
    pixels = (batch["pixels"] - mean) / std
    small = F.interpolate(
        pixels, (network.config.picture.size,) * 2, mode="bilinear", antialias=True, align_corners=False
    )
    tokens = network.image_tokens(LanguagePicture(small)).tokens.view(
        pixels.shape[0], network.config.picture.tokens, -1
    )
    of = batch["picture_of"]
    states = network.states(batch["ids"], [PictureTokens(one) for one in tokens[of].unbind()], batch["attention"])
    language = network.text_hidden_fcs(states[torch.arange(of.shape[0], device=of.device), batch["seg"]])
    features = network.grounding.encode(pixels)
    features = ImageFeatures(features.embedding[of], features.high_res_0[of], features.high_res_1[of])
    decoded = network.grounding.decode(features, language)
    mask = losses(decoded, batch["truth"])
    if with_marks:
        mask = 0.4 * mask + 0.6 * marked_losses(network, features, language, decoded, batch["truth"], size)
    words = network.word_logits(states[:, :-1]).float().flatten(0, 1)
    names = namer(language.float())
    return {
        "mask": mask,
        "name": F.cross_entropy(names, batch["meanings"]),
        "words": F.cross_entropy(words, batch["labels"][:, 1:].flatten(), ignore_index=-100),
        "named": (names.argmax(1) == batch["meanings"]).float().mean(),
    }


def set_size(network: Sa2VANetwork, size: int) -> None:
    """Let SAM 2's prompt encoder know the side of the pictures."""
    network.grounding.sam_prompt_encoder.image_embedding_size = (size // 16, size // 16)
    network.grounding.sam_prompt_encoder.input_image_size = (size, size)


def save(network: Sa2VANetwork, weights: dict[str, torch.Tensor], folder: Path) -> None:
    """Write model.safetensors in upstream's names, half precision (norms and positions too: the model is small)."""
    published = publish(weights, network.config)
    aside = folder / "model.safetensors.part"
    save_file({key: value.to(torch.float16).cpu().contiguous() for key, value in published.items()}, aside)
    os.replace(aside, folder / "model.safetensors")


def train(options: argparse.Namespace) -> None:
    """The whole recipe, top to bottom."""
    torch.set_num_threads(2)  # the other cores draw pictures
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    options.out.mkdir(parents=True, exist_ok=True)
    cores = os.cpu_count() or 4
    weights = {kind: pictures.WEIGHTS.get(kind, 1.0) for kind in pictures.KINDS}
    pool = SamplePool(options.pool, POOL_SIZE, max(1, cores - 2), weights, seed=1_000_000 + options.seed)
    device = torch.device("cuda")
    network, tokenizer, _ = new_network(options.out, device, options.start)
    real = {}
    if options.real is not None:
        real = {
            name: RealSet(options.real / name, *REAL[name], POOL_SIZE)
            for name in REAL
            if (options.real / name).is_dir()
        }
    print(f"parameters {sum(p.numel() for p in network.parameters()) / 1e6:.2f} M, open sets {list(real)}", flush=True)
    batches = Batches(pool, real, network, tokenizer, options.seed)
    namer = torch.nn.Linear(network.config.sam2.d_model, len(MEANINGS)).to(device)
    decay = [p for p in network.parameters() if p.ndim > 1] + [namer.weight]
    rest = [p for p in network.parameters() if p.ndim <= 1] + [namer.bias]
    optimiser = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=options.rate, fused=True
    )
    current = list(network.state_dict().values())
    average = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
    averages = list(average.values())
    check, checked = Check(tokenizer, network.config.picture.tokens), copy.deepcopy(network).eval()
    while len(pool.entries) < min(2500, options.pool):
        time.sleep(1)
    waiting = batches.ahead(options.batch_512)
    size = 512
    begun, step, skipped, shown = time.monotonic(), 0, 0, []
    network.train()
    while (share := (time.monotonic() - begun) / (options.minutes * 60)) < 1:
        late = share > 1 - options.late
        if late and size == 512:
            size, waiting = 1024, batches.ahead(options.batch)
        set_size(network, size)
        rate = (
            options.rate
            * min(1.0, (step + 1) / options.warm_up)
            * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = augmented(waiting.get(), size, device)
        with torch.autocast("cuda", torch.bfloat16):
            parts = step_losses(network, namer, batch, size, with_marks=random.random() < options.marked)
        loss = parts["mask"] + options.name_weight * parts["name"] + 0.02 * parts["words"]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([*decay, *rest], 1.0)
        step += 1
        if not torch.isfinite(norm):  # half precision overflows now and then; such a step would ruin every weight
            skipped += 1
            continue
        optimiser.step()
        keep = min(0.9985, 1 - 1 / (step / 4 + 1))
        torch._foreach_lerp_(averages, current, 1 - keep)
        shown.append(torch.stack([parts[name].detach() for name in ("mask", "name", "named")]))
        if step % 100 == 0 or step == 20:
            mask, name, named = torch.stack(shown).mean(0).tolist()
            shown.clear()
            print(
                f"{time.monotonic() - begun:6.0f} s  step {step}  {size}  mask {mask:.4f}  name {name:.4f}  named {named:.3f}  "
                f"drawn {pool.drawn}  waiting {waiting.qsize()}  skipped {skipped}",
                flush=True,
            )
        if step % 500 == 0 or step in (50, 200):
            checked.load_state_dict(average)
            set_size(checked, 1024)
            with torch.autocast("cuda", torch.bfloat16):
                print(check.run(checked, device), flush=True)
            save(network, average, options.out)
    pool.close()
    save(network, average, options.out)
    print(f"done: {step} steps", flush=True)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--real", type=Path, help="folder with the open sets (see README.md)")
    parser.add_argument("--start", type=Path, help="go on from this model instead of from nothing")
    parser.add_argument("--late", type=float, default=0.5, help="share of the time at the full 1024 (before: 512)")
    parser.add_argument("--minutes", type=float, default=18.0)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--batch-512", type=int, default=72, help="while pictures are 512 pixels wide")
    parser.add_argument("--name-weight", type=float, default=0.5, help="of telling at [SEG] which structure was named")
    parser.add_argument("--marked", type=float, default=0.7, help="share of the steps with clicks and boxes as well")
    parser.add_argument("--pool", type=int, default=30000)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--warm-up", type=int, default=400, help="steps until the full rate")
    parser.add_argument("--seed", type=int, default=0)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
