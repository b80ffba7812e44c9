"""Pausing a fine-tune, and going on with one that was paused or cut off: connects the run with the panel."""

from PySide6.QtCore import QObject

from app.finetune_panel import FinetunePanel
from app.finetuning import Finetuning
from app.interrupted_run import InterruptedRun, give_up, interrupted_run
from app.session import Session
from core.errors import KnownError


class GoingOn(QObject):
    """Offers what can be gone on with whenever a project is opened and whenever a run ends."""

    def __init__(self, session: Session, finetuning: Finetuning, panel: FinetunePanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._finetuning, self._panel = session, finetuning, panel
        panel.pause_wanted.connect(self._pause)
        panel.offer.go_on_wanted.connect(self._go_on)
        panel.offer.discard_wanted.connect(self._discard)
        finetuning.started.connect(lambda: panel.offer.show_run(None))
        finetuning.staged.connect(self._allow_pause)
        finetuning.ended.connect(self._show)
        session.project_changed.connect(self._show)

    def _pause(self) -> None:
        self._finetuning.pause()
        self._panel.show_pausing()

    def _allow_pause(self) -> None:
        """Not on a cluster: it would go on computing."""
        if self._finetuning.on_cluster:
            self._panel.pause.setEnabled(False)

    def _found(self) -> InterruptedRun | None:
        store = self._session.store
        if store is None or self._session.read_only or self._finetuning.is_running:
            return None
        try:
            return interrupted_run(store)
        except KnownError as error:
            self._session.failed.emit(error)
            return None

    def _show(self) -> None:
        self._panel.offer.show_run(self._found())

    def _go_on(self) -> None:
        run = self._found()
        if run is not None:
            self._finetuning.go_on(run)

    def _discard(self) -> None:
        run, store = self._found(), self._session.store
        if run is not None and store is not None:
            try:
                give_up(store, run)
            except KnownError as error:
                self._session.failed.emit(error)
        self._show()
