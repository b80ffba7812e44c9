"""What is offered where a run was paused or cut off: go on, or discard it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.controls import button, label
from app.interrupted_run import InterruptedRun


class GoingOnOffer(QWidget):
    """One sentence and two buttons; hidden while there is nothing to go on with.

    Signals:
        go_on_wanted: the clinician wants the run to go on.
        discard_wanted: the clinician does not want it any more.
    """

    go_on_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label("", "notice")
        self.words.setWordWrap(True)
        self.go_on = button("", 32)
        self.discard = button(self.tr("Discard"), 32)
        self.discard.setToolTip(
            self.tr("What this fine-tune has learned so far is deleted; your labels are not touched")
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.go_on, 1)
        buttons.addWidget(self.discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.go_on.clicked.connect(self.go_on_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        self.setVisible(False)

    def show_run(self, run: InterruptedRun | None) -> None:
        """Offer a run, or nothing."""
        if run is not None:
            values = {"epoch": run.reached.epoch, "epochs": run.reached.epochs}
            if run.paused:
                text = self.tr("A fine-tune is paused after round {epoch} of {epochs}; it takes no memory.")
            else:
                text = self.tr("A fine-tune was cut off after round {epoch} of {epochs}; what it learned is kept.")
            more = self.tr("It goes on with your labels as they were when it began.")
            self.words.setText(f"{text.format(**values)} {more}")
            self.go_on.setText(self.tr("Go on from round {epoch}").format(epoch=run.reached.epoch + 1))
        self.setVisible(run is not None)
