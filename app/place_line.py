"""The right end of the status bar: place and value under the pointer, size of the image, zoom."""

from PySide6.QtWidgets import QLabel

from app.canvas import Canvas
from app.readout import words_at
from app.session import Session
from app.tool_strip import zoom_text


class PlaceLine(QLabel):
    """Follows the pointer and the view of the canvas."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__()
        self._session, self._canvas = session, canvas
        self._at = (-1, -1)
        canvas.pointed.connect(self._point)
        canvas.view_changed.connect(self._show)
        session.project_changed.connect(self._show)
        session.image_changed.connect(lambda: self._point(-1, -1))

    def _point(self, x: int, y: int) -> None:
        self._at = (x, y)
        self._show()

    def _show(self) -> None:
        words = words_at(self._session, *self._at)
        self.setText(f"{words}   {zoom_text(self._canvas)}" if words else "")
