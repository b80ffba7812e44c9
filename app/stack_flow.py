"""Connects the stack on the screen with what works on it: slider, keys and wheel, copying, predicting and carrying masks."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.actions import Actions
from app.carry_dialog import CarryDialog
from app.carry_words import words_of_walk
from app.carrying import Carrying, Walk
from app.image_queue import ImageQueue
from app.message_bar import MessageBar
from app.model_flow import ModelFlow
from app.session import Session
from app.settings import Settings
from app.shaping import Shaping
from app.slice_bar import SliceBar
from app.slice_steps import SliceSteps
from app.stack_commands import SLICE_COMMANDS, STACK_COMMANDS
from app.structure_lock import refuses
from app.theme import Theme
from app.versions import Versions
from app.work_area import WorkArea


class StackFlow(QObject):
    """Stacks of one window.

    Attributes:
        bar: the line below the picture.
        carrying: a mask on its way through a stack.
        dialog: asks for that; made when it is wanted first.
    """

    def __init__(
        self,
        session: Session,
        queue: ImageQueue,
        settings: Settings,
        versions: Versions,
        flow: ModelFlow,
        shaping: Shaping,
        work: WorkArea,
        actions: Actions,
        messages: MessageBar,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._queue, self._shaping, self._window = session, queue, shaping, window
        self._predictions, self._actions, self._messages = flow.predictions, actions, messages
        self.steps = SliceSteps(session, queue, self)
        shaping.image_before = self.steps.image_before
        self.bar = SliceBar(session, queue, actions, theme)
        work.put_below(self.bar)
        self.bar.chosen.connect(self.steps.go_to)
        work.canvas.slices_turned.connect(self.steps.step)
        self.carrying = Carrying(session, queue, versions, flow.process, settings, self)
        self.carrying.failed.connect(messages.say_error)
        self.carrying.ended.connect(self._walk_ended)
        self.dialog: CarryDialog | None = None
        self._copy_onto: int | None = None
        self._connect_commands()
        session.prediction_changed.connect(self._loaded)
        for signal in (session.image_changed, session.structure_changed, queue.rearranged):
            signal.connect(self._follow)
        self._follow()

    def _connect_commands(self) -> None:
        steps = self.steps
        self._actions.connect_all(
            {
                "slice_before": lambda: self._step(-1),
                "slice_after": lambda: self._step(1),
                "first_slice": lambda: steps.go_to(0),
                "last_slice": lambda: steps.go_to(steps.count - 1),
                "previous_line": lambda: self._step_line(-1),
                "next_line": lambda: self._step_line(1),
                "copy_next": self._copy_to_next,
                "predict_stack": self._predict,
                "carry": self._ask_carry,
            }
        )

    def _step(self, by: int) -> None:
        if not self.steps.count:
            self._actions["next" if by > 0 else "previous"].trigger()
        elif not self.steps.step(by):
            self._messages.say("last_slice" if by > 0 else "first_slice")

    def _step_line(self, by: int) -> None:
        if not self.steps.step_line(by):
            self._messages.say("last_image" if by > 0 else "first_image")

    def _copy_to_next(self) -> None:
        """The mask on the screen becomes that of the next slice, as one step there that can be taken back."""
        if refuses(self._session):
            return
        if not self._session.editing.current_mask().any():
            self._messages.say("no_mask_here")
        elif not self.steps.step(1):
            self._messages.say("last_slice")
        else:
            self._copy_onto = self._session.image_id
            self._loaded()

    def _loaded(self) -> None:
        """A mask can be corrected now; not before is anything copied onto it."""
        editing = self._session.editing
        if self._copy_onto is not None and editing.is_loaded and editing.image_id == self._copy_onto:
            self._copy_onto = None
            QTimer.singleShot(0, self, self._shaping.copy_previous)

    def _predict(self) -> None:
        unseen = [entry.row for entry in self._queue.slices(self._session.image_id) if entry.review.status == "unseen"]
        if self._session.structure_row is None or not unseen:
            self._messages.say("all_slices_seen" if self._session.structure_row is not None else "needs_structure")
        else:
            self._predictions.want_images(unseen)

    def _ask_carry(self) -> None:
        if self.dialog is None:
            self.dialog = dialog = CarryDialog(self._window)
            dialog.wanted.connect(self._carry)
            dialog.stop_wanted.connect(self.carrying.stop)
            dialog.slice_wanted.connect(self._session.select_image)
            self.carrying.advanced.connect(dialog.show_progress)
        if not self.carrying.is_running:
            self.dialog.show_idle("")
        self._follow()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _carry(self, forward: int, backward: int) -> None:
        key = self.carrying.start(forward, backward)
        if key:
            self._messages.say(key)

    def _walk_ended(self, walk: Walk) -> None:
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.show_ended(walk)
            return
        if self.dialog is not None:
            self.dialog.show_idle("")
        self._messages.say("carried_until" if walk.doubts or walk.error else "carried", result=words_of_walk(walk))

    def _follow(self) -> None:
        session, count = self._session, self.steps.count
        for command in SLICE_COMMANDS:
            self._actions[command.key].setEnabled(bool(session.images))
        for key in STACK_COMMANDS:
            self._actions[key].setEnabled(count > 0)
        if self._copy_onto not in (None, session.image_id):
            self._copy_onto = None
        if self.dialog is not None:
            structure = session.structure_row
            self.dialog.show_slice(self.steps.place, count, structure.name if structure is not None else "")
