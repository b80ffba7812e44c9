"""What is asked about a picture: structures that are there, and some that are not."""

from __future__ import annotations

import random

import pictures
from sample_pool import Entry

STRUCTURES_NAMED: dict[str, tuple[str, ...]] = {}
"""Phrase -> the structures that it can mean ("the lesion" names three)."""
for _key, _phrases in pictures.PROMPTS.items():
    for _phrase in _phrases:
        STRUCTURES_NAMED[_phrase] = (*STRUCTURES_NAMED.get(_phrase, ()), _key)
MEANINGS = sorted(set(STRUCTURES_NAMED.values()))
"""All different meanings."""
MEANING_OF = {phrase: MEANINGS.index(named) for phrase, named in STRUCTURES_NAMED.items()}


def _elsewhere(kind: str) -> list[str]:
    own = pictures.STRUCTURES_OF[kind]
    barred = {phrase for key in own for phrase in pictures.PROMPTS[key]}
    others = [key for key in pictures.PROMPTS if key not in own and key not in pictures.NOT_ASKED.get(kind, ())]
    others = [key for key in others if not key.endswith("_region")]
    return [phrase for key in others for phrase in pictures.PROMPTS[key] if phrase not in barred]


ELSEWHERE = {kind: _elsewhere(kind) for kind in pictures.KINDS}
"""Kind of picture -> phrases that name nothing in it."""


def ask(chooser: random.Random, entry: Entry, absent: float) -> tuple[str, int]:
    """One (phrase, index of the mask or −1 for nothing there); `absent` is the share of questions for what is not there."""
    if not entry.keys or chooser.random() < absent:
        near = [key for key in entry.absent if key not in entry.keys]
        if near and chooser.random() < 0.6:
            return chooser.choice(pictures.PROMPTS[chooser.choice(near)]), -1
        return chooser.choice(ELSEWHERE[entry.kind]), -1
    index = chooser.randrange(len(entry.keys))
    return chooser.choice(pictures.PROMPTS[entry.keys[index]]), index


ABSENT = (0.05, 0.2, 0.3, 0.4)
"""Share of what is not there among the first to the fourth question on a picture."""


def ask_several(chooser: random.Random, entry: Entry) -> list[tuple[str, int]]:
    """As `ask`, once for each of `ABSENT`; no structure comes twice while another one of the picture has not been asked for.

    Two organs on one picture are what teaches the decoder to listen: with one question only the most striking thing will do.
    """
    left: list[int] = []
    asked = []
    for share in ABSENT:
        phrase, index = ask(chooser, entry, share)
        if index >= 0:
            left = left or chooser.sample(range(len(entry.keys)), len(entry.keys))
            index = left.pop()
            phrase = chooser.choice(pictures.PROMPTS[entry.keys[index]])
        asked.append((phrase, index))
    return asked
