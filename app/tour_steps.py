"""What the walk through the window shows, in the order of the work; and when it is shown."""

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QMenuBar, QTabWidget, QWidget

from app.actions import Actions
from app.model_area import ModelArea
from app.settings import Settings
from app.theme import Theme
from app.tour import Step, Tour
from app.work_area import SegmentPanel, WorkArea

NOTE = "tour_shown"


class FirstTour(QObject):
    """The walk: by itself once, when the demo project is opened for the first time; then whenever it is asked for."""

    def __init__(self, window: QWidget, settings: Settings, theme: Theme, steps: list[Step]) -> None:
        super().__init__(window)
        self._settings = settings
        self.tour = Tour(window, theme, steps)

    def begin(self) -> None:
        """Show it from the start."""
        self._settings.keep_note(NOTE, "yes")
        self.tour.begin()

    def begin_once(self) -> None:
        """Show it, unless it was shown before."""
        if not self._settings.note(NOTE):
            self.begin()


def steps_of(
    work: WorkArea, segment: SegmentPanel, model: ModelArea, tabs: QTabWidget, menus: QMenuBar, actions: Actions
) -> list[Step]:
    """The seven steps, with the keys in force.

    Args:
        work: picture and tools.
        segment: the panel for segmenting.
        model: the panel for learning.
        tabs: holds both panels.
        menus: of the window.
        actions: its commands.
    """

    def segmenting() -> None:
        tabs.setCurrentWidget(segment)

    def learning() -> None:
        tabs.setCurrentWidget(model)

    strip, file = work.strip, menus.actions()[0]
    return [
        Step(
            work.tr("Let the model look"),
            lambda: _keyed(work.tr("Predict asks the model for what stands above it, in words."), actions, "predict"),
            segment.structure.predict,
            before=segmenting,
        ),
        Step(
            work.tr("Move the threshold"),
            lambda: _keyed(
                work.tr("Further left the mask grows, further right it shrinks. Often this is all that is needed."),
                actions, "raise", "lower",
            ),
            segment.threshold.slider,
            before=segmenting,
        ),
        Step(
            work.tr("Paint and erase"),
            lambda: _keyed(work.tr("The left button paints on the picture, the right one erases."), actions, "brush", "eraser"),
            strip.button_of("brush"),
            before=segmenting,
        ),
        Step(
            work.tr("Nothing is lost"),
            lambda: _keyed(
                work.tr("Every step is kept at once and can be taken back, also tomorrow. There is no Save."), actions, "undo"
            ),
            strip.button_of("undo"),
        ),
        Step(
            work.tr("Accept and go on"),
            lambda: _keyed(
                work.tr("Says that the mask is right and shows the next image. Only accepted masks are learned from and exported."),
                actions, "accept",
            ),
            segment.accept,
            before=segmenting,
        ),
        Step(
            work.tr("Let it learn from you"),
            lambda: _keyed(
                work.tr("After some ten accepted images. The new version is used only if it is better on patients it never saw."),
                actions, "finetune",
            ),
            model.finetune.start,
            before=learning,
        ),
        Step(
            work.tr("Take the masks with you"),
            lambda: _keyed(work.tr("File → Export masks writes the accepted masks as PNG files."), actions, "export"),
            menus,
            part=lambda: menus.actionGeometry(file),
            before=segmenting,
        ),
    ]  # fmt: skip


def _keyed(text: str, actions: Actions, *keys: str) -> str:
    """A text with the keys of these commands below."""
    named = ", ".join(name for key in keys if (name := actions.keymap.text(key)))
    keyed = QCoreApplication.translate("WorkArea", "Keys: {keys}").format(keys=named)
    return f"{text}\n\n{keyed}" if named else text
