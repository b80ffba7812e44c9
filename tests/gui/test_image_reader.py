"""Large images are read beside the window, one at a time, and the one that comes next ahead of time."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QElapsedTimer, QTimer

import app.image_reader as module
from app.image_reader import ImageReader, Wanted
from core.errors import ImageError, KnownError
from core.image_file import Image, read_image


@pytest.fixture
def files(tmp_path: Path) -> list[Wanted]:
    """Three images, all of them "large"."""
    wanted = []
    for number in range(3):
        path = tmp_path / f"{number}.png"
        Pillow.fromarray(np.full((40, 50, 3), number, np.uint8)).save(path)
        wanted.append(Wanted(number, path, read_image(path).sha256, 2000))
    return wanted


class Gate:
    """Lets reading go on one file at a time."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.open = threading.Semaphore(0)

    def __call__(self, path: Path, sha256: str) -> Image:
        self.read.append(path.name)
        assert self.open.acquire(timeout=10)
        image = read_image(path)
        if image.sha256 != sha256:
            raise ImageError("exchanged", "")
        return image


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.setattr(module, "AT_ONCE", 1000)
    gate = Gate()
    monkeypatch.setattr(module, "read_same_image", gate)
    return gate


@pytest.fixture
def reader(qtbot, gate: Gate):
    reader = ImageReader()
    reader.came = []
    reader.arrived.connect(lambda number, found: reader.came.append((number, found)))
    yield reader
    gate.open.release(10)
    reader.forget()


def test_a_small_image_is_there_at_once(reader, gate, files) -> None:
    gate.open.release()
    image = reader.read(Wanted(0, files[0].path, files[0].sha256, 1000))
    assert image is not None and image.width == 50 and reader.came == []


def test_only_the_newest_wish_is_read_after_the_one_at_work(reader, gate, files, qtbot) -> None:
    assert [reader.read(wanted) for wanted in files] == [None] * 3
    gate.open.release(3)
    qtbot.waitUntil(lambda: reader.came != [])
    qtbot.wait(50)
    assert [number for number, _ in reader.came] == [2]
    assert gate.read == ["0.png", "2.png"]


def test_what_was_read_ahead_is_there_at_once(reader, gate, files, qtbot) -> None:
    reader.read_ahead(files[1])
    gate.open.release()
    qtbot.waitUntil(lambda: reader._beside.kept is not None)
    reader.read_ahead(files[1])  # it is there: nothing is read again
    image = reader.read(files[1])
    assert image is not None and image.pixels[0, 0, 0] == 1
    assert gate.read == ["1.png"] and reader.came == []


def test_a_wish_while_it_is_read_ahead_is_not_read_twice(reader, gate, files, qtbot) -> None:
    reader.read_ahead(files[1])
    assert reader.read(files[1]) is None
    gate.open.release()
    qtbot.waitUntil(lambda: reader.came != [])
    assert gate.read == ["1.png"] and reader.came[0][1].pixels[0, 0, 0] == 1


def test_an_image_that_cannot_be_read_is_said_only_where_it_is_wanted(reader, gate, files, qtbot) -> None:
    gone = Wanted(7, files[0].path, "0" * 64, 2000)
    gate.open.release(2)
    reader.read_ahead(gone)
    qtbot.waitUntil(lambda: reader._beside._running is None)
    assert reader.came == [] and reader._beside.kept is None
    assert reader.read(gone) is None
    qtbot.waitUntil(lambda: reader.came != [])
    assert isinstance(reader.came[0][1], KnownError)


def test_after_forget_nothing_arrives_and_no_file_is_open(reader, gate, files, qtbot) -> None:
    reader.read(files[0])
    gate.open.release()
    reader.forget()
    qtbot.wait(30)
    assert reader.came == [] and reader._beside._running is None


def test_the_window_goes_on_while_a_large_image_is_read(window, tmp_path, qtbot) -> None:
    """The longest time between two beats of the window's clock, while it goes to an image of 36 megapixels."""
    session = window.session
    rough = np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    Pillow.fromarray(rough).resize((6000, 6000)).save(tmp_path / "large.png")
    window.files.add([tmp_path / "large.png"])
    qtbot.waitUntil(lambda: len(session.images) == 4, timeout=60_000)
    beats: list[float] = []
    clock = QElapsedTimer()
    clock.start()
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: beats.append(clock.restart()))
    timer.start()
    begun = time.perf_counter()
    session.select_image(session.images[3].id)
    at_once = time.perf_counter() - begun
    assert session.image is None and session.is_reading
    assert window.work._pages.currentIndex() == 4

    qtbot.waitUntil(lambda: session.image is not None and session.editing.is_loaded, timeout=20000)
    reading = time.perf_counter() - begun
    qtbot.wait(100)
    timer.stop()
    assert session.image.width == 6000 and session.editing.is_loaded
    assert window.work._pages.currentIndex() == 3
    print(at_once, reading, sorted(beats)[-5:])
    assert at_once < 0.25 * reading and max(beats, default=0) / 1000 < 0.5 * reading
