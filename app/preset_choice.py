"""What the fine-tune teaches: four ways, each with one plain line and how long it will take."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from app.controls import label
from core.finetune.presets import ADAPTER, DEEP, QUICK, WHOLE


class PresetChoice(QWidget):
    """A choice and what it means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seconds: Mapping[str, float | None] = {}
        self._lines = {
            QUICK: self.tr("It learns how masks are drawn. Quick also without a graphics card; the file is small."),
            ADAPTER: self.tr("It learns a small addition to how masks are drawn. Quick; the smallest file of all."),
            DEEP: self.tr(
                "It learns what your words mean as well. For words that the model takes for something else; the file is "
                "of medium size. Large models need a graphics card."
            ),
            WHOLE: self.tr(
                "It learns how your images look as well. For images unlike those that the model knows; slow, and best "
                "with a graphics card. The file is large."
            ),
        }
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("What the model learns"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        names = {
            QUICK: self.tr("Quick: how masks are drawn"),
            ADAPTER: self.tr("Small: an addition to it"),
            DEEP: self.tr("Deep: your words too"),
            WHOLE: self.tr("Whole: your images too"),
        }
        for key, name in names.items():
            self.box.addItem(name, key)
        self.what = label("", "notice")
        self.time = label("", "notice")
        self.thin = QCheckBox(self.tr("Thin structure: keep lines whole"))
        self.thin.setToolTip(
            self.tr("For vessels, ducts and membranes: a broken line counts for more than its few pixels.")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.box)
        for text in (self.what, self.time):
            text.setWordWrap(True)
            column.addWidget(text)
        column.addWidget(self.thin)
        self.box.currentIndexChanged.connect(self._show)
        self._show()

    def key(self) -> str:
        """The chosen preset."""
        return str(self.box.currentData())

    def settings(self) -> dict[str, Any]:
        """What was chosen, for the run."""
        return {"preset": self.key(), "thin": self.thin.isChecked()}

    def show_expected(self, seconds: Mapping[str, float | None]) -> None:
        """Say how long each will take.

        Args:
            seconds: key of a preset -> seconds; None where it is not known.
        """
        self._seconds = seconds
        self._show()

    def _show(self) -> None:
        self.what.setText(self._lines[self.key()])
        seconds = self._seconds.get(self.key())
        if seconds is None:
            self.time.setText(self.tr("How long it takes is measured and said before the learning begins."))
        elif seconds < 90:
            self.time.setText(self.tr("On this computer it will take about a minute."))
        elif seconds < 90 * 60:
            self.time.setText(self.tr("On this computer it will take about {n} min.").format(n=round(seconds / 60)))
        else:
            self.time.setText(self.tr("On this computer it will take about {n} h.").format(n=round(seconds / 3600)))
