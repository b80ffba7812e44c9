"""The two kinds of errors: what the world does (known, one sentence for the clinician) and our own mistakes (the rest).

And remarks, which stop nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class KnownError(Exception):
    """Something in the world went wrong, and a person can do something about it.

    Attributes:
        what_happened: str.format template: what happened and what it means for the work.
        what_to_do: str.format template: what to do now.
        values: fills both templates. Templates, not filled sentences, are translated.
    """

    def __init__(self, what_happened: str, what_to_do: str, **values: Any) -> None:
        super().__init__(what_happened, what_to_do)
        self.what_happened = what_happened
        self.what_to_do = what_to_do
        self.values = values

    def __str__(self) -> str:
        return f"{self.what_happened.format(**self.values)} {self.what_to_do.format(**self.values)}".strip()


@dataclass(frozen=True)
class Remark:
    """Something a person should know that stopped nothing.

    Attributes:
        template: str.format template; it is translated.
        values: fills it.
    """

    template: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return self.template.format(**self.values)


class ImageError(KnownError):
    """An image cannot be read."""


class StoreError(KnownError):
    """A project cannot be opened or written."""


class LockedError(KnownError):
    """A structure is locked, so its masks stay as they are."""


class DamagedProject(StoreError):
    """A project's database is not what was written; a backup of it may be."""


class DeviceError(KnownError):
    """The processor or graphics card asked for is not there, or its memory is full."""


class TooLittleMemory(DeviceError):
    """A model does not fit into the memory that is free."""


class ModelError(KnownError):
    """A model or a version cannot be loaded."""


class WorkerError(KnownError):
    """A background process ended without an answer."""


class ExportError(KnownError):
    """Masks, or a model to give away, cannot be written."""


class FinetuneError(KnownError):
    """A fine-tune cannot start, or does not train."""


class InputError(KnownError):
    """What a person typed or chose cannot be used."""
