"""Colours, fonts and the style sheet: one calm look, dark or light."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from core.paths import resources_folder

#: Colours of structures, distinct for every common colour blindness (Okabe and Ito, Color Universal Design, 2008).
STRUCTURE_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#0072B2")


@dataclass(frozen=True)
class Tones:
    """The named colours of one look; every widget uses these and no other."""

    window: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    canvas: str
    information: str
    success: str
    warning: str
    error: str


DARK = Tones(
    window="#171a1f",
    panel="#1e2228",
    raised="#292e36",
    hover="#343a44",
    border="#3a414c",
    text="#e6e9ed",
    muted="#a3adb9",
    accent="#4c9fdb",
    accent_hover="#66b0e6",
    on_accent="#0b1218",
    canvas="#0e1013",
    information="#66b0e6",
    success="#4fc3a1",
    warning="#e8b04a",
    error="#f0816c",
)
LIGHT = Tones(
    window="#eef1f4",
    panel="#fbfcfd",
    raised="#ffffff",
    hover="#e3e9ef",
    border="#c9d1da",
    text="#1a2129",
    muted="#566270",
    accent="#1c6aab",
    accent_hover="#165a94",
    on_accent="#ffffff",
    canvas="#d9dee4",
    information="#1c6aab",
    success="#0a7558",
    warning="#8f5d00",
    error="#b3361e",
)


def next_colour(used: Sequence[str]) -> str:
    """The first of `STRUCTURE_COLOURS` that is used least, for a new structure.

    Args:
        used: colours ("#rrggbb") of the structures that there are.
    """
    counts = Counter(colour.upper() for colour in used)
    return min(STRUCTURE_COLOURS, key=lambda colour: counts[colour.upper()])


class Theme(QObject):
    """The look of the whole program.

    Signals:
        changed: other colours are in use; icons must be drawn again.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "auto") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._tones: Tones | None = None
        if not application.styleSheet():
            application.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def tones(self) -> Tones:
        """The colours in use."""
        assert self._tones is not None
        return self._tones

    def choose(self, choice: str) -> None:
        """Change the look.

        Args:
            choice: "auto" (as the desktop says), "dark" or "light".
        """
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        dark = self._choice == "dark"
        if self._choice == "auto":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        tones = DARK if dark else LIGHT
        if tones is self._tones:
            return
        self._tones = tones
        if (sheet := style_sheet(tones)) != self._application.styleSheet():  # every widget is polished anew by it
            self._application.setPalette(_palette(tones))
            self._application.setStyleSheet(sheet)
        self.changed.emit()


def style_sheet(tones: Tones) -> str:
    """The style sheet with the names of colours (@accent) filled in.

    Args:
        tones: the colours.

    Returns:
        Qt style sheet text.
    """
    text = (resources_folder() / "style" / "window.qss").read_text(encoding="utf-8")
    icons = (resources_folder() / "icons").as_posix()
    for name in sorted((field.name for field in fields(Tones)), key=len, reverse=True):
        text = text.replace(f"@{name};", f"{getattr(tones, name)};")
    tone = "dark" if tones is DARK else "light"
    text = text.replace("@downward", f"{icons}/arrow-down-{tone}.svg")
    text = text.replace("@checked", f"{icons}/checked-{tone}.svg")
    return text.replace("@upward", f"{icons}/arrow-up-{tone}.svg")


def _palette(tones: Tones) -> QPalette:
    palette = QPalette()
    for role, name in {
        QPalette.ColorRole.Window: "panel",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "raised",
        QPalette.ColorRole.AlternateBase: "panel",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Mid: "border",
        QPalette.ColorRole.Dark: "canvas",
    }.items():
        palette.setColor(role, QColor(getattr(tones, name)))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tones.border))
    return palette
