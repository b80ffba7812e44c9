"""What the last fine-tune was worth: three figures side by side, the reason, and whether it is in use."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controls import button, label
from app.figure_bars import Figure, FigureBars
from app.theme import Theme
from app.versions import reason_of
from core.mask import threshold_of
from core.store import VersionRow


class ResultPanel(QWidget):
    """Shows one version's comparison; hidden while there is none.

    Signals:
        closer_wanted: the clinician wants to see all figures of the version with this id.
    """

    closer_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "heading")
        self.bars = FigureBars(theme)
        self.reason = label("", "notice")
        self.in_use = label("", "strong")
        self.compared = label("", "notice")
        self.closer = label("", "notice")
        for text in (self.reason, self.in_use, self.compared, self.closer):
            text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._version_id = ""
        self.look = button(self.tr("Each structure, each patient, worst images…"), 32)
        self.look.clicked.connect(lambda: self.closer_wanted.emit(self._version_id))
        for part in (self.title, self.in_use, self.bars, self.compared, self.closer, self.reason, self.look):
            column.addWidget(part)
        self.setVisible(False)

    def show_version(self, name: str, row: VersionRow, in_use: bool) -> None:
        """Show what is known of a version.

        Args:
            name: how it is called.
            row: of the project.
            in_use: whether it predicts now.
        """
        figures, self._version_id = row.figures, row.id
        self.look.setVisible(isinstance(figures.get("images"), list))
        self.title.setText(self.tr("Last fine-tune: {name}").format(name=name))
        self.bars.show_figures(self._figures(figures))
        self.in_use.setText(self.tr("{name} is in use.") if in_use else self.tr("{name} is not in use."))
        self.in_use.setText(self.in_use.text().format(name=name))
        self.reason.setText(reason_of(figures))
        self.compared.setText(self._compared(figures))
        self.compared.setVisible(bool(self.compared.text()))
        self.closer.setText(
            "\n".join([*self._closer(figures.get("closer")), *self._warning(figures.get("near_copies"))])
        )
        self.closer.setVisible(bool(self.closer.text()))
        self.setVisible(True)

    def _compared(self, figures: dict[str, Any]) -> str:
        """On what the figures were measured; "" where that is not known."""
        count, patients, rounds = (figures.get(key) for key in ("held_out", "groups", "rounds"))
        if not count or not patients:
            return ""
        text = self.tr("Dice, measured on {images} masks of {patients} patients that were kept aside; 1 is perfect.")
        if rounds:
            text = self.tr(
                "Dice of {images} masks of {patients} patients; 1 is perfect. They were few, so the model learned {rounds} times, "
                "each time without a part of the patients, and was measured on that part. The version itself has learned from all."
            )
            if figures.get("divided_by") == "image":
                text = self.tr(
                    "Dice of {images} masks; 1 is perfect. They were few, so the model learned {rounds} times, each time without "
                    "a part of the images, and was measured on that part. The version itself has learned from all. All images "
                    "count as one patient or very few: for a new patient it may do worse."
                )
        return text.format(images=count, patients=patients, rounds=rounds)

    def _figures(self, figures: dict[str, Any]) -> list[Figure]:
        better = "success" if figures.get("accepted") else "warning"
        rows = (
            ("base_at_half", "", self.tr("Before, threshold 0.5"), "muted"),
            ("base_at_best", "base_step", self.tr("Before, best threshold {threshold:g}"), "information"),
            ("in_use_at_best", "in_use_step", self.tr("In use before, best threshold {threshold:g}"), "information"),
            ("tuned_at_best", "tuned_step", self.tr("After, best threshold {threshold:g}"), better),
        )
        found = []
        for key, step_key, name, tone in rows:
            value, step = figures.get(key), figures.get(step_key, 100)
            if isinstance(value, int | float) and isinstance(step, int) and 1 <= step <= 199:
                found.append(Figure(name.format(threshold=threshold_of(step)), float(value), tone))
        return found

    def _closer(self, figures: object) -> list[str]:
        """Edges, and of thin structures their course, before and after; nothing for a version from before they were measured."""
        if not isinstance(figures, dict):
            return []
        rows = (
            ("hd95", self.tr("Distance of the edges (95 %): {before:.1f} px before, {after:.1f} px after.")),
            ("surface_dice", self.tr("Edges in the right place: {before:.0%} before, {after:.0%} after.")),
            ("centreline_dice", self.tr("Dice of the centrelines: {before:.3f} before, {after:.3f} after.")),
            ("pieces", self.tr("Pieces of a mask: {before:.0f} before, {after:.0f} after.")),
        )
        return [
            text.format(before=pair[0], after=pair[1])
            for key, text in rows
            if isinstance(pair := figures.get(key), list) and len(pair) == 2
        ]

    def _warning(self, near: object) -> list[str]:
        if not isinstance(near, int) or not near:
            return []
        text = self.tr(
            "{count} of the images kept aside look almost like images that were learned from: they may be of the same "
            "patient, and then these figures are too good."
        )
        return [text.format(count=near)]
