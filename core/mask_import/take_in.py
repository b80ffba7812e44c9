"""Write imported masks into a project: each as one step of its journal, so that it can be undone like a stroke."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.mask_import.found import Rule
from core.mask_import.pairing import Pair
from core.store.rows import REJECTED, JournalStep
from core.store.store import Store

TOOL = "import"


def take_in(
    store: Store,
    structure_id: int,
    pairs: Sequence[Pair],
    rule: Rule,
    status: str,
    progress: Callable[[int, int, str], None],
) -> int:
    """Let masks become corrections; each is whole in the project or not there, whenever this is stopped.

    Args:
        store: an open project that may be written.
        structure_id: of the structure.
        pairs: those with a problem are left out, and so are images that were rejected.
        rule: what of the values is the structure.
        status: "in_work" or "accepted".
        progress: is told how many of how many masks are in; what it raises stops the import.

    Returns:
        How many masks were taken in.

    Raises:
        InputError: a mask is damaged.
        StoreError: the project cannot be written.
    """
    if status not in ("in_work", "accepted"):
        raise ValueError(f"a mask is not imported as {status!r}")
    count = 0
    for done, pair in enumerate(pairs):
        progress(done, len(pairs), pair.mask.name)
        if pair.image is None or pair.status == REJECTED or not rule.says_something_of(pair.mask):
            continue
        wanted = rule.of(pair.mask)
        layer, seen = store.mask_record(pair.image.id, structure_id).worked()
        patch = layer.become(seen, wanted)
        if patch is not None:
            store.append_step(pair.image.id, structure_id, JournalStep("stroke", {"tool": TOOL}, patch))
        store.save_final(pair.image.id, structure_id, wanted, status)
        count += 1
    progress(len(pairs), len(pairs), "")
    return count
