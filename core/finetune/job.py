"""What a fine-tune is told: a folder that nobody changes once the run has begun.

The folder holds job.json and masks/. Window and command line make the same folder, and the worker needs no database: so the
clinician may go on correcting while the run works on the labels as they were.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import FinetuneError
from core.finetune.presets import PRESETS, QUICK

JOB_FILE = "job.json"
FORMAT = 1


@dataclass(frozen=True)
class Example:
    """One labelled image.

    Attributes:
        image: path of the image.
        image_sha256: of its bytes.
        mask: path of an 8-bit PNG of 0 and 255 in the image's size, inside the job folder.
        group: key of the patient; one patient is never divided between training and comparison.
        prompt: the structure in words.
        split: "test" for images that the run must only compare on, else "".
        zoom: 2 or 3 learns the image in 4 or 9 crops (`core.zoom`), 1 as a whole.
        copy_sha256: of the bytes at `image` where they are a copy of its pixels alone (`core.finetune.handing_over`), else "".
    """

    image: str
    image_sha256: str
    mask: str
    group: str
    prompt: str
    split: str = ""
    zoom: int = 1
    copy_sha256: str = ""


@dataclass(frozen=True)
class Job:
    """Everything a run needs.

    Attributes:
        folder: of the job.
        model: reference of the base model.
        version: folder of the version to start from, None for the base weights.
        in_use: folder of the version in use, which the new one has to beat as well; None if that is the base.
        base_id: `model_id` of the base, "" if not known yet.
        examples: labelled images.
        out: folder in which the version is made (it must not exist yet).
        seed: start of the random numbers.
        epochs: at most so many.
        learning_rate: of the mask decoder.
        batch: samples in a step.
        views: cached views of an image (1 = as it is, 2 = and mirrored).
        device: "auto", "cpu" or "cuda".
        note: a line of the user's.
        cache: folder with features from earlier predictions and runs, "" for none.
        preset: key of what is trained (`core.finetune.presets`).
        encoder_rate: learning rate of the image encoder where the preset trains it.
        thin: the structures are thin, and their lines are to stay whole (`core.finetune.losses`).
        dry_run: prove that it can learn, measure memory and time, and train nothing.
        cluster: address of the Ray cluster that learns, "" for this computer.
    """

    folder: str
    model: str
    examples: tuple[Example, ...]
    out: str
    version: str | None = None
    in_use: str | None = None
    base_id: str = ""
    seed: int = 0
    epochs: int = 12
    learning_rate: float = 2e-4
    batch: int = 4
    views: int = 2
    device: str = "auto"
    note: str = ""
    cache: str = ""
    preset: str = QUICK
    encoder_rate: float = 5e-5
    thin: bool = False
    dry_run: bool = False
    cluster: str = ""

    def write(self, place: Path | None = None) -> Path:
        """Write job.json into `folder`, or into another place. Raises FinetuneError if it cannot be written."""
        folder = place or Path(self.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / JOB_FILE
            content = json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False)
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            raise FinetuneError(
                "The fine-tune could not be prepared because its folder cannot be written; your labels are safe.",
                "Make room on the disk or allow writing, then start it again.",
            ) from error
        return file

    @classmethod
    def read(cls, folder: Path) -> Job:
        """Read a job folder. Raises FinetuneError if it is missing, damaged or of a newer program."""
        try:
            raw = json.loads((Path(folder) / JOB_FILE).read_text(encoding="utf-8"))
            if raw.pop("format") != FORMAT:
                raise ValueError("format")
            examples = tuple(Example(**example) for example in raw.pop("examples"))
            job = cls(**{**raw, "folder": str(folder)}, examples=examples)
            if job.preset not in PRESETS:
                raise ValueError("preset")
            return job
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise FinetuneError(
                "The description of this fine-tune is missing or damaged, so it was not started; your labels are safe.",
                "Start it again from the window.",
            ) from error
