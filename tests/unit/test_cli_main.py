"""The command line is quick to help, plain in its refusals, and its exit code tells the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from core.cli import COMMANDS, main, make_parser
from core.errors import TooLittleMemory
from tests.unit.worker_toy import BrightSegmenter


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    Picture.fromarray(np.full((20, 20, 3), 200, np.uint8)).save(folder / "a.png")
    return folder


def test_help_needs_neither_torch_nor_qt() -> None:
    code = (
        "import sys, core.cli\n"
        "try: core.cli.main(['finetune', '--help'])\n"
        "except SystemExit as end: print(end.code)\n"
        "print([name for name in ('torch', 'PySide6', 'transformers', 'app') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out[-2:] == ["0", "[]"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "--json FILE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "COMMAND"),
        ("paint", "paint"),
        ("predict images", "--prompt"),
        ("predict images --prompt x --out o --threshold 1.5", "no threshold"),
        ("predict images --prompt x --out o --threshold high", "no threshold"),
        ("evaluate --images i --masks m --prompt x --threshold 0.5 --threshold-from d", "not allowed with"),
        ("finetune --images i --masks m --prompt x --out o --limit 0", "no whole number"),
        ("finetune --images i --masks m --prompt x --out o --group-by (", "regular expression"),
        ("demo --headless", "--out"),
    ],
)
def test_a_wrong_command_is_one_sentence(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(line.split())
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


def test_an_empty_prompt_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["predict", "images", "--out", "o", "--prompt", "  "])
    assert "the prompt is empty" in capsys.readouterr().err


@pytest.mark.expects_log("unexpected error")
def test_a_mistake_of_the_program_is_one_sentence_and_a_log(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))

    def mistaken(ref: str, device: str) -> BrightSegmenter:
        raise KeyError("a mistake")

    out = tmp_path / "result.json"
    command = ["predict", str(images), "--prompt", "x", "--out", str(tmp_path / "o"), "--json", str(out)]
    assert main(command, open_model=mistaken) == 3
    error = capsys.readouterr().err
    assert "inside the program" in error and "Traceback" not in error
    log = Path(error.strip().splitlines()[-1].split("log file: ")[1])
    text = log.read_text(encoding="utf-8")
    assert log.name == "command_line.log" and "KeyError" in text and "core/cli.py:" in text
    assert "a mistake" not in text, "the words of an error may name a patient"
    assert json.loads(out.read_text(encoding="utf-8"))["ok"] is False


def test_a_full_memory_is_a_sentence(images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def full(ref: str, device: str) -> BrightSegmenter:
        raise MemoryError

    assert main(["predict", str(images), "--prompt", "x", "--out", str(tmp_path / "o")], open_model=full) == 1
    assert "memory did not suffice" in capsys.readouterr().err


def test_too_little_memory_for_a_model_comes_with_a_way_out(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def short(ref: str, device: str) -> BrightSegmenter:
        raise TooLittleMemory(
            "It needs {needed} and {free} are free.", "Choose a smaller one.", needed="9 GB", free="1 GB"
        )

    assert main(["predict", str(images), "--prompt", "x", "--out", str(tmp_path / "o")], open_model=short) == 1
    said = capsys.readouterr().err
    assert "It needs 9 GB and 1 GB are free. Choose a smaller one.\nOr load less of it: --dtype bf16" in said


def test_stopping_is_a_sentence(images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(ref: str, device: str) -> BrightSegmenter:
        raise KeyboardInterrupt

    assert main(["predict", str(images), "--prompt", "x", "--out", str(tmp_path / "o")], open_model=stopped) == 130
    assert "Stopped" in capsys.readouterr().err


def test_the_result_can_go_to_standard_output(images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["predict", str(images), "--prompt", "x", "--out", str(tmp_path / "o"), "--json", "-"]
    assert main(command, open_model=lambda ref, device: BrightSegmenter()) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("{") :])["command"] == "predict"


def test_every_command_has_a_module() -> None:
    assert set(COMMANDS) == {
        "propagate",
        "predict",
        "finetune",
        "evaluate",
        "export",
        "import",
        "privacy",
        "export-model",
        "download",
        "versions",
        "demo",
        "check",
    }
    assert make_parser().prog == "sa2va-annotator"
