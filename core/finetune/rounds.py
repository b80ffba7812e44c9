"""How a run is judged: on one division of the labels, or, where there are few, in several rounds that hold out each patient once."""

from __future__ import annotations

from collections.abc import Sequence

from core.finetune.dataset import Sample
from core.finetune.estimate import ROUNDS, rounds_for
from core.finetune.job import Example
from core.finetune.split import LEAST_LEARNED, Split, gather, lot, patients_of, split


def rounds_of(examples: Sequence[Example], seed: int) -> tuple[Split, ...]:
    """The divisions on which a run is judged; the same seed gives the same ones.

    One, as `split` makes it, where a list says what is held out or there are at least 30 images. Otherwise up to three: whole
    patients are dealt out to them, so that each label is judged once by a model that did not learn from its patient. Images are
    dealt out where there are too few patients. Of who has more than half of all images every round learns: without them too
    little would be left.

    Raises:
        FinetuneError: too few labels.

    Source: Kohavi, A study of cross-validation and bootstrap, IJCAI 1995.
    """
    whole = split(examples, seed)
    if whole.by == "list" or rounds_for(len({example.image_sha256 for example in examples})) == 1:
        return (whole,)
    for by, keys in (("patient", patients_of(examples)), ("image", [example.image_sha256 for example in examples])):
        sets = gather(examples, keys)
        dealt = _deal(sets, seed)
        if len(dealt) > 1:
            return tuple(
                Split(
                    tuple(example for key, group in sets.items() if key not in hand for example in group),
                    tuple(example for key, group in sets.items() if key in hand for example in group),
                    by,
                )
                for hand in dealt
            )
    return (whole,)


def all_of(rounds: Sequence[Split]) -> Split:
    """What the version itself learns from: the learned part of the only division, or all labels."""
    if len(rounds) == 1:
        return rounds[0]
    return Split((*rounds[0].learned, *rounds[0].held_out), (), rounds[0].by)


def sides(samples: Sequence[Sample], parts: Split) -> tuple[list[Sample], list[Sample]]:
    """Samples to learn from, the plain views first, and the plain views of the held-out labels, in the order of the division."""
    place = {example: number for number, example in enumerate((*parts.learned, *parts.held_out))}
    chosen = sorted(
        (sample for sample in samples if sample.example in place),
        key=lambda sample: (sample.view, place[sample.example]),
    )
    learned, held_out = set(parts.learned), set(parts.held_out)
    return (
        [sample for sample in chosen if sample.example in learned],
        [sample for sample in chosen if sample.example in held_out and sample.view == 0],
    )


def _deal(sets: dict[str, list[Example]], seed: int) -> list[set[str]]:
    """Deal out keys, those with most images first, each to the hand that has fewest; fewer than two hands if it cannot be done."""
    images = {key: len({example.image_sha256 for example in group}) for key, group in sets.items()}
    total = sum(images.values())
    keys = [key for key, count in images.items() if 2 * count <= total and total - count >= LEAST_LEARNED]
    keys.sort(key=lambda key: (-images[key], lot(seed, min(example.group for example in sets[key]), key)))
    hands: list[set[str]] = [set() for _ in range(min(ROUNDS, len(keys)))]
    held = [0] * len(hands)
    for key in keys:
        fewest = held.index(min(held))
        hands[fewest].add(key)
        held[fewest] += images[key]
    return hands if hands and total - max(held) >= LEAST_LEARNED else []
