"""Comparing two versions in its own process: three endings, each with a sentence."""

from pathlib import Path

from PySide6.QtCore import QObject

from app.language import QT_TRANSLATE_NOOP
from app.single_task import SingleTask
from app.worker_process import worker_command

DIED = (
    QT_TRANSLATE_NOOP("core", "The comparison stopped unexpectedly, so there are no figures; nothing was changed."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, close other programs: the memory may be too small."),
)
NOT_STARTED = (
    QT_TRANSLATE_NOOP("core", "The comparison could not be started; nothing was changed."),
    QT_TRANSLATE_NOOP("core", "Try again. If it happens again, install the program again."),
)


class CompareProcess(SingleTask):
    """Compares once; `done` brings what `core.finetune.compare_versions` found."""

    def __init__(
        self, project: Path, references: tuple[str, str], which: str, device: str, parent: QObject | None = None
    ) -> None:
        """Prepare; `start` starts it.

        Args:
            project: folder of the project; it is only read.
            references: of both models.
            which: one of the sets of labels of `core.paired_table`.
            device: "auto", "cpu" or "cuda".
            parent: owner.
        """
        command = worker_command("core.finetune.compare_worker", str(project), *references, which, device)
        super().__init__(command, DIED, NOT_STARTED, parent)
