"""What a hand does in the window: paint, press keys; and a prediction without a model."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt


def disc_logits(column: float, row: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:64, :64]
    return (6 * (1 - ((columns - column) ** 2 + (rows - row) ** 2) / radius**2)).clip(-8, 8).astype(np.float16)


def place(window, x, y) -> QPoint:
    return window.canvas.view.to_widget(QPointF(x + 0.5, y + 0.5)).toPoint()


def paint(qtbot, window, points, button=Qt.MouseButton.LeftButton):
    canvas = window.canvas
    qtbot.mousePress(canvas, button, pos=place(window, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(canvas, place(window, *point))
    qtbot.mouseRelease(canvas, button, pos=place(window, *points[-1]))


def predict(window):
    session = window.session
    session.take_prediction(session.image_id, session.structure_id, None, "the polyp", disc_logits(32, 32, 14), 0.9)


def key(qtbot, window, *names):
    for name in names:
        qtbot.keyClick(window.canvas, name)


def click(qtbot, widget):
    assert widget.isVisible() and widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
