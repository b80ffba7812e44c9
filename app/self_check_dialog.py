"""Help → Check this installation: each thing that the program needs, tried in a process of its own, with one sentence each."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.controls import button, label
from app.icons import pixmap
from app.language import QT_TRANSLATE_NOOP
from app.messages import text_of_error, text_of_template
from app.outcome_line import OutcomeLine
from app.session import Session
from app.task_process import End, TaskEnding, TaskProcess
from app.theme import Theme
from app.worker_process import worker_command
from core.worker_protocol import StageEvent

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The check stopped unexpectedly: a package of this installation is broken, or the memory is too small."
    ),
    QT_TRANSLATE_NOOP("core", "Install the program again."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The check could not be started."),
    QT_TRANSLATE_NOOP("core", "Install the program again."),
)
STEPS, ICON, WIDTH = 9, 18, 600


def show_check(session: Session, theme: Theme, window: QWidget) -> None:
    """Open the dialog; it begins at once, and looks at the open project too."""
    session.save()
    project = [str(session.folder)] if session.folder is not None else []
    dialog = SelfCheckDialog(worker_command("core.self_check_worker", *project), theme, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class SelfCheckDialog(QDialog):
    """A line for each thing, as soon as all were tried."""

    def __init__(self, command: list[str], theme: Theme, parent: QWidget | None = None) -> None:
        """Begin to check.

        Args:
            command: starts the worker.
            theme: for icons.
            parent: the window.
        """
        super().__init__(parent)
        self._theme = theme
        self._lines: list[str] = []
        self.setWindowTitle(self.tr("Check this installation"))
        self.setFixedWidth(WIDTH)
        self.say = label(self.tr("Looking at packages, model, graphics card and room …"), "plain")
        self.say.setWordWrap(True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setObjectName("thin")
        self.bar.setRange(0, STEPS)
        self.bar.setValue(0)
        self.outcome = OutcomeLine(theme)
        self.grid = QGridLayout()
        self.grid.setVerticalSpacing(8)
        self.grid.setHorizontalSpacing(10)
        self.grid.setColumnStretch(1, 1)
        self.copy, self.leave = button(self.tr("Copy"), 34), button(self.tr("Cancel"), 34)
        self.copy.setEnabled(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(self.say)
        column.addWidget(self.bar)
        column.addWidget(self.outcome)
        column.addLayout(self.grid)
        column.addLayout(buttons)
        self._task = TaskProcess(command, DIED, NOT_STARTED, self)
        self._task.came.connect(self._advance)
        self._task.ended.connect(self._end)
        self._task.start()

    def text(self) -> str:
        """All lines, to be sent to who looks after the program."""
        return "\n".join(self._lines) + "\n"

    def done(self, result: int) -> None:
        """Close; a check that is under way is stopped."""
        self._task.close()
        super().done(result)

    def _advance(self, event: object) -> None:
        if isinstance(event, StageEvent):
            self.bar.setValue(self.bar.value() + 1)

    def _end(self, ending: TaskEnding) -> None:
        self.bar.hide()
        self.say.hide()
        self.leave.setText(self.tr("Close"))
        if ending.end is not End.DONE or ending.result is None:
            if ending.error is not None:
                self.outcome.say("error", text_of_error(ending.error))
            return
        findings = ending.result["findings"]
        for row, one in enumerate(findings):
            what, to_do = (text_of_template(one[key], one["values"]) if one[key] else "" for key in ("what", "to_do"))
            self._add(row, bool(one["ok"]), f"{what} {to_do}".strip())
        bad = sum(not one["ok"] for one in findings)
        if bad:
            self.outcome.say(
                "warning", self.tr("Not as it should be: {count} of {all}.").format(count=bad, all=len(findings))
            )
        else:
            self.outcome.say("success", self.tr("Everything is as it should be."))
        self.copy.setEnabled(True)
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """As high as the wrapped lines; not before what was just put in has its style, and so its height."""
        self.setFixedHeight(self._column.totalHeightForWidth(WIDTH))

    def _add(self, row: int, ok: bool, text: str) -> None:
        state = self.tr("ok") if ok else self.tr("not ok")
        self._lines.append(f"{state}: {text}")
        colour = self._theme.tones.success if ok else self._theme.tones.error
        mark = QLabel(pixmap=pixmap("success" if ok else "error", colour, ICON))
        mark.setAccessibleName(state)
        words = label(text, "plain")
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self.grid.addWidget(words, row, 1)
        for part in (mark, words):
            part.show()  # what is hidden has no height
