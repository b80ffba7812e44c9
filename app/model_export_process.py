"""Writing a version for others, in its own process: three endings, each with a sentence."""

from pathlib import Path

from PySide6.QtCore import QObject

from app.language import QT_TRANSLATE_NOOP
from app.single_task import SingleTask
from app.worker_process import worker_command

DIED = (
    QT_TRANSLATE_NOOP(
        "core", "The writing of the model stopped unexpectedly, so it is not there; your versions and labels are safe."
    ),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The writing of the model could not be started; your versions and labels are safe."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class ModelExportProcess(SingleTask):
    """Writes one version once. Done, it is written and was read again; failed or cancelled, nothing is there."""

    def __init__(
        self,
        version: Path,
        target: Path,
        adapter_only: bool,
        parent: QObject | None = None,
    ) -> None:
        """Prepare; `start` starts it.

        Args:
            version: folder of the version.
            target: folder that is made; must not exist, or be empty.
            adapter_only: only what was trained; otherwise the whole model.
            parent: owner.
        """
        kind = "adapter" if adapter_only else "whole"
        command = worker_command("core.finetune.give_away_worker", str(version), str(target), kind)
        super().__init__(command, DIED, NOT_STARTED, parent)
