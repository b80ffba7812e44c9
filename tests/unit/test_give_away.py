"""The worker and the command that write a version for others: one ending each, and nothing half."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.finetune.give_away import give_away
from core.model_reference import is_version
from tests.unit.test_finetune_merge import make_version
from tests.unit.tiny_model import make_tiny_model

COMMAND = [sys.executable, "-m", "core.finetune.give_away_worker"]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    return make_version(make_tiny_model(folder / "base"), folder / "v1")


def events(*arguments: str, said: str | None = None) -> list[dict[str, Any]]:
    """What the worker says; its input stays open unless something is said to it."""
    with subprocess.Popen([*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        if said is not None:
            worker.stdin.write(said)
            worker.stdin.close()
        return [json.loads(line) for line in worker.stdout]


def test_the_worker_says_how_far_it_is_and_ends_once(version: Path, tmp_path: Path) -> None:
    said = events(str(version), str(tmp_path / "out"), "whole")
    assert said[0] == {"event": "ready", "version": 1} and said[-1]["event"] == "done"
    fractions = [one["fraction"] for one in said[1:-1]]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0 and len(fractions) <= 201
    assert said[-1]["result"]["bytes"] > 1_000_000 and (tmp_path / "out" / "model.safetensors").is_file()


@pytest.mark.parametrize("said", ['{"verb": "cancel"}\n', ""])
def test_it_stops_when_asked_or_when_the_window_is_gone(version: Path, tmp_path: Path, said: str) -> None:
    assert events(str(version), str(tmp_path / "out"), "whole", said=said)[-1] == {"event": "cancelled"}
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_done_is_one_sentence(version: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    failed = events(str(version), str(tmp_path / "file"), "adapter")[-1]
    assert failed["event"] == "failed" and "already something" in failed["what_happened"]
    failed = events(str(tmp_path), str(tmp_path / "out"), "adapter")[-1]
    assert "holds no fine-tuned version" in failed["what_happened"]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_may_not_be_written_is_one_sentence(
    version: Path, tmp_path: Path, as_nobody: Callable[[str, Path], list[str]]
) -> None:
    code = """
from core.errors import ExportError
from core.finetune.merge import _write_aside
from pathlib import Path
def act(folder):
    try:
        _write_aside(Path(folder) / "out", lambda aside: None)
    except ExportError as error:
        print(error)
"""
    (tmp_path / "closed").mkdir()
    assert as_nobody(code, tmp_path / "closed")[0].endswith(
        "so nothing is there. Make room on the disk or allow writing there, then try again."
    )


def test_the_command_writes_the_whole_model_or_what_was_learned(
    version: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["export-model", str(version), "--out", str(tmp_path / "whole"), "--json", str(tmp_path / "a.json")]) == 0
    )
    told = capsys.readouterr()
    assert told.out == f"Base and version as one model written to {tmp_path / 'whole'}\n" and "MB" in told.err
    assert json.loads((tmp_path / "a.json").read_text())["adapter_only"] is False
    assert not is_version(tmp_path / "whole")
    assert main(["export-model", str(version), "--out", str(tmp_path / "alone"), "--adapter-only"]) == 0
    assert is_version(tmp_path / "alone") and {path.name for path in (tmp_path / "alone").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "version.json",
    }
    assert main(["export-model", str(version), "--out", str(tmp_path / "alone")]) == 1
    assert "already something" in capsys.readouterr().err


def test_what_is_given_away_alone_is_used_as_it_is(version: Path, tmp_path: Path) -> None:
    written = give_away(version, tmp_path / "alone", adapter_only=True)
    assert written["files"] == 3
    assert (tmp_path / "alone" / "version.json").read_bytes() == (version / "version.json").read_bytes()
