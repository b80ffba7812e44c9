"""Which formats an export writes, how its files are called, and whose masks go out."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.controls import label
from app.folded import Folded, refit
from app.messages import text_of_error
from app.session import Session
from core.errors import InputError
from core.export.choice import PNG, Choice
from core.export.names import safe_name
from core.export.pattern import BY_STRUCTURE, MIRRORED, ONE_FOLDER, checked, filled
from core.export.plan import stem

EXAMPLE_FOLDER = "folder"


class FormatBoxes(QWidget):
    """PNG masks on top, the other formats folded away.

    Signals:
        changed: another set of formats is chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {PNG: QCheckBox(self.tr("PNG masks: black and white, one for each mask"))}
        self.boxes[PNG].setChecked(True)
        others = QWidget()
        grid = QGridLayout(others)
        grid.setContentsMargins(20, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        for place, (key, name, tip) in enumerate(self._others()):
            self.boxes[key] = box = QCheckBox(name)
            box.setToolTip(tip)
            grid.addWidget(box, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.more = Folded(self.tr("More formats"), others)
        self._more_words = self.more.arrow.text()
        column.addWidget(self.boxes[PNG])
        column.addWidget(self.more)
        for box in self.boxes.values():
            box.toggled.connect(self._say_count)

    def _say_count(self) -> None:
        """What is folded away is not forgotten: how many of the other formats are chosen."""
        others = len(set(self.chosen()) - {PNG})
        self.more.arrow.setText(f"{self._more_words} ({others})" if others else self._more_words)
        self.changed.emit()

    def chosen(self) -> tuple[str, ...]:
        """Names of the chosen formats."""
        return tuple(key for key, box in self.boxes.items() if box.isChecked())

    def _others(self) -> list[tuple[str, str, str]]:
        """Key, name and explanation."""
        return [
            ("indexed", self.tr("All structures in one PNG"), self.tr("Colours with numbers, and a list that says which is which")),
            ("instances", self.tr("Every piece with a number"), self.tr("16-bit PNG, and a table of the pieces")),
            ("overlay", self.tr("Image with masks over it"), self.tr("A picture for slides and reports")),
            ("contour", self.tr("Image with outlines"), self.tr("A picture for slides and reports")),
            ("probability", self.tr("What the model thought"), self.tr("16-bit PNG of the probability before the threshold")),
            ("csv", self.tr("Areas and volumes (table)"), self.tr("In pixels, and in mm where the files say how large a pixel is")),
            ("dicom-seg", self.tr("DICOM segmentation"), self.tr("Belongs to the DICOM images and names the patient as they do")),
            ("nifti", self.tr("NIfTI"), self.tr("Volumes of 0 and 1 in the space of the scan")),
            ("coco", self.tr("COCO (JSON)"), self.tr("One file with all masks as run lengths")),
            ("pairs", self.tr("Training pairs (nnU-Net)"), self.tr("Images and label maps side by side")),
        ]  # fmt: skip


class NameChoice(QWidget):
    """How files are called, with an example that follows what is typed.

    Signals:
        changed: another pattern.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        """Offer the usual patterns.

        Args:
            session: with an open project; its first image and structure are the example.
        """
        super().__init__()
        self._structure = safe_name(session.structures[0].name) if session.structures else ""
        row = session.images[0] if session.images else None
        self._image = safe_name(stem(row)) if row is not None else ""
        self._patient = row.patient_key if row is not None else ""
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(self.tr("Names of the files"))
        for pattern, name in (
            (BY_STRUCTURE, self.tr("A folder for each structure")),
            (ONE_FOLDER, self.tr("All in one folder")),
            (MIRRORED, self.tr("The folders of the images again")),
            ("", self.tr("Names of my own …")),
        ):
            self.kinds.addItem(name, pattern)
        self.pattern = QLineEdit(BY_STRUCTURE)
        self.pattern.setAccessibleName(self.tr("Pattern of the names"))
        self.pattern.setToolTip(self.tr("{structure}, {image}, {folder} and {patient} are filled in; / makes folders"))
        self.example = label("", "muted")
        self.example.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (label(self.tr("Names of the files"), "muted"), self.kinds, self.pattern, self.example):
            column.addWidget(part)
        self.kinds.activated.connect(self._take_kind)
        self.pattern.textChanged.connect(self._follow)
        self._take_kind()

    def is_possible(self) -> bool:
        """Whether the pattern can be used."""
        try:
            checked(self.pattern.text())
        except InputError:
            return False
        return True

    def _take_kind(self) -> None:
        pattern = self.kinds.currentData()
        self.pattern.setVisible(not pattern)
        if pattern:
            self.pattern.setText(pattern)
        self._follow()
        refit(self)

    def _follow(self) -> None:
        try:
            pattern = checked(self.pattern.text())
            place = filled(pattern, self._structure, self._image, EXAMPLE_FOLDER, self._patient)
            text = self.tr("For example: {name}").format(name=f"{place}.png")
        except InputError as error:
            text = text_of_error(error)
        self.example.setText(text)
        self.example.setToolTip(text)
        self.changed.emit()


class ExportOptions(QWidget):
    """Formats, names, and what else can be asked of an export; all of it but the formats folded away.

    Signals:
        changed: something else is chosen.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        """Offer what an export can do.

        Args:
            session: with an open project.
        """
        super().__init__()
        self.formats, self.names = FormatBoxes(), NameChoice(session)
        self.unreviewed = QCheckBox(self.tr("Also masks that nobody accepted (the table says which)"))
        self.as_stored = QCheckBox(self.tr("Masks lie as in the image file, before a camera's turn"))
        self.reviewer = QLineEdit()
        self.reviewer.setPlaceholderText(self.tr("optional"))
        self.reviewer.setAccessibleName(self.tr("Accepted by"))
        details = QWidget()
        below = QVBoxLayout(details)
        below.setContentsMargins(20, 0, 0, 0)
        below.setSpacing(8)
        for part in (
            self.names,
            label(self.tr("Accepted by"), "muted"),
            self.reviewer,
            self.unreviewed,
            self.as_stored,
        ):
            below.addWidget(part)
        self.more = Folded(self.tr("Names and details"), details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.formats)
        column.addWidget(self.more)
        # Both at once would be too high for a small screen.
        self.more.opened.connect(lambda: self.formats.more.fold(False))
        self.formats.more.opened.connect(lambda: self.more.fold(False))
        self.formats.changed.connect(self.changed)
        self.names.changed.connect(self.changed)
        self.unreviewed.toggled.connect(self.changed)

    def is_possible(self) -> bool:
        """Whether something would be written under names that can be used."""
        return bool(self.formats.chosen()) and self.names.is_possible()

    def choice(self, structure_ids: list[int]) -> Choice:
        """What is chosen, for these structures."""
        return Choice(
            structure_ids,
            self.formats.chosen(),
            self.names.pattern.text(),
            self.as_stored.isChecked(),
            self.unreviewed.isChecked(),
            " ".join(self.reviewer.text().split()),
        )
