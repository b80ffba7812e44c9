"""The second tab: teach the model, see what it was worth, choose a version."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.controls import line
from app.finetune_panel import FinetunePanel
from app.result_panel import ResultPanel
from app.session import Session
from app.theme import Theme
from app.versions import Versions
from app.versions_panel import VersionsPanel


class ModelArea(QScrollArea):
    """Fine-tune, result and versions, one below the other."""

    def __init__(self, session: Session, versions: Versions, theme: Theme) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.finetune = FinetunePanel(theme)
        self.result = ResultPanel(theme)
        self.versions = VersionsPanel(session, versions, theme)
        self._chart_place = QVBoxLayout()
        body = QWidget()
        body.setObjectName("side")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(14)
        column.addWidget(self.finetune)
        column.addWidget(self.result)
        column.addLayout(self._chart_place)
        column.addWidget(line())
        column.addWidget(self.versions)
        column.addStretch(1)
        self.setWidget(body)

    def place_chart(self) -> None:
        """Put the live chart below the result; it is made with the first run."""
        if self._chart_place.count() == 0:
            self._chart_place.addWidget(self.finetune.chart())

    def show_versions(self) -> None:
        """Bring the list of versions into sight and take the keyboard there."""
        self.versions.list.setFocus()
        self.ensureWidgetVisible(self.versions)
