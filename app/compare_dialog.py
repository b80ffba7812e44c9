"""Compares any two models of the project on labels of the project, whenever somebody wants to know."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.compare_process import CompareProcess
from app.comparison_table import ComparisonTable
from app.controls import button, label, resize_on_screen
from app.messages import text_of_error
from app.outcome_line import OutcomeLine
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from core.errors import KnownError
from core.mask import threshold_of
from core.paired_table import ACCEPTED, NEW, TEST_SET, PairedLabel

RANGE = 1000


def ask_comparison(
    session: Session, versions: Versions, chosen: str | None, device: str, theme: Theme, window: QWidget
) -> None:
    """Open the dialog; the session says what cannot be read.

    Args:
        session: with an open project.
        versions: of the project.
        chosen: the version that is compared at first, None for the base model.
        device: "auto", "cpu" or "cuda".
        theme: the look.
        window: above which it opens.
    """
    store = session.store
    if store is None:
        return
    try:
        models = [(versions.name_of(None), versions.base_reference())]
        models += [(versions.name_of(row.id), str(store.version_folder(row).resolve())) for row in versions.rows()]
        place = next((n for n, row in enumerate(versions.rows(), 1) if row.id == chosen), 0)
    except KnownError as error:
        session.failed.emit(error)
        return
    dialog = CompareDialog(session, models, place, device, theme, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class CompareDialog(QDialog):
    """Two models, a set of labels, a button, and the table that comes of it."""

    def __init__(
        self,
        session: Session,
        models: list[tuple[str, str]],
        chosen: int,
        device: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        """Fill the dialog.

        Args:
            session: with an open project.
            models: names and references, the base model first.
            chosen: place of the second model at first.
            device: "auto", "cpu" or "cuda".
            theme: the look.
            parent: the window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Compare versions"))
        resize_on_screen(self, 860, 640)
        self._session, self._device = session, device
        self._process: CompareProcess | None = None
        self.first, self.second, self.which = QComboBox(), QComboBox(), QComboBox()
        for box in (self.first, self.second):
            for name, reference in models:
                box.addItem(name, reference)
        self.second.setCurrentIndex(chosen or len(models) - 1)
        for key, name in (
            (TEST_SET, self.tr("Accepted masks of the test set")),
            (NEW, self.tr("Accepted masks of patients from whom neither has learned")),
            (ACCEPTED, self.tr("All accepted masks")),
        ):
            self.which.addItem(name, key)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.said = OutcomeLine(theme)
        self.table = ComparisonTable(theme)
        self.start, self.cancel = button(self.tr("Compare"), 34, primary=True), button(self.tr("Close"), 34)
        self._arrange()
        self.start.clicked.connect(self.compare)
        self.cancel.clicked.connect(self.reject)
        for box in (self.first, self.second):
            box.currentIndexChanged.connect(lambda _: self._show_running(False))
        self._show_running(False)
        self.table.setVisible(False)

    def compare(self) -> None:
        """Compare in a process of its own."""
        store = self._session.store
        if store is None or self._process is not None:
            return
        references = str(self.first.currentData()), str(self.second.currentData())
        self._process = CompareProcess(store.folder, references, str(self.which.currentData()), self._device, self)
        self._process.advanced.connect(self._advance)
        self._process.done.connect(self._done)
        self._process.failed.connect(lambda error: self._end("error", text_of_error(error)))
        self._process.cancelled.connect(lambda: self._end("information", self.tr("Stopped.")))
        self.said.say("", "")
        self.table.setVisible(False)
        self.bar.setRange(0, 0)
        self._show_running(True)
        self._process.start()

    def reject(self) -> None:
        """Close; while models are being compared, stop that first."""
        if self._process is None:
            super().reject()
            return
        self.cancel.setEnabled(False)
        self._process.cancel()

    def _arrange(self) -> None:
        what = label(
            self.tr(
                "Both predict the images again, each at the threshold that was best for it when it was made. Only patients "
                "from whom a version has not learned tell how good it really is."
            ),
            "notice",
        )
        what.setWordWrap(True)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("First"), self.first)
        form.addRow(self.tr("Second"), self.second)
        form.addRow(self.tr("On"), self.which)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(what)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)
        column.addStretch()
        column.addLayout(last)

    def _show_running(self, running: bool) -> None:
        self.bar.setVisible(running)
        for part in (self.first, self.second, self.which):
            part.setEnabled(not running)
        self.start.setEnabled(not running and self.first.currentData() != self.second.currentData())
        self.cancel.setEnabled(True)
        self.cancel.setText(self.tr("Cancel") if running else self.tr("Close"))

    def _advance(self, fraction: float) -> None:
        self.bar.setRange(0, RANGE)
        self.bar.setValue(round(RANGE * fraction))

    def _done(self, result: dict[str, Any]) -> None:
        session = self._session
        images = {row.id: row for row in session.images}
        structures = {row.id: row.name for row in session.structures}
        labels = []
        for row in result["labels"]:
            image = images.get(row["image"])
            values = {metric: (float(pair[0]), float(pair[1])) for metric, pair in row["values"].items()}
            if image is not None:
                labels.append(PairedLabel(image.name, structures.get(row["structure"], ""), image.patient_key, values))
        names = self.first.currentText(), self.second.currentText()
        titled = [f"{name} ({threshold_of(step):g})" for name, step in zip(names, result["steps"], strict=True)]
        self.table.show_labels(labels, *titled)
        self.table.setVisible(True)
        flattered = [
            self.tr(
                "{name} has learned from the patients of {count} of these {all} masks, so it looks better here than it is."
            ).format(name=name, count=count, all=len(labels))
            for name, count in zip(names, result["learned"], strict=True)
            if count
        ]
        self._end("warning" if flattered else "success", "\n".join(flattered) or self._kept_apart(len(labels)))

    def _kept_apart(self, count: int) -> str:
        return self.tr("Compared on {count} masks of patients from whom neither version has learned.").format(
            count=count
        )

    def _end(self, level: str, text: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        self._show_running(False)
        self.said.say(level, text)
