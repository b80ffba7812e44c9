"""What the user chose for every project, kept in one small file of this user."""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from core.paths import config_folder

PRECISIONS = {"32 bits": "fp32", "16 bits": "bf16", "8 bits": "8bit", "4 bits": "4bit"}
"""How exactly the model may be told to compute -> what the worker calls it."""

CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("auto", "en", "zh_CN"),
    "look": ("auto", "dark", "light"),
    "device": ("auto", "processor", "graphics card"),
    "precision": ("auto", *PRECISIONS),
    "next image": ("predicted", "not predicted"),
    "learning place": ("here", "cluster"),
}
"""Every setting and what it can be; the first is what a new user has."""

NUMBERS: dict[str, tuple[int, int, int]] = {
    "islands below": (50, 2, 100_000),
    "islands below mm": (500, 1, 1_000_000_000),
    "smooth radius": (3, 1, 200),
    "grow width": (2, 1, 200),
    "grow width mm": (100, 1, 10_000_000),
    "grey low": (0, 0, 255),
    "grey high": (255, 0, 255),
}
"""Every number that is remembered: what a new user has, the smallest and the largest; " mm" in hundredths of mm or mm²."""


CLUSTER_ADDRESS, CLUSTER_DEFAULT = "cluster_address", "http://127.0.0.1:8265"
"""The name under which a Ray cluster's address is kept, and where one on this computer answers."""


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
        self._numbers = {name: self._read_number(name) for name in NUMBERS}

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

    def number(self, name: str) -> int:
        """A remembered number."""
        return self._numbers[name]

    def remember(self, name: str, value: int) -> None:
        """Remember a number.

        Raises:
            ValueError: it cannot be that.
        """
        _, low, high = NUMBERS[name]
        if not low <= value <= high:
            raise ValueError(f"{name} lies in {low}..{high}, not {value}")
        if self._numbers[name] != value:
            self._numbers[name] = value
            self._kept.setValue(name.replace(" ", "_"), value)

    def note(self, name: str) -> str:
        """A text that a part of the window keeps for itself; "" where it keeps none."""
        value = self._kept.value(name, "")
        return value if isinstance(value, str) else ""

    def keep_note(self, name: str, text: str) -> None:
        """Keep a text for a part of the window; "" forgets it."""
        if text:
            self._kept.setValue(name, text)
        else:
            self._kept.remove(name)
        self._kept.sync()

    @property
    def device(self) -> str:
        """The processor that the workers are to use: "auto", "cpu", "cuda" or "mps"."""
        graphics_card = "mps" if sys.platform == "darwin" else "cuda"
        return {"processor": "cpu", "graphics card": graphics_card}.get(self["device"], "auto")

    @property
    def precision(self) -> str:
        """How exactly the worker that predicts is to compute: "auto", "fp32", "bf16", "8bit" or "4bit"."""
        return PRECISIONS.get(self["precision"], "auto")

    @property
    def cluster(self) -> str:
        """Address of the Ray cluster that is to learn, "" for this computer."""
        return self.note(CLUSTER_ADDRESS) or CLUSTER_DEFAULT if self["learning place"] == "cluster" else ""

    def _read(self, name: str) -> str:
        value = self._kept.value(name.replace(" ", "_"))
        return value if value in CHOICES[name] else CHOICES[name][0]

    def _read_number(self, name: str) -> int:
        default, low, high = NUMBERS[name]
        try:
            value = int(str(self._kept.value(name.replace(" ", "_"), default)))
        except ValueError:
            return default
        return value if low <= value <= high else default
