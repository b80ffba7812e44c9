"""What became of a mask that was carried through a stack, in words."""

from PySide6.QtCore import QCoreApplication

from app.carrying import Walk
from app.messages import text_of_error, text_of_template


def words_of_walk(walk: Walk) -> str:
    """One line for each thing that a clinician has to know; the first says how far it came."""
    lines = [QCoreApplication.translate("carry_words", "Carried to {count} slices.").format(count=walk.carried)]
    for doubt in walk.doubts:
        stopped = QCoreApplication.translate("carry_words", "Stopped at slice {number}: look at it.")
        lines.append(f"{stopped.format(number=doubt.number)} {text_of_template(doubt.why, {})}")
    if walk.left_alone:
        alone = QCoreApplication.translate(
            "carry_words", "Accepted, rejected or worked on already, so left as they are: {count}."
        )
        lines.append(alone.format(count=walk.left_alone))
    if walk.error is not None:
        lines.append(text_of_error(walk.error))
    elif walk.stopped:
        lines.append(
            QCoreApplication.translate("carry_words", "Stopped before the end. What was carried until then is kept.")
        )
    return "\n".join(lines)
