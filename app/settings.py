"""What the user chose for every project, kept in one small file of this user."""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from core.paths import config_folder

CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("auto", "en", "zh_CN"),
    "look": ("auto", "dark", "light"),
    "device": ("auto", "processor", "graphics card"),
    "next image": ("predicted", "not predicted"),
}
"""Every setting and what it can be; the first is what a new user has."""


class Settings(QObject):
    """Reads and keeps the settings. Where the file cannot be written they last until the program is closed.

    Signals:
        changed: a setting has another value; its name.
    """

    changed = Signal(str)

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        """Read the file; it is written with the first change.

        Args:
            file: an .ini file; this user's own when left out.
            parent: owner.
        """
        super().__init__(parent)
        file = file if file is not None else config_folder() / "settings.ini"
        self._kept = QSettings(str(file), QSettings.Format.IniFormat, self)
        self._values = {name: self._read(name) for name in CHOICES}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def choose(self, name: str, value: str) -> None:
        """Give a setting another value.

        Raises:
            ValueError: the setting cannot have this value.
        """
        if value not in CHOICES[name]:
            raise ValueError(f"{name} cannot be {value!r}")
        if self._values[name] == value:
            return
        self._values[name] = value
        self._kept.setValue(name.replace(" ", "_"), value)
        self._kept.sync()
        self.changed.emit(name)

    @property
    def device(self) -> str:
        """The processor that the workers are to use: "auto", "cpu", "cuda" or "mps"."""
        graphics_card = "mps" if sys.platform == "darwin" else "cuda"
        return {"processor": "cpu", "graphics card": graphics_card}.get(self["device"], "auto")

    def _read(self, name: str) -> str:
        value = self._kept.value(name.replace(" ", "_"))
        return value if value in CHOICES[name] else CHOICES[name][0]
