"""Order, visibility and lock of structures are kept; a locked one is changed by nothing; what a mask is made of."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.correction import EditLayer
from core.errors import LockedError
from core.mask import apply_threshold, probability_levels
from core.store import JournalStep, Store

LOGITS = np.linspace(-6, 6, 64).reshape(8, 8).astype(np.float16)
HEIGHT, WIDTH = 20, 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "project", "Colon") as made:
        for name in ("Polyp", "Fold", "Spot"):
            made.add_structure(name, f"the {name.lower()}", "#ff0000")
        made.add_images([(Path("/pictures/a.png"), "0" * 64, WIDTH, HEIGHT, "a", "")])
        yield made


def names(store: Store) -> list[str]:
    return [row.name for row in store.structures()]


def again(store: Store) -> Store:
    store.close()
    return Store.open(store.folder)


def stroke(store: Store, x: float, y: float, add: bool = True, structure: int = 1) -> bool:
    layer = EditLayer(HEIGHT, WIDTH)
    layer.layer[:] = store.edit_layer(1, structure)
    patch = layer.stroke(np.array([[x, y]]), 3.0, add)
    if not patch.after.size:
        return False
    store.append_step(1, structure, JournalStep("stroke", {"tool": "brush"}, patch))
    return True


def test_order_visibility_and_lock_are_still_there_after_a_restart(store):
    store.arrange_structures([3, 1, 2])
    store.update_structure(1, is_visible=False)
    store.update_structure(2, is_locked=True)
    with again(store) as opened:
        assert names(opened) == ["Spot", "Polyp", "Fold"]
        assert [(row.is_visible, row.is_locked) for row in opened.structures()] == [
            (True, False), (False, False), (True, True),
        ]  # fmt: skip
        assert opened.add_structure("Last", "the last", "#00ff00").id == 4
        assert names(opened) == ["Spot", "Polyp", "Fold", "Last"]


@given(st.permutations([1, 2, 3]))
@settings(max_examples=6)
def test_every_order_is_kept(tmp_path_factory, order):
    with Store.create(tmp_path_factory.mktemp("order") / "project", "x") as made:
        for number in range(3):
            made.add_structure(str(number), "x", "#ff0000")
        made.arrange_structures(order)
        assert [row.id for row in made.structures()] == list(order)


@pytest.mark.parametrize("ids", [[], [1, 2], [1, 2, 2], [1, 2, 3, 4]])
def test_an_order_of_other_structures_is_refused(store, ids):
    with pytest.raises(ValueError):
        store.arrange_structures(ids)
    assert names(store) == ["Polyp", "Fold", "Spot"]


def test_a_project_from_before_keeps_the_order_in_which_structures_were_added(store):
    for column in ("place", "is_visible", "is_locked"):
        store.database.execute(f"ALTER TABLE structures DROP COLUMN {column}")
    store.database.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_list_of_structures'")
    store.database.conn.commit()
    with again(store) as opened:
        assert names(opened) == ["Polyp", "Fold", "Spot"]
        assert all(row.is_visible and not row.is_locked for row in opened.structures())
        opened.add_structure("New", "new", "#00ff00")
        assert names(opened)[-1] == "New"


def test_nothing_changes_a_locked_structure_and_the_others_go_on(store):
    store.save_prediction(1, 1, None, "the polyp", LOGITS, 0.9)
    stroke(store, 4, 4)
    store.update_structure(1, is_locked=True)
    before, journal = store.mask_record(1, 1), store.journal(1, 1)
    for change in (
        lambda: stroke(store, 9, 9),
        lambda: store.append_step(1, 1, JournalStep("threshold", {"before": 100, "after": 50})),
        lambda: store.append_step(1, 1, JournalStep("click", {"clicks": [[1, 2, 1]]})),
        lambda: store.undo(1, 1),
        lambda: store.redo(1, 1),
        lambda: store.save_prediction(1, 1, None, "the polyp", -LOGITS, 0.9),
        lambda: store.start_structure_at(1, 20),
    ):
        with pytest.raises(LockedError, match="Polyp"):
            change()
    assert store.mask_record(1, 1) == before and len(store.journal(1, 1)) == len(journal)
    stroke(store, 9, 9, structure=2)
    store.update_structure(1, name="Adenoma", colour="#0000ff", prompt="the adenoma")
    store.save_final(1, 1, before.worked()[1], "accepted")
    assert store.correction(1, 1).status == "accepted", "to accept a mask does not change it"
    store.update_structure(1, is_locked=False)
    assert store.undo(1, 1) is not None


def test_another_name_and_colour_leave_the_masks_as_they_are(store):
    store.save_prediction(1, 1, None, "the polyp", LOGITS, 0.9)
    stroke(store, 4, 4)
    before = store.mask_record(1, 1).worked()[1]
    store.update_structure(1, name="息肉", prompt="息肉", colour="#009E73")
    assert np.array_equal(store.mask_record(1, 1).worked()[1], before) and before.any()


@given(
    st.booleans(), st.integers(1, 199),
    st.lists(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.booleans()), max_size=5),
    st.integers(0, 3),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_mask_put_together_from_its_parts_is_the_mask_on_the_screen(
    tmp_path_factory, predicted, step, strokes, undone
):
    with Store.create(tmp_path_factory.mktemp("parts") / "project", "x") as store:
        store.add_structure("Polyp", "the polyp", "#ff0000")
        store.add_images([(Path("/a.png"), "0" * 64, WIDTH, HEIGHT, "a", "")])
        assert not store.mask_record(1, 1).worked()[1].any() and store.mask_states(1) == []
        levels = np.zeros((HEIGHT, WIDTH), np.uint8)
        if predicted:
            store.save_prediction(1, 1, None, "the polyp", LOGITS, 0.9, step)
            levels = probability_levels(LOGITS, HEIGHT, WIDTH)
        stamps, changes = {tuple(state.stamp for state in store.mask_states(1))}, 0
        for x, y, add in strokes:
            changes += stroke(store, x, y, add)
            stamps.add(tuple(state.stamp for state in store.mask_states(1)))
        assert len(stamps) == 1 + changes, "every change has its stamp"
        for _ in range(undone):
            store.undo(1, 1)
        layer = EditLayer(HEIGHT, WIDTH)
        layer.layer[:] = store.edit_layer(1, 1)
        shown = layer.final(apply_threshold(levels, store.correction(1, 1).threshold_step))
        assert np.array_equal(store.mask_record(1, 1).worked()[1], shown)


def test_what_a_version_answered_before_is_found_again(store):
    assert store.logits_of_version(1, 1, None, "the polyp") is None
    store.save_prediction(1, 1, None, "the polyp", LOGITS, 0.9)
    store.save_prediction(1, 1, None, "the polyp", -LOGITS, 0.9)
    assert np.array_equal(store.logits_of_version(1, 1, None, "the polyp"), -LOGITS)
    for other in ((2, None, "the polyp"), (1, "v1", "the polyp"), (1, None, "the lesion")):
        assert store.logits_of_version(1, *other) is None
