"""The two pictures of a fine-tune in README: while it learns, and afterwards. Nothing is played, every figure in them is measured.

    python -m tests.benchmarks.manual_pictures OUT [--device cpu]

The demo model predicts the images of the second scanner; ten of them are corrected to their reference masks, as in the demo loop; then
the button is pressed in the real window. Writes OUT/learning.png and OUT/learned.png.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.model_flow import Workers
from app.theme import Theme
from core.demo import Loop, correct, divide, fill, predict
from core.demo_project import read_demo_project
from core.mask import HALF
from core.model_reference import open_segmenter
from core.store import Store
from tests.benchmarks.screenshots import close, live, opened, wait

EPOCHS_SEEN = 5


def prepare(folder: Path, device: str) -> int:
    """A project of the demo images, ten of the second scanner accepted; the id of an image of it that nobody has accepted."""
    demo = read_demo_project()
    with Store.create(folder, "demo") as store:
        targets = fill(store, demo)
        corrected, rest = divide(targets, demo.scanners[1])
        loop = Loop(store, "demo", device, 0, open_segmenter, print, lambda *_: None)
        predict(loop, "demo", None, [*corrected, rest[0]])
        for target in corrected:
            correct(store, target, HALF)
    return rest[0].image.id


def main() -> None:
    """Take both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shown = prepare(folder / "Demo", options.device)
        application = QApplication([])
        window = opened(folder / "Demo", Theme(application, "dark"), folder / "settings.ini", Workers())
        window.session.select_image(shown)
        wait(lambda: window.session.editing.is_loaded)
        window.tabs.setCurrentWidget(window.model)
        live()
        window.model.finetune.start.click()
        finetuning, chart = window.flow.finetuning, window.model.chart()
        wait(lambda: finetuning.is_running)
        wait(lambda: len(chart.points()[0]) >= EPOCHS_SEEN or not finetuning.is_running)
        window.model.ensureWidgetVisible(chart)
        live()
        window.grab().save(str(options.out / "learning.png"))
        wait(lambda: not finetuning.is_running)
        live(1.0)
        window.grab().save(str(options.out / "learned.png"))
        close(window)


if __name__ == "__main__":
    main()
