"""The window: arranges the panels and connects them. It decides nothing itself."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QSplitter, QTabWidget

from app.about import show_about
from app.actions import Actions
from app.adding_line import AddingLine
from app.canvas_tools import CanvasTools
from app.click_flow import ClickFlow
from app.clicking import Clicking
from app.compare_dialog import ask_comparison
from app.comparison import Comparison
from app.crosshair import Crosshair
from app.daily_backup import DailyBackup
from app.deciding import DecisionSwitch
from app.dropping import Dropping
from app.effort_dialog import show_effort
from app.effort_meter import EffortMeter
from app.enter_key import EnterPresses
from app.exchange import ask_mask_import, show_privacy
from app.export_dialog import ExportDialog, accepted_counts
from app.figures_dialog import show_figures
from app.gone_causes import GoneCauses
from app.grey_limit import GreyLimit
from app.image_list import ImageList
from app.image_queue import ImageQueue
from app.keymap import Keymap
from app.label_threshold_dialog import ask_label_threshold
from app.leave_dialog import IN_BACKGROUND, LeaveDialog
from app.mark_for_testing import MarkForTesting
from app.mask_choice import choose_next_mask
from app.mask_menu import MaskMenu
from app.message_bar import MessageBar
from app.model_area import ModelArea
from app.model_export_dialog import ask_model_export
from app.model_flow import ModelFlow, Workers
from app.models_dialog import ModelsDialog
from app.place_line import PlaceLine
from app.project_files import ProjectFiles
from app.reading_ahead import ReadingAhead
from app.recent_list import RecentList
from app.recent_menu import RecentMenu
from app.recent_projects import RecentProjects
from app.review_bar import ReviewBar
from app.reviewing import Reviewing
from app.self_check_dialog import show_check
from app.session import Session
from app.settings import Settings
from app.settings_dialog import SettingsDialog
from app.shaping import Shaping
from app.shortcuts_dialog import ShortcutsDialog
from app.stack_flow import StackFlow
from app.structure_lock import is_locked
from app.structure_menu import StructureMenu
from app.theme import Theme
from app.tour_steps import FirstTour, steps_of
from app.version_flow import VersionFlow
from app.versions import Versions
from app.work_area import SegmentPanel, WorkArea
from core.errors import KnownError


class MainWindow(QMainWindow):
    """Images at the left, the picture in the middle, structure, threshold and model at the right.

    Signals:
        closed: the window is gone; everything is saved.
    """

    closed = Signal()

    def __init__(
        self,
        session: Session,
        settings: Settings,
        theme: Theme,
        tools: CanvasTools,
        workers: Workers = Workers(),  # noqa: B008
    ) -> None:
        """Build the window around a session.

        Args:
            session: may have no project yet.
            settings: what the user chose for every project.
            theme: the look.
            tools: which one is in hand, and the brush.
            workers: how the background workers are started.
        """
        super().__init__()
        self.setWindowTitle("sa2va-annotator")
        self.resize(1360, 860)
        self.session, self.settings, self.theme, self.tools = session, settings, theme, tools
        self.commands = Actions(self, theme, Keymap(settings, self))
        self.commands.fill_menus(self)
        shaping = Shaping(session, GreyLimit(session, self), self)
        self.queue = ImageQueue(session, self)
        self.review = ReviewBar(session, self.queue, self.commands, theme)
        clicking = Clicking(session, self)
        self.recent = RecentProjects(settings, self)
        self.recent_list = RecentList(self.recent, theme)
        self.work = WorkArea(session, tools, shaping, clicking, self.commands, self.review, self.recent_list)
        self.canvas = self.work.canvas
        self.messages = MessageBar(self.work.page_area, theme, self.commands.keymap)
        self.files = ProjectFiles(session, self.messages, self)
        self.images = ImageList(session, self.queue, theme)
        self.segment = SegmentPanel(
            session, settings, theme, self.commands, self.canvas, tools, shaping.limit, clicking
        )
        MaskMenu(session, tools, shaping, self.canvas, self.segment.whole_mask, self.commands, self.messages)
        StructureMenu(session, self.segment.structure, self.commands)
        self.versions = versions = Versions(session, self)
        self.model = ModelArea(session, versions, theme)
        self.flow = flow = ModelFlow(session, settings, versions, self.messages, workers, self)
        flow.ahead.images = lambda count: [entry.row for entry in self.queue.ahead(count)]
        tool, panel = self.canvas.clicks, self.segment.clicks
        self.clicks = ClickFlow(session, settings, versions, flow, clicking, tool, panel, self.commands, self.messages)
        self.comparison = Comparison(session, versions, flow.process, flow.predictions, settings, self)
        self.work.split.connect_comparison(self.comparison, self.commands["side_by_side"])
        self.stack = StackFlow(
            session, self.queue, settings, versions, flow, shaping, self.work, self.commands, self.messages, theme, self
        )
        self.effort = EffortMeter(session, self.canvas, self)
        Reviewing(session, self.queue, self.effort, self.commands, self.messages, self)
        MarkForTesting(session, self.queue, self.commands, self)
        self.tabs = QTabWidget(documentMode=True)
        self._arrange()
        self._connect_session()
        self._connect_model()
        self._connect_commands()
        self._connect_comforts()
        self._follow_project()

    def _arrange(self) -> None:
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.segment, self.tr("Segment"))
        self.tabs.addTab(self.model, self.tr("Model"))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        for part in (self.images, self.work, self.tabs):
            splitter.addWidget(part)
        self.images.setMinimumWidth(170)
        self.tabs.setMinimumWidth(332)
        splitter.setSizes([250, 778, 332])
        splitter.setStretchFactor(1, 1)
        self.setCentralWidget(splitter)
        self._place = PlaceLine(self.session, self.canvas)
        self._saved = QLabel()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(AddingLine(self.files))
        self.statusBar().addPermanentWidget(self._place)
        self.statusBar().addPermanentWidget(self._saved)

    def _connect_session(self) -> None:
        self.session.failed.connect(self.messages.say_error)
        self.session.reopened.connect(lambda name: self.messages.say("reopened", image=name))
        GoneCauses(self.session, self.messages, self)
        self.session.project_changed.connect(self._follow_project)
        self.session.image_changed.connect(self._follow_project)
        self.session.editing.saved.connect(lambda: self._saved.setText(self.tr("Saved")))
        self.files.added.connect(lambda: self._saved.setText(""))
        # The keys work at once: the first field of the window would swallow them as words.
        self.files.opened.connect(lambda _: self.canvas.setFocus())
        self.files.added.connect(self.canvas.setFocus)

    def _connect_model(self) -> None:
        self.flow.connect_structure(self.segment.structure)
        DecisionSwitch(self.session, [self.segment.structure.decide, self.commands["let_decide"]], self)
        self.flow.connect_area(self.model)
        versions = self.model.versions
        VersionFlow(self.session, versions, self.messages, self)
        versions.export_wanted.connect(
            lambda key: ask_model_export(self.session, versions.versions, key, self.theme, self)
        )
        for part in (versions, self.model.result):
            part.closer_wanted.connect(lambda key: show_figures(self.session, versions.versions, key, self.theme, self))
        versions.compare_wanted.connect(
            lambda key: ask_comparison(self.session, versions.versions, key, self.settings.device, self.theme, self)
        )
        learning, quiet = self.tr("Model – learning …"), self.tr("Model")
        self.flow.learning_changed.connect(lambda on: self.tabs.setTabText(1, learning if on else quiet))

    def _connect_commands(self) -> None:
        act, tools, threshold = self.commands, self.tools, self.segment.threshold
        act.connect_all(
            {
                "open": lambda: self._leave_and(self.files.ask_open),
                "new": lambda: self._leave_and(self.files.ask_new),
                "demo": lambda: self._leave_and(self.files.open_demo),
                "add_images": self.files.ask_images,
                "add_folder": self.files.ask_folder,
                "patients": self.files.ask_patients,
                "import_masks": lambda: ask_mask_import(self.session, self.theme, self.messages, self),
                "privacy": lambda: show_privacy(self.session, self.theme, self),
                "export": self._export,
                "quit": self.close,
                "undo": lambda: self._or_say(self.session.editing.undo(), "nothing_to_undo"),
                "redo": lambda: self._or_say(self.session.editing.redo(), "nothing_to_redo"),
                "larger": lambda: tools.grow(1),
                "smaller": lambda: tools.grow(-1),
                "raise": lambda: threshold.nudge(1),
                "lower": lambda: threshold.nudge(-1),
                "raise_much": lambda: threshold.nudge(10),
                "lower_much": lambda: threshold.nudge(-10),
                "settings": lambda: SettingsDialog(self.settings, self).exec(),
                "fit": self.canvas.fit,
                "actual": lambda: self.canvas.zoom_to(1 / self.canvas.devicePixelRatioF()),
                "zoom_in": lambda: self.canvas.zoom_to(self.canvas.view.scale * 1.25),
                "zoom_out": lambda: self.canvas.zoom_to(self.canvas.view.scale / 1.25),
                "show_mask": self._take_look,
                "show_fill": self._take_look,
                "show_outline": self._take_look,
                "show_doubt": self._take_look,
                "next_mask": lambda: self._or_say(choose_next_mask(self.session), "no_other_mask"),
                "predict": self.segment.structure.ask,
                "predict_all": self.segment.structure.ask_all,
                "predict_shown": self._predict_shown,
                "effort": lambda: show_effort(self.session, self.versions, self.theme, self),
                "finetune": self._finetune,
                "versions": self._show_versions,
                "models": self._show_models,
                "shortcuts": self._show_shortcuts,
                "tour": self._show_tour,
                "check": lambda: show_check(self.session, self.theme, self),
                "about": lambda: show_about(self.versions, self),
            }
        )
        threshold.labels_wanted.connect(lambda: ask_label_threshold(self.session, self.theme, self))
        for key in ("show_mask", "show_fill", "show_outline"):
            act[key].setChecked(True)

    def _connect_comforts(self) -> None:
        """What is ready beforehand and kept by itself; projects opened lately, dropping files, the keyboard, and a walk around."""
        ReadingAhead(self.session, self.queue, self)
        DailyBackup(self.session, self.messages, self)

        def open_project(folder: Path) -> None:
            self._leave_and(lambda: self.files.open(folder))

        act = self.commands
        recent_menu = RecentMenu(self.recent, act.menus["file"], act["demo"])
        for source in (recent_menu, self.recent_list):
            source.wanted.connect(open_project)
        self.files.opened.connect(self.recent.add)
        self.recent.look()
        self.dropping = Dropping(self, self.session, self.files, self.messages, open_project)
        self.crosshair = Crosshair(self.canvas, self.session)
        EnterPresses(self)
        act.lend_tip(self.model.finetune.start, "finetune")
        steps = steps_of(self.work, self.segment, self.model, self.tabs, self.menuBar(), act)
        self.first_tour = FirstTour(self, self.settings, self.theme, steps)
        self.files.demo_opened.connect(self.first_tour.begin_once)

    def _follow_project(self) -> None:
        has_project, has_image = self.session.store is not None, self.session.image is not None
        for key in (
            "add_images",
            "add_folder",
            "patients",
            "import_masks",
            "privacy",
            "export",
            "effort",
            "finetune",
            "versions",
            "predict_shown",
        ):
            self.commands[key].setEnabled(has_project)
        for key in (
            "undo",
            "redo",
            "accept",
            "predict",
            "predict_all",
            "next_mask",
            "raise",
            "lower",
            "raise_much",
            "lower_much",
        ):
            self.commands[key].setEnabled(has_image)
        for key in ("previous", "next"):
            self.commands[key].setEnabled(bool(self.session.images))
        self.images.setVisible(has_project)
        self.tabs.setVisible(has_project)
        row, folder = self.session.image_row, self.session.folder
        parts = [row.name if row is not None else "", folder.name if folder is not None else ""]
        self.setWindowTitle(" – ".join([part for part in parts if part] + ["sa2va-annotator"]))
        self._saved.setText("")

    def _predict_shown(self) -> None:
        unseen = [entry.row for entry in self.queue.shown if entry.review.status == "unseen"]
        if self.session.structure_row is None or not unseen:
            self.messages.say("all_seen" if self.session.structure_row is not None else "needs_structure")
        else:
            self.flow.predictions.want_images(unseen)

    def _finetune(self) -> None:
        self.tabs.setCurrentWidget(self.model)
        self.model.finetune.ask()

    def _show_versions(self) -> None:
        self.tabs.setCurrentWidget(self.model)
        self.model.show_versions()

    def _show_models(self) -> None:
        dialog = ModelsDialog(self.session, self.versions, self.flow.choice, self.flow.download, self.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_shortcuts(self) -> None:
        dialog = ShortcutsDialog(self.commands.keymap, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_tour(self) -> None:
        if self.session.image is None:
            self._leave_and(self.files.open_demo)
        self.first_tour.begin()

    def _export(self) -> None:
        try:
            if not any(accepted_counts(self.session).values()):
                self.messages.say("nothing_to_export")
                return
            dialog = ExportDialog(self.session, self.theme, self)
        except KnownError as error:
            self.messages.say_error(error)
            return
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _may_leave(self) -> bool:
        """Ask before a running fine-tune would be lost."""
        finetuning = self.flow.finetuning
        if not finetuning.is_running:
            return True
        answer = LeaveDialog(self, finetuning.can_be_left).exec()
        if answer == IN_BACKGROUND:
            finetuning.leave()
        return bool(answer)

    def _leave_and(self, step: Callable[[], object]) -> None:
        if self._may_leave():
            step()

    def _or_say(self, done: bool, key: str) -> None:
        if not done and not is_locked(self.session):  # which was said already
            self.messages.say(key)

    def _take_look(self) -> None:
        look = self.canvas.look
        look.visible = self.commands["show_mask"].isChecked()
        look.fill = self.commands["show_fill"].isChecked()
        look.outline = self.commands["show_outline"].isChecked()
        look.doubt = self.commands["show_doubt"].isChecked()
        self.canvas.refresh_look()

    def open_project(self, folder: Path) -> bool:
        """Open a project folder; False when it cannot be opened (the message bar says why)."""
        return self.files.open(folder)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save and close, unless the clinician wants a running fine-tune to end first."""
        if not self._may_leave():
            event.ignore()
            return
        self.recent.close()
        self.clicks.close()
        self.flow.close()
        self.session.close_project()
        self.closed.emit()
        super().closeEvent(event)
