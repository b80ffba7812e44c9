"""Whatever is done in whatever order: the screen, the session, the store and the PNG show the same pixels."""

import tempfile
from pathlib import Path

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from app.clicking import Clicking
from app.editing import Editing
from app.grey_limit import GreyLimit
from app.mask_figures import MaskFigures
from app.overlay import Look, Overlay
from app.session import Session
from app.shaping import Shaping
from core.correction import ADDED, REMOVED
from core.dice_curve import score_curves
from core.image_file import read_image
from core.mask import apply_threshold, decode_png, encode_png, probability_levels
from core.store import Offer, Store
from tests.gui.acting import disc_logits

HEIGHT, WIDTH = 24, 32
MEMORY = Path("/dev/shm")
"""Where there is such a folder, the many small projects cost no disk."""

places = st.tuples(st.floats(-6, WIDTH + 6), st.floats(-6, HEIGHT + 6))
steps = st.one_of(
    st.tuples(st.just("stroke"), st.lists(places, min_size=1, max_size=4), st.floats(0.5, 9), st.booleans(), st.booleans()),
    st.tuples(st.just("outline"), st.lists(places, min_size=3, max_size=6), st.booleans()),
    st.tuples(st.just("flood"), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.booleans()),
    st.tuples(st.sampled_from(["fill_holes", "keep_largest", "clear", "copy_previous"])),
    st.tuples(st.just("remove_islands"), st.integers(2, 40)),
    st.tuples(st.sampled_from(["smooth", "grow", "shrink"]), st.integers(1, 6)),
    st.tuples(st.just("threshold"), st.integers(1, 199)),
    st.tuples(st.just("limit"), st.booleans(), st.integers(0, 255), st.integers(0, 255)),
    st.tuples(st.just("click"), st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.booleans()),
    st.tuples(st.just("take a click back")),
    st.tuples(st.just("answer the clicks"), st.integers(4, 30)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("leave and come back")),
    st.tuples(st.just("fall over")),
)  # fmt: skip


class Hand:
    """Takes steps in a project without a window, and looks at the screen's overlay after each."""

    def __init__(self, folder: Path) -> None:
        rng = np.random.default_rng(3)
        for number in range(2):
            cv2.imwrite(str(folder / f"p{number}.png"), rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8))
        self.project = folder / "project"
        with Store.create(self.project, "test") as store:
            store.add_structure("Polyp", "the polyp", "#56B4E9")
        self.open()
        self.session.add_images([read_image(folder / f"p{number}.png") for number in range(2)])
        for row in self.session.images:
            self.session.take_prediction(row.id, 1, None, "the polyp", disc_logits(30 + 3 * row.id, 32, 14), 0.9)
        self.session.select_image(self.session.images[-1].id)

    def open(self) -> None:
        self.session = Session()
        self.clicking = Clicking(self.session)
        self.shaping = Shaping(self.session, GreyLimit(self.session))
        self.figures = MaskFigures(self.session)
        self.session.prediction_changed.connect(self.draw)
        self.session.threshold_changed.connect(lambda step: self.overlay and self.overlay.set_look(step, Look()))
        self.session.mask_changed.connect(lambda area: self.overlay.refresh(area))
        self.overlay: Overlay | None = None
        self.session.open_project(self.project)

    def draw(self) -> None:
        editing = self.session.editing
        self.overlay = Overlay(editing.levels, editing.edits.layer) if editing.edits is not None else None
        if self.overlay is not None:
            self.overlay.set_look(editing.step, Look())

    def take(self, name: str, *values) -> None:
        editing = self.session.editing
        if name == "stroke":
            points, radius, add, square = values
            editing.begin_stroke(*points[0], radius, add, square, self.shaping.limit.now())
            for point in points[1:]:
                editing.extend_stroke(*point)
            editing.end_stroke()
        elif name == "outline":
            self.shaping.paint_outline("polygon", [QPointF(*point) for point in values[0]], values[1], 1.0)
        elif name == "threshold":
            editing.set_threshold(*values, commit=True)
        elif name == "limit":
            self.shaping.limit.switch(values[0])
            self.shaping.limit.set_range(*values[1:])
        elif name == "click":
            self.clicking.add_point(*values)
        elif name == "take a click back":
            self.clicking.take_back()
        elif name == "answer the clicks":
            self.answer(*values)
        elif name in ("undo", "redo"):
            getattr(editing, name)()
        elif name == "leave and come back":
            self.session.select_image(self.session.images[0].id)
            self.session.select_image(self.session.images[-1].id)
        elif name == "fall over":  # nothing is saved, as after a crash; what is in the store is all there is
            image_id = self.session.image_id
            self.session.store.close()
            self.session.editing.clear()
            self.session.store = None
            self.session.close_project()
            self.open()
            self.session.select_image(image_id)
        else:
            getattr(self.shaping, name)(*values)

    def answer(self, radius: int) -> None:
        session, row = self.session, self.clicking.row
        if row.answered:
            return
        offer = Offer(disc_logits(20 + radius, 32, radius)[None], (0.5,), 0)
        session.store.save_clicked(session.image_id, session.structure_id, None, "the polyp", offer, row)
        session.editing.show_prediction()
        session.editing.touch()

    def check(self) -> None:
        """By the words of the law, from what the store says now."""
        editing, key = self.session.editing, (self.session.image_id, self.session.structure_id)
        with Store.open(self.project, read_only=True) as store:
            layer, step = store.edit_layer(*key), store.correction(*key).threshold_step
            counts, clicks = store.prediction(*key), store.clicks(*key)
        assert np.array_equal(editing.levels, probability_levels(counts.logits, HEIGHT, WIDTH))
        assert editing.prediction.id == counts.id and self.clicking.row == clicks
        expected = (apply_threshold(editing.levels, step) | (layer == ADDED)) & (layer != REMOVED)
        assert np.array_equal(layer, editing.edits.layer) and step == editing.step
        assert np.array_equal(editing.current_mask(), expected) and np.array_equal(self.overlay.mask(), expected)
        assert self.figures.area == expected.sum()
        assert np.array_equal(self.figures.dice(), score_curves(editing.levels, expected)[0])

    def check_png(self) -> None:
        self.session.editing.touch()
        assert self.session.save()
        kept = self.session.store.final_mask(self.session.image_id, self.session.structure_id)
        assert np.array_equal(kept, self.overlay.mask()) and np.array_equal(decode_png(encode_png(kept)), kept)
        anew = Editing()
        anew.load(self.session.store, self.session.image_id, self.session.structure_id)
        assert np.array_equal(anew.current_mask(), kept)


@settings(max_examples=80)
@given(st.lists(steps, min_size=1, max_size=14))
def test_any_sequence_shows_the_same_on_the_screen_in_the_store_and_in_the_png(qapp, taken: list) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        hand = Hand(Path(folder))
        for step in taken:
            hand.take(*step)
            hand.check()
        hand.check_png()
        while hand.session.editing.undo():
            pass
        hand.check()
        assert not hand.session.editing.edits.layer.any()
        hand.session.close_project()
