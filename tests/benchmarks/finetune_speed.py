"""How fast a fine-tune learns at full size: the Quick preset against the Deep one, and ten corrections from end to end.

    python -m tests.benchmarks.finetune_speed [--model Sa2VA-Qwen3-VL-4B] [--rank 128] [--seconds 4] [--compiled]
    python -m tests.benchmarks.finetune_speed --whole-way [--device cpu]

The first needs a graphics card: random weights at full size, the step as the program does it (features in half precision on the
card, gradients, clipping, optimiser), the Quick one handed out task by task and played from a recording; with `--compiled` also
with tasks that a compiler melted together first, which the program does not do: it takes longer than a whole fine-tune. Below the
table stands what no program on this card can beat: the longer one of all matrix operations of a step at the card's highest rate
in bfloat16, and of reading features, weights and gradients once. The second times the command line from its start to its end:
ten corrections of the demo images, four views, fifty epochs, the demo model.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Picture
from torch.utils.flop_counter import FlopCounterMode

from core.demo_project import read_demo_project
from core.finetune.dataset import Sample, Shelf
from core.finetune.forward import CachedForward, Forward, LanguageForward, loss_of
from core.finetune.job import Example
from core.finetune.parts import Parts, open_parts
from core.finetune.presets import DEEP, PRESETS, QUICK, Lora
from core.finetune.recorded import Recordings
from core.finetune.trainer import MAX_NORM, Room
from core.image_file import read_image
from core.sa2va.precision import choose_precision
from core.segmenter import ImageFeatures, Segmenter
from tests.benchmarks.sa2va_speed import ATTENTION, CARDS, random_segmenter

IMAGES = 16
CORRECTIONS, VIEWS, EPOCHS = 10, 4, 50


class Never(Recordings):
    """Hands out every step task by task."""

    def can_play(self, forward: Forward) -> bool:  # type: ignore[override]
        """Never."""
        return False


class Compiled(CachedForward):
    """Melts the tasks of an answer together."""

    def __init__(self, segmenter: Segmenter, shelf: Shelf) -> None:
        super().__init__(segmenter, shelf)
        self.answer = torch.compile(super().answer, dynamic=False)  # type: ignore[method-assign]


@contextmanager
def tf32() -> Iterator[None]:
    """Matrix products with 10 bits behind the point instead of 23."""
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = False


def made_samples(folder: Path, shelf: Shelf, hidden: int, grid: int) -> list[Sample]:
    """One picture on the disk, seen as `IMAGES` different ones."""
    rng = np.random.default_rng(0)
    file = folder / "picture.png"
    Picture.fromarray(rng.integers(0, 255, (1024, 1024, 3), dtype=np.uint8)).save(file)
    sha = read_image(file).sha256
    example = Example(str(file), sha, "", "", "the lesion")
    samples = []
    for number in range(IMAGES):
        key = (sha, str(number))
        side = grid // 4
        shapes = (1, 256, side, side), (1, 32, grid, grid), (1, 64, grid // 2, grid // 2)
        shelf.put(key, ImageFeatures(*(torch.randn(shape) for shape in shapes)))
        target = torch.zeros(grid, grid)
        target[50:120, 60 : 100 + 4 * number] = 1
        samples.append(Sample(example, 0, key, torch.randn(1, hidden), target))
    return samples


def rate(work: Callable[[int], None], batch: int, seconds: float) -> float:
    """Samples in a second; the first rounds, in which memory is taken and steps are recorded, do not count."""
    for number in range(3):
        work(number)
    torch.cuda.synchronize()
    begun, done = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        work(done)
        done += 1
    torch.cuda.synchronize()
    return done * batch / (time.perf_counter() - begun)


def learn(
    forward: Forward, parts: Parts, samples: list[Sample], batch: int, seconds: float, recorded: bool,
    how: AbstractContextManager[None],
) -> tuple[float, float]:  # fmt: skip
    """(samples in a second, GiB at the highest moment) of whole steps."""
    room = Room(batch)
    if not recorded:
        room._recorded = Never()
    optimiser = parts.optimiser(1e-5, 1e-5)
    batches = [[samples[(start + one) % len(samples)] for one in range(batch)] for start in range(4)]
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()

    def step(number: int) -> None:
        room.gradients(forward, parts, batches[number % 4])
        torch.nn.utils.clip_grad_norm_(parts.trainable.values(), MAX_NORM).isfinite().item()
        optimiser.step()

    with how:
        found = rate(step, batch, seconds)
    most = torch.cuda.max_memory_allocated() / 2**30
    room._recorded.clear()
    for parameter in parts.trainable.values():
        parameter.grad = None
    return found, most


def least(forward: CachedForward, parts: Parts, samples: list[Sample], batch: int) -> str:
    """What no program on this card can beat, in words."""
    given = forward.given([samples[number % len(samples)] for number in range(batch)])
    with FlopCounterMode(display=False, custom_mapping=ATTENTION) as counter:
        loss_of(forward.answer(given), forward.thin).backward()
    for parameter in parts.trainable.values():
        parameter.grad = None
    operations = float(counter.get_total_flops())
    # Adam reads weight, gradient and both moments, and writes three of them.
    moved = sum(one.nbytes for one in given.tensors) + 7 * sum(one.nbytes for one in parts.trainable.values())
    card = next((rates for name, rates in CARDS.items() if name in torch.cuda.get_device_name(0)), None)
    if card is None:
        return f"batch {batch}: {operations / 1e12:.2f} · 10¹² operations, {moved / 1e9:.2f} GB; the card's rates are not known"
    seconds = max(operations / card[0], moved / card[1])
    return f"batch {batch}: {operations / 1e12:.2f} · 10¹² operations, {moved / 1e9:.2f} GB: at most {batch / seconds:.0f} samples/s"


def measure(name: str, rank: int, seconds: float, compiled: bool) -> None:
    """Print the table."""
    device = torch.device("cuda")
    segmenter = random_segmenter(name, device, choose_precision("auto", device))
    network = segmenter.network
    idle = sum(p.nbytes for p in network.vision_language.parameters()) / 2**30
    encoder = sum(p.nbytes for p in network.grounding.image_encoder.parameters()) / 2**30
    print(f"{torch.cuda.get_device_name(0)}, torch {torch.__version__}, {name}, language side {idle:.2f} GiB, ", end="")
    print(f"SAM 2's idle encoder {encoder:.2f} GiB\n")
    print("| preset | batch | samples/s | times Deep | GiB, without the language side |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        shelf = Shelf(Path(place))
        samples = made_samples(Path(place), shelf, network.config.hidden_size, segmenter.mask_grid)
        shelf.bring_near(device)
        deep = replace(PRESETS[DEEP], lora=Lora(rank, 2 * rank))
        parts = open_parts(segmenter, deep)
        slow, most = learn(LanguageForward(segmenter, shelf), parts, samples, 2, seconds, False, nullcontext())
        print(f"| Deep, rank {rank} | 2 | {slow:.2f} | 1 | {most:.1f} with it |", flush=True)
        parts.reset()
        segmenter.forget()
        parts = open_parts(segmenter, PRESETS[QUICK])
        forward = CachedForward(segmenter, shelf)
        ways = [("task by task", False, nullcontext), ("recorded", True, nullcontext), ("recorded, TF32", True, tf32)]
        ways.append(("recorded, bfloat16", True, lambda: torch.autocast("cuda", torch.bfloat16)))  # type: ignore[arg-type]
        every: list[tuple[str, CachedForward, bool, Callable[[], AbstractContextManager[None]]]]
        every = [(what, forward, recorded, how) for what, recorded, how in ways]
        if compiled:
            every.append(("compiled, recorded, bfloat16", Compiled(segmenter, shelf), True, ways[-1][2]))
        for what, forward, recorded, how in every:
            for batch in (8, 64):
                fast, most = learn(forward, parts, samples, batch, seconds, recorded, how())
                print(f"| Quick, {what} | {batch} | {fast:.0f} | {fast / slow:.0f} | {most - idle:.2f} |", flush=True)
        print()
        for batch in (8, 64):
            print(least(CachedForward(segmenter, shelf), parts, samples, batch))


def whole_way(device: str) -> None:
    """Print how long the command takes."""
    project = read_demo_project()
    structure = project.structures[0]
    shown = [one for one in project.images if one.scanner == "B" and structure.name in one.masks][:CORRECTIONS]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for kind in ("images", "masks"):
            (folder / kind).mkdir()
        for one in shown:
            shutil.copy(one.image, folder / "images")
            shutil.copy(one.masks[structure.name], folder / "masks" / f"{one.image.stem}.png")
        command = [sys.executable, "-m", "core.cli", "finetune", "--images", str(folder / "images"), "--masks", str(folder / "masks"),
                   "--prompt", structure.prompt, "--out", str(folder / "version"), "--device", device,
                   "--epochs", str(EPOCHS), "--views", str(VIEWS)]  # fmt: skip
        begun = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun
    print(done.stderr[-600:] if done.returncode else "")
    print(f"{len(shown)} corrections, {VIEWS} views, {EPOCHS} epochs, demo model, {device}: ", end="")
    print(f"{took:.1f} s from the command to its end (exit code {done.returncode})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="Sa2VA-Qwen3-VL-4B")
    parser.add_argument("--rank", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--whole-way", action="store_true")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    if options.whole_way:
        whole_way(options.device)
    else:
        measure(options.model, options.rank, options.seconds, options.compiled)


if __name__ == "__main__":
    main()
