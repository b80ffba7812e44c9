"""What the walk through the window shows, in the order of the work; and when it is shown."""

from functools import partial

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QMenuBar, QTabWidget, QWidget

from app.actions import Actions
from app.language import QT_TRANSLATE_NOOP
from app.model_area import ModelArea
from app.settings import Settings
from app.theme import Theme
from app.tour import Step, Tour
from app.work_area import SegmentPanel, WorkArea

NOTE = "tour_shown"

WORDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        QT_TRANSLATE_NOOP("tour", "Let the model look"),
        QT_TRANSLATE_NOOP("tour", "Predict asks the model for what stands above it, in words."),
        ("predict",),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Move the threshold"),
        QT_TRANSLATE_NOOP(
            "tour", "Further left the mask grows, further right it shrinks. Often this is all that is needed."
        ),
        ("raise", "lower"),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Paint and erase"),
        QT_TRANSLATE_NOOP("tour", "The left button paints on the picture, the right one erases."),
        ("brush", "eraser"),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Nothing is lost"),
        QT_TRANSLATE_NOOP("tour", "Every step is kept at once and can be taken back, also tomorrow. There is no Save."),
        ("undo",),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Accept and go on"),
        QT_TRANSLATE_NOOP(
            "tour",
            "Says that the mask is right and shows the next image. Only accepted masks are learned from and exported.",
        ),
        ("accept",),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Let it learn from you"),
        QT_TRANSLATE_NOOP(
            "tour",
            "After some ten accepted images. The new version is used only if it is better on patients it never saw.",
        ),
        ("finetune",),
    ),
    (
        QT_TRANSLATE_NOOP("tour", "Take the masks with you"),
        QT_TRANSLATE_NOOP("tour", "File → Export masks writes the accepted masks as PNG files."),
        ("export",),
    ),
)
"""Title, text, and the commands whose keys are named."""


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
    strip, file = work.strip, menus.actions()[0]
    targets: tuple[tuple[QWidget, QWidget], ...] = (
        (segment.structure.predict, segment),
        (segment.threshold.slider, segment),
        (strip.button_of("brush"), segment),
        (strip.button_of("undo"), segment),
        (segment.accept, segment),
        (model.finetune.start, model),
        (menus, segment),
    )
    return [
        Step(
            QCoreApplication.translate("tour", title),
            partial(_keyed, text, keys, actions),
            target,
            part=partial(menus.actionGeometry, file) if target is menus else None,
            before=partial(tabs.setCurrentWidget, panel),
        )
        for (title, text, keys), (target, panel) in zip(WORDS, targets, strict=True)
    ]


def _keyed(text: str, keys: tuple[str, ...], actions: Actions) -> str:
    """A text with the keys of these commands below."""
    said = QCoreApplication.translate("tour", text)
    named = ", ".join(name for key in keys if (name := actions.keymap.text(key)))
    keyed = QCoreApplication.translate("tour", "Keys: {keys}").format(keys=named)
    return f"{said}\n\n{keyed}" if named else said
