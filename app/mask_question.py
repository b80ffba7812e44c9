"""Asks what of a mask file is the structure, and shows what that means on an image."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.controls import NumberEdit, label
from core.mask_import.found import Question, Rule

SIDE = 300
SHOWN = 40
"""So many values are listed; masks with more are noisy and have a limit instead."""


class MaskQuestion(QWidget):
    """Values to tick, or a limit, beside a preview.

    Signals:
        changed: another rule.
        confirmed: whether the person said that the preview is right.
    """

    changed = Signal()
    confirmed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "plain")
        self.words.setWordWrap(True)
        self.values = QListWidget()
        self.values.setAccessibleName(self.tr("Values that are the structure"))
        self.limit = NumberEdit(0, 65534, 127, self.tr("Brighter than this is the structure"))
        self.limit_words = label(self.tr("Brighter than this is the structure:"), "plain")
        self.inverted = QCheckBox(self.tr("The rest is the structure (inverted)"))
        self.right = QCheckBox(self.tr("The preview is right"))
        self.picture = QLabel()
        self.picture.setFixedSize(SIDE, SIDE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(self.tr("Preview"))
        left = QVBoxLayout()
        for part in (self.words, self.values, self.limit_words, self.limit, self.inverted, self.right):
            left.addWidget(part)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(self.picture)
        self.values.itemChanged.connect(self._change)
        self.limit.valueChanged.connect(self._change)
        self.inverted.toggled.connect(self._change)
        self.right.toggled.connect(self.confirmed)

    def ask(self, question: Question, labels: Mapping[int, str]) -> None:
        """Show what was found and what is proposed.

        Args:
            question: of all masks.
            labels: names of the numbers, where files give them.
        """
        proposal, is_noisy = question.proposal, not question.proposal.values
        for part in (self.values, self.limit, self.inverted):
            part.blockSignals(True)
        self.words.setText("\n".join(self._sentences(question.kinds)))
        self.values.clear()
        total = sum(question.counts.values())
        names = {value: labels.get(value, str(value)) for value in (labels or question.counts)}
        for value, name in list(names.items())[:SHOWN] if not is_noisy else ():
            share = 100 * question.counts.get(value, 0) / max(1, total)
            item = QListWidgetItem(self.tr("{value}: {share} % of all pixels").format(value=name, share=f"{share:.1f}"))
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setCheckState(Qt.CheckState.Checked if value in proposal.values else Qt.CheckState.Unchecked)
            self.values.addItem(item)
        self.values.setVisible(not is_noisy)
        self.limit.setVisible(is_noisy)
        self.limit_words.setVisible(is_noisy)
        self.limit.setValue(proposal.above or 127)
        self.inverted.setChecked(proposal.is_inverted)
        self.right.setVisible(bool(question.kinds))
        self.right.setChecked(not question.kinds)
        for part in (self.values, self.limit, self.inverted):
            part.blockSignals(False)

    def rule(self) -> Rule | None:
        """What is chosen; None where no value is ticked."""
        if self.values.isHidden():
            return Rule(above=self.limit.value(), is_inverted=self.inverted.isChecked())
        items = [self.values.item(place) for place in range(self.values.count())]
        chosen = [int(one.data(Qt.ItemDataRole.UserRole)) for one in items if one.checkState() == Qt.CheckState.Checked]
        return Rule(frozenset(chosen), is_inverted=self.inverted.isChecked()) if chosen else None

    def show_preview(self, pixels: NDArray[np.uint8] | None) -> None:
        """(h, w, 3) uint8 RGB; None shows nothing."""
        if pixels is None:
            self.picture.clear()
            return
        height, width = pixels.shape[:2]
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        self.picture.setPixmap(QPixmap.fromImage(image))

    def _change(self) -> None:
        if not self.right.isHidden():
            self.right.setChecked(False)  # said of another preview
        self.changed.emit()

    def _sentences(self, kinds: tuple[str, ...]) -> list[str]:
        words = {
            "inverted": self.tr("Most of the edge is white: the masks may be inverted."),
            "one_bit": self.tr("The masks hold 0 and 1 in place of black and white."),
            "palette": self.tr("The masks are colours with numbers."),
            "levels": self.tr("The masks hold several values."),
            "noisy": self.tr("The masks hold many shades, as a JPEG file does: their edges are not exact."),
            "labels": self.tr("The file holds labels with names."),
        }
        if not kinds:
            return [self.tr("The masks are black and white.")]
        return [*(words[kind] for kind in kinds), self.tr("Say what is the structure, and look at the preview.")]
