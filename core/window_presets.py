"""Windows in which a CT is usually read, in Hounsfield units.

Levels and widths as Radiopaedia gives them ("Windowing (CT)", https://radiopaedia.org/articles/windowing-ct).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowPreset:
    """One window.

    Attributes:
        key: its name in the program.
        level: Hounsfield units in the middle.
        width: Hounsfield units from black to white.
    """

    key: str
    level: float
    width: float

    @property
    def ends(self) -> tuple[float, float]:
        """The values shown black and white."""
        return self.level - self.width / 2, self.level + self.width / 2


CT_PRESETS = (
    WindowPreset("brain", 40, 80),
    WindowPreset("lung", -600, 1500),
    WindowPreset("bone", 400, 1800),
    WindowPreset("abdomen", 50, 400),
    WindowPreset("mediastinum", 50, 350),
)
