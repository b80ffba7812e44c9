"""Everything that changes the mask at once: outlines, filling, and what is done to the whole mask.

Each is one step of the journal like a stroke, so it is durable at once and can be taken back; the slider still works after it.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Signal

from app.editing import rect_of
from app.grey_limit import GreyLimit
from app.levels import levels_of
from app.session import Session
from app.structure_lock import refuses
from core import mask_tools
from core.correction import Patch
from core.errors import KnownError
from core.mask import apply_threshold
from core.mask_tools import Region
from core.store import ImageRow, JournalStep

Mask = NDArray[np.bool_]


class Shaping(QObject):
    """Shapes the mask of the session.

    Attributes:
        limit: the grey values that outlines and filling may change.
        image_before: the image before another one, None without one; in the order of the project until told otherwise.

    Signals:
        said: the key of a sentence for the clinician (app/messages.py) and what fills its braces.
    """

    said = Signal(str, dict)

    def __init__(self, session: Session, limit: GreyLimit, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self.limit = session, limit
        self.image_before: Callable[[ImageRow], ImageRow | None] = self._before_in_the_project

    def paint_outline(self, tool: str, points: Sequence[QPointF], add: bool, seconds: float) -> bool:
        """Add or remove the pixels whose centre lies in an outline.

        Args:
            tool: its name for the journal.
            points: in image pixels; the last is joined to the first.
            add: True adds, False removes.
            seconds: how long it was drawn.

        Returns:
            Whether anything changed.
        """
        edits = self._session.editing.edits
        if edits is None:
            return False
        corners = [[round(point.x(), 2), round(point.y(), 2)] for point in points]
        region = mask_tools.polygon_region(np.array(corners, np.float64).reshape(-1, 2), *edits.layer.shape)
        return self._paint({"tool": tool, "points": corners, "seconds": round(seconds, 3)}, region, add)

    def flood(self, x: int, y: int, add: bool) -> bool:
        """Fill the ground around a pixel up to the mask, or remove the piece of the mask that a pixel belongs to.

        Args:
            x: column of the pixel.
            y: row of the pixel.
            add: True fills, False removes.

        Returns:
            Whether anything changed.
        """
        seen, limit = self._session.editing.current_mask(), self.limit.now()
        if not (0 <= y < seen.shape[0] and 0 <= x < seen.shape[1]):
            return False
        if seen[y, x] == add:
            self.said.emit("flood_on_mask" if add else "flood_on_ground", {})
            return False
        region = mask_tools.flood_region(seen, x, y, limit.allowed if limit is not None else None)
        return self._paint({"tool": "flood", "points": [[x, y]]}, region, add)

    def fill_holes(self) -> bool:
        """Fill the holes of the mask. Whether anything changed, as of all that follow."""
        return self._become({"tool": "fill holes"}, mask_tools.fill_holes)

    def keep_largest(self) -> bool:
        """Keep only the largest piece of the mask."""
        return self._become({"tool": "keep largest"}, mask_tools.keep_largest)

    def remove_islands(self, min_px: int) -> bool:
        """Remove the pieces of the mask with fewer pixels than this."""
        return self._become(
            {"tool": "remove islands", "below": min_px}, lambda seen: mask_tools.remove_islands(seen, min_px)
        )

    def smooth(self, radius: float) -> bool:
        """Smooth the edge of the mask; radius 1..200 in image pixels."""
        return self._become({"tool": "smooth", "radius": radius}, lambda seen: mask_tools.smooth(seen, radius))

    def grow(self, radius: float) -> bool:
        """Make the mask wider on all sides; radius 1..200 in image pixels."""
        return self._become({"tool": "grow", "radius": radius}, lambda seen: mask_tools.grow(seen, radius))

    def shrink(self, radius: float) -> bool:
        """Make the mask narrower on all sides; radius 1..200 in image pixels."""
        return self._become({"tool": "shrink", "radius": radius}, lambda seen: mask_tools.shrink(seen, radius))

    def clear(self) -> bool:
        """Empty the mask."""
        return self._become({"tool": "clear"}, np.zeros_like)

    def copy_previous(self) -> bool:
        """Take the mask that the image before shows for this structure, where both images have one size."""
        session = self._session
        store, here, structure = session.store, session.image_row, session.structure_id
        if store is None or here is None or structure is None or session.image is None:
            return False
        before = self.image_before(here)
        if before is None:
            is_slice = here.frames > 1 or here.series_key
            self.said.emit("no_slice_before" if is_slice else "no_image_before", {})
            return False
        if (before.height, before.width) != (session.image.height, session.image.width):
            sizes = {"before": f"{before.width} × {before.height}", "now": f"{here.width} × {here.height}"}
            self.said.emit("other_size_before", sizes)
            return False
        try:
            record = store.mask_record(before.id, structure)
            levels = levels_of(record.prediction, *record.size)
            wanted = record.edits().final(apply_threshold(levels, record.correction.threshold_step))
        except KnownError as error:
            session.failed.emit(error)
            return False
        if not wanted.any():
            self.said.emit("no_mask_before", {})
            return False
        return self._become({"tool": "copy", "image": before.id}, lambda _: wanted)

    def _before_in_the_project(self, here: ImageRow) -> ImageRow | None:
        place = self._session.images.index(here)
        return self._session.images[place - 1] if place else None

    def _become(self, payload: dict[str, object], change: Callable[[Mask], Mask]) -> bool:
        editing = self._session.editing
        editing.end_stroke()
        if editing.edits is None or refuses(self._session):
            return False
        seen = editing.current_mask()
        patch = editing.edits.become(seen, change(seen))
        if patch is None:
            self.said.emit("mask_unchanged", {})
        return self._keep(payload, patch)

    def _paint(self, payload: dict[str, object], region: Region, add: bool) -> bool:
        editing, limit = self._session.editing, self.limit.now()
        editing.end_stroke()
        if editing.edits is None or refuses(self._session):
            return False
        payload["add"] = add
        patch = editing.edits.paint(region, add, limit.allowed if limit is not None else None)
        if limit is not None:
            payload["grey"] = [limit.low, limit.high]
            if patch is None:
                self.said.emit("limit_leaves_nothing", {"low": limit.low, "high": limit.high})
        return self._keep(payload, patch)

    def _keep(self, payload: dict[str, object], patch: Patch | None) -> bool:
        """Write the step; where the store refuses, nothing has changed."""
        editing = self._session.editing
        if patch is None or editing.edits is None:
            return False
        kept = editing.write(JournalStep(kind="stroke", payload=payload, patch=patch))
        if not kept:
            editing.edits.revert(patch)
        editing.mask_changed.emit(rect_of(patch))
        return kept
