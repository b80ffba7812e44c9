"""Connects the clicks with the model that answers them and with what is said about them."""

from PySide6.QtCore import QObject

from app.actions import Actions
from app.click_answers import ClickAnswers
from app.click_panel import ClickPanel
from app.click_preview import ClickPreview
from app.click_tool import ClickTool
from app.clicking import Clicking
from app.message_bar import MessageBar
from app.model_flow import ModelFlow
from app.prompt_mask import PromptMask
from app.session import Session
from app.settings import Settings
from app.versions import Versions


class ClickFlow(QObject):
    """Clicks of one window."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        versions: Versions,
        flow: ModelFlow,
        clicking: Clicking,
        tool: ClickTool,
        panel: ClickPanel,
        actions: Actions,
        messages: MessageBar,
    ) -> None:
        super().__init__(flow)
        self._clicking, self._actions, self._messages = clicking, actions, messages
        mask = PromptMask(session, self)
        self.answers = ClickAnswers(session, versions, flow.process, settings, clicking, mask, self)
        self.preview = ClickPreview(session, versions, flow.process, clicking, self.answers, tool, mask, self)
        self.answers.asking.connect(panel.show_asking)
        self.answers.failed.connect(messages.say_error)
        clicking.made.connect(flow.predictions.overtake)
        flow.predictions.idle.connect(self.answers.look)
        actions.connect_all({"clear_clicks": self._clear})
        clicking.changed.connect(self._enable)
        self._enable()

    def close(self) -> None:
        """Nothing more is delivered, nothing runs on."""
        self.answers.close()

    def _clear(self) -> None:
        self._clicking.clear()

    def _enable(self) -> None:
        self._actions["clear_clicks"].setEnabled(bool(self._clicking.row.clicks))
