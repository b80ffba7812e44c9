"""The window of the other tests."""

from tests.gui.conftest import open_window, project

__all__ = ["open_window", "project"]
