"""While a fine-tune learns, the model that predicts gives its memory back, and comes back afterwards.

Predict and click load it again meanwhile; it goes once more when nobody has asked for a while.
"""

from PySide6.QtCore import QObject, QTimer

from app.finetune_process import Outcome, State
from app.finetuning import Finetuning
from app.inference_process import InferenceProcess
from app.settings import Settings
from app.versions import Versions
from core.errors import KnownError

LOOK_MS = 500
QUIET_LOOKS = 40


class GivingWay(QObject):
    """Ends the inference process while the other one needs the memory."""

    def __init__(
        self,
        process: InferenceProcess,
        finetuning: Finetuning,
        versions: Versions,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._process, self._finetuning, self._versions, self._settings = process, finetuning, versions, settings
        self._was_loaded = False
        self._quiet = 0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._back = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._back.timeout.connect(self._come_back)
        process.answered.connect(self._used)
        finetuning.started.connect(self._begin)
        finetuning.ended.connect(self._ended)

    def _begin(self) -> None:
        self._back.stop()
        self._was_loaded = self._process.model is not None
        self._quiet = QUIET_LOOKS  # at once, unless an answer is waited for
        self._look()
        self._timer.start()

    def _used(self) -> None:
        """Somebody works with it: it stays for a while, and comes back. An answer may be quicker than a look."""
        self._quiet, self._was_loaded = 0, True

    def _look(self) -> None:
        self._quiet = 0 if self._process.is_waited_for else self._quiet + 1
        if self._quiet >= QUIET_LOOKS and self._process.is_running:
            self._process.stop()

    def _ended(self, outcome: Outcome) -> None:
        self._timer.stop()
        if self._was_loaded and outcome.state is not State.LEFT:
            self._back.start()  # and not at once: the window may be closing

    def _come_back(self) -> None:
        """Load what predicts now, so that the next prediction need not wait for it."""
        if self._finetuning.is_running or self._process.is_running:
            return
        try:
            reference = self._versions.in_use().reference
        except KnownError:  # who predicts next will be told
            return
        self._process.load(reference, self._settings.device, self._settings.precision)
