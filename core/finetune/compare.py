"""How good a model is on learned and on held-out labels, and what one mask for all of them would reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from core.dice_curve import score_curves
from core.errors import FinetuneError
from core.evaluate import HALF_STEP, PLATEAU, ImageScore, best_step
from core.finetune.dataset import Sample, by_label, read_truth, target_of
from core.finetune.forward import Forward
from core.finetune.job import Example
from core.finetune.label_key import label_key, measured_apart
from core.finetune.rounds import all_of, sides
from core.finetune.split import Split
from core.mask import probability_levels
from core.metrics import dice
from core.segmenter import Decoded
from core.zoom import blend, side_of


@dataclass(frozen=True)
class Scored:
    """Curves of Dice over thresholds of learned and held-out labels, by one model.

    Attributes:
        learned: of each label.
        held_out: of each label.
        maps: of each held-out label the (G, G) float32 logits.
    """

    learned: list[ImageScore]
    held_out: list[ImageScore]
    maps: Sequence[npt.NDArray[np.float32]] = ()

    @property
    def step(self) -> int:
        """Best threshold step, chosen on the learned labels only."""
        return best_step(self.learned, PLATEAU)

    def dice(self, step: int) -> np.ndarray:
        """(N,) Dice of the held-out labels at a step."""
        return np.array([score.dice[step - 1] for score in self.held_out])


@dataclass(frozen=True)
class Pooled:
    """The held-out labels of all rounds one after the other (N), each as the model of its round answered it.

    Attributes:
        rounds: one, or several of which each holds out other labels.
    """

    rounds: Sequence[Scored]

    @property
    def steps(self) -> list[int]:
        """(N,) best threshold steps, each chosen on what was learned in its round."""
        return [scored.step for scored in self.rounds for _ in scored.held_out]

    @property
    def rival_steps(self) -> list[int]:
        """(N,) steps at which this model has to be beaten: its best ones, or 0.5 where that does better on the held-out labels.

        A threshold chosen on a few learned images can serve the others worse than 0.5; the new version must not win by that.
        """
        best, half = self.steps, [HALF_STEP] * len(self.steps)
        return max((best, half), key=lambda steps: float(self.dice(steps).mean()))

    @property
    def maps(self) -> list[npt.NDArray[np.float32]]:
        """(N,) logits (G, G)."""
        return [logits for scored in self.rounds for logits in scored.maps]

    @property
    def best_step(self) -> int:
        """Best threshold step on all that is learned from: the only round's, or, in several, on all labels."""
        first = self.rounds[0]
        return first.step if len(self.rounds) == 1 else best_step([*first.learned, *first.held_out], PLATEAU)

    def dice(self, steps: Sequence[int]) -> np.ndarray:
        """(N,) Dice, each at its own step."""
        scores = (score for scored in self.rounds for score in scored.held_out)
        return np.array([score.dice[step - 1] for score, step in zip(scores, steps, strict=True)])

    def at_half(self) -> np.ndarray:
        """(N,) Dice at 0.5."""
        return self.dice([HALF_STEP] * len(self.steps))


@dataclass(frozen=True)
class Examiner:
    """Asks a model about labels.

    Attributes:
        forward: how it answers.
        check_stop: called before each label; raises to stop.
    """

    forward: Forward
    check_stop: Callable[[], None]

    @torch.no_grad()
    def score(self, learned: Sequence[Sample], held_out: Sequence[Sample]) -> Scored:
        """Score every label on its plain view.

        Raises:
            FinetuneError: the model's answer is no number.
        """
        first = [self._score_one(label)[0] for label in by_label(learned)]
        second = [self._score_one(label) for label in by_label(held_out)]
        return Scored(first, [score for score, _ in second], [logits for _, logits in second])

    @torch.no_grad()
    def score_rounds(self, samples: Sequence[Sample], rounds: Sequence[Split]) -> list[Scored]:
        """Score one and the same model in every round; each label is looked at once.

        Raises:
            FinetuneError: the model's answer is no number.
        """
        if len(rounds) == 1:
            return [self.score(*sides(samples, rounds[0]))]
        found = {label[0].example: self._score_one(label) for label in by_label(samples)}
        return [
            Scored(
                [found[example][0] for example in parts.learned],
                [found[example][0] for example in parts.held_out],
                [found[example][1] for example in parts.held_out],
            )
            for parts in rounds
        ]

    @torch.no_grad()
    def watch(self, labels: Sequence[Sequence[Sample]]) -> float:
        """Mean Dice of a few labels at 0.5, on the decoder's grid: quick.

        Of held-out labels it is only shown; the epoch is chosen by learned ones (`core.finetune.best_epoch`).
        """
        scores = []
        for label in labels:
            self.check_stop()
            masks = [(self.decode(sample).chosen[0] > 0).cpu().numpy() for sample in label]
            truths = [(sample.target > 0.5).numpy() for sample in label]
            scores.append(dice(np.concatenate(masks), np.concatenate(truths)))
        return float(np.mean(scores))

    def decode(self, sample: Sample) -> Decoded:
        """The model's answer to one sample."""
        return self.forward([sample]).decoded

    def _score_one(self, label: Sequence[Sample]) -> tuple[ImageScore, npt.NDArray[np.float32]]:
        """Score a label on its crops, put together as a prediction is."""
        self.check_stop()
        example = label[0].example
        truth = read_truth(example)
        answers = [self.decode(sample) for sample in label]
        logits = blend(np.stack([answer.chosen[0].float().cpu().numpy() for answer in answers]), example.zoom)
        if not np.isfinite(logits).all():
            raise FinetuneError(
                "The model's answers on your labels are no numbers, so the fine-tune was stopped; nothing was changed.",
                "Use another model; your labels are safe.",
            )
        curves = score_curves(probability_levels(logits, *truth.shape), truth)
        guess = float(np.mean([float(answer.ious[0, answer.best[0]]) for answer in answers]))
        score = max(float(answer.object_score.reshape(-1)[0]) for answer in answers)
        return ImageScore("", *curves, guess, score, example.image_sha256), logits


def constant_of(samples: Sequence[Sample], rounds: Sequence[Split]) -> np.ndarray:
    """(N,) `constant_dice` of the rounds one after the other."""
    return np.concatenate([constant_dice(*sides(samples, parts)) for parts in rounds])


def constant_dice(learned: Sequence[Sample], held_out: Sequence[Sample]) -> np.ndarray:
    """(N,) Dice of one mask for all held-out labels, the better one of two: the average of the learned labels of the
    structure at its best threshold, or the whole image."""
    grid = learned[0].target.shape[-1]
    known, compared = ([label[0].example for label in by_label(samples)] for samples in (learned, held_out))
    targets = [target_of(read_truth(example), side_of(grid, example.zoom)) for example in known]
    share = {}
    for prompt, zoom in {(example.prompt, example.zoom) for example in known}:
        alike = [
            t for t, example in zip(targets, known, strict=True) if (example.prompt, example.zoom) == (prompt, zoom)
        ]
        share[prompt, zoom] = torch.stack(alike).mean(0).clamp(0.005, 0.995)
    nothing = torch.full((grid, grid), 0.005)

    def score(example: Example) -> ImageScore:
        truth = read_truth(example)
        logits = torch.logit(share.get((example.prompt, example.zoom), nothing)).numpy()
        curves = score_curves(probability_levels(logits, *truth.shape), truth)
        return ImageScore("", *curves, 0.0, 0.0, example.image_sha256)

    average = Scored([score(example) for example in known], [score(example) for example in compared])
    shares = np.array([read_truth(example).mean() for example in compared])
    return max(average.dice(average.step), 2 * shares / (1 + shares), key=lambda each: float(each.mean()))


def dice_of_used(used: Pooled, record: Mapping[str, object], rounds: Sequence[Split]) -> np.ndarray:
    """(N,) Dice of the version in use on the held-out labels.

    Where it learned from the patient, what was measured on the very same label by a model that had not learned from it counts
    (a version that was judged in several rounds knows that), and otherwise no number (NaN). If fewer than two patients are left,
    all count: it is flattered then, and a new version has to beat even that.

    Args:
        used: how it scored.
        record: its version.json.
        rounds: the divisions of this run.
    """
    rows = record.get("learned_from")
    learned = {str(row.get("image")) for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
    every, compared = all_of(rounds), [example for parts in rounds for example in parts.held_out]
    known = {e.group for e in (*every.learned, *every.held_out) if e.image_sha256[:16] in learned}
    scores = used.dice(used.rival_steps)
    fair = np.array([example.group not in known for example in compared])
    measured = measured_apart(record)
    counted = [
        score if new else measured.get(label_key(example), np.nan) if measured else np.nan
        for example, score, new in zip(compared, scores, fair, strict=True)
    ]
    patients = {example.group for example, value in zip(compared, counted, strict=True) if not np.isnan(value)}
    return np.array(counted) if len(patients) > 1 else scores
