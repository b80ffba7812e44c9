"""Connects the tools and the Mask menu with what they do."""

import math
from functools import partial

from PySide6.QtCore import QObject, QPointF

from app.actions import Actions
from app.canvas import Canvas
from app.canvas_tools import CanvasTools, Tool
from app.mask_commands import MASK_COMMANDS
from app.mask_panel import MaskPanel
from app.message_bar import MessageBar
from app.session import Session
from app.shaping import Shaping


class MaskMenu(QObject):
    """The commands of app/mask_commands.py at work."""

    def __init__(
        self,
        session: Session,
        tools: CanvasTools,
        shaping: Shaping,
        canvas: Canvas,
        panel: MaskPanel,
        actions: Actions,
        messages: MessageBar,
    ) -> None:
        super().__init__(canvas)
        self._session, self._tools, self._limit, self._canvas = session, tools, shaping.limit, canvas
        self._actions, self._messages = actions, messages
        actions.connect_all(
            {
                "square": lambda: tools.set_square(actions["square"].isChecked()),
                "grey": lambda: shaping.limit.switch(actions["grey"].isChecked()),
                "take_grey": self._take_grey,
                "fill_holes": shaping.fill_holes,
                "keep_largest": shaping.keep_largest,
                "remove_islands": lambda: shaping.remove_islands(math.ceil(panel.islands.pixels())),
                "smooth": lambda: shaping.smooth(panel.smoothing.value()),
                "grow": lambda: shaping.grow(panel.widening.pixels()),
                "shrink": lambda: shaping.shrink(panel.widening.pixels()),
                "copy_previous": shaping.copy_previous,
                "clear": shaping.clear,
            }
        )
        actions.connect_all({tool.value: partial(tools.choose, tool) for tool in Tool})
        actions[tools.tool.value].setChecked(True)
        shaping.said.connect(lambda key, values: messages.say(key, **values))
        tools.form_changed.connect(actions["square"].setChecked)
        shaping.limit.changed.connect(lambda: actions["grey"].setChecked(shaping.limit.on))
        session.prediction_changed.connect(self._enable)
        self._enable()

    def _take_grey(self) -> None:
        mouse: QPointF | None = self._canvas.pointer
        if mouse is None or not self._limit.take(mouse.x(), mouse.y(), self._tools.radius, self._tools.square):
            self._messages.say("no_grey_here")

    def _enable(self) -> None:
        for command in MASK_COMMANDS:
            self._actions[command.key].setEnabled(self._session.editing.is_loaded)
