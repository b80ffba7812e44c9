"""Versions of a project: taken in from a colleague only where they fit, noted, deleted, given away as one file."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.cli import main
from core.errors import ExportError, KnownError, ModelError, StoreError
from core.finetune.give_away import give_away
from core.finetune.keeping import bytes_of, delete_version, place_for_import, record_import
from core.finetune.packed import FILES, WEIGHTS_FILE, unpack
from core.finetune.take_in import take_in
from core.model_reference import DEMO, DEMO_FOLDER, VERSION_RECORD, open_segmenter
from core.store import VersionRow
from core.store.store import Store
from tests.unit.test_finetune_merge import make_version


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version of the demo model, as a colleague's computer has it."""
    folder = make_version(DEMO_FOLDER, tmp_path_factory.mktemp("colleague") / "v7")
    record = json.loads((folder / VERSION_RECORD).read_text())
    (folder / VERSION_RECORD).write_text(json.dumps({**record, "base": "elsewhere/demo", "note": "theirs"}))
    return folder


@pytest.fixture
def copied(version: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(version, tmp_path / "copy"))


@pytest.fixture
def packed(version: Path, tmp_path: Path) -> Path:
    """As the command line writes it; the base is found under its name here."""
    folder = Path(shutil.copytree(version, tmp_path / "own"))
    record = json.loads((folder / VERSION_RECORD).read_text())
    (folder / VERSION_RECORD).write_text(json.dumps({**record, "base": DEMO}))
    written = give_away(folder, tmp_path / "given" / "v7.zip", adapter_only=True)
    assert written["files"] == 1 and written["bytes"] == (tmp_path / "given" / "v7.zip").stat().st_size
    return tmp_path / "given" / "v7.zip"


@pytest.mark.parametrize("kind", ["folder", "weights", "zip"])
def test_a_version_that_fits_is_taken_in_and_predicts(version: Path, packed: Path, tmp_path: Path, kind: str) -> None:
    source = {"folder": version, "weights": version / WEIGHTS_FILE, "zip": packed}[kind]
    with Store.create(tmp_path / "project", "test") as store:
        place = place_for_import(store)
        key = record_import(store, take_in(source, DEMO, place))
        (row,) = store.versions()
        assert row.id == key and row.note == "theirs" and row.figures["imported"] and store.active_version() is None
        assert row.figures["tuned_step"] == 70 and bytes_of(store.version_folder(row)) > 100_000
        assert open_segmenter(str(place), "cpu").model_id != open_segmenter(DEMO, "cpu").model_id
    assert not list(place.parent.glob(".*"))


@pytest.mark.parametrize(
    "harm", ["another base", "a key is gone", "a key too many", "shape", "no number", "torn", "pickle"]
)
def test_a_version_that_does_not_fit_is_refused_and_nothing_is_left(copied: Path, tmp_path: Path, harm: str) -> None:
    file, source = copied / WEIGHTS_FILE, copied
    tensors = load_file(file)
    first = min(tensors)
    if harm == "another base":
        record = json.loads((copied / VERSION_RECORD).read_text())
        (copied / VERSION_RECORD).write_text(json.dumps({**record, "base_id": "0" * 32}))
    elif harm == "a key is gone":
        save_file({name: one for name, one in tensors.items() if name != first}, file)
    elif harm == "a key too many":
        save_file({**tensors, "base_model.model.more": torch.zeros(1)}, file)
    elif harm == "shape":
        save_file({**tensors, first: torch.zeros(3, 3)}, file)
    elif harm == "no number":
        save_file({**tensors, first: torch.full_like(tensors[first], float("nan"))}, file)
    elif harm == "torn":
        file.write_bytes(file.read_bytes()[:-100])
    else:
        source = copied / "adapter_model.bin"
        source.write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError) as refused:
        take_in(source, DEMO, tmp_path / "versions" / "new")
    words = {"another base": "another base model", "pickle": "only safetensors"}
    assert words.get(harm, "version") in str(refused.value)
    assert not list((tmp_path / "versions").glob("*")) if (tmp_path / "versions").exists() else True


@pytest.mark.parametrize("name", ["../adapter_config.json", "/etc/adapter_config.json", "a/../../x", "C:\\x", "..\\x"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(packed: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(packed, "a") as more:
        more.writestr(name, "{}")
    (tmp_path / "into").mkdir()
    with pytest.raises(ModelError, match="outside of their folder"):
        unpack(packed, tmp_path / "into")
    assert not list((tmp_path / "into").iterdir())


def test_only_the_three_files_come_out_of_a_zip(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed, "a") as more:
        more.writestr("v7/run_me.py", "raise SystemExit")
    (tmp_path / "into").mkdir()
    unpack(packed, tmp_path / "into")
    assert {file.name for file in (tmp_path / "into").iterdir()} == set(FILES)
    for rubbish in (b"", b"PK\x03\x04 nothing", packed.read_bytes()[:500]):
        (tmp_path / "rubbish.zip").write_bytes(rubbish)
        with pytest.raises(ModelError, match="holds no version"):
            unpack(tmp_path / "rubbish.zip", tmp_path / "into")
    with pytest.raises(ExportError, match="already something"):
        give_away(tmp_path / "own", packed, adapter_only=True)


def test_a_deleted_version_keeps_its_number_and_its_predictions(version: Path, tmp_path: Path) -> None:
    with Store.create(tmp_path / "project", "test") as store:
        keys = [record_import(store, take_in(version, DEMO, place_for_import(store))) for _ in range(2)]
        store.activate(keys[0])
        with pytest.raises(StoreError, match="in use"):
            delete_version(store, keys[0])
        store.activate(None)
        folder = store.version_folder(store.versions()[0])
        delete_version(store, keys[0])
        assert [row.id for row in store.versions()] == keys[1:] and not folder.exists()
        assert [row.id for row in store.versions(removed=True)] == keys
        store.note_version(keys[1], "good for vessels")
        assert store.versions()[0].note == "good for vessels"


def test_versions_are_numbered_in_the_order_in_which_they_came_whatever_the_clock_said(tmp_path: Path) -> None:
    with Store.create(tmp_path / "project", "test") as store:
        for key, created in (("b", "2026-01-02"), ("a", "2026-01-02"), ("c", "2026-01-01")):
            store.add_version(VersionRow(key, None, "base", str(store.folder / "versions" / key), created, {}, ""))
        assert [row.id for row in store.versions()] == ["b", "a", "c"]


def test_a_version_outside_of_the_project_is_forgotten_and_not_deleted(copied: Path, tmp_path: Path) -> None:
    with Store.create(tmp_path / "project", "test") as store:
        record = json.loads((copied / VERSION_RECORD).read_text())
        key = record_import(store, {**record, "folder": str(copied)})
        delete_version(store, key)
        assert store.versions() == [] and copied.is_dir()


def test_the_command_line_lists_imports_notes_and_deletes(
    packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = str(tmp_path / "project")
    Store.create(tmp_path / "project", "test").close()
    assert main(["versions", project]) == 0 and "no versions yet" in capsys.readouterr().out
    assert main(["versions", project, "--import", str(packed), "--json", str(tmp_path / "said.json")]) == 0
    (said,) = json.loads((tmp_path / "said.json").read_text())["versions"]
    assert said["note"] == "theirs" and not said["in_use"] and said["bytes"] > 0
    assert main(["versions", project, "--note", said["version"], "second scanner"]) == 0
    assert "second scanner" in capsys.readouterr().out
    assert main(["versions", project, "--delete", said["version"]]) == 0
    assert main(["versions", project, "--delete", said["version"]]) == 1
    assert "no version" in capsys.readouterr().err


def test_the_errors_are_sentences(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "nothing.zip", tmp_path / "nothing"):
        with pytest.raises(KnownError):
            take_in(source, DEMO, tmp_path / "versions" / "new")
