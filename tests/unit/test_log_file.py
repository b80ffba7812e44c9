"""The log says where the program went wrong, and nothing of patients."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import log_file
from core.errors import StoreError
from core.image_file import find_images
from core.log_file import Plain, close_log, open_log, without_patients
from core.paths import log_folder

PATIENT = "Mueller_Anna_1950"
log = logging.getLogger("core.something")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    close_log()
    yield log_folder()
    close_log()


def provoke() -> BaseException:
    try:
        try:
            find_images(Path(f"/nowhere/{PATIENT}"))
        except StoreError:
            raise
        except Exception as first:
            raise KeyError(f"/home of {PATIENT}") from first
    except KeyError as error:
        return error


def test_there_is_a_file_with_the_place_of_an_error_and_without_its_words(own_folder: Path) -> None:
    assert open_log("window") == own_folder / "window.log" == open_log("window")
    log.info("a thing of %r and %d others: %s", f"{PATIENT}.png", 3, Plain("KeyError"))
    log.info("it broke", exc_info=provoke())
    text = (own_folder / "window.log").read_text(encoding="utf-8")
    assert "a thing of … and 3 others: KeyError" in text
    assert "KeyError\n" in text and "caused by core.errors.InputError" in text and "caused by FileNotFoundError" in text
    assert "core/image_file.py:" in text and ", find_images" in text
    assert PATIENT not in text and "nowhere" not in text and str(Path.cwd()) not in text


def test_what_another_library_says_is_not_written(own_folder: Path) -> None:
    open_log("window")
    logging.getLogger("transformers.models").error("cannot read /home/%s", PATIENT)
    logging.getLogger("PIL").error(f"broken: {PATIENT}")
    assert "started" in (own_folder / "window.log").read_text(encoding="utf-8")
    assert len((own_folder / "window.log").read_text(encoding="utf-8").splitlines()) == 1


def test_a_known_error_is_written_as_its_template() -> None:
    error = StoreError("The project “{project}” is locked.", "Wait.", project=PATIENT)
    assert without_patients(error) == ["core.errors.StoreError: The project “{project}” is locked."]


def test_an_error_that_is_its_own_cause_ends() -> None:
    error = ValueError("x")
    error.__cause__ = error
    assert without_patients(error) == ["ValueError"]


def test_the_file_does_not_grow_for_ever(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_BYTES", 2000)
    open_log("window")
    for _ in range(400):
        log.info("a line that stands in the program")
    assert sorted(file.name for file in own_folder.iterdir()) == ["window.log", "window.log.1", "window.log.2"]
    assert all(file.stat().st_size <= 2000 for file in own_folder.iterdir())


def test_an_old_file_that_another_window_holds_stops_nothing(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(log_file, "MAX_BYTES", 500)
    open_log("window")
    monkeypatch.setattr(os, "rename", held)
    for _ in range(50):
        log.info("a line that stands in the program")
    text = (own_folder / "window.log").read_text(encoding="utf-8")
    assert text.count("a line that stands") == 50


def test_without_a_place_there_is_no_log_and_no_error(tmp_path: Path, own_folder: Path) -> None:
    own_folder.parent.mkdir(parents=True)
    own_folder.write_text("a file is in the way")
    before = list(logging.getLogger().handlers)
    assert open_log("window") is None
    assert logging.getLogger().handlers == before


def test_a_disk_that_is_full_stops_nothing(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    own_folder.mkdir(parents=True)
    (own_folder / "window.log").symlink_to("/dev/full")
    open_log("window")
    log.info("a line")
    close_log()
    assert "Traceback" not in capsys.readouterr().err


CRASH = """
import logging, sys, threading
from core.log_file import log_what_nobody_catches, open_log
open_log("inference"); log_what_nobody_catches()
from core.image_file import patient_key
def broken(): patient_key(None)
thread = threading.Thread(target=broken); thread.start(); thread.join()
broken()
"""


def test_what_nobody_catches_is_logged_too(own_folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    text = (own_folder / "inference.log").read_text(encoding="utf-8")
    assert done.returncode == 1 and done.stderr.count("Traceback") == 2
    assert "an error ended a thread" in text and "an error ended the process" in text
    assert text.count("core/image_file.py:") == 2


@pytest.mark.parametrize(
    ("module", "file"),
    [("core.inference.worker", "inference.log"), ("core.finetune.worker", "finetune.log"),
     ("core.download_worker", "download.log"), ("core.finetune.give_away_worker", "give_away.log")],
)  # fmt: skip
def test_every_worker_has_its_own_file(own_folder: Path, module: str, file: str) -> None:
    subprocess.run([sys.executable, "-m", module], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert [one.name for one in own_folder.iterdir()] == [file]


def test_every_process_of_the_program_opens_a_log() -> None:
    root = Path(log_file.__file__).parents[1]
    texts = {file: file.read_text(encoding="utf-8") for part in ("app", "core") for file in (root / part).rglob("*.py")}
    begun = {file: text for file, text in texts.items() if '__name__ == "__main__"' in text}
    assert len(begun) >= 6
    assert not [file.name for file, text in begun.items() if "open_log(" not in text and "begin_process(" not in text]


def test_a_home_that_is_write_protected_does_not_stop_a_worker(as_nobody: object, tmp_path: Path) -> None:
    code = (
        "import os\n"
        "from core.log_file import open_log\n"
        "def act(folder):\n"
        "    os.environ['XDG_DATA_HOME'] = folder\n"
        "    print(open_log('window'))"
    )
    (tmp_path / "home").mkdir()
    assert as_nobody(code, tmp_path / "home") == ["None"]  # type: ignore[operator]
