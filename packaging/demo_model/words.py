"""Second stage: teach the words. The picture side stays as train.py left it; language side and mask decoder learn.

    python packaging/demo_model/words.py --start FOLDER --out FOLDER [--minutes 60] [--real FOLDER_OF_OPEN_SETS]

First the mask decoder learns one embedding for each meaning of a phrase, then the language model learns to give that
embedding at [SEG], then both go on together. Image features are made once and kept on disk, so a processor suffices.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import pictures  # noqa: E402
from augment import geometry, scanner  # noqa: E402
from questions import MEANING_OF, MEANINGS, ask  # noqa: E402
from sample_pool import SLOTS, Entry, RealSet  # noqa: E402
from train import POOL_SIZE, REAL, SIDES_MATTER, clicks_for, losses, new_network, save, set_size  # noqa: E402

from core.sa2va import prompt as text  # noqa: E402
from core.sa2va.families.family import LanguagePicture, PictureTokens  # noqa: E402
from core.sa2va.network import Sa2VANetwork  # noqa: E402
from core.sa2va.preprocessing import MEAN, STD  # noqa: E402
from core.segmenter import ImageFeatures  # noqa: E402

MEANINGS_FILE, TABLE = "meanings.safetensors", "table of meanings"
WEIGHTS = {
    "ultrasound_breast": 3.0, "ultrasound_fetal": 1.0, "ultrasound_carotid": 0.7, "dermoscopy": 1.4, "endoscopy": 1.8,
    "fundus": 1.3, "ct_abdomen": 2.6, "chest_xray": 1.3, "brain_mr": 0.8, "fluorescence_nuclei": 0.4, "histology_he": 0.4,
    "em_membrane": 0.3, "shapes": 1.3,
}  # fmt: skip


def fill_bank(network: Sa2VANetwork, folder: Path, size: int, count: int, seed: int, real_folder: Path | None) -> None:
    """Draw, augment and encode `count` pictures at side `size`; one file each: features, image tokens, masks, what they show."""
    torch.set_num_threads(1)
    done = len(list(folder.glob(f"{seed}_*.safetensors")))
    torch.manual_seed(seed + 7919 * done)
    chooser = random.Random(seed + 7919 * done)
    real = [RealSet(real_folder / name, *REAL[name], POOL_SIZE) for name in REAL] if real_folder else []
    set_size(network, size)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, STD))
    for number in range(done, count):
        if real and chooser.random() < 0.06:
            image, packed, entry = chooser.choice(real).sample(chooser)
            masks = [np.unpackbits(mask, axis=1) for mask in packed]
        else:
            kind = chooser.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            sample = pictures.make(kind, 3_000_000 + 100_000 * seed + number, POOL_SIZE)
            keys = tuple(sample.masks)[:SLOTS]
            image, masks = sample.image, [sample.masks[key].astype(np.uint8) for key in keys]
            entry = Entry(kind, keys, sample.absent)
        pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255
        truth = torch.from_numpy(np.stack(masks))[None].float() if masks else torch.zeros(1, 1, POOL_SIZE, POOL_SIZE)
        pixels, truth = geometry(pixels, truth, size, torch.tensor([entry.kind not in SIDES_MATTER]))
        pixels = (scanner(pixels) - mean) / std
        side = (network.config.picture.size,) * 2
        with torch.no_grad():
            features = network.grounding.encode(pixels)
            small = F.interpolate(pixels, side, mode="bilinear", antialias=True, align_corners=False)
            tokens = network.image_tokens(LanguagePicture(small)).tokens
        content = {
            "embedding": features.embedding[0].half(), "high_res_0": features.high_res_0[0].half(),
            "high_res_1": features.high_res_1[0].half(), "tokens": tokens.half(),
            "truth": (F.adaptive_avg_pool2d(truth[0], size // 4) * 255).round().byte(),
        }  # fmt: skip
        aside = folder / f"{seed}_{number}.part"
        shows = {"entry": json.dumps([entry.kind, entry.keys, entry.absent])}
        save_file({name: tensor.contiguous() for name, tensor in content.items()}, aside, metadata=shows)
        aside.rename(folder / f"{seed}_{number}.safetensors")


def read_picture(file: Path) -> tuple[dict[str, torch.Tensor], Entry]:
    """What `fill_bank` kept of one picture, and what it shows."""
    with safe_open(file, framework="pt") as kept:
        kind, keys, absent = json.loads(kept.metadata()["entry"])
        tensors = {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118 (a handle is no mapping)
    return tensors, Entry(kind, tuple(keys), tuple(absent))


class Bank:
    """Pictures as features on disk; grows while it is used."""

    def __init__(self, folder: Path, seed: int, absent: float = 0.2) -> None:
        self.folder, self.chooser, self.absent = folder, random.Random(seed), absent
        self.files: list[Path] = []
        self.looked = 0.0

    def draw(self, count: int) -> tuple[ImageFeatures, torch.Tensor, torch.Tensor, list[str]]:
        """Two questions on each of count / 2 pictures: features, image tokens (count, T, hidden), truths (count, g, g), phrases."""
        if time.monotonic() - self.looked > 20:
            self.files, self.looked = sorted(self.folder.glob("*.safetensors")), time.monotonic()
        rows, truths, phrases = [], [], []
        for row, entry in [read_picture(file) for file in self.chooser.choices(self.files, k=count // 2)] * 2:
            phrase, index = ask(self.chooser, entry, self.absent)
            rows.append(row)
            phrases.append(phrase)
            truths.append(row["truth"][index].float() / 255 if index >= 0 else torch.zeros(row["truth"].shape[1:]))
        names = ("embedding", "high_res_0", "high_res_1", "tokens")
        parts = [torch.stack([row[name] for row in rows]).float() for name in names]
        return ImageFeatures(*parts[:3]), parts[3], torch.stack(truths), phrases


def decode_loss(
    network: Sa2VANetwork, features: ImageFeatures, language: torch.Tensor, truth: torch.Tensor, clicks: bool
) -> torch.Tensor:
    """Mask loss of the words, and half the time of words with clicks."""
    decoded = network.grounding.decode(features, language)
    loss = losses(decoded, truth)
    if clicks:
        points, labels = clicks_for(truth, decoded, truth.shape[-1] * 4)
        loss = 0.5 * loss + 0.5 * losses(network.grounding.decode(features, language, points, labels), truth)
    return loss


class Asker:
    """Phrases to [SEG] embeddings through the language model."""

    def __init__(self, network: Sa2VANetwork, tokenizer: object) -> None:
        self.network = network
        tokens = network.config.picture.tokens
        self.talks = {phrase: text.converse(tokenizer, text.question_of(phrase), tokens) for phrase in MEANING_OF}

    def __call__(self, phrases: list[str], tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, T, hidden) image tokens -> (B, d) embeddings and the language loss of the answers."""
        talks = [self.talks[phrase] for phrase in phrases]
        longest = max(len(talk.ids) for talk in talks)
        ids = torch.zeros(len(talks), longest, dtype=torch.long)
        attention, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
        for row, talk in enumerate(talks):
            ids[row, : len(talk.ids)] = torch.tensor(talk.ids)
            attention[row, : len(talk.ids)] = 1
            labels[row, talk.answer_start : talk.answer_end] = ids[row, talk.answer_start : talk.answer_end]
        states = self.network.states(ids, [PictureTokens(one) for one in tokens], attention)
        seg = states[torch.arange(len(talks)), torch.tensor([talk.seg_positions[0] for talk in talks])]
        words = self.network.word_logits(states[:, :-1]).flatten(0, 1)
        return self.network.text_hidden_fcs(seg), F.cross_entropy(words, labels[:, 1:].flatten(), ignore_index=-100)


class Average:
    """A running mean of parameters, which scores better than the last step's."""

    def __init__(self, parameters: list[nn.Parameter]) -> None:
        self.parameters, self.values = parameters, [p.detach().clone() for p in parameters]
        self.steps = 0

    def update(self) -> None:
        """Take in the current values."""
        self.steps += 1
        torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], max(0.005, 1 / (self.steps / 4 + 1)))

    def put(self) -> None:
        """Give the parameters their mean."""
        with torch.no_grad():
            for parameter, value in zip(self.parameters, self.values, strict=True):
                parameter.copy_(value)


def forget_words(network: Sa2VANetwork, constant: torch.Tensor) -> None:
    """Start the language side anew, with image tokens as large as words, and an embedding near the one the decoder knows."""
    model = network.vision_language.model
    for module in (
        *model.language_model.modules(),
        *model.multi_modal_projector.modules(),
        network.vision_language.lm_head,
    ):
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)
        elif "Norm" in type(module).__name__:
            nn.init.ones_(module.weight)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)
    for layer in (network.text_hidden_fcs[0], network.text_hidden_fcs[2]):
        layer.reset_parameters()
    with torch.no_grad():
        network.text_hidden_fcs[2].bias.copy_(constant)


def known_embedding(network: Sa2VANetwork, tokenizer: object) -> torch.Tensor:
    """(d,) what the first stage's decoder hears for any words on an empty picture."""
    asker = Asker(network, tokenizer)
    with torch.no_grad():
        side = network.config.picture.size
        tokens = network.image_tokens(LanguagePicture(torch.zeros(1, 3, side, side))).tokens
        return asker(["the polyp"], tokens[None])[0][0]


def descend(optimiser: torch.optim.Optimizer, loss: torch.Tensor, peak: float) -> None:
    """One step at `peak` times each group's own rate; a step that overflows is left out."""
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    if torch.isfinite(torch.nn.utils.clip_grad_norm_(parameters, 1.0)):
        for group in optimiser.param_groups:
            group["lr"] = group["own"] * peak
        optimiser.step()


def rate(share: float, step: int) -> float:
    """Share of the peak rate: a short rise, then half a cosine."""
    return min(1.0, (step + 1) / 60) * (0.03 + 0.97 * 0.5 * (1 + np.cos(np.pi * min(1.0, share))))


def learn_meanings(network: Sa2VANetwork, bank: Bank, table: nn.Parameter, minutes: float, batch: int) -> None:
    """Mask decoder and one embedding per meaning, on kept features."""
    decoder = [*network.grounding.sam_mask_decoder.parameters(), *network.grounding.sam_prompt_encoder.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": decoder, "own": 5e-4}, {"params": [table], "own": 4e-3, "weight_decay": 0.0}], weight_decay=0.02
    )
    average = Average([*decoder, table])
    begun, step, shown = time.monotonic(), 0, []
    while (share := (time.monotonic() - begun) / (minutes * 60)) < 1:
        features, _, truth, phrases = bank.draw(batch)
        language = table[[MEANING_OF[phrase] for phrase in phrases]]
        loss = decode_loss(network, features, language, truth, bank.chooser.random() < 0.15)
        descend(optimiser, loss, rate(share, step))
        average.update()
        step += 1
        shown.append(loss.item())
        if step % 100 == 0:
            spent = time.monotonic() - begun
            print(
                f"meanings {spent:6.0f} s  step {step}  loss {np.mean(shown):.4f}  pictures {len(bank.files)}",
                flush=True,
            )
            shown.clear()
        if step % 500 == 0:
            save_file({**network.state_dict(), TABLE: table.detach()}, bank.folder.parent / MEANINGS_FILE)
    average.put()


def learn_words(network: Sa2VANetwork, asker: Asker, bank: Bank, table: torch.Tensor, steps: int) -> None:
    """Language model and projection: give the embedding of the meaning at [SEG]."""
    model = network.vision_language
    parameters = [
        *model.model.language_model.parameters(),
        *model.lm_head.parameters(),
        *network.text_hidden_fcs.parameters(),
    ]
    optimiser = torch.optim.AdamW([{"params": parameters, "own": 1e-3}], weight_decay=0.01)
    spread = (table - table.mean(0)).pow(2).mean()
    for step in range(steps):
        phrases = [bank.chooser.choice(list(MEANING_OF)) for _ in range(24)]
        files = bank.chooser.choices(bank.files, k=24)
        tokens = torch.stack([read_picture(file)[0]["tokens"].float() for file in files[:6]]).repeat(4, 1, 1)
        said, words = asker(phrases, tokens)
        wanted = table[[MEANING_OF[phrase] for phrase in phrases]]
        near = F.cross_entropy(
            -torch.cdist(said, table).pow(2) / (4 * spread * table.shape[1] / 20),
            torch.tensor([MEANING_OF[p] for p in phrases]),
        )
        error = F.mse_loss(said, wanted) / spread
        descend(optimiser, error + 0.3 * near + 0.02 * words, rate(step / steps, step))
        if step % 50 == 0 or step == steps - 1:
            print(f"words step {step}  error {error.item():.4f}  near {near.item():.4f}", flush=True)


def go_together(network: Sa2VANetwork, asker: Asker, bank: Bank, minutes: float, batch: int) -> None:
    """Language model, projection and mask decoder at once, through the whole forward."""
    model = network.vision_language
    language = [
        *model.model.language_model.parameters(),
        *model.lm_head.parameters(),
        *network.text_hidden_fcs.parameters(),
    ]
    decoder = [*network.grounding.sam_mask_decoder.parameters(), *network.grounding.sam_prompt_encoder.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": decoder, "own": 1.5e-4}, {"params": language, "own": 1.5e-4}], weight_decay=0.01
    )
    average = Average([*decoder, *language])
    begun, step, shown = time.monotonic(), 0, []
    while (share := (time.monotonic() - begun) / (minutes * 60)) < 1:
        features, tokens, truth, phrases = bank.draw(batch)
        said, words = asker(phrases, tokens)
        loss = decode_loss(network, features, said, truth, bank.chooser.random() < 0.2)
        descend(optimiser, loss + 0.02 * words, rate(share, step))
        average.update()
        step += 1
        shown.append(loss.item())
        if step % 50 == 0:
            print(f"together {time.monotonic() - begun:6.0f} s  step {step}  loss {np.mean(shown):.4f}", flush=True)
            shown.clear()
    average.put()


def wait_for(process: BaseProcess, folder: Path, count: int) -> None:
    """Until the bank holds `count` pictures, or will get no more."""
    while process.is_alive() and len(list(folder.glob("*.safetensors"))) < count:
        time.sleep(1)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="folder with what train.py made")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--real", type=Path, help="folder with the open sets (see README.md)")
    parser.add_argument("--minutes", type=float, default=60.0, help="for the decoder and the meanings")
    parser.add_argument("--minutes-together", type=float, default=20.0)
    parser.add_argument("--steps-words", type=int, default=500)
    parser.add_argument("--pictures", type=int, default=6000)
    parser.add_argument("--pictures-full", type=int, default=250, help="of them at the full side, for the last part")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    network, tokenizer, _ = new_network(options.out, torch.device("cpu"), options.start)
    constant = known_embedding(network, tokenizer)
    forget_words(network, constant)
    banks = [options.out / "bank_512", options.out / "bank_1024"]
    for folder in banks:
        folder.mkdir(exist_ok=True)
    plan = ((banks[0], 512, options.pictures, options.seed), (banks[1], 1024, options.pictures_full, options.seed + 50))
    processes = []
    for folder, size, count, seed in plan:
        arguments = (network, folder, size, count, seed, options.real)
        processes.append(multiprocessing.get_context("fork").Process(target=fill_bank, args=arguments, daemon=True))
    processes[0].start()
    wait_for(processes[0], banks[0], min(150, options.pictures))
    table = nn.Parameter(constant.repeat(len(MEANINGS), 1) + 0.5 * torch.randn(len(MEANINGS), constant.shape[0]))
    kept = options.out / MEANINGS_FILE
    if kept.is_file():  # go on with what an earlier, interrupted run learned
        content = load_file(kept)
        table.data.copy_(content.pop(TABLE))
        network.load_state_dict(content)
    set_size(network, 512)
    bank = Bank(banks[0], options.seed)
    learn_meanings(network, bank, table, options.minutes, options.batch)
    processes[0].terminate()
    processes[1].start()
    asker = Asker(network, tokenizer)
    learn_words(network, asker, bank, table.detach(), options.steps_words)
    save(network, dict(network.state_dict()), options.out)
    set_size(network, 1024)
    wait_for(processes[1], banks[1], min(20, options.pictures_full))
    go_together(network, asker, Bank(banks[1], options.seed), options.minutes_together, max(2, options.batch // 4))
    processes[1].terminate()
    save(network, dict(network.state_dict()), options.out)


if __name__ == "__main__":
    main()
