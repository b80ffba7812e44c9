"""Short form of `python -m tests.reliability.kill`; and that its check sees what is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.mask import encode_png
from tests.reliability import hand
from tests.reliability.kill import check

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")


def test_nothing_acknowledged_is_lost_and_the_check_would_see_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-m", "tests.reliability.kill", "--rounds", "4", "--seed", "3", "--keep"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kills" in done.stdout
    (place,) = tmp_path.glob("sa2va-kill-*")
    assert check(place)[0] == []
    (place / hand.MASKS / "Polyp").mkdir(parents=True, exist_ok=True)
    half = place / hand.MASKS / "Polyp" / "half.png"
    half.write_bytes(encode_png(np.ones((90, 90), np.bool_))[:50])
    assert check(place)[0] == ["half.png is half a PNG"]
    half.unlink()
    with sqlite3.connect(place / "project" / "project.sqlite") as project:
        image, cursor = project.execute("SELECT image_id, max(cursor) FROM corrections").fetchone()
        project.execute("UPDATE corrections SET cursor = ?, seal = NULL WHERE image_id = ?", (cursor // 2, image))
    project.close()
    assert any("steps instead of" in text for text in check(place)[0]), "a lost step is seen"
    with sqlite3.connect(place / "project" / "project.sqlite") as project:
        project.execute("UPDATE corrections SET cursor = ? WHERE image_id = ?", (cursor, image))
        stroke = "image_id = ? AND kind = 'stroke' AND abandoned = 0 AND position <= ? AND width < 120"
        project.execute(
            f"UPDATE journal SET x = max(0, x - 1) + (x = 0), checksum = NULL WHERE id = (SELECT max(id) FROM journal WHERE {stroke})",
            (image, cursor),
        )
    project.close()
    assert any("other pixels" in text for text in check(place)[0]), "a stroke one pixel aside is seen"
