"""`sa2va-annotator import`: masks of another program into a project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.cli_output import Report
from core.errors import InputError
from core.mask_import.found import FoundMasks, Question, Rule, question_of
from core.mask_import.pairing import NO_IMAGE, OTHER_SIZE, SEVERAL_IMAGES, TWICE, pair_up
from core.mask_import.sources import find_masks, mask_files
from core.mask_import.take_in import take_in
from core.store.store import Store

PROBLEMS = {
    NO_IMAGE: "no image of this name in the project",
    SEVERAL_IMAGES: "several images of this name in the project",
    TWICE: "a second mask of the same image",
    OTHER_SIZE: "another size than its image",
}


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    """Pair masks with images, say so, and write them.

    Raises:
        StoreError: the project cannot be opened or written.
        InputError: the masks cannot be read, there is no such structure, or it has to be said what of them is the structure.
    """
    files = [file for place in arguments.masks for file in mask_files(Path(place))]
    with Store.open(Path(arguments.project), read_only=arguments.dry_run) as store:
        structure = next((row for row in store.structures() if row.name == arguments.structure), None)
        if structure is None:
            raise InputError(
                "There is no structure “{name}” in the project, so nothing was imported.",
                "Its structures are: {names}.",
                name=arguments.structure,
                names=", ".join(row.name for row in store.structures()),
            )
        found = find_masks(files, report.progress)
        for sentence in found.refused:
            report.remark(sentence)
        pairs = pair_up(store, structure.id, found, report.progress)
        for pair in pairs:
            image = pair.image.name if pair.image is not None else PROBLEMS[pair.problem]
            report.say(f"{pair.mask.name} → {image}" + (f" ({pair.status})" if pair.status != "unseen" else ""))
        rule = _rule(arguments, found, question_of(found))
        status = "accepted" if arguments.accepted else "in_work"
        count = 0 if arguments.dry_run else take_in(store, structure.id, pairs, rule, status, report.progress)
    left_out = sum(pair.image is None for pair in pairs) + len(found.refused)
    report.say("Nothing was written." if arguments.dry_run else f"Masks imported: {count}. Left out: {left_out}.")
    return {"ok": True, "imported": count, "left_out": left_out, "pairs": len(pairs) - left_out + len(found.refused)}


def _rule(arguments: argparse.Namespace, found: FoundMasks, question: Question) -> Rule:
    if arguments.values:
        return Rule(frozenset(arguments.values), is_inverted=arguments.inverted)
    if arguments.above is not None:
        return Rule(above=arguments.above, is_inverted=arguments.inverted)
    if question.kinds and not arguments.inverted or set(question.kinds) - {"inverted"}:
        values = [
            f"{value} ({found.labels[value]})" if value in found.labels else str(value) for value in question.counts
        ]
        raise InputError(
            "The masks are not plainly black and white ({kinds}): their values are {values}. Nothing was imported.",
            "Say which are the structure: --values, or --above, with --inverted where it is the rest.",
            kinds=", ".join(question.kinds),
            values=", ".join(values[:20]) + (" …" if len(values) > 20 else ""),
        )
    return Rule(frozenset([255]), is_inverted=arguments.inverted)
