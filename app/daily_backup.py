"""Each day on which a project is opened it gets a copy of its database, made beside the window."""

import datetime

from PySide6.QtCore import QObject

from app.background import Background, Progress
from app.message_bar import MessageBar
from app.session import Session
from core.errors import KnownError
from core.store.backup import back_up_daily


class DailyBackup(QObject):
    """Copies the open project once a day; only the window that may write it does that."""

    def __init__(self, session: Session, messages: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._messages = session, messages
        self._running: Background | None = None
        session.project_changed.connect(self._begin)
        session.project_closing.connect(self._stop)

    def _begin(self) -> None:
        folder = self._session.folder
        if folder is None or self._session.read_only:
            return
        today = datetime.date.today()

        def copy(progress: Progress) -> None:
            back_up_daily(folder, today, lambda: progress(0, 0, ""))

        self._running = Background(copy, self)
        self._running.done.connect(self._end)
        self._running.failed.connect(self._end)
        self._running.start()

    def _end(self, error: object) -> None:
        if isinstance(error, KnownError):
            self._messages.say_error(error)
        if self._running is not None:
            self._running.deleteLater()
        self._running = None

    def _stop(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None
