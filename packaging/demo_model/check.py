"""Own pictures held apart, on which a training run looks at how well the words are heard."""

from __future__ import annotations

from collections import defaultdict

import cv2
import pictures
import torch
import torch.nn.functional as F
from questions import MEANING_OF, MEANINGS

from core.sa2va import prompt as text
from core.sa2va.families.family import LanguagePicture, PictureTokens
from core.sa2va.network import Sa2VANetwork
from core.sa2va.preprocessing import MEAN, STD
from core.segmenter import ImageFeatures

FIRST_SEED, PICTURES_EACH, SIDE = 9_000_000, 6, 512
ABSENT = {"ct_abdomen": ("the polyp", "the optic disc"), "fundus": ("the liver", "the fetal head")}
"""Words that name nothing in a kind of picture; for all others `ABSENT_ELSE`."""
ABSENT_ELSE = ("the spleen", "the optic disc")


class Check:
    """Pictures of every kind with one question for each structure, and two for what is not there."""

    def __init__(self, tokenizer: object, tokens: int) -> None:
        cv2.setNumThreads(1)
        self.talks = {phrase: text.converse(tokenizer, text.question_of(phrase), tokens) for phrase in MEANING_OF}
        self.kinds: dict[str, tuple[torch.Tensor, list[dict[str, torch.Tensor]]]] = {}
        for kind in pictures.KINDS:
            samples = [pictures.make(kind, FIRST_SEED + number, SIDE, 0.8) for number in range(PICTURES_EACH)]
            images = torch.stack([torch.from_numpy(sample.image) for sample in samples])
            self.kinds[kind] = (
                images,
                [{key: torch.from_numpy(mask) for key, mask in sample.masks.items()} for sample in samples],
            )

    @torch.no_grad()
    def embeddings(self, network: Sa2VANetwork, tokens: list[torch.Tensor], phrases: list[str]) -> torch.Tensor:
        """(P, d): what the language side gives at [SEG] for P pictures' tokens and P phrases."""
        talks, device = [self.talks[phrase] for phrase in phrases], tokens[0].device
        ids = torch.zeros(len(talks), max(len(talk.ids) for talk in talks), dtype=torch.long)
        attention = torch.zeros_like(ids)
        for row, talk in enumerate(talks):
            ids[row, : len(talk.ids)] = torch.tensor(talk.ids)
            attention[row, : len(talk.ids)] = 1
        states = network.states(ids.to(device), [PictureTokens(one) for one in tokens], attention.to(device))
        places = torch.tensor([talk.seg_positions[0] for talk in talks], device=device)
        return network.text_hidden_fcs(states[torch.arange(len(talks), device=device), places])

    @torch.no_grad()
    def run(self, network: Sa2VANetwork, device: torch.device) -> str:
        """Mean Dice at 0.5 per structure, the share of the area drawn for what is not there, and how far apart the words are."""
        scores: dict[str, list[float]] = defaultdict(list)
        drawn: list[float] = []
        mean, std = (torch.tensor(v, device=device).view(1, 3, 1, 1) for v in (MEAN, STD))
        side, count = network.config.picture.size, network.config.picture.tokens
        for kind, (images, truths) in self.kinds.items():
            pixels = images.to(device).permute(0, 3, 1, 2).float() / 255
            pixels = F.interpolate(pixels, (1024, 1024), mode="bilinear", align_corners=False)
            pixels = (pixels - mean) / std
            features = network.grounding.encode(pixels)
            small = F.interpolate(pixels, (side, side), mode="bilinear", antialias=True, align_corners=False)
            tokens = network.image_tokens(LanguagePicture(small)).tokens.view(len(truths), count, -1)
            absent = [(phrase, None) for phrase in ABSENT.get(kind, ABSENT_ELSE)]
            for number, masks in enumerate(truths):
                asked = [(pictures.PROMPTS[key][0], key) for key in masks] + absent
                of = torch.full((len(asked),), number, device=device)
                language = self.embeddings(network, [tokens[number]] * len(asked), [phrase for phrase, _ in asked])
                parts = (features.embedding[of], features.high_res_0[of], features.high_res_1[of])
                chosen = network.grounding.decode(ImageFeatures(*parts), language).chosen.float()
                chosen = F.interpolate(chosen[:, None], (SIDE, SIDE), mode="bilinear", align_corners=False)[:, 0] > 0
                for answer, (_, key) in zip(chosen.cpu(), asked, strict=True):
                    if key is None:
                        drawn.append(answer.float().mean().item())
                    else:
                        both = 2 * (answer & masks[key]).sum().item()
                        scores[key].append(both / max(1, answer.sum().item() + masks[key].sum().item()))
            if kind == "ct_abdomen":
                first = {index: phrase for phrase, index in reversed(MEANING_OF.items())}
                named = [first[index] for index in range(len(MEANINGS))]
                words = self.embeddings(network, [tokens[0]] * len(named), named).float()
                spread = (words - words.mean(0)).norm(dim=1).mean() / words.norm(dim=1).mean()
        line = "  ".join(f"{key} {sum(values) / len(values):.2f}" for key, values in scores.items())
        return (
            f"check: {line} | absent {100 * sum(drawn) / len(drawn):.2f} % (most {100 * max(drawn):.1f}) | "
            f"words apart {spread.item():.2f}"
        )
