"""Where the program's own files lie, and where the user's do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

APP_FOLDER = "sa2va-annotator"


def resources_folder() -> Path:
    """Icons, translations, demo model and demo images, beside the packages."""
    return Path(__file__).resolve().parents[1] / "resources"


def config_folder() -> Path:
    """Settings of this user. Not created here."""
    return _user_folder("APPDATA", "XDG_CONFIG_HOME", ".config")


def data_folder() -> Path:
    """Projects that the program makes by itself (the demo project). Not created here."""
    return _user_folder("LOCALAPPDATA", "XDG_DATA_HOME", ".local/share")


def cache_folder() -> Path:
    """Models from the hub and other things that can be fetched again. Not created here."""
    return _user_folder("LOCALAPPDATA", "XDG_CACHE_HOME", ".cache")


def log_folder() -> Path:
    """The rotating log. Not created here."""
    return data_folder() / "log"


def _user_folder(windows: str, unix: str, fallback: str) -> Path:
    if sys.platform == "win32":
        root = os.environ.get(windows)
        return (Path(root) if root else Path.home() / "AppData" / "Local") / APP_FOLDER
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / APP_FOLDER
    root = Path(os.environ.get(unix, ""))
    # A relative place is to be ignored: it would be another one in every folder the program is started from.
    return (root if root.is_absolute() else Path.home() / fallback) / APP_FOLDER
