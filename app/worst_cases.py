"""The held-out images on which a version does worst, each with three pictures; a click opens the image."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from app.controls import label

COLUMNS = 2
WIDTH = 400


@dataclass(frozen=True)
class WorstCase:
    """One of them.

    Attributes:
        picture: file with label, mask before and mask after beside each other.
        name: of the image, or "" where it is not in this project any more.
        image_id: of the image, None likewise.
        structure_id: of the structure, None where it is not there any more.
        before, after: Dice.
    """

    picture: Path
    name: str
    image_id: int | None
    structure_id: int | None
    before: float
    after: float


class WorstCases(QWidget):
    """Two columns of cases; nothing without any.

    Signals:
        chosen: the WorstCase whose image the clinician wants to see.
    """

    chosen = Signal(object)

    def __init__(self, cases: list[WorstCase], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        grid = QGridLayout()
        grid.setSpacing(10)
        for case in cases:
            picture = QPixmap(str(case.picture))
            if not picture.isNull():
                row, place = divmod(len(self.buttons), COLUMNS)
                grid.addWidget(self._button(case, picture), row, place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Where it does worst"), "heading"))
        what = label(
            self.tr(
                "Each image three times, with the outline of your mask, of the model before and of this version. A click opens "
                "the image."
            ),
            "notice",
        )
        what.setWordWrap(True)
        column.addWidget(what)
        column.addLayout(grid)
        self.setVisible(bool(self.buttons))

    def _button(self, case: WorstCase, picture: QPixmap) -> QToolButton:
        size = picture.size().scaled(WIDTH, WIDTH, Qt.AspectRatioMode.KeepAspectRatio)
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIcon(QIcon(picture))
        button.setIconSize(size)
        button.setText(self._words(case))
        button.setAccessibleName(button.text())
        button.setMinimumSize(QSize(size.width() + 16, size.height() + 34))
        button.setEnabled(case.image_id is not None)
        button.clicked.connect(lambda: self.chosen.emit(case))
        self.buttons.append(button)
        return button

    def _words(self, case: WorstCase) -> str:
        figures = f"Dice {case.before:.3f} → {case.after:.3f}"
        name = case.name if len(case.name) <= 28 else f"{case.name[:14]}…{case.name[-12:]}"
        return " · ".join(part for part in (name, figures) if part)
