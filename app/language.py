"""The language of the window: translations made by Qt's tools, loaded at the start."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from core.paths import resources_folder


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802  the name that Qt's tools look for
    """Marks a text of a table for the translators and gives it back as it is."""
    return text


QT_WORDS = (
    QT_TRANSLATE_NOOP("QFileDialog", "&Look in:"),
    QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:"),
)
"""Texts of Qt's own dialogs that Qt's translation lacks."""


def install_translations(application: QApplication, choice: str) -> str:
    """Load the translations.

    Args:
        application: gets the translators.
        choice: "auto" (as the desktop says), "en" or "zh_CN".

    Returns:
        The language in use, "en" or "zh_CN".
    """
    system = QLocale.system().language() == QLocale.Language.Chinese
    language = choice if choice != "auto" else ("zh_CN" if system else "en")
    if language == "en":
        return language
    QLocale.setDefault(QLocale(language))
    places = [
        (f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        (language, str(resources_folder() / "translations")),
    ]
    for name, folder in places:
        translator = QTranslator(application)
        if translator.load(name, folder):
            application.installTranslator(translator)
    return language
