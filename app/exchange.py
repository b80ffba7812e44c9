"""Opens the dialogs by which masks come into a project, and a project goes to others."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.mask_import_dialog import MaskImportDialog
from app.message_bar import MessageBar
from app.privacy_dialog import PrivacyDialog
from app.session import Session
from app.theme import Theme


def ask_mask_import(session: Session, theme: Theme, messages: MessageBar, window: QWidget) -> None:
    """Open the dialog, or say what has to come first."""
    if session.structure_row is None or not session.images:
        messages.say("needs_structure" if session.structure_row is None else "needs_images")
        return
    session.save()
    dialog = MaskImportDialog(session, theme, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def show_privacy(session: Session, theme: Theme, window: QWidget) -> None:
    """Open the dialog that says what the project holds."""
    if session.folder is None or not session.save():
        return
    dialog = PrivacyDialog(session.folder, theme, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
