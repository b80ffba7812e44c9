"""Every command of the window: its words, icon, keys and place in the menus, in one table."""

import re

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence

from app.command import Command
from app.exchange_commands import EXCHANGE_COMMANDS
from app.language import QT_TRANSLATE_NOOP
from app.mask_commands import MASK_COMMANDS, TOOL_COMMANDS
from app.review_commands import EFFORT_COMMAND, PREDICT_SHOWN_COMMAND, REVIEW_COMMANDS
from app.structure_commands import COMPARE_COMMAND, STRUCTURE_COMMANDS

MENUS: tuple[tuple[str, str], ...] = (
    ("file", QT_TRANSLATE_NOOP("actions", "&File")),
    ("edit", QT_TRANSLATE_NOOP("actions", "&Edit")),
    ("mask", QT_TRANSLATE_NOOP("actions", "Mas&k")),
    ("structure", QT_TRANSLATE_NOOP("actions", "&Structure")),
    ("view", QT_TRANSLATE_NOOP("actions", "&View")),
    ("model", QT_TRANSLATE_NOOP("actions", "&Model")),
    ("help", QT_TRANSLATE_NOOP("actions", "&Help")),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "open",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Open project…"),
        QT_TRANSLATE_NOOP("actions", "Open a project folder"),
        "open",
        keys=("Ctrl+O",),
    ),
    Command(
        "new",
        "file",
        QT_TRANSLATE_NOOP("actions", "&New project…"),
        QT_TRANSLATE_NOOP("actions", "Make an empty project in a folder"),
        "new",
        keys=("Ctrl+N",),
    ),
    Command(
        "demo",
        "file",
        QT_TRANSLATE_NOOP("actions", "Open the &demo project"),
        QT_TRANSLATE_NOOP("actions", "Try the program on images made for it"),
        ends_block=True,
    ),
    Command(
        "add_images",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Add images…"),
        QT_TRANSLATE_NOOP("actions", "Put image files into the project"),
        "add-image",
        keys=("Ctrl+I",),
    ),
    Command(
        "add_folder",
        "file",
        QT_TRANSLATE_NOOP("actions", "Add a &folder of images…"),
        QT_TRANSLATE_NOOP("actions", "Put all images of a folder into the project"),
        "add-folder",
        keys=("Ctrl+Shift+I",),
    ),
    Command(
        "patients",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Patients…"),
        QT_TRANSLATE_NOOP("actions", "Say which images show the same patient"),
        ends_block=True,
    ),
    *EXCHANGE_COMMANDS,
    Command(
        "export",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Export masks…"),
        QT_TRANSLATE_NOOP("actions", "Write the accepted masks as PNG files"),
        "export",
        keys=("Ctrl+E",),
        ends_block=True,
    ),
    Command(
        "quit",
        "file",
        QT_TRANSLATE_NOOP("actions", "&Quit"),
        QT_TRANSLATE_NOOP("actions", "Close the program; everything is saved"),
        "quit",
        keys=("Ctrl+Q",),
    ),
    Command(
        "undo",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Undo"),
        QT_TRANSLATE_NOOP("actions", "Take back the last step on this image"),
        "undo",
        keys=("Ctrl+Z",),
    ),
    Command(
        "redo",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Redo"),
        QT_TRANSLATE_NOOP("actions", "Do again what was taken back"),
        "redo",
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        ends_block=True,
    ),
    *TOOL_COMMANDS,
    Command(
        "larger",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Larger brush"),
        QT_TRANSLATE_NOOP("actions", "Make the brush larger; also Ctrl + mouse wheel"),
        "plus",
        keys=("]",),
    ),
    Command(
        "smaller",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Smaller brush"),
        QT_TRANSLATE_NOOP("actions", "Make the brush smaller; also Ctrl + mouse wheel"),
        "minus",
        keys=("[",),
        ends_block=True,
    ),
    Command(
        "raise",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Higher threshold"),
        QT_TRANSLATE_NOOP("actions", "Less of the prediction belongs to the mask"),
        keys=("+", "="),
    ),
    Command(
        "lower",
        "edit",
        QT_TRANSLATE_NOOP("actions", "L&ower threshold"),
        QT_TRANSLATE_NOOP("actions", "More of the prediction belongs to the mask"),
        keys=("-",),
    ),
    Command(
        "raise_much",
        "edit",
        QT_TRANSLATE_NOOP("actions", "Much h&igher threshold"),
        QT_TRANSLATE_NOOP("actions", "Ten steps at once: less of the prediction belongs to the mask"),
        keys=("Alt++", "Alt+="),
    ),
    Command(
        "lower_much",
        "edit",
        QT_TRANSLATE_NOOP("actions", "Much lo&wer threshold"),
        QT_TRANSLATE_NOOP("actions", "Ten steps at once: more of the prediction belongs to the mask"),
        keys=("Alt+-",),
    ),
    Command(
        "next_mask",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Next mask of the model"),
        QT_TRANSLATE_NOOP("actions", "Take another mask that the model offered; what was painted stays"),
        keys=("V",),
        ends_block=True,
    ),
    *REVIEW_COMMANDS,
    Command(
        "settings",
        "edit",
        QT_TRANSLATE_NOOP("actions", "&Settings…"),
        QT_TRANSLATE_NOOP("actions", "Language, look and device"),
        "settings",
        keys=("Ctrl+,",),
    ),
    *MASK_COMMANDS,
    *STRUCTURE_COMMANDS,
    Command(
        "previous",
        "view",
        QT_TRANSLATE_NOOP("actions", "&Previous image"),
        QT_TRANSLATE_NOOP("actions", "Go to the image before"),
        "previous",
        keys=("PgUp", "A"),
    ),
    Command(
        "next",
        "view",
        QT_TRANSLATE_NOOP("actions", "&Next image"),
        QT_TRANSLATE_NOOP("actions", "Go to the image after"),
        "next",
        keys=("PgDown", "D"),
        ends_block=True,
    ),
    Command(
        "fit",
        "view",
        QT_TRANSLATE_NOOP("actions", "&Fit"),
        QT_TRANSLATE_NOOP("actions", "Show the whole image"),
        "fit",
        keys=("F", "0", "Ctrl+0"),
    ),
    Command(
        "actual",
        "view",
        QT_TRANSLATE_NOOP("actions", "&One to one"),
        QT_TRANSLATE_NOOP("actions", "One image pixel is one screen pixel"),
        "actual-size",
        keys=("Y", "Ctrl+1"),
    ),
    Command(
        "zoom_in",
        "view",
        QT_TRANSLATE_NOOP("actions", "Zoom &in"),
        QT_TRANSLATE_NOOP("actions", "Larger; also the mouse wheel"),
        "zoom-in",
        keys=("Ctrl++", "Ctrl+="),
    ),
    Command(
        "zoom_out",
        "view",
        QT_TRANSLATE_NOOP("actions", "Zoom o&ut"),
        QT_TRANSLATE_NOOP("actions", "Smaller; also the mouse wheel"),
        "zoom-out",
        keys=("Ctrl+-",),
        ends_block=True,
    ),
    Command(
        "show_mask",
        "view",
        QT_TRANSLATE_NOOP("actions", "Show the &mask"),
        QT_TRANSLATE_NOOP("actions", "Show or hide the mask to see the picture below"),
        "visible",
        keys=("H",),
        checkable=True,
    ),
    Command(
        "show_fill",
        "view",
        QT_TRANSLATE_NOOP("actions", "F&illed mask"),
        QT_TRANSLATE_NOOP("actions", "Fill the mask with colour"),
        checkable=True,
    ),
    Command(
        "show_outline",
        "view",
        QT_TRANSLATE_NOOP("actions", "Mask out&line"),
        QT_TRANSLATE_NOOP("actions", "Draw the edge of the mask"),
        "outline",
        checkable=True,
        ends_block=True,
    ),
    EFFORT_COMMAND,
    Command(
        "show_doubt",
        "view",
        QT_TRANSLATE_NOOP("actions", "&Uncertainty of the model"),
        QT_TRANSLATE_NOOP("actions", "Colour what the model is unsure of: the stronger, the nearer to one half"),
        keys=("U",),
        checkable=True,
        ends_block=True,
    ),
    COMPARE_COMMAND,
    Command(
        "predict",
        "model",
        QT_TRANSLATE_NOOP("actions", "&Predict"),
        QT_TRANSLATE_NOOP("actions", "Let the model find the structure on this image"),
        "predict",
        keys=("P",),
    ),
    Command(
        "predict_all",
        "model",
        QT_TRANSLATE_NOOP("actions", "Predict &all structures"),
        QT_TRANSLATE_NOOP("actions", "Let the model find every structure that you have not worked on, in one look"),
        keys=("Shift+P",),
    ),
    PREDICT_SHOWN_COMMAND,
    Command(
        "let_decide",
        "model",
        QT_TRANSLATE_NOOP("actions", "Let the model &decide whether it is there"),
        QT_TRANSLATE_NOOP("actions", "The model answers in words and may find nothing, or several masks"),
        checkable=True,
        ends_block=True,
    ),
    Command(
        "finetune",
        "model",
        QT_TRANSLATE_NOOP("actions", "&Fine-tune on my labels"),
        QT_TRANSLATE_NOOP("actions", "Teach the model with the accepted masks"),
        "finetune",
        keys=("Ctrl+T",),
    ),
    Command(
        "versions",
        "model",
        QT_TRANSLATE_NOOP("actions", "&Versions"),
        QT_TRANSLATE_NOOP("actions", "See, activate and roll back model versions"),
        "versions",
        keys=("Ctrl+R",),
        ends_block=True,
    ),
    Command(
        "models",
        "model",
        QT_TRANSLATE_NOOP("actions", "&Models…"),
        QT_TRANSLATE_NOOP("actions", "Download a Sa2VA model, or choose the one that this project uses"),
        "models",
    ),
    Command(
        "shortcuts",
        "help",
        QT_TRANSLATE_NOOP("actions", "&Keys and mouse"),
        QT_TRANSLATE_NOOP("actions", "What every key and mouse button does"),
        "keyboard",
        keys=("F1",),
    ),
    Command(
        "about",
        "help",
        QT_TRANSLATE_NOOP("actions", "&About"),
        QT_TRANSLATE_NOOP("actions", "What this program is and is not"),
        "info",
    ),
)


def words(text: str) -> str:
    """A text of the table in the window's language."""
    return QCoreApplication.translate("actions", text)


def plain_words(text: str) -> str:
    """A menu's words without the mark of its letter: "Open" of "&Open", "打开" of "打开(&O)"."""
    return re.sub(r"\s*\(&.\)|&", "", text)


def key_text(command: Command) -> str:
    """The command's keys as the desktop writes them, each once, "" without any."""
    keys = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in command.keys]
    return ", ".join(dict.fromkeys(keys))
