"""Kill the program at random moments and look what is left: `python -m tests.reliability.kill --rounds N --seed S`.

Each round opens the real window (without a screen) in a process of its own and ends it by `kill -9` while a hand paints, moves the
slider, predicts, accepts, exports and fine-tunes. In every third round a worker is killed first, and the window a little later.
After each round the project is opened anew: every acknowledged step has to be there to the pixel, and undo has to lead back
through each state that the window showed. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil  # noqa: E402

from core.mask import decode_png  # noqa: E402
from core.store import Store  # noqa: E402
from tests.reliability import hand  # noqa: E402

ROUNDS_PER_PROJECT = 10
LONGEST_SECONDS = 1.5
GONE_SECONDS = 5.0
DEEPEST = 30
"""So many states are walked back by undo after each round."""


@dataclass
class Told:
    """What the window acknowledged for one image: the states that it showed, the place among them, and what was begun.

    Attributes:
        states: (sha of the edit layer, threshold step); the first before any step.
        at: index of that which counts.
        begun: act that was begun and not acknowledged, "" for none.
        final: sha of the accepted mask, as long as nothing came after it.
    """

    states: list[tuple[str, int]] = field(default_factory=list)
    at: int = 0
    begun: str = ""
    final: str = ""

    def take(self, act: str, state: tuple[str, int]) -> None:
        """An act was acknowledged with this state."""
        if act == "undo":
            self.at = max(0, self.at - 1)
        elif act == "redo":
            self.at = min(len(self.states) - 1, self.at + 1)
        elif state != self.states[self.at]:
            self.states[self.at + 1 :] = [state]
            self.at += 1


def read_note(place: Path) -> tuple[dict[int, Told], set[str], list[str], Counter[str]]:
    """What was acknowledged for each image, every mask that ever could be accepted, crashes, and how often each act was done."""
    told: dict[int, Told] = {}
    finals, crashes, acts = set(), [], Counter()
    for text in (place / hand.NOTE).read_text(encoding="utf-8").splitlines():
        line: dict[str, Any] = json.loads(text)
        what = line["what"]
        if what == "final":
            finals.add(line["sha"])
        elif what == "crash":
            crashes.append(line["text"])
        elif what in ("intent", "done") and line["image"] is not None:
            one = told.setdefault(line["image"], Told())
            state = (line["layer"], line["step"]) if "layer" in line else None
            if what == "intent":
                one.begun = line["act"]
                if state is not None and len(one.states) < 2:
                    one.states[:] = [state]  # a prediction may move the slider as long as nobody has touched it
                if line["act"] not in ("leave", "export", "finetune", "redo"):
                    one.final = ""
            else:
                acts[line["act"]] += 1
                one.begun, one.final = "", line.get("final", one.final)
                if state is not None and one.states:
                    one.take(line["act"], state)
    return told, finals, crashes, acts


def check_image(store: Store, image: int, told: Told) -> str:
    """What is wrong with an image, "" for nothing."""
    steps = store.execute(
        "SELECT count(*) FROM journal j JOIN corrections c USING (image_id, structure_id)"
        " WHERE image_id = ? AND abandoned = 0 AND position <= c.cursor",
        (image,),
    ).fetchone()[0]
    may_be = {told.at}
    if told.begun:
        may_be |= {max(0, told.at - 1)} if told.begun == "undo" else {told.at + 1}
    if steps not in may_be:
        return f"{steps} steps instead of {sorted(may_be)} after {told.begun or 'the last act'}"
    if told.final and not told.begun and steps == told.at:
        mask = store.final_mask(image, 1)
        if store.correction(image, 1).status == "accepted" and (mask is None or hand.sha(mask) != told.final):
            return "the accepted mask is another one"
    known = (
        told.states
        if steps < len(told.states) and told.begun not in ("paint", "threshold")
        else told.states[: told.at + 1]
    )
    taken = 0
    for place in range(steps, max(-1, steps - DEEPEST), -1):
        if place < len(known) and hand.sha(store.edit_layer(image, 1)) != known[place][0]:
            return f"other pixels after step {place} of {steps}"
        if 0 < place < len(known) and store.correction(image, 1).threshold_step != known[place][1]:
            return f"another threshold after step {place} of {steps}"
        if store.undo(image, 1) is not None:
            taken += 1
    for _ in range(taken):
        if store.redo(image, 1) is None:
            return "what was undone cannot be done again"
    return ""


def check(place: Path) -> tuple[list[str], Counter[str]]:
    """Everything that is wrong with a project after a kill, and how often each act was acknowledged."""
    told, finals, crashes, acts = read_note(place)
    wrong = list(crashes)
    with Store.open(place / "project") as store:
        for image, one in told.items():
            if one.states and (found := check_image(store, image, one)):
                wrong.append(f"image {image}: {found}")
        for version in store.versions():
            if not store.version_folder(version).is_dir():
                wrong.append(f"version {version.id} has no folder")
        active = store.meta("active_version")
        if active is not None and active not in {version.id for version in store.versions()}:
            wrong.append("a version is in use that there is not")
    for file in (place / hand.MASKS).rglob("*.png"):
        try:
            mask = decode_png(file.read_bytes())
        except ValueError:
            wrong.append(f"{file.name} is half a PNG")
            continue
        if hand.sha(mask) not in finals:
            wrong.append(f"{file.name} is no mask that was ever accepted")
    return wrong, acts


def settle_note(place: Path) -> None:
    """Before the next round: what was begun in the last one is looked up, so that the next starts from what is there."""
    told, _, _, _ = read_note(place)
    with Store.open(place / "project", read_only=True) as store, open(place / hand.NOTE, "a", encoding="utf-8") as note:
        for image, one in told.items():
            if not one.begun or not one.states:
                continue
            state = {"layer": hand.sha(store.edit_layer(image, 1)), "step": store.correction(image, 1).threshold_step}
            note.write(json.dumps({"what": "done", "act": one.begun, "image": image, **state}) + "\n")


def belonging(mark: str) -> list[psutil.Process]:
    """Processes that carry this mark in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("SA2VA_KILL") == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


def one_round(place: Path, seed: int, worker_first: bool) -> list[str]:
    """Start, kill, and say which processes are left after five seconds."""
    chance, mark = random.Random(seed), f"{os.getpid()}-{seed}"
    before = (place / hand.NOTE).stat().st_size
    child = os.fork()
    if child == 0:
        os.environ["SA2VA_KILL"] = mark
        os.dup2(os.open(place / "window.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
        try:
            hand.run(place, seed)
        finally:
            os._exit(1)
    deadline = time.monotonic() + 60
    while b'"ready"' not in (place / hand.NOTE).read_bytes()[before:]:
        if time.monotonic() > deadline or os.waitpid(child, os.WNOHANG)[0]:
            return [f"the window did not open (see {place / 'window.log'})"]
        time.sleep(0.02)
    time.sleep(chance.uniform(0, LONGEST_SECONDS))
    if worker_first:
        for worker in psutil.Process(child).children():
            os.kill(worker.pid, signal.SIGKILL)
        time.sleep(chance.uniform(0.1, 0.6))
    ended, _ = os.waitpid(child, os.WNOHANG)
    if ended:
        return ["the window ended by itself"]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    deadline = time.monotonic() + GONE_SECONDS
    while left := belonging(mark):
        if time.monotonic() > deadline:
            words = [" ".join(process.cmdline()) for process in left]
            for process in left:
                process.kill()
            return [f"still alive: {words}"]
        time.sleep(0.05)
    return []


def main(arguments: list[str] | None = None) -> int:
    """Run the rounds and print what came of them; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Kill the program at random moments and look what is left.")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no round after so many seconds")
    parser.add_argument("--keep", action="store_true", help="print where the last project is instead of removing it")
    options = parser.parse_args(arguments)
    start, place, wrong, acts, rounds, total = time.monotonic(), Path(), [], Counter[str](), 0, Counter[str]()
    for number in range(options.rounds):
        if time.monotonic() - start > options.seconds:
            break
        if number % ROUNDS_PER_PROJECT == 0:
            if number:
                shutil.rmtree(place)
            place = Path(tempfile.mkdtemp(prefix="sa2va-kill-"))
            hand.make_project(place, options.seed)
            total, acts = total + acts, Counter()
        worker_first = number % 3 == 2
        left = one_round(place, options.seed * 100_000 + number, worker_first)
        found, acts = check(place)
        settle_note(place)
        rounds += 1
        total["a worker was killed first"] += worker_first
        if left or found:
            wrong += [f"round {number}: {text}" for text in (*left, *found)]
            print("\n".join(wrong), f"\nkept: {place}", flush=True)
            return 1
    if options.keep:
        print(place)
    else:
        shutil.rmtree(place)
    total += acts
    print(f"{rounds} kills, seed {options.seed}, {time.monotonic() - start:.0f} s: nothing was lost")
    print(", ".join(f"{act}: {count}" for act, count in sorted(total.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
