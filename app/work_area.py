"""The middle and the right side of the window: picture, tools and the panel for segmenting."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.actions import Actions
from app.answer_panel import AnswerPanel
from app.brush_panel import BrushPanel
from app.canvas import Canvas
from app.canvas_tools import CanvasTools
from app.click_panel import ClickPanel
from app.clicking import Clicking
from app.controls import button, label, line
from app.grey_limit import GreyLimit
from app.held_keys import HeldKeys
from app.icons import icon
from app.look_panel import LookPanel
from app.mask_panel import MaskPanel
from app.review_bar import ReviewBar
from app.session import Session
from app.settings import Settings
from app.shaping import Shaping
from app.split_view import SplitView
from app.structure_panel import StructurePanel
from app.theme import Theme
from app.threshold_panel import ThresholdPanel
from app.tone_panel import TonePanel
from app.tool_strip import ToolStrip
from app.welcome import Welcome


class WorkArea(QWidget):
    """The picture with its tools, or what to do when there is none."""

    def __init__(
        self,
        session: Session,
        tools: CanvasTools,
        shaping: Shaping,
        clicking: Clicking,
        actions: Actions,
        review: ReviewBar,
        recent: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        held = HeldKeys(self)
        held.bind(actions.keymap.keys)
        actions.keymap.changed.connect(lambda: held.bind(actions.keymap.keys))
        self.canvas = Canvas(session, tools, shaping, clicking, held)
        self.strip = ToolStrip(actions, tools, self.canvas)
        self._pages = QStackedWidget()
        self._pages.addWidget(
            Welcome(
                self.tr("Open a project to begin"),
                self.tr("A project is a folder that keeps your images, masks and model versions together."),
                [actions["open"], actions["new"], actions["demo"]],
                [recent, _purpose()],
            )
        )
        self._pages.addWidget(
            Welcome(
                self.tr("This project has no images yet"),
                self.tr("Add the images you want to segment. They stay where they are."),
                [actions["add_folder"], actions["add_images"]],
            )
        )
        self._pages.addWidget(
            Welcome(
                self.tr("This image cannot be shown"),
                self.tr(
                    "Its file is missing or damaged. Your masks are safe in the project; go on with another image."
                ),
                [actions["next"], actions["previous"]],
            )
        )
        self.split = SplitView(session, self.canvas)
        self._pages.addWidget(self.split)
        self._pages.addWidget(Welcome(self.tr("Reading the image …"), "", []))
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(review)
        column.addWidget(self._pages, 1)
        for signal in (session.project_changed, session.images_changed, session.image_changed):
            signal.connect(self._choose_page)
        self._choose_page()

    @property
    def page_area(self) -> QWidget:
        """The part below the strip, which messages float over."""
        return self._pages

    def put_below(self, line: QWidget) -> None:
        """Let a line stand below the picture."""
        self._column.addWidget(line)

    def _choose_page(self) -> None:
        if self._session.store is None:
            page = 0
        elif not self._session.images:
            page = 1
        else:
            page = 3 if self._session.image is not None else 4 if self._session.is_reading else 2
        self._pages.setCurrentIndex(page)
        self.strip.setVisible(page >= 2)


def _purpose() -> QWidget:
    """What the program is not, where it is seen first."""
    return label(QCoreApplication.translate("WorkArea", "For research, not a medical device."), "notice")


class SegmentPanel(QWidget):
    """Structure, threshold, brush, mask and look, with Accept always in sight below."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        theme: Theme,
        actions: Actions,
        canvas: Canvas,
        tools: CanvasTools,
        limit: GreyLimit,
        clicking: Clicking,
    ) -> None:
        super().__init__()
        self._theme = theme
        self.threshold = ThresholdPanel(session)
        self.structure = StructurePanel(session, theme, canvas.others, self.threshold.figures)
        self.answer = AnswerPanel(session, actions.keymap)
        self.clicks = ClickPanel(clicking, actions)
        self.brush = BrushPanel(tools, limit, settings, actions)
        self.whole_mask = MaskPanel(session, settings, actions)
        self.look = LookPanel(canvas, actions)
        self.tone = TonePanel(canvas.tone, actions.keymap)
        self.accept = button(self.tr("Accept and next"), 42)
        self.accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        actions.lend_tip(self.accept, "accept")
        actions.lend_tip(self.structure.predict, "predict")
        actions.lend_tip(self.structure.all, "predict_all")
        more_or_less = self.tr("To the left more, to the right less of the prediction belongs to the mask")
        actions.lend_tip(self.threshold.slider, "lower", "raise", text=more_or_less)
        self.accept.clicked.connect(actions["accept"].trigger)
        self._arrange()
        theme.changed.connect(self._recolour)
        self._recolour()

    def _arrange(self) -> None:
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        body = QWidget()
        body.setObjectName("side")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        parts = QVBoxLayout(body)
        parts.setContentsMargins(16, 12, 16, 8)
        parts.setSpacing(10)
        for part in (
            self.structure, self.clicks, self.answer, line(), self.threshold, line(), self.brush, line(), self.whole_mask, line(),
            self.look, line(), self.tone,
        ):  # fmt: skip
            parts.addWidget(part)
        parts.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a click beside a control leaves the keys to the picture
        area.setWidget(body)
        below = QVBoxLayout()
        below.setContentsMargins(16, 8, 16, 10)
        below.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(line())
        column.addLayout(below)

    def _recolour(self) -> None:
        self.accept.setIcon(icon("accept", self._theme.tones.success))
