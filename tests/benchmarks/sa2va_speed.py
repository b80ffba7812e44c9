"""How fast a full-size Sa2VA answers here, against upstream's way, with random weights; where the time goes, and how far the floor is.

    python -m tests.benchmarks.sa2va_speed [--models Sa2VA-Qwen3-VL-4B Sa2VA-1B] [--device cuda] [--repeats 7]
    python -m tests.benchmarks.sa2va_speed --decoder [--device cpu]

Upstream's way, with the same weights in the same precision: for every structure the picture is prepared on the processor and
read again, eight tokens are generated, SAM 2 encodes again, the decoder runs. Ours: the picture is prepared on the card (to the
last bit the same, which is checked first), the answer is forced, the picture's keys and values and SAM 2's features stay.
`--decoder` measures the full-size mask decoder alone, on cached features: what a click or a known prompt costs.
The floor of a step is the longer one of: its matrix operations at the card's highest rate, its weights read once from memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.clicks import Clicks
from core.sa2va.checkpoint import empty_network, image_token_of, load_tokenizer
from core.sa2va.config import Sam2Config, read_config
from core.sa2va.grounding import Grounding
from core.sa2va.precision import Precision, choose_precision
from core.sa2va.preprocessing import CPU, normalise, sam2_picture
from core.sa2va.reading import Reading
from core.sa2va.segmenter import Sa2VASegmenter
from core.segmenter import ImageFeatures
from tests.published_models import config_of, read_manifest

PARITY = Path(__file__).parents[1] / "data" / "parity"
SPOKEN = 8
CARDS = {"H100": (989e12, 3.35e12), "H200": (989e12, 4.8e12)}
"""Highest rate of dense bfloat16 matrix operations (1/s), and of reading memory (bytes/s), as the maker states them."""


def attention_operations(
    query: Sequence[int], key: Sequence[int], value: Sequence[int], *_: Any, out_shape: Any = None, **__: Any
) -> int:
    """Of one attention, shapes (B, heads, length, width); the library's own count refuses fewer heads for keys than for queries."""
    return 2 * query[0] * query[1] * query[2] * key[2] * (query[3] + value[3])


ATTENTION = dict.fromkeys(
    (
        torch.ops.aten._scaled_dot_product_flash_attention,
        torch.ops.aten._scaled_dot_product_efficient_attention,
        torch.ops.aten._scaled_dot_product_cudnn_attention,
    ),
    attention_operations,
)


def random_segmenter(name: str, device: torch.device, precision: Precision) -> Sa2VASegmenter:
    """A published model with random weights, drawn straight on the device."""
    family = "internvl_qwen2" if "Qwen" not in name else "qwen3_vl" if "Qwen3" in name else "qwen2_5_vl"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if name.startswith("tiny"):  # to try this program itself: "tiny", "tiny-Qwen3"
            for file in (PARITY / family).glob("*.json"):
                (folder / file.name).write_bytes(file.read_bytes())
        else:
            (folder / "config.json").write_text(json.dumps(config_of(read_manifest(name))))
        config = read_config(folder)
    tokenizer = load_tokenizer(PARITY / family, image_token_of(config))
    network = empty_network(config, tokenizer)
    torch.manual_seed(0)
    drawn = {}
    for place, tensor in network.state_dict().items():
        dtype = precision.dtype_of(place)
        drawn[place] = torch.randn(tensor.shape, device=device, dtype=dtype) * (0.02 if tensor.ndim > 1 else 0.1)
    network.load_state_dict(drawn, strict=True, assign=True)
    network.to(device)
    return Sa2VASegmenter(network.eval().requires_grad_(False), tokenizer, "random", device, "")


def upstream(segmenter: Sa2VASegmenter, rgb: np.ndarray, prompt: str) -> Any:
    """One structure as upstream's prediction does it: read, generate, encode, decode."""
    network = segmenter.network
    with torch.no_grad():
        tokens = network.image_tokens(network.family.picture(rgb, segmenter.route).to(segmenter.device))
        talk = segmenter._converse(tokens, prompt)
        reading = Reading(network, talk.ids[: talk.answer_start], tokens)
        spoken = [*talk.ids[talk.answer_start : talk.answer_end], 0, 0, 0, 0, 0, 0, 0, 0][:SPOKEN]
        said = iter(spoken)

        def choose(logits: torch.Tensor) -> int:
            logits.argmax().item()  # as generation does: the next token is known on the other side first
            return next(said)

        states = reading.generate([], SPOKEN, choose).states
        state = states[talk.seg_positions[0] - talk.answer_start][None].to(torch.float32)
        small = normalise(sam2_picture(rgb, network.config.sam2.image_size)[None])
        features = network.grounding.encode(small.to(segmenter.device))
        return finished(segmenter, features, state)


def finished(
    segmenter: Sa2VASegmenter, features: ImageFeatures, state: torch.Tensor, clicks: Clicks | None = None
) -> Any:
    """Decode, and bring the masks to main memory."""
    with torch.no_grad():
        return segmenter.decode(features, state, clicks).logits.float().cpu()


def timed(
    work: Callable[[], Any], repeats: int, device: torch.device, prepare: Callable[[], Any] = lambda: None
) -> float:
    """Median seconds; two rounds before that do not count."""
    return statistics.median([once(work, device, prepare) for _ in range(repeats + 2)][2:])


def once(work: Callable[[], Any], device: torch.device, prepare: Callable[[], Any]) -> float:
    """Seconds of one round, after a preparation that does not count."""
    prepare()
    if device.type == "cuda":
        torch.cuda.synchronize()
    begun = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def compared(
    theirs: Callable[[], Any],
    ours: Callable[[], Any],
    prepare: Callable[[], Any],
    repeats: int,
    device: torch.device,
) -> tuple[float, float, float]:
    """Median seconds of both, turn by turn on a machine that others use as well, and the median of the rounds' ratios."""
    rounds = [(once(theirs, device, lambda: None), once(ours, device, prepare)) for _ in range(repeats + 2)][2:]
    before, now = (statistics.median(column) for column in zip(*rounds, strict=True))
    return before, now, statistics.median(one / other for one, other in rounds)


def peak(work: Callable[[], Any], device: torch.device) -> float:
    """GiB of the highest memory while working, weights included; 0 without a graphics card."""
    if device.type != "cuda":
        return 0.0
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    work()
    return torch.cuda.max_memory_allocated() / 2**30


def floor(work: Callable[[], Any], modules: list[torch.nn.Module], device: torch.device) -> tuple[float, float, float]:
    """(10¹² operations, GB of weights, seconds that no program on this card can beat); 0 s on an unknown card."""
    with FlopCounterMode(display=False, custom_mapping=ATTENTION) as counter:
        work()
    operations = float(counter.get_total_flops())
    weights = float(sum(p.numel() * p.element_size() for module in modules for p in module.parameters()))
    name = torch.cuda.get_device_name(0) if device.type == "cuda" else ""
    rates = next((rates for card, rates in CARDS.items() if card in name), None)
    return operations / 1e12, weights / 1e9, max(operations / rates[0], weights / rates[1]) if rates else 0.0


def check_pictures(segmenter: Sa2VASegmenter, device: torch.device) -> None:
    """Raise RuntimeError if a picture prepared on the card differs from the processor's in a single bit."""
    network, rng = segmenter.network, np.random.default_rng(1)
    for height, width in ((1024, 1024), (700, 1500), (3000, 2000), (301, 257)):
        rgb = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
        for route in ("inference", "training"):
            here, there = (network.family.picture(rgb, route, place).pixels.cpu() for place in (CPU, device))
            same = torch.equal(here, there)
            sam = (normalise(sam2_picture(rgb, 1024, place)[None]).cpu() for place in (CPU, device))
            if not (same and torch.equal(*sam)):
                raise RuntimeError(f"a picture of {height}×{width} is another one on the card")


def measure(name: str, device: torch.device, repeats: int) -> None:
    """Print both tables of one model."""
    segmenter = random_segmenter(name, device, choose_precision("auto", device))
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 255, (1024, 1024, 3), dtype=np.uint8)
    words = [f"the structure {letter}" for letter in "abcde"]
    check_pictures(segmenter, device)
    features = segmenter.encode_image(rgb)
    states = segmenter.embed_prompts(rgb, words[:1])
    read = segmenter._look(rgb).tokens.tokens.shape[0]

    def first() -> None:
        finished(segmenter, segmenter.encode_image(rgb), segmenter.embed_prompts(rgb, words[:1]))

    def again() -> None:
        finished(segmenter, features, segmenter.embed_prompts(rgb, words[1:2]))

    def five() -> None:
        finished(segmenter, segmenter.encode_image(rgb), segmenter.embed_prompts(rgb, words))

    def upstream_five() -> None:
        for word in words:
            upstream(segmenter, rgb, word)

    def seen() -> None:
        segmenter.forget()
        segmenter.embed_prompts(rgb, words[:1])

    def single() -> None:
        upstream(segmenter, rgb, words[0])

    def click() -> None:
        finished(segmenter, features, states, Clicks(((0.5, 0.5, 1),)))

    rows = [
        ("first mask", *compared(single, first, segmenter.forget, repeats, device)),
        ("second structure on the same picture", *compared(single, again, seen, repeats, device)),
        ("five structures on a new picture", *compared(upstream_five, five, segmenter.forget, max(3, repeats // 2), device)),
        ("click", *compared(single, click, lambda: None, repeats, device)),
    ]  # fmt: skip
    segmenter.forget()
    memory = peak(single, device), peak(first, device)
    print(
        f"\n## {name}: picture 1024×1024, {read} image tokens, {next(segmenter.network.vision_language.parameters()).dtype}\n"
    )
    print("| work | upstream's way | ours | times faster |\n|---|---|---|---|")
    for what, before, now, ratio in rows:
        print(f"| {what} | {1e3 * before:.1f} ms | {1e3 * now:.1f} ms | {ratio:.1f} |")
    print(
        f"| peak memory, first mask | {memory[0]:.2f} GiB | {memory[1]:.2f} GiB | {memory[0] / max(memory[1], 1e-9):.2f} |",
        flush=True,
    )
    network, size = segmenter.network, segmenter.network.config.sam2.image_size
    picture = network.family.picture(rgb, segmenter.route, device)
    talk = segmenter._converse(segmenter._look(rgb).tokens, words[0])
    ids = talk.ids[: talk.seg_positions[0] + 1]
    tokens = segmenter._look(rgb).tokens
    model = network.vision_language.model
    vision = [
        getattr(model, part) for part in ("visual", "vision_tower", "multi_modal_projector") if hasattr(model, part)
    ]
    steps = [
        ("prepare the picture for the vision model", lambda: network.family.picture(rgb, segmenter.route, device), []),
        ("vision model", lambda: network.image_tokens(picture), vision),
        ("read the picture and the forced answer", lambda: Reading(network, ids, tokens), [model.language_model]),
        ("prepare the picture for SAM 2", lambda: normalise(sam2_picture(rgb, size, device)[None]), []),
        (
            "SAM 2 encodes, its preparation included",
            lambda: segmenter.encode_image(rgb),
            [network.grounding.image_encoder],
        ),
        ("decode, to main memory", lambda: finished(segmenter, features, states), [network.grounding.sam_mask_decoder]),
    ]
    print("\n| where the time goes | takes | 10¹² operations | weights | floor |\n|---|---|---|---|---|")
    with torch.no_grad():
        for what, work, modules in steps:
            operations, weights, least = floor(work, modules, device) if modules else (0.0, 0.0, 0.0)
            took = timed(work, repeats, device)
            print(
                f"| {what} | {1e3 * took:.1f} ms | {operations:.2f} | {weights:.2f} GB | {1e3 * least:.2f} ms |",
                flush=True,
            )


def measure_decoder(device: torch.device, repeats: int) -> None:
    """Print what the full-size mask decoder costs on cached features."""
    # The decoder does not know how deep the image encoder is; a short one is made quickly.
    grounding = Grounding(replace(Sam2Config(), stages=(1, 1, 1, 1), global_att_blocks=())).to(device).eval()
    shapes = (1, 256, 64, 64), (1, 32, 256, 256), (1, 64, 128, 128)
    features = ImageFeatures(*(torch.randn(shape, device=device) for shape in shapes))
    language = torch.randn(1, 256, device=device)
    points, labels = torch.rand(1, 1, 2, device=device) * 1024, torch.ones(1, 1, dtype=torch.int32, device=device)
    with torch.no_grad():
        prompt = timed(lambda: grounding.decode(features, language).logits.cpu(), repeats, device)
        click = timed(lambda: grounding.decode(features, language, points, labels).logits.cpu(), repeats, device)
    print("| full-size decoder on cached features | takes |\n|---|---|")
    print(f"| known prompt | {1e3 * prompt:.0f} ms |\n| click | {1e3 * click:.0f} ms |")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", default=["Sa2VA-Qwen3-VL-4B", "Sa2VA-1B"])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--decoder", action="store_true")
    options = parser.parse_args()
    device = torch.device(options.device)
    where = torch.cuda.get_device_name(0) if device.type == "cuda" else f"{torch.get_num_threads()} processor cores"
    print(f"{where}, torch {torch.__version__}, median of {options.repeats}", flush=True)
    if options.decoder:
        measure_decoder(device, options.repeats)
        return 0
    for name in options.models:
        measure(name, device, options.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
