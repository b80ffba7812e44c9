"""Which threshold fits all accepted masks of a structure best: the curve, the figures, and the choice to start there."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.background import Background, Progress
from app.controls import button, label
from app.dice_curve_view import DiceCurveView, Mark
from app.figure_bars import Figure, FigureBars
from app.messages import text_of_error
from app.outcome_line import OutcomeLine
from app.session import Session
from app.start_threshold import start_structure_at
from app.theme import Theme
from core.errors import KnownError
from core.label_curves import LabelCurves, curves_of_labels
from core.mask import HALF, threshold_of
from core.store import Store, StructureRow


class LabelThresholdDialog(QDialog):
    """Compares the model's own masks with the accepted ones, beside the window's work."""

    def __init__(self, session: Session, structure: StructureRow, theme: Theme, parent: QWidget | None = None) -> None:
        """Begin to compare.

        Args:
            session: with an open project.
            structure: of the project.
            theme: for colours.
            parent: the window.
        """
        super().__init__(parent)
        assert session.folder is not None
        self._session, self._structure, self._project = session, structure, session.folder
        self._work: Background | None = None
        self._best: int | None = None
        self.setWindowTitle(self.tr("Best threshold for my labels"))
        self.setMinimumWidth(480)
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.curve = DiceCurveView(theme)
        self.bars = FigureBars(theme)
        self.honest = label("", "notice")
        self.honest.setWordWrap(True)
        self.closing = OutcomeLine(theme)
        self.use = button(self.tr("Use for this structure"), 34, primary=True)
        self.leave = button(self.tr("Leave it to the model"), 34)
        self.leave.setToolTip(self.tr("Let new predictions of this structure start again where the model was best"))
        self.close_it = button(self.tr("Cancel"), 34)
        for one in (self.leave, self.close_it):
            one.setAutoDefault(False)
        self._arrange()
        self.use.clicked.connect(lambda: self._choose(self._best))
        self.leave.clicked.connect(lambda: self._choose(None))
        self.close_it.clicked.connect(self.reject)
        self._compare()

    def reject(self) -> None:
        """Close; a comparison that is running is stopped."""
        if self._work is not None:
            self._work.close()
            self._work = None
        super().reject()

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.leave)
        buttons.addStretch(1)
        buttons.addWidget(self.close_it)
        buttons.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        for part in (self.words, self.bar, self.curve, self.bars, self.honest, self.closing):
            column.addWidget(part)
        column.addLayout(buttons)

    def _compare(self) -> None:
        project, structure_id = self._project, self._structure.id

        def compare(progress: Progress) -> LabelCurves:
            with Store.open(project, read_only=True) as store:
                return curves_of_labels(store, structure_id, progress)

        text = self.tr("The model's own masks of “{structure}” are compared with those that you accepted …")
        self.words.setText(text.format(structure=self._structure.name))
        self.bar.setRange(0, 0)
        for part in (self.curve, self.bars, self.honest, self.use, self.leave):
            part.setVisible(False)
        self._work = Background(compare, self)
        self._work.progressed.connect(self._advance)
        self._work.done.connect(self._show)
        self._work.failed.connect(self._failed)
        self._work.start()

    def _advance(self, done: int, total: int, _text: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _show(self, found: LabelCurves) -> None:
        self._end()
        drawn = self.tr("Accepted masks drawn without a prediction, which do not count here: {count}.")
        left_out = drawn.format(count=found.drawn) if found.drawn else ""
        if not found.images:
            text = self.tr(
                "There is nothing to compare yet. Predict “{structure}” on some images and accept their masks."
            )
            self.words.setText(" ".join([text.format(structure=self._structure.name), left_out]).strip())
            return
        self._best = found.best
        mean, now = found.mean, self._session.editing.step
        shown = {HALF: (self.tr("At {threshold:g}"), "muted")}  # of equal ones the last says more
        shown[now] = (self.tr("The slider now, {threshold:g}"), "information")
        shown[found.best] = (self.tr("Best, {threshold:g}"), "success")
        self.curve.show_curve(mean, [Mark(step, tone) for step, (_, tone) in shown.items()])
        figures = [(name.format(threshold=threshold_of(step)), step, tone) for step, (name, tone) in shown.items()]
        self.bars.show_figures([Figure(name, mean[step - 1], tone) for name, step, tone in figures])
        text = self.tr(
            "Mean Dice of the model's own masks of “{structure}”, before any correction, against the masks that you "
            "accepted. Images: {count}."
        )
        self.words.setText(text.format(structure=self._structure.name, count=found.images))
        text = self.tr(
            "The best threshold was chosen on these very images, so its figure flatters a little: expect somewhat less "
            "on new ones. If you use it, images that you have touched or accepted keep their own threshold."
        )
        self.honest.setText(" ".join([text, left_out]).strip())
        for part in (self.curve, self.bars, self.honest, self.use):
            part.setVisible(True)
        self.use.setDefault(True)
        self._show_choice()

    def _failed(self, error: KnownError) -> None:
        self._end()
        self.words.setVisible(False)
        self.closing.say("error", text_of_error(error))
        self.adjustSize()

    def _end(self) -> None:
        self._work = None
        self.bar.setVisible(False)
        self.close_it.setText(self.tr("Close"))

    def _choose(self, step: int | None) -> None:
        if not start_structure_at(self._session, self._structure.id, step):
            self.reject()  # the message bar says why
            return
        if step is None:
            text = self.tr("New predictions of “{structure}” start where the model was best.")
            self.closing.say("success", text.format(structure=self._structure.name))
        else:
            text = self.tr("New predictions of “{structure}” start at {threshold:g}.")
            self.closing.say("success", text.format(structure=self._structure.name, threshold=threshold_of(step)))
        self._show_choice()

    def _show_choice(self) -> None:
        """Offer what is not so already."""
        rows = [row.threshold_step for row in self._session.structures if row.id == self._structure.id]
        chosen = rows[0] if rows else None
        can_write = not self._session.read_only
        self.use.setEnabled(can_write and self._best is not None and chosen != self._best)
        self.leave.setVisible(can_write and chosen is not None)
        self.adjustSize()


def ask_label_threshold(session: Session, theme: Theme, parent: QWidget) -> None:
    """Open the dialog for the current structure, if there is one and the mask on the screen could be saved."""
    structure = session.structure_row
    if structure is None or not session.save():
        return
    dialog = LabelThresholdDialog(session, structure, theme, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
