"""The usual export: accepted masks as PNG, OUT/<structure>/<base name of the image>.png.

Of a file with several frames each has its own mask, with the frame's number from 1 behind the base name (CT01_07.png).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.export.choice import Choice
from core.export.write import ExportReport, Progress, export_masks
from core.store.store import Store


def export_png(
    store: Store, out: Path, progress: Progress | None = None, structure_ids: Sequence[int] | None = None
) -> ExportReport:
    """Write every accepted mask of a project as PNG; arguments and errors as those of `export_masks`."""
    return export_masks(store, out, Choice(structure_ids), progress)
