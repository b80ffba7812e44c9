"""The models that the dialog lists: that of the program, the published ones, and the folders this user added."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.model_choice import title_of
from app.versions import DEMO
from core.amounts import amount
from core.hub_cache import Presence, bytes_here, presence
from core.model_folders import known_folders, weight_bytes
from core.published_models import GRAPHICS_CARD, PROCESSOR, PUBLISHED, PublishedModel


@dataclass(frozen=True)
class ModelRow:
    """A line of the list.

    Attributes:
        reference: what is loaded when it is put in use.
        title: its name.
        size: bytes on the disk in words.
        card: memory that it needs on a graphics card, "" where nobody knows.
        processor: memory that it needs on the processor, "" where nobody knows.
        licence: "" where nobody knows.
        here: how much of it is on this computer.
        part: percent of the download that are here.
        on_hub: whether it can be downloaded.
    """

    reference: str
    title: str
    size: str
    card: str = ""
    processor: str = ""
    licence: str = ""
    here: Presence = Presence.WHOLE
    part: int = 0
    on_hub: bool = False


def model_rows() -> list[ModelRow]:
    """What can be listed now, as it is on the disk."""
    demo = ModelRow(DEMO, QCoreApplication.translate("models", "Demo model"), "", licence="Apache 2.0")
    folders = [ModelRow(str(one), title_of(str(one)), amount(weight_bytes(one))) for one in known_folders()]
    return [demo, *map(_published, PUBLISHED), *folders]


def _published(model: PublishedModel) -> ModelRow:
    here = presence(model.name)
    part = min(99, 100 * bytes_here(model.name) // model.download) if here is Presence.PART else 0
    card, processor = (amount(model.memory(size)) for size in (GRAPHICS_CARD, PROCESSOR))
    licence = model.licence or QCoreApplication.translate("models", "see its page")
    return ModelRow(model.name, model.title, amount(model.download), card, processor, licence, here, part, True)


def state_of(row: ModelRow, in_use: str) -> str:
    """Whether a model is here and in use, in the window's language.

    Args:
        row: a line of the list.
        in_use: reference of the base model of the open project, "" without one.
    """
    if row.reference == in_use:
        return QCoreApplication.translate("models", "in use")
    if row.here is Presence.WHOLE:
        return QCoreApplication.translate("models", "on this computer")
    return (
        QCoreApplication.translate("models", "{percent} % here").format(percent=row.part)
        if row.here is Presence.PART
        else QCoreApplication.translate("models", "not downloaded")
    )
