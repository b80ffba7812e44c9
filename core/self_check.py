"""Whether this installation does what it should: each thing that it needs is tried, and said in one sentence with what to do."""

from __future__ import annotations

import importlib
import platform
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from core.amounts import amount
from core.demo_project import demo_folder, read_demo_project
from core.errors import KnownError
from core.mask import decode_png
from core.metrics import dice
from core.paths import data_folder, resources_folder
from core.store.store import Store

PACKAGES = (
    "numpy",
    "cv2",
    "PIL",
    "pydicom",
    "nibabel",
    "torch",
    "transformers",
    "sam2.modeling",
    "peft",
    "PySide6.QtCore",
)
EXPECTED = "self_check/B05_1.png"
"""What the demo model answered on this demo image at the threshold 0.5, in single precision on a processor."""
LEAST_DICE = 0.97
LEAST_DISK, LEAST_MEMORY = 2_000_000_000, 2_000_000_000
INSTALL_AGAIN = "Install the program again."
NOTHING_TO_DO = ""
_TRANSLATION_MARK = b"\x3c\xb8\x64\x18"

Stop = Callable[[], None]


@dataclass(frozen=True)
class Finding:
    """One line of the check.

    Attributes:
        ok: whether it is as it should be.
        what: template of one sentence that says what was found.
        to_do: template of what to do; "" where there is nothing to do.
        values: fill both.
    """

    ok: bool
    what: str
    to_do: str = NOTHING_TO_DO
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {self.to_do}".strip().format(**self.values)


def check_installation(project: Path | None, stop: Stop = lambda: None) -> Iterator[Finding]:
    """Try one thing after the other.

    Args:
        project: folder of a project that is looked at as well; None for none.
        stop: called between two things; what it raises stops the check.
    """
    for check in (_python, _packages, _model, _card, _own_files, _room, _memory):
        stop()
        yield check()
    stop()
    yield _writable(project or data_folder())
    if project is not None:
        yield _project(project, stop)


def _python() -> Finding:
    values = {"version": platform.python_version()}
    if sys.version_info[:2] in ((3, 11), (3, 12)):
        return Finding(True, "Python {version} is what the program is made for.", values=values)
    return Finding(False, "The program is not made for Python {version}.", "Install Python 3.11.", values)


def _packages() -> Finding:
    for name in PACKAGES:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 (a broken package may raise anything)
            values = {"package": name, "kind": type(error).__name__}
            return Finding(False, "The package {package} cannot be loaded ({kind}).", INSTALL_AGAIN, values)
    return Finding(True, "All packages that the program needs can be loaded: {count}.", values={"count": len(PACKAGES)})


def _model() -> Finding:
    try:
        from core.inference.predictor import Predictor
        from core.model_reference import open_segmenter

        wanted = decode_png((resources_folder() / EXPECTED).read_bytes())
        image = demo_folder() / "images" / f"{Path(EXPECTED).stem}.jpg"
        predictor = Predictor(open_segmenter("demo", "cpu"))
        found = predictor.predict(image, read_demo_project().structures[0].prompt).logits > 0
        alike = dice(found, wanted) if found.shape == wanted.shape else 0.0
    except (KnownError, ValueError, OSError, ImportError, RuntimeError, MemoryError) as error:
        words = str(error) if isinstance(error, KnownError) else type(error).__name__
        return Finding(False, "The demo model could not be asked ({why}).", INSTALL_AGAIN, {"why": words})
    values = {"dice": f"{alike:.3f}"}
    if alike >= LEAST_DICE:
        return Finding(True, "The demo model draws the mask that it should (Dice {dice}).", values=values)
    return Finding(False, "The demo model draws another mask than it should (Dice {dice}).", INSTALL_AGAIN, values)


def _card() -> Finding:
    """There is nothing wrong with a computer without a graphics card; one that does not answer is."""
    try:
        from core.sa2va.device import NO_ANSWER, choose_device, device_name

        device, reason = choose_device()
    except (ImportError, RuntimeError, KnownError) as error:
        values = {"kind": type(error).__name__}
        return Finding(False, "Nobody can say whether there is a graphics card ({kind}).", INSTALL_AGAIN, values)
    if reason == NO_ANSWER:
        return Finding(
            False, reason, "Restart the computer; if that does not help, install the driver of the card again."
        )
    values = {"name": device_name(device)}
    return Finding(
        True, reason if device.type == "cpu" else "The graphics card {name} was found and answers.", values=values
    )


def _own_files() -> Finding:
    """Icons and translations, as this program reads them."""
    resources = resources_folder()
    icons = sorted((resources / "icons").glob("*.svg"))
    bad = [icon.name for icon in icons if b"<svg" not in icon.read_bytes()]
    texts = [*(resources / "translations").glob("*.qm")]
    bad += [file.name for file in texts if not file.read_bytes().startswith(_TRANSLATION_MARK)]
    if len(icons) < 10 or not texts or bad:
        return Finding(
            False,
            "Icons or translations are missing or damaged: {files}.",
            INSTALL_AGAIN,
            {"files": ", ".join(bad) or "–"},
        )
    values = {"icons": len(icons), "translations": len(texts)}
    return Finding(True, "Icons ({icons}) and translations ({translations}) are there.", values=values)


def _room() -> Finding:
    place = data_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    values = {"free": amount(free), "least": amount(LEAST_DISK)}
    if free >= LEAST_DISK:
        return Finding(True, "{free} are free on the disk.", values=values)
    return Finding(False, "Only {free} are free on the disk; {least} are wanted.", "Make room on the disk.", values)


def _memory() -> Finding:
    free = int(psutil.virtual_memory().available)
    values = {"free": amount(free), "least": amount(LEAST_MEMORY)}
    if free >= LEAST_MEMORY:
        return Finding(True, "{free} of memory are free.", values=values)
    return Finding(False, "Only {free} of memory are free; {least} are wanted.", "Close other programs.", values)


def _writable(folder: Path) -> Finding:
    probe = folder / f".{uuid.uuid4().hex}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"1")
        is_written = probe.read_bytes() == b"1"
        probe.unlink()
    except OSError:
        is_written = False
    values = {"folder": folder.name}
    if is_written:
        return Finding(True, "The folder “{folder}” can be written.", values=values)
    return Finding(
        False, "The folder “{folder}” cannot be written.", "Allow writing there, or use another folder.", values
    )


def _project(folder: Path, stop: Stop) -> Finding:
    """The database, and every mask in it."""
    bad, count = set[str](), 0
    try:
        with Store.open(folder, read_only=True) as store:
            for image in store.images():
                for state in store.mask_states(image.id):
                    stop()
                    count += 1
                    try:
                        store.mask_record(image.id, state.structure_id).edits()
                        store.final_mask(image.id, state.structure_id)
                    except KnownError:
                        bad.add(image.name)
    except KnownError as error:
        return Finding(False, error.what_happened, error.what_to_do, dict(error.values))
    values = {"project": folder.name, "count": count, "images": ", ".join(sorted(bad))}
    if bad:
        return Finding(
            False,
            "Masks of the project “{project}” are damaged: {images}.",
            "Open a backup, or correct these images again.",
            values,
        )
    return Finding(True, "The project “{project}” is sound; masks looked at: {count}.", values=values)
