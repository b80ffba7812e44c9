"""Short form of `python -m tests.reliability.fuzz`, and the worst files by name."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from core.errors import KnownError
from core.finetune.job import JOB_FILE, Job
from core.image_file import find_images, read_image
from core.model_reference import read_version_record

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are another matter there")


def test_four_hundred_harmed_files_are_read_or_refused() -> None:
    command = [sys.executable, "-m", "tests.reliability.fuzz", "--count", "400", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0 and "400 files" in done.stdout, done.stdout + done.stderr


def test_the_fuzzer_sees_what_it_is_there_for() -> None:
    code = """
import os, time
from pathlib import Path
from tests.reliability import fuzz
from core.errors import ImageError
def bad(folder):
    kind = (folder / "x").read_bytes()[:1]
    number = int(folder.name) % 6
    if number == 1: raise ImageError("It cannot be read.", "")
    if number == 2: raise ValueError("a traceback")
    if number == 3: os.kill(os.getpid(), 11)
    if number == 4: time.sleep(60)
    if number == 5: open("/tmp/outside-of-the-folder", "w")
fuzz.SECONDS = 1
for number, outcome in fuzz.batch(range(6), 1, [("x", b"content", bad)]): print(number, outcome)
try: bytearray(10)
except MemoryError: pass
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    said = done.stdout.splitlines()
    assert said[:2] == ["0 ", "1 refused"] and "ValueError" in said[2], done.stderr
    assert "signal 11" in said[3] and "took longer" in said[4] and "code 77" in said[5]
    assert not Path("/tmp/outside-of-the-folder").exists()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_small_file_that_says_it_is_100000_by_100000(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )
    (tmp_path / "a.png").write_bytes(bomb)
    (tmp_path / "a.bmp").write_bytes(
        b"BM"
        + struct.pack("<IHHI", 2000, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0)
    )
    (tmp_path / "a.gif").write_bytes(
        b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + b"\x2c" + bytes(20)
    )
    for name in ("a.png", "a.bmp", "a.gif"):
        with pytest.raises(KnownError):
            read_image(tmp_path / name)


def test_links_that_lead_in_a_circle_or_nowhere_are_survived(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "again").symlink_to(tmp_path / "here", target_is_directory=True)
    (tmp_path / "here" / "a.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "here" / "b.png").symlink_to(tmp_path / "here" / "b.png")
    os.mkfifo(tmp_path / "here" / "c.png")
    for file in find_images(tmp_path / "here") if (tmp_path / "here").is_dir() else []:
        with pytest.raises(KnownError):
            read_image(file)


@pytest.mark.parametrize(("name", "read"), [("version.json", read_version_record), (JOB_FILE, Job.read)])
def test_json_without_end_is_a_sentence(tmp_path: Path, name: str, read) -> None:
    (tmp_path / name).write_text("[" * 200_000)
    with pytest.raises(KnownError):
        read(tmp_path)
