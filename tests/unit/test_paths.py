"""Where the user's files lie, on each system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core import paths


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there the system says where")
def test_the_places_of_a_linux_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert paths.data_folder() == tmp_path / "own" / "sa2va-annotator"
    assert paths.cache_folder() == tmp_path / ".cache" / "sa2va-annotator"
    assert paths.config_folder() == tmp_path / ".config" / "sa2va-annotator"
    assert paths.log_folder() == tmp_path / "own" / "sa2va-annotator" / "log"


def test_the_places_of_a_windows_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert paths.config_folder() == tmp_path / "Roaming" / "sa2va-annotator"
    assert paths.data_folder() == paths.cache_folder() == tmp_path / "Local" / "sa2va-annotator"


def test_what_comes_with_the_program_is_there() -> None:
    assert (paths.resources_folder() / "icons" / "app.svg").is_file()
