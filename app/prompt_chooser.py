"""Offers structures that are often asked for, by the kind of image, found by typing in English or Chinese."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from core.common_prompts import KINDS, CommonPrompt, kind_of, prompts_of

ENGLISH, CHINESE = "en", "zh"


class PromptChooser(QWidget):
    """A kind of image, a language for the words, and the structures offered for it.

    Signals:
        chosen: name and prompt of a structure.
    """

    chosen = Signal(str, str)

    def __init__(self, modality: str, parent: QWidget | None = None) -> None:
        """Offer structures.

        Args:
            modality: DICOM code of the image on the screen, "" where it is not known: then all are offered.
            parent: the dialog.
        """
        super().__init__(parent)
        self._is_chinese = QLocale().language() == QLocale.Language.Chinese
        self._offered: list[CommonPrompt] = []
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of image"))
        self.kind.addItem(self.tr("All kinds of images"), "")
        for kind, words in zip(KINDS, self._kind_words(), strict=True):
            self.kind.addItem(words, kind)
        self.language = QComboBox()
        self.language.setAccessibleName(self.tr("Language of the prompt"))
        self.language.addItem("English", ENGLISH)
        self.language.addItem("中文", CHINESE)
        self.language.setToolTip(
            self.tr("Language of the words for the model; the published models learned more from English")
        )
        self.offers = QComboBox(editable=True, insertPolicy=QComboBox.InsertPolicy.NoInsert)
        self.offers.setAccessibleName(self.tr("Often asked for"))
        line = self.offers.lineEdit()
        assert line is not None
        line.setPlaceholderText(self.tr("Choose, or type to find"))
        completer = QCompleter(self.offers.model(), self.offers)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.offers.setCompleter(completer)
        above = QHBoxLayout()
        above.setSpacing(6)
        above.addWidget(self.kind, 1)
        above.addWidget(self.language)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(above)
        column.addWidget(self.offers)
        self.kind.currentIndexChanged.connect(self._offer)
        self.language.currentIndexChanged.connect(lambda _: self._choose(self.offers.currentIndex()))
        self.offers.activated.connect(self._choose)
        completer.activated.connect(lambda text: self._choose(self.offers.findText(text)))
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind_of(modality))))
        self._offer()

    def _kind_words(self) -> tuple[str, ...]:
        return (
            self.tr("Ultrasound"),
            self.tr("CT"),
            self.tr("MR"),
            self.tr("X-ray"),
            self.tr("Fundus of the eye"),
            self.tr("Endoscopy"),
            self.tr("Dermoscopy"),
            self.tr("Microscopy"),
        )

    def _offer(self) -> None:
        self._offered = prompts_of(self.kind.currentData())
        self.offers.blockSignals(True)
        self.offers.clear()
        for one in self._offered:
            names = (one.name_zh, one.name) if self._is_chinese else (one.name, one.name_zh)
            self.offers.addItem(" · ".join(names))
        self.offers.setCurrentIndex(-1)
        self.offers.clearEditText()
        self.offers.blockSignals(False)

    def _choose(self, place: int) -> None:
        if not 0 <= place < len(self._offered):
            return
        one = self._offered[place]
        self.offers.setCurrentIndex(place)
        prompt = one.prompt_zh if self.language.currentData() == CHINESE else one.prompt
        self.chosen.emit(one.name_zh if self._is_chinese else one.name, prompt)
