"""A whole run on a toy that can learn: it gets better or is refused, and what it writes is what it trained."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Picture
from safetensors.torch import load_file, save_file

import core.finetune.learn as learn_module
from core.errors import FinetuneError, ModelError
from core.evaluate import ImageScore
from core.finetune.compare import Pooled, Scored, dice_of_used
from core.finetune.job import Example, Job
from core.finetune.run import Cancelled, run_job
from core.finetune.split import Split
from core.finetune.version import WEIGHTS, apply_version
from core.finetune.worst_cases import COLOURS, GAP, SIDE
from core.worker_protocol import EpochEvent, StageEvent, decode_line, encode_line, parse_event
from tests.unit.finetune_toy import CutOffSegmenter, LearningSegmenter, make_job, open_toy


def run(folder: Path, **settings: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    job, events = make_job(folder, **settings), []
    return run_job(job, events.append, open_model=open_toy), events


def test_a_run_that_learns_is_better_and_says_by_how_much(tmp_path: Path) -> None:
    result, events = run(tmp_path, images=36)
    figures = result["figures"]
    assert result["accepted"] and figures["tuned_at_best"] > figures["base_at_best"] + 0.05
    assert figures["interval"][0] > 0 and figures["difference"] == pytest.approx(
        figures["tuned_at_best"] - figures["base_at_best"]
    )
    assert figures["base_at_best"] >= figures["base_at_half"] and figures["last_loss"] < figures["first_loss"]
    assert figures["rival_step"] == figures["base_step"]
    assert figures["held_out"] == 10 and figures["groups"] == 5 and figures["divided_by"] == "patient"
    assert not figures["rounds"]
    assert f"{figures['tuned_at_best']:.3f}" in result["reason"] and figures["proof"]["frozen"] == 2
    record = json.loads((tmp_path / "version" / "version.json").read_text())
    assert record["base"] == "toy" and record["base_id"] == "toy base" and record["best_step"] == figures["tuned_step"]
    learned, compared = ({row["image"] for row in record[key]} for key in ("learned_from", "compared_on"))
    assert len(learned) == 26 and len(compared) == 10 and not learned & compared
    for event in events:
        assert isinstance(parse_event(decode_line(encode_line(event))), StageEvent | EpochEvent)
    epochs = [event for event in events if event["event"] == "epoch"]
    assert [event["epoch"] for event in epochs] == list(range(1, 31)) and epochs[-1]["seconds_left"] == 0
    watched = [event["validation_dice"] for event in epochs if event["validation_dice"] is not None]
    assert len(watched) == 10 and watched[-1] > watched[0]
    assert not list(tmp_path.glob(".*part")) and not (tmp_path / "job" / "features").exists()


def test_a_threshold_that_only_suits_the_learned_images_makes_no_weak_rival() -> None:
    def scores(best: int) -> list[ImageScore]:
        curve = 0.9 - np.abs(np.arange(1, 200) - best) / 200
        return [ImageScore("", curve, curve, 0.0, 0.0, "")]

    spoiled = Scored(scores(20), scores(110))
    assert spoiled.step == 20 and Pooled([spoiled]).rival_steps == [100]
    good = Scored(scores(60), scores(50))
    assert Pooled([good]).rival_steps == [60]
    assert Pooled([good, spoiled]).steps == [60, 20] and Pooled([good, spoiled]).rival_steps == [100, 100]
    assert Pooled([good, spoiled]).dice([50, 110]) == pytest.approx([0.9, 0.9])


def test_no_name_of_a_patient_or_file_is_in_the_version(tmp_path: Path) -> None:
    run(tmp_path, epochs=1)
    text = (tmp_path / "version" / "version.json").read_text()
    assert "p0" not in text and ".png" not in text and str(tmp_path) not in text


def test_the_version_alone_predicts_what_was_trained(tmp_path: Path) -> None:
    result, _ = run(tmp_path, epochs=3)
    rgb = np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    base, tuned = LearningSegmenter(), LearningSegmenter()
    apply_version(tuned, Path(result["version"]))
    with torch.no_grad():
        answers = [one.decode(one.encode_image(rgb), one.embed_prompt(rgb, "x")).logits for one in (base, tuned)]
    assert not torch.allclose(*answers) and tuned.model_id != base.model_id


def test_the_same_seed_gives_the_same_figures(tmp_path: Path) -> None:
    first, _ = run(tmp_path / "a", epochs=3, seed=4)
    again, _ = run(tmp_path / "b", epochs=3, seed=4)
    for result in (first, again):
        for measured in ("seconds", "training_seconds", "memory_bytes"):
            del result["figures"][measured]
    assert first["figures"] == again["figures"]


def test_wrong_labels_are_refused_and_nothing_is_activated(tmp_path: Path) -> None:
    for seed in range(20):
        result, _ = run(tmp_path / str(seed), truthful=False, level=220, epochs=6, seed=seed)
        assert not result["accepted"] and "stays in use" in result["reason"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda toy: CutOffSegmenter(), "cut off"),
        (
            lambda toy: _without(toy, "decode", lambda *a, **k: _detached(LearningSegmenter.decode(toy, *a, **k))),
            "cut off",
        ),
        (lambda toy: _without(toy, "trainable_modules", dict), "frozen"),
        (lambda toy: _without(toy, "unreachable", dict), "grounding.sam_mask_decoder.before"),
    ],
)
def test_a_model_that_cannot_learn_stops_the_run(tmp_path: Path, break_it: Any, words: str) -> None:
    job = make_job(tmp_path)
    with pytest.raises(FinetuneError) as caught:
        run_job(job, lambda event: None, open_model=lambda ref, device: break_it(LearningSegmenter()))
    said = f"{caught.value} {caught.value.values.get('part', '')}"  # the part is for the log, not for the clinician
    assert words in said and not Path(job.out).exists()


def _without(toy: LearningSegmenter, name: str, replacement: Any) -> LearningSegmenter:
    setattr(toy, name, replacement)
    return toy


def _detached(decoded: Any) -> Any:
    return dataclasses.replace(decoded, logits=decoded.logits.detach(), ious=decoded.ious.detach(),
                               object_score=decoded.object_score.detach())  # fmt: skip


def test_a_detached_projection_is_named(tmp_path: Path) -> None:
    """Masks still have a gradient, so only a look at every single tensor finds it."""

    class Detached(LearningSegmenter):
        def decode(self, features: Any, state: Any, clicks: Any = None, mask: Any = None) -> Any:
            whole = self.projection
            self.projection = lambda state: whole(state).detach()  # type: ignore[assignment]
            try:
                return super().decode(features, state, clicks)
            finally:
                self.projection = whole

    with pytest.raises(FinetuneError, match="One part would learn nothing") as refused:
        run_job(make_job(tmp_path), lambda event: None, open_model=lambda ref, device: Detached())
    assert "text_hidden_fcs" in refused.value.values["part"], "for the log"
    assert "text_hidden_fcs" not in str(refused.value), "it says nothing to a clinician"


def test_a_learning_rate_of_nothing_is_caught(tmp_path: Path) -> None:
    with pytest.raises(FinetuneError, match="does not move"):
        run(tmp_path, learning_rate=0.0)


def test_the_proof_leaves_the_weights_as_they_were(tmp_path: Path) -> None:
    toy = LearningSegmenter()
    before = {name: p.clone() for name, p in toy.decoder.named_parameters()}

    def stop_at_training(event: dict[str, Any]) -> None:
        if event["event"] == "stage" and event["text"].startswith("Learning"):
            raise Cancelled

    with pytest.raises(Cancelled):
        run_job(make_job(tmp_path), stop_at_training, open_model=lambda ref, device: toy)
    assert all(torch.equal(p, before[name]) for name, p in toy.decoder.named_parameters())


def test_a_stopped_run_leaves_no_version(tmp_path: Path) -> None:
    job, asked = make_job(tmp_path), []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 40

    with pytest.raises(Cancelled):
        run_job(job, lambda event: None, stop, open_toy)
    assert not Path(job.out).exists() and not list(tmp_path.glob(".*"))


def test_an_image_that_was_exchanged_is_noticed(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    Path(job.examples[3].image).write_bytes(Path(job.examples[4].image).read_bytes())
    with pytest.raises(FinetuneError, match="exchanged"):
        run_job(job, lambda event: None, open_model=open_toy)


def test_a_mask_that_is_gone_is_noticed(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    Path(job.examples[0].mask).unlink()
    with pytest.raises(FinetuneError, match="missing or damaged"):
        run_job(job, lambda event: None, open_model=open_toy)


def test_memory_that_does_not_suffice_gets_a_sentence(tmp_path: Path) -> None:
    class Hungry(LearningSegmenter):
        def encode_image(self, rgb: Any) -> Any:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(FinetuneError, match="memory did not suffice"):
        run_job(make_job(tmp_path), lambda event: None, open_model=lambda ref, device: Hungry())


def _spoil(folder: Path, change: Any) -> None:
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS)


SCORE = "base_model.model.grounding.sam_mask_decoder.score.bias"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: _spoil(f, lambda t: t.pop(SCORE)), SCORE),
        (lambda f: _spoil(f, lambda t: t.update({"more": torch.zeros(1)})), "more"),
        (lambda f: _spoil(f, lambda t: t.update({SCORE: torch.zeros(2)})), SCORE),
        (lambda f: _spoil(f, lambda t: t.update({SCORE: torch.full((1,), float("nan"))})), SCORE),
        (lambda f: _spoil(f, lambda t: t.update({SCORE + "2": t.pop(SCORE)})), SCORE),
        (lambda f: (f / WEIGHTS).write_bytes((f / WEIGHTS).read_bytes()[:100]), "damaged"),
        (lambda f: (f / WEIGHTS).unlink(), "damaged"),
        (lambda f: (f / "adapter_config.json").write_text("[]"), "damaged"),
        (lambda f: (f / "version.json").write_text('{"base": "toy", "base_id": "another"}'), "another base model"),
    ],
)
def test_a_spoilt_version_is_refused_and_changes_nothing(tmp_path: Path, spoil: Any, words: str) -> None:
    result, _ = run(tmp_path, epochs=1)
    spoil(Path(result["version"]))
    toy, fresh = LearningSegmenter(), LearningSegmenter()
    with pytest.raises(ModelError) as caught:
        apply_version(toy, Path(result["version"]))
    assert words in str(caught.value)
    same = zip(toy.decoder.state_dict().values(), fresh.decoder.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in same) and toy.model_id == fresh.model_id


def test_going_on_from_a_version_is_compared_with_it(tmp_path: Path) -> None:
    first, _ = run(tmp_path / "first")

    def open_version(ref: str, device: str) -> LearningSegmenter:
        toy = LearningSegmenter()
        if ref != "toy":
            apply_version(toy, Path(ref))
        return toy

    job = dataclasses.replace(make_job(tmp_path / "second", epochs=2), version=first["version"])
    result = run_job(job, lambda event: None, open_model=open_version)
    assert result["figures"]["base_at_best"] == pytest.approx(first["figures"]["tuned_at_best"], abs=0.1)
    record = json.loads((tmp_path / "second" / "version" / "version.json").read_text())
    assert record["base_id"] == "toy base" and record["parent"] == "version"


def test_a_second_run_has_to_beat_the_version_in_use(tmp_path: Path) -> None:
    good, _ = run(tmp_path / "good")
    job = make_job(tmp_path / "weak", epochs=20)
    events: list[dict[str, Any]] = []
    alone = run_job(dataclasses.replace(job, out=str(tmp_path / "alone")), lambda event: None, open_model=open_toy)
    assert alone["accepted"]  # against the base only it would do
    weak = run_job(dataclasses.replace(job, in_use=good["version"]), events.append, open_model=open_toy)
    assert not weak["accepted"] and "version in use stays in use" in weak["reason"]
    figures = weak["figures"]
    assert figures["in_use_at_best"] == pytest.approx(good["figures"]["tuned_at_best"], abs=0.02)
    assert figures["tuned_at_best"] == pytest.approx(
        alone["figures"]["tuned_at_best"]
    )  # trained from the base all the same
    assert next(event for event in events if event["event"] == "epoch")["base_dice"] == pytest.approx(
        figures["in_use_at_best"]
    )


def test_a_second_run_that_beats_the_version_in_use_is_accepted(tmp_path: Path) -> None:
    weak, _ = run(tmp_path / "weak", epochs=12)
    job = make_job(tmp_path / "good", epochs=60)
    result = run_job(dataclasses.replace(job, in_use=weak["version"]), lambda event: None, open_model=open_toy)
    assert result["accepted"] and "better than the version in use" in result["reason"]


def test_a_version_in_use_of_another_base_is_refused(tmp_path: Path) -> None:
    first, _ = run(tmp_path / "first", epochs=1)
    record = Path(first["version"]) / "version.json"
    record.write_text(record.read_text().replace("toy base", "other base"))
    job = make_job(tmp_path / "second", epochs=1)
    with pytest.raises(ModelError, match="another base model"):
        run_job(dataclasses.replace(job, in_use=first["version"]), lambda event: None, open_model=open_toy)


def test_the_version_in_use_counts_only_on_patients_that_are_new_to_it() -> None:
    def example(number: int) -> Example:
        return Example(f"{number}.png", f"{number:064x}"[::-1], "", f"p{number // 2}", "x")

    def learned_from(*numbers: int) -> dict[str, object]:
        return {"learned_from": [{"image": example(number).image_sha256[:16]} for number in numbers]}

    parts = Split(tuple(map(example, range(4))), tuple(map(example, range(4, 10))), "patient")
    curve = np.full(199, 0.5)
    used = Pooled([Scored(*([ImageScore("", curve, curve, 0.0, 0.0, "")] * 6 for _ in range(2)))])
    assert np.isnan(dice_of_used(used, learned_from(0, 4), [parts])).tolist() == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert not np.isnan(dice_of_used(used, learned_from(0, 4, 6), [parts])).any()  # one new patient says nothing
    assert not np.isnan(dice_of_used(used, {}, [parts])).any()


def test_few_labels_are_each_judged_once_by_a_model_that_did_not_learn_from_them(tmp_path: Path) -> None:
    learned_in: list[set[str]] = []
    real = learn_module.train

    def train(forward: Any, parts: Any, samples: Any, *rest: Any) -> Any:
        learned_in.append({sample.example.image_sha256 for sample in samples})
        assert torch.equal(
            parts.trained().parts["text_hidden_fcs"]["0.weight"], LearningSegmenter().projection[0].weight
        )
        return real(forward, parts, samples, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learn_module, "train", train)
        result, events = run(tmp_path, epochs=10)
    figures, record = result["figures"], json.loads((tmp_path / "version" / "version.json").read_text())
    assert figures["rounds"] == 3 and figures["held_out"] == figures["learned_from"] == 12 and figures["groups"] == 6
    assert len(learned_in) == 4 and len(learned_in[-1]) == 12, "the version itself learns from all of them"
    job = Job.read(tmp_path / "job")
    patient = {example.image_sha256[:16]: example.group for example in job.examples}
    for row in record["compared_on"]:
        learned = learned_in[row["round"] - 1]
        assert patient[row["image"]] not in {patient[sha256[:16]] for sha256 in learned}
    assert sorted(row["image"] for row in record["compared_on"]) == sorted(patient)
    stages = [event["text"] for event in events if event["event"] == "stage"]
    assert sum(text.startswith("Check {round}") for text in stages) == 3 and "Learning from all labels" in "".join(
        stages
    )
    for event in events:
        assert isinstance(parse_event(decode_line(encode_line(event))), StageEvent | EpochEvent)


def test_what_was_measured_apart_counts_for_the_version_in_use(tmp_path: Path) -> None:
    """A version that learned from all labels is not judged on them as it is, but as its rounds were."""
    first, _ = run(tmp_path / "first", epochs=12)
    job = dataclasses.replace(make_job(tmp_path / "second", epochs=2), in_use=first["version"])
    second = run_job(job, lambda event: None, open_model=open_toy)
    assert second["figures"]["in_use_at_best"] == pytest.approx(first["figures"]["tuned_at_best"])


def test_the_worst_cases_are_pictures_beside_the_version(tmp_path: Path) -> None:
    result, _ = run(tmp_path, epochs=5)
    images, worst = result["figures"]["images"], result["figures"]["worst"]
    files = sorted(file.name for file in (tmp_path / "version").glob("*.png"))
    assert files == [f"worst-{number}.png" for number in range(1, 7)] and len(worst) == 6
    assert min(range(12), key=lambda place: images[place]["after"]) == worst[0]
    with Picture.open(tmp_path / "version" / files[0]) as picture:
        assert picture.size == (3 * SIDE + 2 * GAP, SIDE)
        assert not picture.info, "nothing beside the pixels"
        found = {pixel for _, pixel in picture.getcolors(10**6)}
    assert all(
        min(sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) for pixel in found) < 30
        for colour in COLOURS[:1]
    )
