"""What a person types as a model is found, or refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ModelError
from core.model_reference import base_folder, base_of, open_segmenter, recommended_step


def version(folder: Path, **record: object) -> str:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "version.json").write_text(json.dumps(record))
    return str(folder)


@pytest.mark.parametrize("ref", ["nowhere", "../nowhere", "a/b/c", "a b/c", "", "/nowhere/at all"])
def test_a_name_that_is_nothing_gets_a_sentence(ref: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="(no model|no folder)"):
        open_segmenter(ref)


def test_a_hub_name_that_was_not_downloaded_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not on this computer.*Download it first") as caught:
        base_folder("somebody/some-model", tmp_path)
    assert "somebody/some-model" in str(caught.value)


def test_a_folder_without_a_model_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        base_folder(str(tmp_path))


def test_a_version_leads_to_its_base(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    first = version(tmp_path / "v1", base=str(tmp_path / "base"), best_step=70)
    second = version(tmp_path / "v2", base=first)
    assert base_of(second) == base_of(first) == str(tmp_path / "base")
    assert base_folder(second) == tmp_path / "base"
    assert recommended_step(first) == 70 and recommended_step(second) is None
    assert recommended_step(str(tmp_path / "base")) is None and recommended_step("demo") is None


def test_versions_in_a_circle_and_damaged_records_get_a_sentence(tmp_path: Path) -> None:
    circle = version(tmp_path / "v1", base=str(tmp_path / "v1"))
    nothing = version(tmp_path / "v2")
    broken = version(tmp_path / "v3")
    (tmp_path / "v3" / "version.json").write_text("{")
    for ref in (circle, nothing, broken):
        with pytest.raises(ModelError, match="does not say what it was made from"):
            base_of(ref)
