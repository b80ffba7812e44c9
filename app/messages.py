"""Every sentence the message bar can say, by key.

Form: what happened, what it means for the work, what to do. {name} is filled in when the sentence is shown.
Errors of core bring their own sentences; they are put into the window's language here as well.
"""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.language import QT_TRANSLATE_NOOP
from core.errors import KnownError

INFORMATION, SUCCESS, WARNING, ERROR = "information", "success", "warning", "error"


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes:
        level: information, success, warning or error.
        text: English, to be translated in the context "messages".
        stays: whether it stays until it is closed or replaced, instead of fading after some seconds.
        command: whose key in force fills {key}; "" where no key is named.
    """

    level: str
    text: str
    stays: bool = False
    command: str = ""


SENTENCES: dict[str, Sentence] = {
    "research_only": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "For research. This program is not a medical device: do not use it for diagnosis or treatment.",
        ),
        stays=True,
    ),
    "images_added": Sentence(SUCCESS, QT_TRANSLATE_NOOP("messages", "Images added to the project: {count}.")),
    "some_images_known": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP("messages", "Images added to the project: {count}. In the project already: {known}."),
    ),
    "no_new_images": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "Nothing was added: these images are already in the project.")
    ),
    "no_images_found": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "There are no images in this folder. Choose a folder with DICOM, NIfTI, PNG, JPEG, TIFF, BMP, WebP or GIF files.",
        ),
    ),
    "some_images_unreadable": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "These files were left out:\n{files}\nImages added to the project: {count}. In the project already: {known}.",
        ),
        stays=True,
    ),
    "adding_stopped": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "Stopped. The images that were added until now are in the project.")
    ),
    "images_remarked": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "Please note:\n{remarks}\nThe files themselves stay as they are."),
        stays=True,
    ),
    "nothing_to_accept": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "There is nothing to accept yet. Press Predict or paint the structure first."),
    ),
    "accepted_empty": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "Accepted with an empty mask: the structure counts as not present on that image."
        ),
    ),
    "reopened": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "{image} was accepted and has a new prediction now, so it is in work again and does not count as accepted. "
            "Look at the mask, then accept it again.",
        ),
        stays=True,
    ),
    "all_accepted": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages",
            "Every image is accepted for this structure. You can now fine-tune on your labels or export them.",
        ),
    ),
    "all_decided": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages",
            "Every image is accepted or rejected for this structure. You can now fine-tune on your labels or export them.",
        ),
    ),
    "rejected": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "{image} is rejected: it is not exported, not learned from and not asked for again. "
            "To take that back, go to it and press {key}.",
        ),
        command="reject",
    ),
    "last_image": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "This is the last image of the list.")),
    "first_image": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "This is the first image of the list.")),
    "last_slice": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "This is the last slice of the stack. “Next image” goes on in the list."),
    ),
    "first_slice": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "This is the first slice of the stack. “Previous image” goes back in the list."),
    ),
    "all_slices_seen": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "Nothing was predicted: every slice of the stack was predicted or worked on already."
        ),
    ),
    "no_mask_here": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "There is no mask of this structure on this slice, so there was nothing to copy."
        ),
    ),
    "no_mask_to_carry": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "This slice has no mask of this structure to carry on. Predict or paint it first."
        ),
    ),
    "no_slice_there": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "There is no slice in this direction, so the mask was not carried."),
    ),
    "carried": Sentence(
        SUCCESS, QT_TRANSLATE_NOOP("messages", "{result}\nLook at the slices before you accept them."), stays=True
    ),
    "carried_until": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP("messages", "{result}\nThe masks that were carried until there are kept."),
        stays=True,
    ),
    "nothing_to_undo": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "There is nothing to undo on this image.")),
    "nothing_to_redo": Sentence(INFORMATION, QT_TRANSLATE_NOOP("messages", "There is nothing to redo on this image.")),
    "needs_images": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "Add the images first: masks are paired with them by their names.")
    ),
    "needs_project": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "No project is open, so nothing was added. Open or make a project, then drop the images again."
        ),
    ),
    "needs_structure": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "Name a structure first, for example “the polyp”, then press Predict."),
    ),
    "prompt_empty": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages", "The prompt is empty, so the model does not know what to look for. Type a few words."
        ),
    ),
    "all_worked_on": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "You have worked on every structure of this image, so nothing was predicted. "
            "Choose a structure and press Predict to ask for it again.",
        ),
    ),
    "all_seen": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "Nothing was predicted: every image of the list was predicted or worked on already."
        ),
    ),
    "found_none": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "The model answered without a mask: {names}. If it is not there, accept the empty mask; "
            "if it is, switch off “Let the model decide whether it is there” and predict again.",
        ),
        stays=True,
    ),
    "no_other_mask": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "There is no other mask of the model for this structure. Press Predict first."),
    ),
    "repaired": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "“{project}” was repaired; the damaged file is kept beside it. Masks that are as they were: {whole}. Images whose "
            "mask lost something (they are flagged): {images}. Look at those before you accept them.",
        ),
        stays=True,
    ),
    "only_looked_at": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "“{project}” is damaged: what can be read is shown here and can be exported, nothing can be changed. Masks that are "
            "as they were: {whole}. Damaged: {images}. To work on it again, open it and choose “Repair it”.",
        ),
        stays=True,
    ),
    "open_elsewhere": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "“{project}” is open in another window, so it can only be looked at and exported here. "
            "Close the other window, then open the project again.",
        ),
        stays=True,
    ),
    "mask_unchanged": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "The mask stays as it is: there was nothing to change.")
    ),
    "flood_on_mask": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "This pixel is in the mask already. Click into a gap; the right button removes a whole piece."
        ),
    ),
    "flood_on_ground": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "There is no mask under the pointer. Click on the piece that is to go."),
    ),
    "limit_leaves_nothing": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "Only grey values {low} to {high} may change, and there is nothing to change among them here. "
            "Choose another range, or switch the limit off with {key}.",
        ),
        command="grey",
    ),
    "no_image_before": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "This is the first image of the list, so there is no mask to copy."),
    ),
    "no_slice_before": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "This is the first slice of the stack, so there is no mask to copy."),
    ),
    "no_mask_before": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages", "The image before shows no mask of this structure, so there was nothing to copy."
        ),
    ),
    "other_size_before": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "The image before has another size ({before}, this one {now}), so its mask was not copied.",
        ),
    ),
    "no_grey_here": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "There is no picture under the pointer. Point at the tissue that you want to paint, then press the key.",
        ),
    ),
    "finetune_better": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages",
            "The fine-tune is finished: {name} is better and in use from now on. Press Predict to see what it learned.",
        ),
        stays=True,
    ),
    "finetune_not_better": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP(
            "messages",
            "The fine-tune is finished, but {name} is not surely better, so the model in use stays in use. "
            "More accepted images help most; nothing else was changed.",
        ),
        stays=True,
    ),
    "finetune_cancelled": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "The fine-tune was cancelled. Nothing was changed and your labels are safe."),
    ),
    "version_importing": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "The version is being checked against the base model."), stays=True
    ),
    "version_imported": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages", "{name} was imported. It is not in use; choose it in the list of versions to try it."
        ),
    ),
    "version_deleted": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "{name} was deleted; masks and predictions that it made stay.")
    ),
    "finetune_interrupted": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "The last fine-tune of this project was cut off when the program ended. Nothing was changed; on the tab “Model” you "
            "can go on with it where it left something to go on from, or start it again.",
        ),
        stays=True,
    ),
    "finetune_not_yet": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "{reason} A fine-tune cannot start before that.")
    ),
    "finetune_running": Sentence(
        INFORMATION, QT_TRANSLATE_NOOP("messages", "A fine-tune is running already. Wait for its end, or cancel it.")
    ),
    "version_in_use": Sentence(
        SUCCESS, QT_TRANSLATE_NOOP("messages", "{name} is in use: it predicts from the next image on.")
    ),
    "version_not_better": Sentence(
        WARNING,
        QT_TRANSLATE_NOOP(
            "messages",
            "{name} is in use because you chose it, although it was not surely better when it was compared "
            "(Dice {after} instead of {before}). Going back takes one click.",
        ),
        stays=True,
    ),
    "model_downloaded": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP(
            "messages", "The model {name} is on this computer now. Open a project and choose it in Model, Models."
        ),
        stays=True,
    ),
    "nothing_to_export": Sentence(
        INFORMATION,
        QT_TRANSLATE_NOOP("messages", "There is nothing to export yet. Accept at least one mask first."),
    ),
    "exported": Sentence(
        SUCCESS,
        QT_TRANSLATE_NOOP("messages", "Masks written and compared with the project: {count}. They are in {folder}."),
    ),
    "error": Sentence(ERROR, "{sentence}", stays=True),
    "locked": Sentence(INFORMATION, "{sentence}"),
}


def text_of(key: str, values: dict[str, object]) -> str:
    """A declared sentence in the window's language.

    Args:
        key: a key of SENTENCES.
        values: what fills the braces.

    Raises:
        KeyError: the sentence is not declared.
    """
    return QCoreApplication.translate("messages", SENTENCES[key].text).format(**values)


def text_of_error(error: KnownError) -> str:
    """What happened and what to do, in the window's language.

    Args:
        error: its templates are translated in the context "core", then filled.
    """
    parts = (error.what_happened, error.what_to_do)
    return " ".join(text_of_template(part, error.values) for part in parts if part)


def text_of_template(template: str, values: dict[str, Any]) -> str:
    """A template of core in the window's language, filled.

    Args:
        template: English, translated in the context "core".
        values: what fills the braces.
    """
    return QCoreApplication.translate("core", template).format(**values)
