"""The strip above the picture: images, tools, brush size, undo, zoom."""

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QMenu, QToolButton, QWidget

from app.actions import Actions
from app.canvas import Canvas
from app.canvas_tools import LARGEST_RADIUS, SHAPES, SMALLEST_RADIUS, CanvasTools, Tool
from app.commands import plain_words
from app.controls import label, slider, tool_button
from app.overflow import Overflow, Part

SLIDER_STEPS = 200


class ToolStrip(QWidget):
    """Buttons for what the hand does most."""

    def __init__(self, actions: Actions, tools: CanvasTools, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions, self._tools, self._canvas = actions, tools, canvas
        self._buttons_by_key: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 5, 8, 5)
        self._row.setSpacing(2)
        self._buttons("previous", "next")
        first = self._line()
        self._buttons("brush", "eraser")
        self.shapes = self._shape_button()
        self._buttons("click", "pan")
        self._row.addSpacing(2)
        self.brush = slider(0, SLIDER_STEPS, 10, self.tr("Brush size"))
        self.brush.setMinimumWidth(44)
        self.brush.setMaximumWidth(120)
        actions.lend_tip(self.brush, "smaller", "larger", text=self.tr("Brush size; also Ctrl + mouse wheel"))
        self._size = label("", "muted")
        self._size.setMinimumWidth(58)
        self._row.addWidget(self.brush, 1)
        self._row.addSpacing(4)
        self._row.addWidget(self._size)
        self._line()
        self._buttons("undo", "redo")
        last = self._line()
        self._buttons("show_mask", "side_by_side")
        self._row.addStretch(2)
        self._zoom = label("", "muted")
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setMinimumWidth(46)
        self._row.addWidget(self._zoom)
        self._buttons("fit", "actual")
        self.more = tool_button(self.tr("More"), 22)
        self.more.setObjectName("more")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setText("»")
        self.more.setMinimumSize(34, 34)
        self._row.addWidget(self.more)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        brush = Part((self.brush, self._size), (actions["smaller"], actions["larger"]))
        self.overflow = Overflow(
            self._row,
            self.more,
            [
                Part((self._zoom,)),
                self._part("fit", "actual"),
                self._part("side_by_side"),
                self._part("previous", "next", line=first),
                brush,
                self._part("show_mask", line=last),
            ],
        )
        self.brush.valueChanged.connect(lambda value: tools.set_radius(radius_of(value)))
        tools.radius_changed.connect(self._show_radius)
        canvas.view_changed.connect(self._show_zoom)
        self._show_radius()
        self._show_zoom()

    def button_of(self, key: str) -> QToolButton:
        """The button of a command that stands in the strip."""
        return self._buttons_by_key[key]

    def minimumSizeHint(self) -> QSize:
        """So narrow as what always stays."""
        return QSize(self.overflow.least_width, self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what has room."""
        super().resizeEvent(event)
        self.overflow.fit(event.size().width())

    def _part(self, *keys: str, line: QWidget | None = None) -> Part:
        """Buttons that give way together, with the line beside them."""
        widgets = [self._buttons_by_key[key] for key in keys]
        return Part((*widgets, *([line] if line is not None else [])), tuple(self._actions[key] for key in keys))

    def _buttons(self, *keys: str) -> None:
        for key in keys:
            button = tool_button(size=22)
            button.setDefaultAction(self._actions[key])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(plain_words(self._actions[key].text()))
            button.setMinimumSize(34, 34)
            self._buttons_by_key[key] = button
            self._row.addWidget(button)

    def _shape_button(self) -> QToolButton:
        """One button for the tools that change a region: the one used last, and the others in its menu."""
        button = tool_button(size=22)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumSize(50, 34)
        menu = QMenu(button)
        for tool in SHAPES:
            menu.addAction(self._actions[tool.value])
        button.setMenu(menu)
        button.setDefaultAction(self._actions[SHAPES[0].value])
        button.setAccessibleName(self.tr("Outlines and filling"))
        self._tools.tool_changed.connect(self._show_shape)
        self._row.addWidget(button)
        return button

    def _show_shape(self, tool: Tool) -> None:
        if tool in SHAPES:
            self.shapes.setDefaultAction(self._actions[tool.value])

    def _line(self) -> QFrame:
        line = QFrame(frameShape=QFrame.Shape.VLine)
        line.setFixedWidth(1)
        line.setFixedHeight(22)
        line.setObjectName("upright")
        self._row.addSpacing(4)
        self._row.addWidget(line)
        self._row.addSpacing(4)
        return line

    def _show_radius(self) -> None:
        self.brush.blockSignals(True)
        self.brush.setValue(slider_value(self._tools.radius))
        self.brush.blockSignals(False)
        self._size.setText(self.tr("⌀ {width:g} px").format(width=round(2 * self._tools.radius, 1)))

    def _show_zoom(self) -> None:
        self._zoom.setText(zoom_text(self._canvas))


def zoom_text(canvas: Canvas) -> str:
    """How large the picture is shown: at 100 % one of its pixels is one of the screen."""
    return f"{100 * canvas.view.scale * canvas.devicePixelRatioF():.0f} %"


def radius_of(value: int) -> float:
    """Slider value 0..200 to a brush radius in image pixels, finer for small brushes, in half pixels."""
    radius = SMALLEST_RADIUS * (LARGEST_RADIUS / SMALLEST_RADIUS) ** (value / SLIDER_STEPS)
    return max(SMALLEST_RADIUS, round(radius * 2) / 2)


def slider_value(radius: float) -> int:
    """Brush radius in image pixels to the slider value 0..200."""
    return round(SLIDER_STEPS * math.log(radius / SMALLEST_RADIUS) / math.log(LARGEST_RADIUS / SMALLEST_RADIUS))
