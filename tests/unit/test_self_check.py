"""The self-check sees what is wrong, each thing with a sentence and what to do."""

from __future__ import annotations

import importlib
import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from core import cli_check, self_check
from core.cli import main
from core.correction import EditLayer
from core.mask import encode_png
from core.paths import resources_folder
from core.sa2va import device
from core.self_check import Finding, check_installation
from core.store import JournalStep, Store
from core.store.database import DATABASE_FILE


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Icons, translations and the expected mask, to be harmed."""
    for part in ("icons", "translations", "self_check"):
        shutil.copytree(resources_folder() / part, tmp_path / part)
    monkeypatch.setattr(self_check, "resources_folder", lambda: tmp_path)
    return tmp_path


def bad(finding: Finding, words: str) -> None:
    assert not finding.ok and words in str(finding) and finding.to_do, finding


def test_a_mask_other_than_the_stored_one_is_seen(resources: Path) -> None:
    mask = np.zeros((256, 256), np.bool_)
    mask[:40] = True
    (resources / self_check.EXPECTED).write_bytes(encode_png(mask, bits=1))
    bad(self_check._model(), "draws another mask than it should")
    (resources / self_check.EXPECTED).unlink()
    bad(self_check._model(), "could not be asked (FileNotFoundError)")


def test_a_package_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    load = importlib.import_module

    def broken(name: str) -> object:
        if name == "nibabel":
            raise OSError("libsomething.so: cannot open shared object file")
        return load(name)

    monkeypatch.setattr(self_check, "PACKAGES", ("numpy", "nibabel"))
    monkeypatch.setattr(importlib, "import_module", broken)
    bad(self_check._packages(), "The package nibabel cannot be loaded (OSError).")


def test_a_missing_icon_or_a_damaged_translation_is_named(resources: Path) -> None:
    assert self_check._own_files().ok
    (resources / "icons" / "undo.svg").write_bytes(b"")
    (resources / "translations" / "zh_CN.qm").write_bytes(b"half")
    bad(self_check._own_files(), "undo.svg, zh_CN.qm")
    shutil.rmtree(resources / "icons")
    bad(self_check._own_files(), "missing")


def test_little_room_and_memory_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert self_check._room().ok
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 10**9))
    bad(self_check._room(), "Only 1.0 GB are free on the disk; 2.0 GB are wanted.")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Free", (), {"available": 500_000_000}))
    bad(self_check._memory(), "Only 500 MB of memory are free")


def test_no_graphics_card_is_nothing_wrong_and_a_silent_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert self_check._card().ok and "No graphics card was found" in str(self_check._card())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(device, "answers", lambda key: False)
    bad(self_check._card(), "found but does not answer")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert self_check._writable(tmp_path).ok and list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    bad(self_check._writable(tmp_path / "file"), "The folder “file” cannot be written.")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "study", "x") as store:
        store.add_structure("Polyp", "the polyp", "#fff")
        store.add_images([(Path(f"/p/{n}.png"), f"{n}" * 64, 80, 60, "", "") for n in range(2)])
        for image in (1, 2):
            patch = EditLayer(60, 80).stroke(np.array([[20.0, 20.0], [30.0, 30.0]]), 4.0, True)
            store.append_step(image, 1, JournalStep("stroke", {}, patch))
            store.save_final(image, 1, np.ones((60, 80), np.bool_), "accepted")
    return tmp_path / "study"


def test_every_mask_of_a_project_is_looked_at(project: Path) -> None:
    sound = self_check._project(project, lambda: None)
    assert sound.ok and "masks looked at: 2" in str(sound)
    with sqlite3.connect(project / DATABASE_FILE) as other:
        other.execute("UPDATE final_masks SET png = x'00' WHERE image_id = 2")
    other.close()
    bad(self_check._project(project, lambda: None), "Masks of the project “study” are damaged: 1.png.")
    (project / DATABASE_FILE).write_bytes(b"no database")
    bad(self_check._project(project, lambda: None), "is damaged")
    bad(self_check._project(project / "nowhere", lambda: None), "holds no project")


def test_the_command_prints_a_line_for_each_and_its_exit_code_is_true(project: Path, capsys, tmp_path: Path) -> None:
    """The whole way, in a process of its own."""
    assert main(["check", str(project), "--json", str(tmp_path / "found.json")]) == 0, capsys.readouterr()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9 and all(line.startswith("ok ") for line in lines), lines
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found["ok"] and "Dice 1.000" in found["findings"][2]["text"] and "sound" in found["findings"][-1]["text"]


def test_a_worker_that_dies_is_a_finding() -> None:
    (died,) = cli_check.findings_of(b'{"event": "ready", "version": 1}\n')
    bad(died, "stopped unexpectedly")


def test_it_can_be_stopped_between_two_things() -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        list(check_installation(None, stop))
